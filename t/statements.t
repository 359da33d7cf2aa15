# Every statement fits the migrated database, and every statement and function asks for rows of one workspace only.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Turnout;

chdir "$FindBin::Bin/.." or die "could not go to the top: $!";

my $t = Turnout->start;

# Without comments and the texts in quotes, which may speak of anything.
sub bare ($sql) { return $sql =~ s{--[^\n]*}{}gr =~ s{'(?:[^']|'')*'}{''}gr }

# ( [ name, shape, sql ] ) of schema/queries, in order.
sub statements () {
    my @found;
    for my $file (sort glob 'schema/queries/*.sql') {
        my (undef, @blocks) = split /^-- name: /m, Turnout::slurp($file);
        for (@blocks) {
            my ($name, $shape, $sql) = /^(\w+) :(\w+)[^\n]*\n(.*)\z/s or die "a block in $file has no name and shape";
            # Comments behind it belong to the next one.
            push @found, [ $name, $shape, $sql =~ s/(?:\s*^--[^\n]*)*\s*\z//mr ];
        }
    }
    return @found;
}

# ( [ name, sql ] ) of schema/functions.
sub functions () {
    my @found;
    for my $file (sort glob 'schema/functions/*.sql') {
        my (undef, @blocks) = split /^CREATE (?:OR REPLACE )?FUNCTION /m, Turnout::slurp($file);
        push @found, map { [ /^(\w+)/, $_ ] } @blocks;
    }
    return @found;
}

my @statements = statements;
my @functions  = functions;
ok @statements > 40 && @functions > 10, 'there are statements and functions';

# --- They fit

# Statements that make temporary tables come before those that use them, as in the program; and what replay_begin makes.
my @makers = map { $_->[2] =~ s/\bON COMMIT DROP\b//r } grep { $_->[2] =~ /^CREATE TEMP TABLE/ } @statements;
my @before = map { "CREATE TEMP TABLE ${_}_before (LIKE " . ($_ eq 'unmatched' ? 'unmatched_bookings' : $_) . ');' }
    qw(bookings attendees unmatched activities standings);
my $temporary = join "\n", @before, @makers;

# Utility statements cannot be prepared, so they are run; what they do is undone.
for (@statements) {
    my ($name, $shape, $sql) = @$_;
    my $try = $sql =~ /^CREATE TEMP TABLE/         ? ''
            : $sql =~ /^(?:ANALYZE|COPY|TRUNCATE)/ ? $sql
            :                                        "PREPARE tried AS $sql";
    ok eval { $t->sql("BEGIN; $temporary $try ROLLBACK;"); 1 }, "$name fits" or diag $@;
}

my %there = map { $_->[0] => 1 } $t->sql(q{SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace});
ok $there{ $_->[0] }, "the function $_->[0] is there" for @functions;

# --- They stay inside of a workspace

# Tables of data are those that begin with a workspace, but for the small ones that say who may, and what zones there are.
my %access = map { $_ => 1 } qw(workspaces connections tokens schema_migrations timezones);
my @data = grep { !$access{$_} } map { $_->[0] } $t->sql(
    q{SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1});
ok @data >= 9, 'there are tables of data';
my $tables = join '|', @data;

# Each says why it may look at all workspaces.
my %exempt = (
    health_counts      => 'counts for whoever runs the installation; no row leaves it',
    replay_lock        => 'a lock has no rows; it keeps ingest out while a workspace is rebuilt',
    events_waiting     => 'the worker asks which workspaces have work, then serves each by itself',
    guesses_workspaces => 'the worker asks which workspaces have leads, then serves each by itself',
    unmatched_matchable => 'the worker asks which bookings may be matched, each row with its workspace',
    fold_waiting       => 'the worker asks which workspaces have something to fold, then serves each by itself',
    sources_states     => 'health asks how all sources stand, whom they belong to is not said; reports ask for one workspace',
    sources_due        => 'the worker asks which rounds are due, each row with its workspace',
    worker_unended     => 'the worker asks which meetings are over, each row with its workspace',
);

# What cannot be the alias of a table, because it goes on with the statement.
my $word = qr/(?!(?:ON|SET|WHERE|USING|JOIN|LEFT|CROSS|GROUP|ORDER|LIMIT|IN|VALUES|SELECT|RETURNING|AND|UNION|FROM|LOOP|FOR)\b)\w+/i;

# Tables read or written without a condition on their workspace. One with an alias needs it by that name; of the others there
# must be as many conditions as there are tables.
sub unbound ($sql) {
    my $text  = bare($sql) =~ s/\bLOCK TABLE [^;]*//gir;
    my $plain = () = $text =~ /(?<![.\w])workspace_id\s*=/g;
    my @missing;
    while ($text =~ /\b(FROM|JOIN|UPDATE|USING|INTO|TABLE)\s+($tables)\b(?!\s*[%.])(?:\s+(?:AS\s+)?($word))?/gi) {
        my ($verb, $table, $alias) = (uc $1, $2, $3);
        my $bound = $verb eq 'INTO' ? $text =~ /\bINTO\s+$table\b[^;]*?\bworkspace_id\b/i
                  : $alias          ? $text =~ /\b$alias\.workspace_id\s*=/ || $text =~ /\b$table\s+(?:AS\s+)?$alias\s+WHERE\s+workspace_id\s*=/i
                  :                   $plain-- > 0;
        push @missing, join ' ', $verb, $table, $alias // () unless $bound;
    }
    # Behind a comma a table would not be seen above.
    push @missing, "a comma before $1" if $text =~ /\bFROM\s+[\w ]+,\s*($tables)\b/i;
    return @missing;
}

# The law is looked at before it is applied.
is join(' ', unbound('SELECT * FROM bookings')), 'FROM bookings', 'a table without its workspace is seen';
is join(' ', unbound('SELECT * FROM bookings WHERE workspace_id = $1 AND uid IN (SELECT uid FROM attendees)')), 'FROM attendees',
    'one condition does not do for two';
is join(' ', unbound('SELECT 1 FROM bookings b JOIN attendees a ON a.uid = b.uid WHERE b.workspace_id = $1')), 'JOIN attendees a',
    'nor does that of another';
is join(' ', unbound("SELECT 1 FROM leads -- workspace_id = 1\n WHERE 'workspace_id = 1' <> ''")), 'FROM leads', 'and comments and texts do not count';

for ((map { [ $_->[0], $_->[2] ] } @statements), @functions) {
    my ($name, $sql) = @$_;
    my @missing = unbound($sql);
    if ($exempt{$name}) {
        ok @missing || $sql !~ /workspace_id = \$1/, "$name looks at all workspaces: $exempt{$name}";
    } else {
        is "@missing", '', "$name asks for one workspace";
    }
}
my %named = map { $_->[0] => 1 } @statements, @functions;
is join(' ', grep { !$named{$_} } sort keys %exempt), '', 'every exception is one of a statement that is there';

# --- The schema keeps its promise: distributed by workspace_id it runs unchanged

my %columns_of = map { ("$_->[0] $_->[1]" => $_) } $t->sql(q{
    SELECT c.conrelid::regclass::text, c.conname, c.contype, a.attname,
           (SELECT string_agg(x.attname, ' ' ORDER BY n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
              JOIN pg_attribute x ON x.attrelid = c.conrelid AND x.attnum = k.num), c.confrelid::regclass::text
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f')});
for my $table (@data) {
    my @of = grep { $_->[0] eq $table } values %columns_of;
    my ($key) = grep { $_->[2] eq 'p' } @of;
    is $key && $key->[3], 'workspace_id', "the primary key of $table begins with the workspace";
    is join(' ', map { $_->[1] } grep { " $_->[4] " !~ / workspace_id / } @of), '', "every key of $table holds the workspace";
}
my @loose = $t->sql(q{
    SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.attnum = ANY (i.indkey))});
is join(' ', grep { !/^(?:workspaces|connections|tokens|schema_migrations|timezones)_/ } map { $_->[0] } @loose), '', 'so does every unique index';

# --- No SQL is put together at run time

for my $file (grep { $_ ne 'lib/world/db.c' && $_ ne 'lib/world/link.c' } glob 'lib/*/*.c cgi/*.c cgi/*/*.c') {
    my $text = Turnout::slurp($file) =~ s{/\*.*?\*/}{}gsr;
    my @sql  = grep { !/schema_migrations/ } $text =~ /"((?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP)\b [^"]*)"/g;
    is "@sql", '', "$file holds no SQL";
    my @scripts = $text =~ /\bdb_script\s*\(([^;]*)/g;
    is scalar(grep { /arena_print|snprintf|text_add|%s/ } @scripts), 0, "$file sends no script that it made" if @scripts;
}
for my $file (sort(glob 'schema/functions/*.sql schema/queries/*.sql')) {
    unlike bare(Turnout::slurp($file)), qr/\bEXECUTE\b|\bformat\s*\(|\bNOTIFY\b|CREATE\s+TRIGGER/i, "$file runs no text as SQL and wakes nobody";
}

$t->finish;

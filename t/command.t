# The command line: it helps, it says what is wrong and what to do, its exit status is honest, and it keeps secrets.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use File::Temp qw(tempfile);
use MIME::Base64 qw(encode_base64);
use Turnout;

my $t   = Turnout->start;
my $bin = ($ENV{TURNOUT_BUILD} // "$FindBin::Bin/../build") . '/bin';

# Without anything in the environment but what is given.
sub bare ($environment, @words) {
    my $how = ref $words[-1] ? pop @words : {};
    local %ENV = ((map { $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(PATH GCOV_PREFIX ASAN_OPTIONS UBSAN_OPTIONS)), %$environment);
    return Turnout::run($how, "$bin/turnout", @words);
}

# The exit status, and a sentence about it on stderr; a result on stdout only when it went well.
sub fails ($status, $about, $what, @words) {
    my ($exit, $out, $err) = $t->turnout(@words);
    subtest $what => sub {
        is $exit, $status, "exit status $status";
        like $err, $about, 'it says what is wrong';
        is $out, '', 'and prints no result';
        unlike $err, qr/SQLSTATE|statement "|assert|\(null\)|errno/, 'in the words of people' if $status == 1;
        like $err, qr/^usage: turnout |^  turnout /m, 'and how it is used' if $status == 2;
    };
}

sub file_of ($text) {
    my ($out, $file) = tempfile(DIR => $t->{dir}, UNLINK => 0);
    print $out $text;
    close $out;
    return $file;
}

# --- Help

my ($exit, $help, $err) = bare({}, '--help');
is $exit, 0, 'turnout --help';
is $err, '', 'is nothing to complain about';
my @commands = $help =~ /^  turnout ((?:[a-z]+ ?){1,2})(?= |$)/mg;
s/ $// for @commands;
for my $name ('migrate', 'workspace add', 'workspace list', 'connection add', 'connection api', 'connection list', 'connection rotate', 'token add', 'token list',
    'token revoke', 'import leads', 'import campaigns', 'funnel', 'version')
{
    ok scalar(grep { $_ eq $name } @commands), "it names $name";
}
for my $name (@commands) {
    for my $option ('--help', '-h') {
        my ($exit, $out, $err) = bare({}, split(' ', $name), $option);
        is $exit, 0, "turnout $name $option needs nothing";
        like $out, qr/^turnout \Q$name\E\b.*\n\n.*\w/, 'and says how it is used and what it does';
        is $err, '', 'without complaint';
    }
}
is((bare({}, 'help'))[0], 0, 'turnout help');
like((bare({}, $_))[1], qr/^turnout \d+\.\d+\.\d+$/, "turnout $_") for qw(version --version);
{
    my ($exit, $out) = bare({}, 'settings');
    is $exit, 0, 'turnout settings needs no setting';
    like $out, qr/^$_\b.*\w/m, "and explains $_" for qw(DATABASE_URL TURNOUT_KEY_FILE TURNOUT_KEY CALCOM_WEBHOOK_SECRET LOG_LEVEL PREPARED_STATEMENTS);
    like $out, qr/CAL_WEBHOOK_SECRET/, 'with older names';
}

# --- What is not understood: 2

for my $row (
    [ [],                                          qr/turnout workspace add/, 'nothing' ],
    [ ['destroy'],                                 qr/"destroy" is no command/, 'a word that is no command' ],
    [ [qw(workspace destroy)],                     qr/is no command/, 'half a command' ],
    [ ['workspace'],                               qr/is no command/, 'a command without its verb' ],
    [ [qw(workspace add)],                         qr/--name is missing/, 'a missing option' ],
    [ [qw(workspace add --name)],                  qr/--name needs a value/, 'an option without its value' ],
    [ [qw(workspace add --name x --colour red)],   qr/"--colour"/, 'an unknown option' ],
    [ [qw(workspace add --name x -v)],             qr/"-v"/, 'a short option' ],
    [ [qw(workspace add x)],                       qr/"x"/, 'a word too many' ],
    [ [qw(workspace list --all)],                  qr/"--all"/, 'an option of another command' ],
    [ [qw(workspace add --name x --attendance guess)], qr/presume or explicit/, 'a choice that there is not' ],
    [ [qw(connection add)],                        qr/--workspace is missing/, 'no workspace' ],
    [ [qw(connection add --workspace x)],          qr/"x", expected a number/, 'a workspace that is no number' ],
    [ [qw(connection add --workspace 0)],          qr/"0", expected a number/, 'workspace 0' ],
    [ [qw(connection add --workspace -1)],         qr/"-1", expected a number/, 'workspace -1' ],
    [ [qw(connection add --workspace 99999999999999999999)], qr/expected a number/, 'a number beyond all' ],
    [ [qw(connection add --workspace 1 --unsigned --secret-file x)], qr/exclude each other/, 'two that exclude each other' ],
    [ [qw(connection rotate)],                     qr/operand is missing/, 'a missing operand' ],
    [ [qw(connection rotate 1 2)],                 qr/"2"/, 'two operands' ],
    [ [qw(token add)],                             qr/--workspace N or --all/, 'a token for nobody' ],
    [ [qw(token add --workspace 1 --all)],         qr/--workspace N or --all/, 'a token for one and all' ],
    [ [qw(token add --all --expires 0)],           qr/"0", expected a number/, 'a token for no day' ],
    [ [qw(token add --all --expires 999999)],      qr/expected 1 to \d+ days/, 'a token for ever' ],
    [ [qw(token revoke)],                          qr/operand is missing/, 'no token' ],
    [ [qw(token revoke 1x)],                       qr/"1x", expected a number/, 'a token that is no number' ],
    [ [qw(funnel)],                                qr/--workspace is missing/, 'a funnel of nobody' ],
    [ [qw(import leads --workspace 1)],            qr/operand is missing/, 'an import of nothing' ],
    [ [ qw(workspace add --name), '' ],            qr/name/, 'a workspace without a name' ],
    [ [ qw(workspace add --name), "M\xFCller" ],   qr/UTF-8|name/, 'a name that is not UTF-8' ],
    [ [qw(migrate --force)],                       qr/"--force"/, 'an option that would be nice' ],
) {
    my ($words, $about, $what) = @$row;
    fails(2, $about, "$what is not understood", @$words);
}

# --- What fails: 1

for my $row (
    [ [qw(connection add --workspace 4242)],       qr/no workspace 4242; see `turnout workspace list`/, 'a workspace that is not there' ],
    [ [qw(token add --workspace 4242)],            qr/no workspace 4242/, 'a token for it' ],
    [ [qw(connection rotate 4242)],                qr/connection 4242; see `turnout connection list`/, 'a connection that is not there' ],
    [ [qw(connection rotate 4242 --finish)],       qr/connection 4242/, 'the end of its rotation' ],
    [ [qw(token revoke 4242)],                     qr/no token 4242; see `turnout token list`/, 'a token that is not there' ],
    [ [qw(funnel --workspace 4242)],               qr/workspace/, 'the funnel of a workspace that is not there' ],
    [ [qw(funnel --workspace 1 --from tomorrow)],  qr/from.*2024-05-06/, 'a day that is none' ],
    [ [qw(funnel --workspace 1 --timezone Mars/Olympus)], qr/"Mars\/Olympus".*Europe\/Berlin/, 'a zone that is none' ],
    [ [qw(funnel --workspace 1 --basis guess)],    qr/basis/, 'a basis that is none' ],
    [ [qw(workspace add --name x --timezone Mars/Olympus)], qr/"Mars\/Olympus".*Europe\/Berlin/, 'a workspace on Mars' ],
    [ [qw(connection add --workspace 1 --secret-file /nowhere/secret)], qr/could not open "\/nowhere\/secret"/, 'a secret in a file that is not there' ],
    [ [ qw(connection add --workspace 1 --secret-file -), { stdin => "\n" } ], qr/holds no secret/, 'an empty secret' ],
    [ [ qw(connection add --workspace 1 --secret-file -), { stdin => 'x' x 2000 } ], qr/holds no secret of 1 to \d+ bytes/, 'a secret without end' ],
    [ [ qw(connection add --workspace 1 --secret-file -), { stdin => "a\0b\n" } ], qr/holds no secret/, 'a secret with a NUL' ],
    [ [qw(import leads /nowhere/leads.csv --workspace 1)], qr/could not open "\/nowhere\/leads.csv"/, 'an import of a file that is not there' ],
) {
    my ($words, $about, $what) = @$row;
    fails(1, $about, "$what fails", @$words);
}
is $t->value("SELECT count(*) FROM workspaces"), 1, 'and nothing of it was done';
is $t->value("SELECT count(*) FROM connections"), 1, 'no connection either';

# --- Settings

my %good = map { $_ => $t->{env}{$_} } qw(DATABASE_URL DATABASE_OWNER_URL TURNOUT_KEY_FILE);
my @add  = qw(connection add --workspace 1);
for my $row (
    [ 'DATABASE_URL',        { %good, DATABASE_URL => undef }, 'is not set' ],
    [ 'DATABASE_URL',        { %good, DATABASE_URL => '' }, 'is empty' ],
    [ 'TURNOUT_KEY_FILE',    { %good, TURNOUT_KEY_FILE => undef }, 'is not set' ],
    [ 'key',                 { %good, TURNOUT_KEY_FILE => '/nowhere/key' }, 'is in a file that is not there' ],
    [ 'key',                 { %good, TURNOUT_KEY_FILE => file_of('ab' x 31) }, 'is too short' ],
    [ 'key',                 { %good, TURNOUT_KEY_FILE => file_of('ab' x 33) }, 'is too long' ],
    [ 'key',                 { %good, TURNOUT_KEY_FILE => file_of('xy' x 32) }, 'is no hex' ],
    [ 'key',                 { %good, TURNOUT_KEY => 'xy' x 32 }, 'is no hex, as a value' ],
    [ 'LOG_LEVEL',           { %good, LOG_LEVEL => 'loud' }, 'is none' ],
    [ 'PREPARED_STATEMENTS', { %good, PREPARED_STATEMENTS => 'yes' }, 'is neither on nor off' ],
    [ 'CALCOM_WEBHOOK_SECRET and CAL_WEBHOOK_SECRET', { %good, CALCOM_WEBHOOK_SECRET => 'a', CAL_WEBHOOK_SECRET => 'b' }, 'differ' ],
) {
    my ($name, $environment, $what) = @$row;
    my %given = map { defined $environment->{$_} ? ($_ => $environment->{$_}) : () } keys %$environment;
    my ($exit, $out, $err) = bare(\%given, @add);
    is $exit, 1, "$name $what: it stops";
    like $err, qr/\b\Q$name\E\b/, 'and names the setting';
    is $err =~ tr/\n//, 1, 'in one sentence';
    unlike $err, qr/xyxy|abab/, 'without its value when that is secret';
    # The programs stop in the same way. Descriptor 0 is no socket, but they do not get that far.
    local %ENV = ((map { $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(PATH GCOV_PREFIX ASAN_OPTIONS UBSAN_OPTIONS)), %given);
    my ($ended, undef, $said) = Turnout::run("$bin/webhook");
    is $ended, 1, 'so does a program';
    like $said, qr/^\{.*"level":"error".*\b\Q$name\E\b.*\}\n\z/, 'with one line in its log';
}
{
    my ($exit, $out, $err) = bare({ DATABASE_URL => 'postgresql://someone:hunter2@/turnout?host=/nowhere' }, 'workspace', 'list');
    is $exit, 1, 'a database that is away: it fails';
    like $err, qr/database could not be reached/, 'and says so';
    unlike $err, qr/hunter2/, 'without the password';
    ($exit, $out, $err) = bare({ DATABASE_URL => 'not a url' }, 'workspace', 'list');
    is $exit, 1, 'an address that is none';
    is((bare({ %good, TURNOUT_KEY => Turnout::slurp($good{TURNOUT_KEY_FILE}) =~ s/\s//gr, TURNOUT_KEY_FILE => '' }, @add))[0], 0, 'the key may be in the environment');
    is((bare({ %good, CALCOM_WEBHOOK_SECRET => 'same', CAL_WEBHOOK_SECRET => 'same' }, @add))[0], 0, 'two names for one secret may agree');
    is((bare({ %good, PREPARED_STATEMENTS => 'off' }, 'workspace', 'list'))[0], 0, 'prepared statements may be off');
}

# --- Secrets

my ($token, @secrets);
subtest 'a connection gets its secret' => sub {
    my $plain = 'a secret, with "quotes"';
    my ($exit, $out, $err) = $t->turnout(@add, '--name', 'of a file', '--secret-file', file_of("$plain\r\n"));
    like $out, qr/^\d+\n\z/, 'from a file: it prints the id alone';
    like $err, qr{/api/webhooks/calcom/\d+}, 'and tells the path';
    my $id = $out + 0;
    $t->wait_until('it is known', sub { $t->deliver(event('BOOKING_CREATED', 'of-file'), path => "/api/webhooks/calcom/$id", secret => $plain)->{http} == 200 }, 5);
    pass 'the line end is not part of it';

    my $piped = $t->said(@add, '--secret-file', '-', { stdin => 'piped secret' });
    like $piped, qr/^\d+\z/, 'from stdin';
    my $taken = $t->said(@add, { env => { CALCOM_WEBHOOK_SECRET => 'secret of the environment' } });
    like $taken, qr/^\d+\z/, 'from the environment';
    $taken = (bare({ %good, CAL_WEBHOOK_SECRET => 'secret of the older name' }, @add))[1];
    like $taken, qr/^\d+\n\z/, 'or its older name';
    my ($made, $secret) = split /\n/, (bare(\%good, @add))[1];
    like $secret, qr/^[0-9a-f]{48}$/, 'or it is made, and printed on the second line';
    my ($again) = (split /\n/, (bare(\%good, @add))[1])[1];
    isnt $again, $secret, 'another one each time';
    my $open = $t->said(@add, '--unsigned');
    like $open, qr/^\d+\z/, 'or it has none, because somebody said so';
    my $rotated = (bare(\%good, 'connection', 'rotate', $made))[1];
    like $rotated, qr/^[0-9a-f]{48}\n\z/, 'a rotation prints the new one';
    push @secrets, $plain, 'piped secret', 'secret of the environment', 'secret of the older name', $secret, $again, $rotated =~ s/\n//r, $t->{secret};

    my $list = $t->said(qw(connection list));
    like $list, qr/^ *$id +1 +calcom +of a file +\w+/m, 'the list shows it';
    like $list, qr/^ *$made .*rotated/m, 'one being rotated';
    like $list, qr/^ *$open .*unsigned/m, 'one without a secret';
    unlike $list, qr/\Q$_\E/, 'and no secret' for @secrets;
    fails(1, qr/connection $open/, 'what has no secret cannot be given another', qw(connection rotate), $open);
    $t->said(qw(connection rotate --finish), $made);
    unlike $t->said(qw(connection list)), qr/^ *$made .*rotated/m, 'a rotation ends';
};

subtest 'a token is shown once' => sub {
    my ($exit, $out, $err) = $t->turnout(qw(token add --workspace 1 --name reports --expires 30));
    like $out, qr/^turnout_[A-Za-z0-9_-]{43}\n\z/, 'alone on its line';
    like $err, qr/not be shown again/, 'with a word of warning';
    chomp($token = $out);
    isnt $t->said(qw(token add --workspace 1)), $token, 'another each time';
    my $list = $t->said(qw(token list));
    like $list, qr/^ *\d+ +1 +read +reports +\d{4}-\S+Z +\d{4}-\S+Z +-$/m, 'the list shows what it may';
    like $list, qr/^ *\d+ +all +write +up/m, 'and the one for all';
    unlike $list, qr/\Q$token\E|\Q@{[ substr $token, 10, 20 ]}/, 'but not the token';
    my $id = $t->value("SELECT token_id FROM tokens WHERE name = 'reports'");
    is $t->value("SELECT octet_length(digest) FROM tokens WHERE token_id = $id"), 32, 'a digest is kept';
    $t->said(qw(token revoke), $id);
    like $t->said(qw(token list --workspace 1)), qr/^ *$id .* \d{4}-\S+Z +\d{4}-\S+Z +\d{4}-\S+Z$/m, 'revoked, with its time';
    is((($t->turnout(qw(token revoke), $id))[0]), 0, 'and again, which changes nothing');
    push @secrets, $token, $t->{token};
};

subtest 'the database knows no secret' => sub {
    $t->deliver(event('BOOKING_CREATED', 'dumped', title => 'words of a stranger', additionalNotes => 'notes of a stranger'));
    my ($exit, $dump, $err) = Turnout::run('/usr/lib/postgresql/15/bin/pg_dump', '--inserts', $t->{env}{DATABASE_OWNER_URL});
    is $exit, 0, 'a dump of all of it' or diag $err;
    like $dump, qr/INSERT INTO public\.connections/, 'with connections';
    like $dump, qr/INSERT INTO public\.tokens/, 'with tokens';
    chomp(my $key = Turnout::slurp($good{TURNOUT_KEY_FILE}));
    my $found = 0;
    for my $secret (@secrets, $key, pack('H*', $key)) {
        for my $form ($secret, unpack('H*', $secret), encode_base64($secret, '') =~ s/=+$//r) {
            $found++ if index($dump, $form) >= 0;
        }
    }
    is $found, 0, 'holds none of ' . (@secrets + 1) . ' secrets, plain, hex or base64';
    is index($dump, 'notes of a stranger'), -1, 'nor what a webhook brought, as it came';
    is index($dump, unpack 'H*', 'notes of a stranger'), -1, 'in hex either';
    is $t->value("SELECT count(DISTINCT secret) = count(secret) FROM connections"), 't', 'equal secrets are sealed differently';
};

# --- Lists

subtest 'workspaces are listed' => sub {
    my $id = $t->said(qw(workspace add --name), 'Ünïcode & Co', qw(--timezone Europe/Berlin --attendance explicit));
    like $id, qr/^\d+\z/, 'add prints the id alone';
    my $list = $t->said(qw(workspace list));
    like $list, qr/^ +id +name/, 'with a head line';
    like $list, qr/^ *1 +Sample +UTC +presume +\d{4}-\S+Z$/m, 'the first';
    like $list, qr/^ *$id +Ünïcode & Co +Europe\/Berlin +explicit +\d{4}-\S+Z$/m, 'the second, with its zone and policy';
    is $t->said(qw(connection list --workspace), $id), (split /\n/, $t->said(qw(connection list)))[0], 'another workspace has no connection';
    is $t->said(qw(workspace add --name=spelt=so)), $id + 1, 'an option may be written with =';
    like $t->said(qw(workspace list)), qr/spelt=so/, 'up to the first';
};

# --- Migrations

sub fresh_database ($name) {
    $t->sql("CREATE DATABASE $name");
    return { env => { map { $_ => $t->{env}{DATABASE_OWNER_URL} =~ s{/turnout\?}{/$name?}r } qw(DATABASE_URL DATABASE_OWNER_URL) } };
}
sub tables ($of) { my ($exit, $out) = Turnout::run('psql', '-XAtc', "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", $of->{env}{DATABASE_OWNER_URL}); return $out + 0 }

subtest 'the schema is brought up to date' => sub {
    my $of = fresh_database('migrated');
    my ($exit, $out, $err) = $t->turnout(qw(migrate --dry-run), $of);
    is $exit, 0, 'a dry run';
    my @would = $err =~ /^would apply (\S+)$/mg;
    ok @would > 5, 'says what it would do';
    is tables($of), 0, 'and does nothing';
    ($exit, $out, $err) = $t->turnout('migrate', $of);
    is $exit, 0, 'the real one';
    is_deeply [ $err =~ /^applying (\S+)$/mg ], \@would, 'does just that';
    my $count = tables($of);
    cmp_ok $count, '>=', 12, "and makes $count tables";
    for my $again ('migrate', 'migrate --dry-run', 'migrate') {
        ($exit, $out, $err) = $t->turnout(split(' ', $again), $of);
        is $exit, 0, "$again, again";
        like $err, qr/up to date/, 'finds nothing to do';
    }
    is tables($of), $count, 'and changes nothing';
    is $t->said(qw(workspace add --name first), $of), 1, 'it can be used';
};

subtest 'what waits to be counted is counted then' => sub {
    my $of = fresh_database('counted');
    my $sql = sub ($sql) { my ($exit, $out, $err) = Turnout::run('psql', '-XAtqc', $sql, $of->{env}{DATABASE_OWNER_URL}); die $err if $exit; $out =~ s/\n\z//r };
    $t->said('migrate', $of);
    my $id = $t->said(qw(workspace add --name counted), $of);
    $sql->("INSERT INTO leads (workspace_id, lead_id, email, email_key, mailbox_key) SELECT $id, 'l' || n, n || '\@x.test', n || '\@x.test', n || '\@x.test' FROM generate_series(1, 6000) n;
        INSERT INTO standings (workspace_id, email_key, uid, booked_at, status, lead_id, known_from)
        SELECT $id, n || '\@x.test', 'b' || n, '2026-03-01T09:00:00Z', 'accepted', 'l' || n, '2026-03-01T09:00:01Z' FROM generate_series(1, 6000) n;
        INSERT INTO standing_changes (workspace_id, now, lead_now, known_from) SELECT $id, counted_row_of(s), lead_id, known_from FROM standings s;
        UPDATE schema_migrations SET checksum = 'another' WHERE name = 'functions/5_fold'");
    $t->said('migrate', $of);
    is $sql->('SELECT count(*) FROM standing_changes'), 0, 'nothing waits any more';
    is $sql->("SELECT sum(booked) FROM funnel_counts WHERE family = 'activity' AND NOT monthly"), 6000, 'all is counted';
    is $sql->('SELECT count(*) FROM item_changes'), 6000, 'and when it became known';
};

subtest 'a migration that was changed afterwards is refused' => sub {
    my ($name, $sum) = @{ ($t->sql("SELECT name, checksum FROM schema_migrations WHERE name LIKE 'migrations/%' ORDER BY name LIMIT 1"))[0] };
    $t->sql("UPDATE schema_migrations SET checksum = 'another' WHERE name = '$name'");
    fails(1, qr/"\Q$name\E" was applied with another text.*put it back and write a new one/, 'with a sentence', 'migrate');
    fails(1, qr/\Q$name\E/, 'also in a dry run', qw(migrate --dry-run));
    $t->sql("UPDATE schema_migrations SET checksum = '$sum' WHERE name = '$name'");
    is(($t->turnout('migrate'))[0], 0, 'put back, all is well');
    my $function = $t->value("SELECT name FROM schema_migrations WHERE name LIKE 'functions/%' ORDER BY name LIMIT 1");
    $t->sql("UPDATE schema_migrations SET checksum = 'another' WHERE name = '$function'");
    like(($t->turnout('migrate'))[2], qr/^applying \Q$function\E$/m, 'a function whose text changed is simply made anew');
    like(($t->turnout('migrate'))[2], qr/up to date/, 'once');
};

subtest 'two migrations at once' => sub {
    my $of = fresh_database('raced');
    my @said = $t->at_once(4, sub ($number) { my ($exit, $out, $err) = $t->turnout('migrate', $of); [ $exit, scalar(() = $err =~ /^applying/mg) ] });
    is_deeply [ map { $_->[0] } @said ], [ (0) x 4 ], 'none fails' or diag explain \@said;
    is scalar(grep { $_->[1] } @said), 1, 'and one does the work';
};

subtest 'who may not change the schema' => sub {
    my $role = { env => { DATABASE_OWNER_URL => $t->{env}{DATABASE_URL} } };
    fails(1, qr/^turnout: this role .* may not do that; DATABASE_OWNER_URL /, 'the programs\' role may not add a workspace', qw(workspace add --name x), $role);
    fails(1, qr/run `turnout migrate`/, 'nor is anything done without a schema', qw(workspace list), fresh_database('bare'));
    $t->sql("UPDATE schema_migrations SET checksum = 'another' WHERE name LIKE 'functions/4%'");
    my ($exit, $out, $err) = $t->turnout('migrate', $role);
    is $exit, 1, 'nor may it migrate';
    like $err, qr/DATABASE_OWNER_URL/, 'and says who may';
    is(($t->turnout('migrate'))[0], 0, 'the owner may');
};

$t->finish;

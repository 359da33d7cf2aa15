# No statement that serves a workspace reads a large table from end to end, and none reads rows of another workspace; looked at in
# the plans that PostgreSQL makes with some 50,000 rows, half of them of one workspace of fifty: a plan for any of them expects few.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use Turnout;

my $sanitized = ($ENV{TURNOUT_BUILD} // '') =~ /sanitize/;
plan skip_all => 'plans do not depend on the build' if $sanitized;

my $t = Turnout->start;
my ($exit, $out, $err) = Turnout::run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'bookings=50000', '-v', 'leads=50000', '-v', 'campaigns=200',
    '-v', 'workspaces=50', '-f', "$FindBin::Bin/lib/generate.sql", $t->{env}{DATABASE_OWNER_URL});
is $exit, 0, 'the data is generated' or diag $err;
my ($w, $connection) = @{ ($t->sql("SELECT workspace_id, connection_id FROM connections WHERE name = 'bench' ORDER BY workspace_id LIMIT 1"))[0] };
is $t->value("SELECT count(*) FROM standings WHERE workspace_id = $w"), 25_000, 'half of it in one workspace';
is $t->value('SELECT count(*) FROM standing_changes'), 0, 'and all of it is folded';

# Those that grow with bookings and leads.
my %large = map { $_ => 1 } qw(leads lead_campaigns webhook_events bookings attendees unmatched_bookings activities standings past_standings
    row_counts funnel_items item_changes funnel_counts campaign_days);

# A statement of schema/queries with these values.
sub statement ($file, $name, @values) {
    my ($sql) = Turnout::slurp("$FindBin::Bin/../schema/queries/$file.sql") =~ /^-- name: $name [^\n]*\n(.*?);\n/ms or die "there is no $name";
    return $sql =~ s/\$(\d+)/$values[ $1 - 1 ]/gr;
}

# What the programs ask, as they do: by the role's own settings, and prepared, so that plans for any value come up, too.
my ($uid, $key, $booked) = @{ ($t->sql("SELECT uid, email_key, booked_at FROM standings WHERE workspace_id = $w AND lead_id IS NOT NULL ORDER BY booked_at OFFSET 9000 LIMIT 1"))[0] };
my $none = "NULL, NULL, NULL";
my @asked = (
    (map { [ "a page$_->[0]", "SELECT * FROM bookings_page($w, $_->[1], 101)" ] }
        [ '',                "true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $none" ],
        [ ' of all',         "false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $none" ],
        [ ' behind another', "true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '$booked', '$uid', '$key'" ],
        [ ' of a campaign',  "true, 'c1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, $none" ],
        [ ' of a status',    "true, NULL, 'pending', 'unknown', NULL, NULL, NULL, NULL, NULL, $none" ],
        [ ' of a window',    "true, NULL, NULL, NULL, now() - interval '90 days', now() - interval '30 days', NULL, NULL, NULL, $none" ],
        [ ' of an address',  "true, NULL, NULL, NULL, NULL, NULL, '$key', leads_of_address($w, '$key', '$key'), NULL, $none" ],
        [ ' as of a moment', "true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, now() - interval '9 days', $none" ]),
    (map { [ "a summary$_->[0]", "SELECT * FROM bookings_summary($w, $_->[1])" ] }
        [ '',                "true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL" ],
        [ ' of a campaign',  "true, 'c1', 'accepted', NULL, NULL, NULL, NULL, NULL, NULL" ],
        [ ' of a window',    "true, NULL, NULL, NULL, now() - interval '90 days', now() - interval '30 days', NULL, NULL, NULL" ],
        [ ' of an address',  "true, NULL, NULL, NULL, NULL, NULL, '$key', leads_of_address($w, '$key', '$key'), NULL" ],
        [ ' as of a moment', "true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, now() - interval '9 days'" ]),
    (map { my $cohort = $_; map { [ "a funnel$_->[0], cohort $cohort", "SELECT * FROM funnel_rows($w, $_->[1], $cohort, $_->[2])" ] }
        [ '',                'NULL, NULL, NULL, NULL, \'campaign\'', 'NULL' ],
        [ ' of a window',    q{(now() - interval '90 days')::date::text, (now() - interval '30 days')::date::text, NULL, NULL, 'campaign'}, 'NULL' ],
        [ ' of moments',     join(', ', map({ qq{to_char(now() - interval '$_ days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')} } 90, 30), q{NULL, NULL, 'campaign'}), 'NULL' ],
        [ ' of a zone',      q{'2026-01-01', '2026-02-01', NULL, 'Asia/Kolkata', 'day'}, 'NULL' ],
        [ ' of a campaign',  q{NULL, NULL, 'c1', NULL, 'event_type'}, 'NULL' ],
        [ ' until a day',    q{NULL, (now() - interval '30 days')::date::text, NULL, NULL, 'campaign'}, 'NULL' ],
        [ ' by month',       q{NULL, NULL, NULL, NULL, 'month'}, 'NULL' ],
        [ ' by day',         q{NULL, NULL, NULL, NULL, 'day'}, 'NULL' ],
        [ ' as of a moment', q{NULL, NULL, NULL, NULL, 'campaign'}, q{(now() - interval '9 days')::text} ],
        [ ' as of long ago', q{NULL, NULL, NULL, NULL, 'campaign'}, q{'2020-01-01T00:00:00Z'} ] } 'false', 'true'),
    [ 'the leads behind a number', "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'campaign', false, NULL, 'booked', true, NULL, NULL, NULL, 101)" ],
    [ 'the leads of a cohort',     "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'campaign', true, NULL, 'sent', false, 'c1', NULL, NULL, 101)" ],
    [ 'the leads of a day',        "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'day', false, NULL, 'booked', false, (now() - interval '400 days')::date::text, NULL, NULL, 101)" ],
    [ 'the leads behind another',  "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'campaign', true, NULL, 'sent', true, NULL, now() - interval '400 days', 'l1', 101)" ],
    [ 'the leads as of a moment',  "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'campaign', false, (now() - interval '9 days')::text, 'booked', true, NULL, NULL, NULL, 101)" ],
    [ 'the leads as of long ago',  "SELECT * FROM funnel_leads($w, NULL, NULL, NULL, NULL, 'campaign', true, '2020-01-01T00:00:00Z', 'booked', true, NULL, NULL, NULL, 101)" ],
    [ 'the days behind a number',  "SELECT * FROM funnel_days($w, NULL, NULL, NULL, NULL, 'campaign', 'sent', false, 'c1', NULL, NULL, 101)" ],
    [ 'an event', qq{SELECT ingest($w, $connection, 'key%d', 'webhook', 'BOOKING_CREATED', 'new%d', NULL, now(), now(), 'body', 'processed',
        '[{"uid":"new%d","known_at":"2026-01-01T00:00:00Z","attendees":[{"email_key":"$key","mailbox_key":"$key","shared":false}]}]')} ],
    [ 'folding', "SELECT fold($w, 0, 100)" ],
    [ 'what is known of rows of an API', statement(polls => 'polls_newest', $w, $connection, qq{'[{"place":0,"uid":"$uid","number":1},{"place":1,"uid":"new","number":0}]'}) ],
    [ 'what an API did not show', statement(polls => 'polls_missing', $w, $connection, "(now() - interval '7 days')", "(now() + interval '90 days')",
        "(now() + interval '90 days')", qq{'["$uid"]'}, "''", 20) ],
);

# Each seven times in one session: from the sixth on plans are those for any value.
my $script = join "\n", "LOAD 'auto_explain';", 'SET auto_explain.log_min_duration = 0;', 'SET auto_explain.log_nested_statements = on;',
    'SET client_min_messages = log;', 'SET log_min_messages = panic;', 'SET ROLE turnout_app;', (map { "SET $_->[0] = '$_->[1]';" } grep { $_->[0] =~ /enable/ }
    map { [ split /=/ ] } split /,/, $t->value("SELECT array_to_string(rolconfig, ',') FROM pg_roles WHERE rolname = 'turnout_app'")),
    map { my $what = $_; map { my $round = $_; "\\echo == $what->[0]\n" . $what->[1] =~ s/%d/$round/gr . ';' } 1 .. 7 } @asked;
($exit, $out, $err) = Turnout::run({ stdin => $script }, 'sh', '-c', 'psql -X -q -v ON_ERROR_STOP=1 "$0" 2>&1', $t->{env}{DATABASE_OWNER_URL});
is $exit, 0, 'all is asked' or diag substr $out, -2000;

my ($what, %bad, %scans, %seen);
my @lines = split /\n/, $out;
for my $i (0 .. $#lines) {
    if ($lines[$i] =~ /^== (.*)/) { $what = $1; $seen{$what}++; next }
    my ($scan, $index, $table) = $lines[$i] =~ /((?:Parallel )?(?:Seq|Index|Index Only|Bitmap Heap|Bitmap Index) Scan)(?: Backward)?(?: using (\w+))? on (\w+)/ or next;
    if ($scan =~ /Seq/) {
        $bad{"$what: $scan on $table"} = 1 if $large{$table};
        next;
    }
    # A bitmap of an index is named after the index; the heap behind it has the condition again.
    next if $scan eq 'Bitmap Index Scan' || !$large{$table};
    $scans{$what}++;
    $bad{"$what: all rows are gathered and sorted"} = 1
        if $what =~ /^a page(?! of an address| as of)/ && $table eq 'standings' && $scan eq 'Bitmap Heap Scan';
    my $condition = join ' ', grep { /Cond:/ } @lines[ $i + 1 .. $i + 3 ];
    $bad{"$what: $scan on $table without its workspace: $condition"} = 1 unless $condition =~ /workspace_id =/;
}
is scalar(keys %seen), scalar(@asked), 'each was asked';
is join("\n", sort keys %bad), '', 'no plan reads a large table from end to end, or another workspace';
ok $scans{ $_->[0] }, "$_->[0] was looked at" for grep { $_->[0] !~ /folding/ } @asked;

# The check sees what it is for.
my ($whole) = grep { /Seq Scan/ } split /\n/, join "\n", map { $_->[0] } $t->sql('EXPLAIN SELECT * FROM standings');
like $whole, qr/Seq Scan on standings/, 'a statement without a workspace would be seen';

# --- What is read follows what is shown, not what there is; also by the plans for any value

# A row of a page takes some 15 blocks, of four indexes and tables; everything in the workspace is more than 25,000, of each table.
my %most = ((map { $_ => 4_000 } 'a page', 'a page behind another', 'a page of a campaign', 'a page of a window', 'the leads as of a moment'),
    (map { $_ => 2_500 } 'the leads behind a number', 'the leads of a cohort', 'the leads of a day', 'the leads behind another'),
    (map { $_ => 1_000 } 'a summary as of a moment', 'a summary', 'a summary of a window', map { ("$_, cohort false", "$_, cohort true") } 'a funnel', 'a funnel as of a moment', 'a funnel of a window', 'a funnel until a day', 'a funnel by month', 'a funnel of moments'));
my @measured = grep { $most{ $_->[0] } } @asked;
is @measured, keys %most, 'each that is measured is asked';
$script = join "\n", 'SET ROLE turnout_app;', 'SET enable_seqscan = off;', '\pset tuples_only', '\pset format unaligned',
    map { my $sql = $_->[1]; ('\o /dev/null', ("$sql;") x 6, '\o', "\\echo == $_->[0]", "EXPLAIN (ANALYZE, BUFFERS, TIMING off) $sql;") } @measured;
($exit, $out, $err) = Turnout::run({ stdin => $script }, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', $t->{env}{DATABASE_OWNER_URL});
is $exit, 0, 'what they read is counted' or diag $err;
for (split /^== /m, $out) {
    my ($name, $blocks) = /^([^\n]+)\n.*?Buffers: shared (hit=\d+(?: read=\d+)?|read=\d+)/s or next;
    my $sum = 0;
    $sum += $_ for $blocks =~ /(\d+)/g;
    cmp_ok $sum, '<=', delete $most{$name}, "$name reads $sum blocks";
}
is join(', ', sort keys %most), '', 'all were counted';

# --- The API's own memory is bounded, whatever the size of the answer

my $token = $t->said('token', 'add', '--all');
my $most = sub { (sort { $b <=> $a } map { Turnout::slurp("/proc/$_/status") =~ /VmHWM:\s+(\d+)/ ? $1 : () } $t->pids('bookings'))[0] };
$t->get("/api/clients/$w/bookings?limit=1000&matched=all", token => $token);
my $before = $most->();
my $csv = $t->get("/api/clients/$w/bookings?format=csv&matched=all", token => $token);
is scalar(() = $csv->{body} =~ /\r\n/g), 25_000 + 7 + 1, 'CSV holds all rows, the events above, and the head';
cmp_ok length $csv->{body}, '>', 4_000_000, 'which are megabytes';
cmp_ok $most->() - $before, '<', 3_000, 'and took no more memory than a page: ' . $before . ' kB, then ' . $most->();

# --- A client that goes away stops the query

$t->sql("CREATE FUNCTION slow(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint FROM pg_sleep(20)'; ALTER FUNCTION unfolded_leads(bigint) RENAME TO unfolded_leads_quick;
    CREATE FUNCTION unfolded_leads(p bigint) RETURNS text[] LANGUAGE sql AS 'SELECT array_agg(s::text) FROM slow(p) s'; GRANT EXECUTE ON FUNCTION unfolded_leads(bigint) TO PUBLIC");
my ($port) = $t->{url} =~ /(\d+)$/;
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die;
print $socket "GET /api/clients/$w/funnel HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n\r\n";
my $active = q{SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%funnel_rows%' AND pid <> pg_backend_pid()};
$t->wait_until('the funnel is being counted', sub { $t->value($active) });
close $socket;
my $began = time;
$t->wait_until('it is not any more', sub { $t->value($active) == 0 });
cmp_ok time - $began, '<', 5, 'the query of a client that went away is stopped';
$t->sql('DROP FUNCTION unfolded_leads(bigint); ALTER FUNCTION unfolded_leads_quick(bigint) RENAME TO unfolded_leads; DROP FUNCTION slow(bigint)');
is $t->get("/api/clients/$w/funnel", token => $token)->{http}, 200, 'and the program goes on';

$t->finish;

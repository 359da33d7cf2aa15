# Whatever the order of deliveries, however often and however many at a time they come, the state is the same; a second
# implementation of the state law comes to it, too, and replaying the stored events changes nothing.
#
# TURNOUT_SEED draws the same histories again, TURNOUT_HISTORIES is their number; TURNOUT_ONLY is the number of a single one.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(hmac_sha256_hex);
use Encode qw(encode);
use History;
use IO::Socket::INET;
use Recount;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);
use Turnout;

my $sanitized = ($ENV{TURNOUT_BUILD} // '') =~ /sanitize/;
my $seed      = $ENV{TURNOUT_SEED}      // 2_026;
my $count     = $ENV{TURNOUT_HISTORIES} // ($sanitized ? 150 : 2_000);
my $shown     = 5;   # differences that are printed; all are counted
note "TURNOUT_SEED=$seed TURNOUT_HISTORIES=$count";

my $t = Turnout->start(workers => 8);
# Laws are not about power failures, and a deadlock, which is tried again, need not wait a second to be found.
$t->sql("ALTER SYSTEM SET $_") for 'synchronous_commit = off', "deadlock_timeout = '50ms'";
$t->sql('SELECT pg_reload_conf()');
my %histories = map { $_ => History->draw($seed, $_) } $ENV{TURNOUT_ONLY} // (1 .. $count);
my @histories = @histories{ sort { $a <=> $b } keys %histories };
my $leads     = encode('UTF-8', join '', "email\n", map { map { "$_\n" } @{ $_->{leads} } } @histories);
my %of        = map { $_ => $t->workspace(name => $_, attendance => $_ eq 'strict' ? 'explicit' : 'presume') } qw(natural shuffled parallel strict);
$_->import_csv(leads => $leads) for values %of;

# --- Deliveries

# A plan is a list of lanes, a lane is a list of bodies. Lanes are connections: the first of all lanes are on their way at the same
# time, then the second, and so on.
sub lanes_of_histories ($lanes, @lists) {   # each history in a lane of its own
    my @plan;
    push @{ $plan[ $_ % $lanes ] }, @{ $lists[$_] } for 0 .. $#lists;
    return \@plan;
}

sub lanes_of_events ($lanes, @lists) {   # each history over all lanes
    my (@plan, $next);
    for my $body (map { @$_ } @lists) { push @{ $plan[ $next++ % $lanes ] }, $body }
    return \@plan;
}

sub shuffled_and_repeated (@bodies) { History::shuffled(@bodies, grep { History::chance(20) } @bodies) }

sub connection {
    my ($port) = $t->{url} =~ /(\d+)$/;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "no nginx: $@";
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    return $socket;
}

# Sends a plan; returns how often each answer came, the status of HTTP and that of the body.
sub carried_out ($w, $plan) {
    my @sockets = map { connection() } @$plan;
    my ($most)  = sort { $b <=> $a } map { scalar @$_ } @$plan;
    my %answers;
    for my $step (0 .. $most - 1) {
        my @busy = grep { $step < @{ $plan->[$_] } } 0 .. $#$plan;
        for my $lane (@busy) {
            my $body = $plan->[$lane][$step];
            syswrite $sockets[$lane], "POST /api/webhooks/calcom/$w->{connection} HTTP/1.1\r\nHost: localhost\r\n"
                . "Content-Type: application/json\r\nContent-Length: " . length($body)
                . "\r\nX-Cal-Signature-256: " . hmac_sha256_hex($body, $w->{secret}) . "\r\n\r\n$body";
        }
        for my $lane (@busy) {
            my ($answer, $closes) = answer_of($sockets[$lane]);
            $answers{$answer}++;
            $sockets[$lane] = connection() if $closes;
        }
    }
    return \%answers;
}

# nginx does not know the length beforehand, so the body comes in chunks.
sub answer_of ($socket) {
    my $text = '';
    until ($text =~ /\r\n0\r\n\r\n\z/) {
        sysread $socket, $text, 65536, length $text or return ('cut', 1);
    }
    my ($http) = $text =~ /^HTTP\/1\.1 (\d+)/;
    my ($said) = $text =~ /"status":\s*"?(\w+)/;
    return ("$http $said", $text =~ /^connection: close/mi);
}

srand $seed;
my @strict = @histories[ 0 .. $#histories / 10 ];
my @plans;
for my $half (0, 1) {   # two clients for each workspace
    my @bodies = map { $histories[$_]{bodies} } grep { $_ % 2 == $half } 0 .. $#histories;
    push @plans, [ natural  => lanes_of_histories(4, @bodies) ];
    push @plans, [ shuffled => lanes_of_histories(4, map { [ shuffled_and_repeated(@$_) ] } @bodies) ];
    push @plans, [ parallel => lanes_of_events(4 + int rand 5, map { [ shuffled_and_repeated(@$_) ] } @bodies) ];
}
push @plans, [ strict => lanes_of_events(4, map { [ shuffled_and_repeated(@{ $_->{bodies} }) ] } @strict) ];
@plans = grep { @{ $_->[1] } } @plans;

my $began = time;
my %answers;
for my $answers ($t->at_once(scalar @plans, sub ($n) { carried_out($of{ $plans[ $n - 1 ][0] }, $plans[ $n - 1 ][1]) })) {
    $answers{$_} += $answers->{$_} for keys %$answers;
}
my $requests = 0;
$requests += $_ for values %answers;
note sprintf '%d requests in %.1f s: %s', $requests, time - $began, join ', ', map { "$answers{$_} x $_" } sort keys %answers;
# Queued: of the events of one booking that all come at once, one may lose every time.
is_deeply [ grep { !/^(?:200 (?:processed|duplicate|ignored)|202 queued)$/ } sort keys %answers ], [], 'every delivery is taken';
cmp_ok $answers{'202 queued'} // 0, '<=', $requests / 10_000, 'hardly one is queued';
$t->wait_until('the spool is empty', sub { my @left = glob "$t->{env}{SPOOL_DIR}/*.event"; !@left });
is $t->value("SELECT count(*) FROM webhook_events WHERE status IN ('failed', 'dead') OR attempts > 1"), 0, 'and all are applied';

# --- Differences

my (%differs, $printed);
sub differs ($law, $number, @lines) {
    $differs{$law}{$number} = 1;
    return if ($printed->{$law} //= {})->{$number} // keys %{ $printed->{$law} } >= $shown;
    $printed->{$law}{$number} = 1;
    my $history = $histories{$number} or return diag "$law: @lines";
    diag "$law: TURNOUT_SEED=$seed TURNOUT_ONLY=$number\n" . $history->told, map { "    $_\n" } @lines;
}

sub number_of ($text) { $text =~ /"uid"\s*:\s*"[^"]*-h(\d+)"/ ? $1 : $text =~ /number:(\d+)\d{3}/ ? $1 : 0 }

# --- Any order, any repetition, any number at a time

my %left_out = (bookings => [qw(heard_at)], attendees => [qw(matched_at)], unmatched_bookings => [qw(since)]);
for my $table (qw(bookings attendees unmatched_bookings activities)) {
    cmp_ok $t->value("SELECT count(*) FROM $table WHERE workspace_id = $of{natural}{workspace}"), '>', 0, "$table: there are some"
        if @histories > 100;
    my $columns = join ', ', map { "'$_'" } qw(workspace_id connection_id), @{ $left_out{$table} // [] };
    # The name of a booking that is known by number only holds the number of the connection.
    my $rows = sub ($w) {
        qq{SELECT regexp_replace((to_jsonb(x) - ARRAY[$columns])::text, '"number:\\d+:', '"number:', 'g') AS line
             FROM $table x WHERE workspace_id = $w->{workspace}};
    };
    for my $other (qw(shuffled parallel)) {
        my ($one, $two) = map { $rows->($of{$_}) } 'natural', $other;
        my (%lines, $law);
        for my $difference ($t->sql("(SELECT '-', a.* FROM ($one EXCEPT $two) a) UNION ALL (SELECT '+', b.* FROM ($two EXCEPT $one) b)")) {
            push @{ $lines{ number_of($difference->[1]) } }, "$difference->[0] $difference->[1]";
        }
        differs($law = "$table: natural (-) against $other (+)", $_, sort @{ $lines{$_} }) for sort { $a <=> $b } keys %lines;
        is scalar(keys %lines), 0, "$table: natural and $other order come to the same";
    }
}

# What no CHECK looks at (schema/migrations/0015).
my $states = "('unknown', 'pending', 'accepted', 'cancelled', 'rejected', 'superseded')";
for my $law (
    [ 'webhook_events', "source NOT IN ('webhook', 'clock', 'poll') OR status NOT IN ('processed', 'ignored', 'failed', 'dead')" ],
    [ 'bookings',       "uid = '' OR status NOT IN $states" ],
    [ 'attendees',      "status NOT IN $states OR attendance_source NOT IN ('explicit', 'manual', 'presumed')" ],
    [ 'attendees',      '(showed IS NULL) <> (attendance_source IS NULL) OR (lead_id IS NULL) <> (match_method IS NULL)' ],
    [ 'attendees x',    'NOT EXISTS (SELECT FROM bookings b WHERE b.workspace_id = x.workspace_id AND b.uid = x.uid)' ],
    [ 'attendees x',    'NOT EXISTS (SELECT FROM standings s WHERE s.workspace_id = x.workspace_id AND s.uid = x.uid AND s.email_key = x.email_key)' ],
    ) {
    is $t->value("SELECT count(*) FROM $law->[0] WHERE $law->[1]"), 0, "$law->[0]: none where $law->[1]";
}

# --- The second implementation

# A line of text for each booking and each attendee.
sub flat ($bookings) {
    my %flat;
    while (my ($uid, $b) = each %$bookings) {
        $flat{$uid} = join ' ', map { $_ // 'null' } @$b{qw(status chain booked_at starts_at ends_at)};
        $flat{"$uid $_"} = join ' ', map { $_ // 'null' } @{ $b->{attendees}{$_} }{qw(status showed source)} for keys %{ $b->{attendees} };
    }
    return \%flat;
}

sub of_programs ($w) {
    my $micro = sub ($time) { "(extract(epoch FROM $time) * 1000000)::bigint" };
    my $uid   = sub ($text) { "regexp_replace($text, '^number:\\d+:', 'number:')" };
    my ($booked, $starts, $ends) = map { $micro->($_) } 'booked_at', '(schedule).starts_at', '(schedule).ends_at';
    my ($u, $chain) = map { $uid->($_) } 'uid', 'chain';
    my %state;
    $state{ $_->[0] } = { status => $_->[1], chain => $_->[2], booked_at => $_->[3], starts_at => $_->[4], ends_at => $_->[5] }
        for $t->sql("SELECT $u, status, $chain, $booked, $starts, $ends FROM bookings WHERE workspace_id = $w->{workspace}");
    $state{ $_->[0] }{attendees}{ $_->[1] } = { status => $_->[2], showed => $_->[3], source => $_->[4] }
        for $t->sql("SELECT $u, email_key, status, showed::int, attendance_source FROM attendees WHERE workspace_id = $w->{workspace}");
    return flat(\%state);
}

for my $case ([ natural => 'presume', @histories ], [ strict => 'explicit', @strict ]) {
    my ($name, $policy, @of_it) = @$case;
    my $theirs = of_programs($of{$name});
    my $law    = "recount, $policy: programs (-) against recount (+)";
    for my $history (@of_it) {
        my $ours = flat(Recount::bookings($policy, @{ $history->{events} }));
        $_ = encode('UTF-8', $_) for my @keys = keys %$ours;
        my %ours; @ours{@keys} = values %$ours;
        my @lines = map { "- $_: " . (delete $theirs->{$_} // 'is not there'), "+ $_: $ours{$_}" }
            grep { ($theirs->{$_} // '') ne $ours{$_} } sort keys %ours;
        delete @$theirs{ keys %ours };
        differs($law, $history->{number}, @lines) if @lines;
    }
    differs($law, /-h(\d+)/ ? $1 : /^number:(\d+)\d{3}/ ? $1 : 0, "- $_: $theirs->{$_}", "+ $_: is not there") for sort keys %$theirs;
    is scalar(keys %{ $differs{$law} // {} }), 0, "the recount comes to the same, attendance policy $policy";
}

# --- Replay

like $t->said('events', 'replay', '--workspace', $of{$_}{workspace}), qr/^\d+ events replayed, 0 differences$/, "a replay of the $_ order changes nothing"
    for qw(natural parallel);

diag "TURNOUT_SEED=$seed TURNOUT_HISTORIES=$count" unless Test::More->builder->is_passing;
$t->finish;

# Memory: an idle program is small, and requests do not make it grow. TURNOUT_SOAK=100000 is the full proof.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use List::Util qw(max sum);
use Turnout;

my $total    = $ENV{TURNOUT_SOAK} // 3000;
my @programs = qw(webhook bookings funnel review sync health worker);
my $most_kib = 8 * 1024;
my $slack_kib = 384;   # what fills up once: libraries' tables, the allocator's odd page

# Sanitizers keep shadows of all memory and do not give back what is freed; counting lines makes the code larger. t/run asks
# the release build.
plan skip_all => 'this build needs memory of its own' if Turnout::built_with(qr/__asan_init|__gcov_/);

my $t = Turnout->start(sample => 1);

# KiB of each process of each program: all that is resident, or what is its own (pages of files come and go as the kernel needs room).
# Before it is the program it is a copy of its supervisor.
sub memory ($line) {
    my %resident;
    for my $program (@programs) {
        $resident{$program} = $t->wait_until("$program runs", sub {
            my %kib;
            for my $pid ($t->pids($program)) {
                ($kib{$pid}) = (eval { Turnout::slurp("/proc/$pid/status") } // '') =~ /^Name:\t$program\n.*^$line:\s+(\d+) kB/ms or return 0;
            }
            return %kib && \%kib;
        });
    }
    return \%resident;
}

sub figures ($when, $resident) {
    note sprintf '%-28s %s', $when, join ', ', map { my $p = $_; "$p " . join('/', sort { $a <=> $b } values %{ $resident->{$p} }) . ' KiB' } @programs;
}

# One of everything that a program may be asked, good and bad; the number makes it another one.
my $api = "/api/clients/$t->{workspace}";
my @requests = (
    sub ($n) { $t->deliver(event('BOOKING_CREATED', "soak-$n", people => [ "guest$n\@soak.test", 'ines.calder@calder-freight.test' ])) },
    sub ($n) { $t->deliver(event('BOOKING_CANCELLED', "soak-$n", at => '2026-03-02T00:00:00Z', people => ["guest$n\@soak.test"])) },
    sub ($n) { $t->deliver(event('BOOKING_CREATED', "soak-$n", title => 'T' x 20_000)) },
    sub ($n) { $t->deliver(\'{"triggerEvent":') },
    sub ($n) { $t->deliver(event('BOOKING_CREATED', "soak-$n"), signature => 'wrong') },
    sub ($n) { $t->get("/api/webhooks/calcom") },
    sub ($n) { $t->get("$api/bookings?limit=50&email=ines.calder\@calder-freight.test&from=2026-03-01") },
    sub ($n) { $t->get("$api/bookings?limit=$n$n$n$n") },
    sub ($n) { $t->get("$api/bookings?format=csv&status=pending") },
    sub ($n) { $t->get("$api/funnel?from=2026-01-01&campaign=201") },
    sub ($n) { $t->get("$api/funnel?basis=cohort&from=x") },
    sub ($n) { $t->get("$api/funnel", token => "wrong$n") },
    sub ($n) { $t->get("$api/unmatched?limit=20") },
    sub ($n) { $t->request('POST', "$api/unmatched/none$n/link", body => '{"lead_id":"x"}') },
    sub ($n) { $t->get("$api/sync") },
    sub ($n) { $t->request('POST', "$api/sync") },
    sub ($n) { $t->get('/healthz') },
    sub ($n) { $t->get('/api/cal/health') },
    sub ($n) { $t->get('/metrics') },
    sub ($n) { $t->get("/nowhere/$n") },
);
my $asked = 0;
sub ask ($times) {
    my $each = int($times / 4);
    my @said = $t->at_once(4, sub ($number) {
        my %statuses;
        for my $i (1 .. $each) {
            my $n = $asked + $i * 4 + $number;
            $statuses{ $requests[ $n % @requests ]->(int($n / @requests))->{http} }++;
        }
        return \%statuses;
    });
    $asked += $times;
    my %sum;
    for my $part (@said) { $sum{$_} += $part->{$_} for keys %$part }
    return \%sum;
}

sub resident { memory('VmRSS') }
sub own      { memory('RssAnon') }

my $begin = resident();
figures('after the start', $begin);
ask(200);
my $first = resident();
figures('after the first requests', $first);
for my $program (@programs) {
    cmp_ok max(values %{ $begin->{$program} }), '<', $most_kib, "$program is below 8 MiB after the start";
    cmp_ok max(values %{ $first->{$program} }), '<', $most_kib, "and after its first requests";
}

# Every process must have been asked everything, the largest body included.
{
    my $large = event('BOOKING_CREATED', 'large', description => 'x' x ((1 << 20) - 2000));
    $t->deliver($large) for 1 .. 12;
    ask(1500);
    $t->wait_until('the worker has nothing to do', sub { !$t->value('SELECT count(*) FROM standing_changes') });
}
my $warm = own();
figures("own, after $asked requests", $warm);
my $statuses = ask($total);
my ($own, $after) = (own(), resident());
figures("own, after $asked requests", $own);
figures("after $asked requests", $after);

is scalar(grep { !/^(?:200|400|401|404|409)$/ } keys %$statuses), 0, 'all were answered (' . join(', ', map { "$_: $statuses->{$_}" } sort keys %$statuses) . ')';
for my $program (@programs) {
    my ($before, $now) = ($warm->{$program}, $own->{$program});
    is_deeply [ sort keys %$now ], [ sort keys %$before ], "$program: the processes are the same";
    my $growth = max map { ($now->{$_} // 0) - $before->{$_} } keys %$before;
    cmp_ok $growth, '<=', $slack_kib, "$program: $total requests more have not made it grow ($growth KiB)";
    cmp_ok max(values %{ $after->{$program} }), '<', $most_kib, 'and it is still below 8 MiB';
}

$t->finish;

# A source is away for long: reports go on with what is known and say so, it is asked ever less often, and as soon as it is
# back everything is whole.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use StandIn;
use Time::HiRes qw(time);
use Turnout;

# An hour's outage, with an interval of one second instead of fifteen minutes.
my ($interval, $first_pause) = (1, 1 / 30);
my $t     = Turnout->start(env => { SYNC_SECONDS => $interval });
my $other = $t->workspace(name => 'Other');

sub truth (@numbers) { map { { uid => "b$_", createdAt => '2026-03-01T08:00:00Z', updatedAt => time,
    start => 1800 * int(time / 1800 + 1 + $_), attendees => ["b$_\@lead.test"] } } @numbers }

$_->import_csv(leads => leads_csv(map { { lead_id => "l$_", email => "b$_\@lead.test" } } 1 .. 25)) for $t, $other;
my ($s, $well) = (StandIn->start, StandIn->start);
$s->bookings([ truth(1 .. 20) ]);
$well->bookings([ truth(1 .. 3) ]);
my $connection = $t->source($s);
$other->source($well);

sub state_of ($of = $t) { $of->get("/api/clients/$of->{workspace}/sync")->{sources}[0] }
sub booked ($of = $t)   { $of->funnel->{total}{booked} }

my $before;
$t->wait_until('all is read', sub { $before = $t->funnel; $before->{total}{booked} == 20 && $before->{data}{calcom}{state} eq 'ok' });
$t->wait_until('that of the other as well', sub { booked($other) == 3 });

# --- Away: first something else answers in its place, then nobody does

$s->fault(qr{^}, garbage => 'html', times => 5);
$s->fault(qr{^}, cut => 'before');
$s->forget;
$s->bookings([ truth(21 .. 25) ]);
$s->booking({ uid => 'b1', status => 'cancelled' });

# What was noted after failed rounds: failures => [ when the round ended, when the next is due, the error ].
my %noted;
sub note_failures () {
    my ($row) = $t->sql("SELECT failures, extract(epoch FROM ended_at), extract(epoch FROM next_at), error_code FROM source_syncs
        WHERE connection_id = $connection AND ended_at > started_at AND failures > 0") or return 0;
    my ($failures, @rest) = @$row;
    $noted{$failures} = \@rest;
    return $failures;
}

my $opened = $t->wait_until('the breaker opens', sub { my $n = note_failures(); $n >= 5 && state_of()->{breaker} eq 'open' && $n });
my $source = state_of();
is $source->{state}, 'stale', 'the source is known to be stale';
like $source->{message}, qr/^Cal\.com .*The last known numbers are shown\. Next try: \d{4}-/, 'in words';
my $now = $t->funnel;
is $now->{http}, 200, 'the funnel answers';
is_deeply $now->{total}, $before->{total}, 'with the last known numbers';
is $now->{data}{calcom}{state}, 'stale', 'marked as such';
is $now->{data}{calcom}{last_success}, $source->{last_success}, 'and from when they are';
my $health = $t->get('/api/cal/health');
is $health->{status}, 'degraded', 'health tells';
is_deeply [ map { $_->{state} } grep { $_->{connection} == $connection } @{ $health->{sources} } ], ['stale'], 'which source it is';
is state_of($other)->{failures}, 0, 'another source is not concerned';

$t->wait_until('some more tries have failed', sub { note_failures() >= $opened + 2 });
$s->down;
my $down = $t->wait_until('nobody listens there', sub { my $n = note_failures(); $n && $noted{$n}[2] eq 'source_unreachable' && $n });
like state_of()->{error}{message}, qr/could not be reached/, 'and the words say so';
$t->wait_until('and again', sub { note_failures() > $down });

# --- How often it was asked

my @asked = $s->requests;
for my $failures (sort { $a <=> $b } keys %noted) {
    my ($ended, $next) = @{ $noted{$failures} };
    my $most = $first_pause * 2**($failures - 1);
    $most = $interval if $most > $interval;
    $most = sprintf '%.2f', $most;
    cmp_ok $next - $ended, '<=', $most + 0.05, "after $failures failures the pause is at most $most s";
    is scalar(grep { $_->{at} > $ended && $_->{at} < $next } @asked), 0, 'and nothing is asked during it';
}
my @open = grep { $_ >= 5 && $_ < $down } sort { $a <=> $b } keys %noted;
my ($from, $to) = map { $noted{$_}[0] } @open[ 0, -1 ];
my @probes = grep { $_->{at} > $from && $_->{at} < $to } @asked;
cmp_ok scalar @open, '>=', 2, 'the breaker was seen open';
is scalar @probes, $open[-1] - $open[0], 'then a try is one request';
is join(' ', grep { $_ ne '/v2/me' } map { $_->{target} } @probes), '', 'the cheapest';

# --- Back again

$s->lift;
$s->forget;
$s->up;
my $back = $t->value("SELECT failures FROM source_syncs WHERE connection_id = $connection");
my $worst = 0;
$t->wait_until('it was read', sub {
    my $source = state_of();
    $worst = $source->{failures} if $source->{failures} > $worst;
    $source->{state} eq 'ok';
});
cmp_ok $worst, '<=', $back + 1, 'the first round that found it back was whole';   # another may have been on its way
is join(' ', grep { $_ != 200 } map { $_->{status} } $s->requests), '', 'nothing more failed';
is_deeply [ map { [ $_->{failures}, $_->{breaker}, $_->{error} ] } state_of() ], [ [ 0, 'closed', undef ] ], 'all is well again';
is booked(), 24, 'what was booked and cancelled meanwhile is known';
$t->wait_until('the funnel says so', sub { $t->funnel->{data}{calcom}{state} eq 'ok' });

$t->finish;

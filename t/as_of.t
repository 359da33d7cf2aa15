# As of a moment both reports say what they said then.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
BEGIN { $ENV{TZ} = 'UTC' }
use CalEvents;
use JSON::PP;
use POSIX ();
use Tally;
use Time::HiRes qw(time sleep);
use Turnout;

my $seed = $ENV{TURNOUT_SEED} // int(rand 1_000_000);
note "TURNOUT_SEED=$seed";

my $t    = Turnout->start(workers => 4);
my $w    = $t->workspace(timezone => 'Europe/Berlin');
my $late = $t->workspace;
my $json = JSON::PP->new->canonical;

sub stamp ($at) { POSIX::strftime('%Y-%m-%dT%H:%M:%S', gmtime $at) . sprintf '.%06dZ', ($at - int $at) * 1e6 }

# What a person would see, without what says when it was asked.
sub lasting ($answer) {
    my %report = %$answer;
    delete @report{qw(timestamp http headers body as_of as_of_note data)};
    return $json->encode(\%report) =~ s/"attendee_name":(?:null|"[^"]*"),//gr;   # the name came with the event that told it
}

my @questions = (
    (map { my $b = $_; map { "funnel?basis=$b&group_by=$_" } qw(campaign day event_type) } qw(activity cohort)),
    'funnel?from=2026-03-10&to=2026-04-20', 'funnel?basis=cohort&campaign=10', 'funnel?explain=1&stage=booked&limit=1000', 'funnel?explain=1&stage=showed&limit=1000',
    'funnel?explain=1&stage=booked&basis=cohort&limit=1000',
    'bookings?matched=all&limit=1000', 'bookings?status=accepted&limit=7', 'bookings?from=2026-03-20&showed=true&limit=1000', 'bookings?campaign=2&limit=1000',
);

sub answers ($of, $more = '') { return { map { $_ => lasting($of->get("/api/clients/$of->{workspace}/$_$more")) } @questions } }

# --- Whatever it said, it says again

my $tally  = Tally->draw($seed, zone => 'Europe/Berlin', prefix => 'a');
my @events = sort { rand() <=> .5 } @{ $tally->{events} };   # in any order: what was known then need not have been so
$w->import_csv(campaigns => join('', map { "$_\n" } 'campaign_id,name,day,sent', map { join ',', $_->[0], "C$_->[0]", @$_[1, 2] } @{ $tally->{days} }),
    leads => leads_csv(@{ $tally->{leads} }));

my @moments;
while (@events) {
    is $w->deliver($_)->{http}, 200, 'a delivery' for splice @events, 0, 8;
    sleep 0.01;
    push @moments, [ stamp(time), answers($w) ];
    sleep 0.01;
}
cmp_ok scalar @moments, '>', 5, 'there are moments to ask for';
my $differences = 0;
for my $moment (@moments) {
    my ($at, $said) = @$moment;
    my $now = answers($w, "&as_of=$at");
    for my $question (grep { $now->{$_} ne $said->{$_} } @questions) {
        diag "$question as of $at\n  said: $said->{$question}\n  says: $now->{$question}" if $differences++ < 3;
    }
}
is $differences, 0, 'both reports say of each moment what they said then';
isnt $moments[0][1]{'bookings?matched=all&limit=1000'}, $moments[-1][1]{'bookings?matched=all&limit=1000'}, 'which was not always the same';

my $before = $w->get("/api/clients/$w->{workspace}/bookings?matched=all&as_of=2020-01-01T00:00:00Z");
is_deeply $before->{bookings}, [], 'before the first delivery there was nothing';
is $before->{summary}{total_bookings}, 0, 'nor anything to add up';
is $before->{as_of}, '2020-01-01T00:00:00Z', 'the answer says as of when it is';
like $before->{as_of_note}, qr/no history/, 'and what has none';
is lasting($w->get("/api/clients/$w->{workspace}/bookings?matched=all&limit=1000&as_of=2100-01-01")), $moments[-1][1]{'bookings?matched=all&limit=1000'}, 'as of a day to come all is as now';

my $replayed = $t->said('events', 'replay', '--workspace', $w->{workspace});
like $replayed, qr/ 0 differences/, 'a replay changes nothing';
is_deeply answers($w, "&as_of=$moments[3][0]"), $moments[3][1], 'nor what was known when';

# Where most leads stood otherwise all are looked at; that way comes to the same.
my $function = $t->value("SELECT pg_get_functiondef('leads_otherwise'::regproc)");
$t->sql($function =~ s/> 50000/>= 0/r);
is_deeply answers($w, "&as_of=$moments[2][0]"), $moments[2][1], 'the longer way comes to the same';
$t->sql($function);

# --- Who is known since when

$late->deliver(event('BOOKING_CREATED', 'l1', people => ['late@lead.test']));
sleep 0.01;
my $then = stamp(time);
$late->import_csv(leads => leads_csv({ email => 'late@lead.test', campaign_id => 'c1', first_contacted_at => '2026-01-01T08:00:00Z' }));
is $late->funnel->{total}{booked}, 1, 'a lead that turns up later counts';
is $late->funnel($late, "as_of=$then")->{total}{booked}, 0, 'and did not, before it turned up';
my ($row) = @{ $late->get("/api/clients/$late->{workspace}/bookings?matched=all&as_of=$then")->{bookings} };
is $row->{lead_id}, undef, 'the booking was nobody\'s then';

for my $bad ('yesterday', '2026-13-01', '2026-01-01T00:00:00') {
    is $late->funnel($late, "as_of=$bad")->{http}, 400, "as_of=$bad is refused";
}
like $late->said('funnel', '--workspace', $late->{workspace}, '--as-of', $then, '--group-by', 'month'), qr/^month .*\n.*total/s, 'the command line knows both';

$t->finish;

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

sub all_folded { $t->wait_until('all is folded', sub { !$t->value('SELECT count(*) FROM standing_changes') }) }

# All is folded, and from here on nothing of this workspace, until it is let go.
sub unfolded ($of) {
    all_folded();
    $t->sql("INSERT INTO folds SELECT workspace_id, timezone FROM workspaces WHERE workspace_id = $of->{workspace} ON CONFLICT DO NOTHING");
    return $t->hold_rows("SELECT FROM folds WHERE workspace_id = $of->{workspace}");
}

my (@moments, $let_go);
my $half = @events / 2;
while (@events) {
    $let_go //= unfolded($w) if @events <= $half;
    is $w->deliver($_)->{http}, 200, 'a delivery' for splice @events, 0, 8;
    sleep 0.01;
    push @moments, [ stamp(time), answers($w) ];
    sleep 0.01;
}
cmp_ok scalar @moments, '>', 5, 'there are moments to ask for';
sub says_again ($what) {
    my $differences = 0;
    for my $moment (@moments) {
        my ($at, $said) = @$moment;
        my $now = answers($w, "&as_of=$at");
        for my $question (grep { $now->{$_} ne $said->{$_} } @questions) {
            diag "$question as of $at\n  said: $said->{$question}\n  says: $now->{$question}" if $differences++ < 3;
        }
    }
    is $differences, 0, "both reports say of each moment what they said then, $what";
}
sub verified ($of) { my ($exit, $out) = $of->turnout('verify', '--workspace', $of->{workspace}); is $exit, 0, 'what is kept equals a recount' or diag $out }

says_again('while half of it is not folded');
verified($w);
$let_go->();
all_folded();
says_again('when all is folded');
verified($w);
$let_go = unfolded($w);
$t->sql("INSERT INTO standing_changes (workspace_id, lead_now, known_from) SELECT workspace_id, lead_id, '-infinity' FROM leads WHERE workspace_id = $w->{workspace}");
says_again('while there is news of each lead');
$let_go->();
all_folded();
says_again('and when that is folded');
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

# --- Who is known since when

$late->deliver(event('BOOKING_CREATED', 'l1', people => ['late@lead.test']));
sleep 0.01;
my $then = stamp(time);
$late->import_csv(leads => leads_csv({ email => 'late@lead.test', campaign_id => 'c1', first_contacted_at => '2026-01-01T08:00:00Z' }));
is $late->funnel->{total}{booked}, 1, 'a lead that turns up later counts';
is $late->funnel($late, "as_of=$then")->{total}{booked}, 0, 'and did not, before it turned up';
my ($row) = @{ $late->get("/api/clients/$late->{workspace}/bookings?matched=all&as_of=$then")->{bookings} };
is $row->{lead_id}, undef, 'the booking was nobody\'s then';

# --- What is applied late is known since it came

$late->import_csv(leads => leads_csv({ lead_id => 'ann', email => 'ann@lead.test', campaign_id => 'c2', first_contacted_at => '2026-01-01T08:00:00Z' }));
my @known;
sub comes (@events) {
    $late->deliver($_) for @events;
    sleep 0.01;
    push @known, stamp(time);
    sleep 0.01;
}
sub anns ($more) {   # how many meetings of hers count, by campaign, and which
    my $funnel = $late->funnel($late, $more);
    my ($row) = grep { ($_->{campaign_id} // '') eq 'c2' } @{ $funnel->{campaigns} };
    my $leads = $late->funnel($late, "explain=1&stage=booked&key=c2&$more")->{leads};
    return join ' ', $row->{booked}, map { $_->{booking_uid} } @$leads;
}
comes();
comes(event('BOOKING_CREATED', 'ann-1', at => '2026-03-01T09:00:00Z', people => ['ann@lead.test']));
$t->sql("ALTER TABLE bookings ADD CONSTRAINT not_yet CHECK (uid <> 'ann-2') NOT VALID");
comes(event('BOOKING_CREATED', 'ann-2', at => '2026-03-02T09:00:00Z', people => ['ann@lead.test']), event('BOOKING_CANCELLED', 'ann-1', at => '2026-03-02T10:00:00Z', people => ['ann@lead.test']));
comes(event('BOOKING_CREATED', 'ann-3', at => '2026-03-03T09:00:00Z', people => ['ann@lead.test']));
comes(event('BOOKING_CANCELLED', 'ann-3', at => '2026-03-04T09:00:00Z', people => ['ann@lead.test']));
all_folded();
is_deeply [ map { anns("as_of=$_") } @known ], [ '0', '1 ann-1', '0', '1 ann-3', '0' ], 'while one booking could not be applied';
$t->sql('ALTER TABLE bookings DROP CONSTRAINT not_yet');
my @then = ('0', '1 ann-1', '1 ann-2', '1 ann-3', '1 ann-2');
$t->said('events', 'retry', '--workspace', $late->{workspace});
is_deeply [ map { anns("as_of=$_") } @known ], \@then, 'when it was, it was known since it came';
all_folded();
is_deeply [ map { anns("as_of=$_") } @known ], \@then, 'and when that is folded';
is anns(''), '1 ann-2', 'now as at the last of these moments';
verified($late);

# --- News of contacts that is read before it is taken

my $race = $t->workspace;
$race->import_csv(leads => leads_csv({ lead_id => 'cat', email => 'cat@lead.test', campaign_id => 'c4', first_contacted_at => '2026-01-05T08:00:00Z' }));
$race->deliver(event('BOOKING_CREATED', 'cat-1', people => ['cat@lead.test']));
$let_go = unfolded($race);
$race->deliver(event('BOOKING_CREATED', 'cat-2', at => '2026-03-02T09:00:00Z', people => ['cat@lead.test']));
$t->sql("UPDATE lead_campaigns SET first_contacted_at = '2026-01-01T08:00:00Z' WHERE workspace_id = $race->{workspace}; INSERT INTO standing_changes (workspace_id, lead_now) VALUES ($race->{workspace}, 'cat')");
my $next   = 'FROM standing_changes WHERE workspace_id = ' . $race->{workspace};
my $folded = $t->meanwhile(sub { $t->sql("BEGIN; SELECT FROM folds WHERE workspace_id = $race->{workspace} FOR UPDATE; SELECT fold($race->{workspace}, 0, 1) $next LIMIT 1; SELECT fold($race->{workspace}, 0, 1) $next LIMIT 1; COMMIT"); 1 });
$t->wait_until('somebody is next', sub { $t->value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%fold(%'") });
$let_go->();
$folded->();
all_folded();
verified($race);

# --- A lead of very many bookings

my $busy = $t->workspace;
$busy->import_csv(leads => leads_csv({ email => 'bea@lead.test', campaign_id => 'c3', first_contacted_at => '2026-01-01T08:00:00Z' }));
my @busy;
for my $day (1 .. 6) {
    $let_go = unfolded($busy) if $day == 4;
    for (1 .. 7) {
        my %what = (at => sprintf('2026-03-%02dT%02d:00:00Z', 20 - $day, $_), people => ['bea@lead.test']);
        $busy->deliver(event('BOOKING_CREATED', "bea-$day-$_", %what));
        $busy->deliver(event('BOOKING_CANCELLED', "bea-$day-$_", %what, at => '2026-03-30T09:00:00Z')) if $_ > 4;
    }
    sleep 0.01;
    push @busy, [ stamp(time), answers($busy) ];
    sleep 0.01;
    all_folded() if $day < 4;
}
my $known = sub { $t->value("SELECT count(*) FROM busy_leads WHERE workspace_id = $busy->{workspace}") };
is $known->(), 0, 'is not known to be one until that is folded';
is_deeply answers($busy, "&as_of=$_->[0]"), $_->[1], "it is as it was said as of $_->[0]" for @busy;
$let_go->();
all_folded();
is $known->(), 1, 'and then is';
is $t->value("SELECT count(*) FROM item_changes WHERE workspace_id = $busy->{workspace}"), 0, 'and what was known of her before is not kept for every moment';
is_deeply answers($busy, "&as_of=$_->[0]"), $_->[1], "it is as it was said as of $_->[0]" for @busy;
verified($busy);

# --- A lead that is dropped was there

$t->said('leads', 'drop', '--workspace', $late->{workspace}, '--lead', 'ann');
is_deeply [ map { anns("as_of=$_") } @known ], \@then, 'a lead that was dropped later counted';
is anns(''), '0', 'and does not now';
verified($late);

for my $bad ('yesterday', '2026-13-01', '2026-01-01T00:00:00') {
    is $late->funnel($late, "as_of=$bad")->{http}, 400, "as_of=$bad is refused";
}
like $late->said('funnel', '--workspace', $late->{workspace}, '--as-of', $then, '--group-by', 'month'), qr/^month .*\n.*total/s, 'the command line knows both';

$t->finish;

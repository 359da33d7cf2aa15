# Webhooks get lost, Cal.com's API has the truth: after a round the reports are as if nothing had been lost, and another round changes
# nothing.
#
# SYNC_SEED draws the same histories again, SYNC_HISTORIES is their number; SYNC_ONLY is the number of a single one.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use CalTruth;
use JSON::PP;
use StandIn;
use Sync;
use Turnout;

my $sanitized = ($ENV{TURNOUT_BUILD} // '') =~ /sanitize/;
my $seed      = $ENV{SYNC_SEED}      // 6;
my $count     = $ENV{SYNC_HISTORIES} // ($sanitized ? 60 : 220);
note "SYNC_SEED=$seed SYNC_HISTORIES=$count";

my $t = Turnout->start(workers => 4);
$t->part("stop worker TERM");   # rounds begin when we say so, and the clock speaks when we say so
my $json = JSON::PP->new->utf8->canonical;

# All of a report, but for when it was made and how its sources are.
sub report ($w, $path) {
    my $all = $w->get("/api/clients/$w->{workspace}/$path");
    delete @$all{qw(timestamp data body headers)};
    while (my $next = $all->{next}) {
        my $page = $w->get("/api/clients/$w->{workspace}/$path&after=$next");
        push @{ $all->{bookings} }, @{ $page->{bookings} };
        $all->{next} = $page->{next};
    }
    return $all;
}

my @funnels = ('', '&basis=cohort', '&group_by=event_type');
my @exact   = ('&group_by=day', '&group_by=week');
sub reports ($w, @more) { return { bookings => report($w, 'bookings?limit=1000&matched=all'), map { $_ => report($w, "funnel?$_") } @funnels, @more } }

# A webhook says when it was sent, a row when it was written, a moment before: that is all that is not known exactly.
sub about ($reports) {
    my @bookings = @{ $reports->{bookings}{bookings} };
    my $copy = $json->decode($json->encode($reports));
    delete $_->{booked_at} for @{ $copy->{bookings}{bookings} };
    $copy->{bookings}{bookings} = [ sort { "$a->{booking_uid} $a->{attendee_email}" cmp "$b->{booking_uid} $b->{attendee_email}" } @{ $copy->{bookings}{bookings} } ];
    return $copy;
}

# Shows what differs by the histories that it is of.
sub same ($got, $expected, $what, %histories) {
    my %side;
    for (0, 1) {
        my $n = $_;
        push @{ $side{ $_->{booking_uid} }[$n] }, $json->encode($_) for @{ ($got, $expected)[$n]{bookings}{bookings} };
    }
    my @differ = grep { join("\n", sort @{ $side{$_}[0] // [] }) ne join("\n", sort @{ $side{$_}[1] // [] }) } sort keys %side;
    ok !@differ, "$what: bookings";
    for my $uid (splice @differ, 0, 4) {
        my ($number) = $uid =~ /-h(\d+)$/;
        diag "SYNC_SEED=$seed SYNC_ONLY=", $number // '?', "\n", (map { "  $_->{lost} " . substr($_->{body}, 0, 600) . "\n" } @{ ($histories{ $number // 0 } // { events => [] })->{events} }),
            map { my $n = $_; map { ('got      ', 'expected ')[$n] . "$_\n" } @{ $side{$uid}[$n] // ['nothing'] } } 0, 1;
    }
    $_ = { %$_, bookings => $_->{bookings}{summary} } for $got, $expected;
    is_deeply $got, $expected, "$what: summary and funnels";
}

# The worker says which meetings are over: of those it heard of two hours ago.
sub clock_speaks (@workspaces) {
    my $which = join ',', map { $_->{workspace} } @workspaces;
    my $left  = "SELECT count(*) FROM bookings WHERE workspace_id IN ($which) AND status = 'accepted' AND (schedule).ends_at < now()
        AND (ended_at IS NULL OR ended_at < (schedule).ends_at)";
    $t->sql("UPDATE bookings SET heard_at = heard_at - interval '2 hours' WHERE workspace_id IN ($which);
             UPDATE webhook_events SET received_at = received_at - interval '2 hours' WHERE workspace_id IN ($which)");
    $t->sql("UPDATE source_syncs SET next_at = now() + interval '1 day' WHERE workspace_id IN ($which)");
    $t->part('. "$dir/env"; launch worker "$TURNOUT_BIN/worker"');
    # It takes 200 of them each time that it looks, and looks when it starts.
    $t->wait_until('all meetings are over', sub {
        return 1 if !$t->value($left);
        $t->part('stop worker TERM; . "$dir/env"; launch worker "$TURNOUT_BIN/worker"');
        return 0;
    });
    $t->part('stop worker TERM');
}

# --- What was lost comes back

subtest 'lost webhooks' => sub {
    my ($now, $s) = (1_772_452_800, StandIn->start);   # 2026-03-02T12:00:00Z
    my @looks = ($now - 20 * 3600, $now);
    my %histories = map { $_ => CalTruth->draw($seed, $_, $now - 7 * 86400, $now - 60, @looks) } $ENV{SYNC_ONLY} // (1 .. $count);
    my @histories = map { $histories{$_} } sort { $a <=> $b } keys %histories;
    my ($whole, $lossy) = (asking($t, $s), asking($t, $s));
    my $blind = asking($t, $s);   # nobody told Cal.com to send webhooks
    my $n = 0;
    my $leads = leads_csv(map { { lead_id => 'l' . ++$n, campaign_id => $n % 3 ? 'c1' : 'c2', email => $_, first_contacted_at => '2026-01-05T08:00:00Z',
        last_contacted_at => '2026-01-06T08:00:00Z' } } map { @{ $_->{leads} } } @histories);
    $_->import_csv(leads => $leads, campaigns => "campaign_id,name,day,sent,bounced,replied,interested\nc1,One,2026-01-05,900,3,30,20\nc2,Two,2026-01-05,400,1,9,5\n")
        for $whole, $lossy, $blind;

    my ($sent, $lost) = (0, 0);
    for my $part (0, 1) {
        my @events = grep { ($_->{at} > $looks[0] * 1000) == $part } map { @{ $_->{events} } } @histories;
        $sent += @events;
        $lost += grep { $_->{lost} } @events;
        $t->at_once(4, sub ($lane) {
            my ($w, $half) = ($lane % 2 ? $whole : $lossy, $lane > 2);
            my @mine = sort { $a->{at} <=> $b->{at} } grep { $w == $whole || !$_->{lost} } @events;
            # A booking's events stay in one lane.
            for my $event (grep { ($_->{body} =~ /-h(\d+)"/ ? $1 : 0) % 2 == $half } @mine) {
                my $answer = $t->deliver(\$event->{body}, to => $w);
                die "an event was answered $answer->{http}\n" if $answer->{http} != 200;
            }
            return 1;
        });
        $s->clock($looks[$part]);
        $s->bookings([ map { $_->rows($looks[$part]) } @histories ]);
        like round($lossy), qr/ 0 corrected, 0 not understood/, 'a round goes well';
    }
    note "$sent webhooks, $lost lost";
    cmp_ok $lost, '>', $sent / 5, 'many were lost' if @histories > 100;

    my $contents = contents($t, $lossy);
    like round($lossy), qr/ 0 applied, 0 corrected, 0 not understood/, 'another round finds nothing new';
    is_deeply contents($t, $lossy), $contents, 'and stores nothing';

    round($blind);
    clock_speaks($whole, $lossy, $blind);   # that a meeting is over is in no row
    my $before = reports($whole);
    same(about(reports($lossy)), about($before), 'after a round the reports are those without loss', %histories);

    my %unsaid = map { $_ => 1 } grep { $histories{$_}{unmarked} || grep { $_->{left} } @{ $histories{$_}{events} } } keys %histories;
    my $told   = sub ($reports) { [ grep { !$unsaid{ $_->{booking_uid} =~ /-h(\d+)$/ && $1 } } @{ about($reports)->{bookings}{bookings} } ] };
    my ($of_blind, $of_whole) = map { $told->($_) } reports($blind), $before;
    cmp_ok scalar(@$of_blind), '>', 100, 'somebody whom no webhook ever reached has bookings' if @histories > 100;
    is_deeply $of_blind, $of_whole, 'and they are the same, but for what no row says: who left, and marks that were taken back';

    round($whole);
    same(about(reports($whole)), about($before), 'a round where nothing was lost changes nothing', %histories);
    same(reports($lossy, @exact), reports($whole, @exact), 'to the millisecond when both have looked', %histories);

    # What was heard meanwhile is looked at anew; of ends that have not come by Cal.com's clock twice.
    round($lossy) for 1, 2;
    $contents = contents($t, $lossy);
    like round($lossy), qr/ 0 applied, 0 corrected, 0 not understood/, 'the clock is nothing new to the API';
    is_deeply contents($t, $lossy), $contents, 'which stores nothing for it';
    for ($whole, $lossy, $blind) {
        like $_->said('events', 'replay', '--workspace', $_->{workspace}), qr/^\d+ events replayed, 0 differences$/, 'a replay changes nothing';
        is +($_->turnout('verify', '--workspace', $_->{workspace}))[0], 0, 'the counts equal a recount';
    }
};

$t->finish;

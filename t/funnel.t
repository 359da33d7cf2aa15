# The funnel: its counting rules one by one, its rates, its windows, its sources.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Turnout;

my $t = Turnout->start;

# Each rule has a workspace of its own; all are made before the first delivery, so that every process knows them.
my %w = map { $_ => $t->workspace(name => $_, timezone => /days/ ? 'Europe/Berlin' : 'UTC') }
    qw(once uncounted show credit over empty wilson days cohort filter delivered silent late many law unmatched behind);
my $alone = bless { %$t, workspace => $t->said('workspace', 'add', '--name', 'without a connection') }, 'Turnout';

sub leads ($of, @rows) { $of->import_csv(leads => leads_csv(map { { campaign_id => 'c1', first_contacted_at => '2026-01-01T08:00:00Z', %$_ } } @rows)) }
sub campaign_days ($of, @rows) { $of->import_csv(campaigns => join "\n", 'campaign_id,name,day,sent,bounced,replied,interested', @rows, '') }
sub books ($of, $uid, $email, $at, %more) { $of->deliver(event('BOOKING_CREATED', $uid, at => $at, people => [$email], %more)) }
sub cancels ($of, $uid, $email, $at) { $of->deliver(event('BOOKING_CANCELLED', $uid, at => $at, people => [$email])) }
sub total ($of, $query = '') { $of->funnel($of, $query)->{total} }
sub by_campaign ($of, $stage, $query = '') {
    return { map { ($_->{campaign_id} // 'none' => $_->{$stage}) } grep { $_->{$stage} } @{ $of->funnel($of, $query)->{campaigns} } };
}

# --- The rules

subtest 'who books, cancels and books again counts once, by the most recent accepted booking' => sub {
    my $w = $w{once};
    leads($w, { email => 'ann@lead.test' },
        { email => 'bob@lead.test', campaign_id => 'early', first_contacted_at => '2026-01-01T08:00:00Z', lead_id => 'bob' },
        { email => 'bob@lead.test', campaign_id => 'late',  first_contacted_at => '2026-02-10T08:00:00Z', lead_id => 'bob' });
    books($w, 'a1', 'ann@lead.test', '2026-02-01T08:00:00Z');
    is total($w)->{booked}, 1, 'books';
    cancels($w, 'a1', 'ann@lead.test', '2026-02-02T08:00:00Z');
    is total($w)->{booked}, 0, 'cancels';
    books($w, 'a2', 'ann@lead.test', '2026-02-03T08:00:00Z');
    is total($w)->{booked}, 1, 'books again';
    books($w, 'a3', 'ann@lead.test', '2026-02-04T08:00:00Z');
    is total($w)->{booked}, 1, 'and once more, without a cancellation';
    is_deeply [ map { $_->{booking_uid} } grep { $_->{counted} } @{ $w->bookings } ], ['a3'], 'it is the last that is counted';
    books($w, 'b1', 'bob@lead.test', '2026-02-01T08:00:00Z');
    is_deeply by_campaign($w, 'booked'), { c1 => 1, early => 1 }, 'another, whom the earlier campaign had reached';
    books($w, 'b2', 'bob@lead.test', '2026-02-20T08:00:00Z');
    is_deeply by_campaign($w, 'booked'), { c1 => 1, late => 1 }, 'counts by his second booking';
    cancels($w, 'b2', 'bob@lead.test', '2026-02-21T08:00:00Z');
    is_deeply by_campaign($w, 'booked'), { c1 => 1, early => 1 }, 'and by the first again when the second is off';
};

subtest 'cancelled, rejected, unconfirmed and superseded bookings do not count' => sub {
    my $w = $w{uncounted};
    leads($w, map { { email => "$_\@lead.test" } } qw(cancelled rejected pending moved));
    books($w, 'c1', 'cancelled@lead.test', '2026-02-01T08:00:00Z');
    cancels($w, 'c1', 'cancelled@lead.test', '2026-02-02T08:00:00Z');
    $w->deliver(event('BOOKING_REQUESTED', 'r1', people => ['rejected@lead.test']));
    $w->deliver(event('BOOKING_REJECTED', 'r1', at => '2026-03-02T08:00:00Z', people => ['rejected@lead.test']));
    $w->deliver(event('BOOKING_REQUESTED', 'p1', people => ['pending@lead.test']));
    books($w, 'p2', 'pending@lead.test', '2026-02-01T08:00:00Z', status => 'PENDING');
    books($w, 'm1', 'moved@lead.test', '2026-02-01T08:00:00Z');
    $w->deliver(event('BOOKING_RESCHEDULED', 'm2', at => '2026-02-02T08:00:00Z', rescheduleUid => 'm1', people => ['moved@lead.test']));
    is total($w)->{booked}, 1, 'the one that was moved counts, once';
    cancels($w, 'm2', 'moved@lead.test', '2026-02-03T08:00:00Z');
    is total($w)->{booked}, 0, 'and not when the new one is off: the old one is superseded';
    is_deeply { map { $_->{booking_uid} => $_->{counted} ? 1 : 0 } @{ $w->bookings } }, { map { $_ => 0 } qw(c1 r1 p1 p2 m1 m2) }, 'no row is counted';
    is total($w)->{showed}, 0, 'nobody showed';
    $w->deliver(event('BOOKING_CREATED', 'p1', at => '2026-03-03T08:00:00Z', people => ['pending@lead.test']));
    is total($w)->{booked}, 1, 'a request that is confirmed counts';
};

subtest 'a show once recorded stays when the same lead books again' => sub {
    my $w = $w{show};
    leads($w, { email => 'ann@lead.test' });
    books($w, 's1', 'ann@lead.test', '2026-02-01T08:00:00Z', starts => '2026-02-05T10:00:00Z');
    $w->deliver(mark('s1', 'ann@lead.test', 0, '2026-02-05T11:00:00Z'));
    is_deeply [ @{ total($w) }{qw(booked showed)} ], [ 1, 1 ], 'showed';
    books($w, 's2', 'ann@lead.test', '2026-02-10T08:00:00Z', starts => '2026-02-15T10:00:00Z');
    is_deeply [ @{ total($w) }{qw(booked showed)} ], [ 1, 1 ], 'books again: the show stays';
    $w->deliver(mark('s2', 'ann@lead.test', 1, '2026-02-15T11:00:00Z'));
    is_deeply [ @{ total($w) }{qw(booked showed)} ], [ 1, 1 ], 'even when that one is missed';
    $w->deliver(mark('s2', 'ann@lead.test', 0, '2026-02-15T12:00:00Z'));
    is_deeply [ @{ total($w) }{qw(booked showed)} ], [ 1, 1 ], 'and two shows of one lead are one';
};

subtest 'a lead in several campaigns is credited to the one that last reached it before the booking' => sub {
    my $w = $w{credit};
    my $lead = sub ($name, %campaigns) {
        leads($w, map { { lead_id => $name, email => "$name\@lead.test", campaign_id => $_, first_contacted_at => '', %{ $campaigns{$_} } } } sort keys %campaigns);
        books($w, "of-$name", "$name\@lead.test", '2026-02-15T08:00:00Z');
        my ($row) = grep { $_->{booking_uid} eq "of-$name" } @{ $w->bookings };
        return $row->{campaign_id};
    };
    my @first = (first_contacted_at => '2026-01-01T08:00:00Z');
    is $lead->('mail', a => { @first, last_contacted_at => '2026-02-01T08:00:00Z' }, b => { @first, last_contacted_at => '2026-02-02T08:00:00Z' }), 'b', 'the later e-mail';
    is $lead->('reply', a => { @first, replied_at => '2026-02-03T08:00:00Z' }, b => { @first, last_contacted_at => '2026-02-02T08:00:00Z' }), 'a', 'a reply counts as well';
    is $lead->('after', a => { @first, last_contacted_at => '2026-02-01T08:00:00Z' }, b => { first_contacted_at => '2026-02-16T08:00:00Z' }), 'a', 'what came after the booking did not bring it about';
    is $lead->('both', a => { @first, last_contacted_at => '2026-03-01T08:00:00Z' }, b => { first_contacted_at => '2026-02-01T08:00:00Z' }), 'b',
        'of a campaign that went on, what came before the booking counts';
    is $lead->('tie', 9 => {@first}, 10 => {@first}), '10', 'ties go to the higher id, as numbers';
    is $lead->('text', a => {@first}, b => {@first}), 'b', 'or as text';
    is $lead->('single', a => {}), 'a', 'the only campaign, though no time is known';
    is $lead->('none', '' => {}), undef, 'no campaign';
    is $lead->('noneafter', a => { first_contacted_at => '2026-03-01T08:00:00Z' }), undef, 'none that came before';
    is_deeply by_campaign($w, 'booked'), { a => 3, b => 3, 10 => 1, none => 2 }, 'the funnel says the same';
    is total($w)->{booked}, 9, 'in total each lead is one';
};

subtest 'who books without having been marked interested counts, and a rate may pass 100 %' => sub {
    my $w = $w{over};
    campaign_days($w, 'c1,One,2026-01-01,10,0,2,1');
    leads($w, map { { email => "$_\@lead.test" } } qw(ann bob cleo));
    books($w, "of-$_", "$_\@lead.test", '2026-02-01T08:00:00Z') for qw(ann bob cleo);
    my $total = total($w);
    is $total->{interested}, 1, 'one was interested';
    is $total->{booked}, 3, 'three booked';
    is $total->{booking_rate}, 300, 'which is 300 %';
    is $total->{intervals}{booking_rate}, undef, 'without an interval: it is no share';
    ok $total->{intervals}{interest_rate}, 'a share has one';
};

subtest 'a rate is unknown when there is nothing to divide by' => sub {
    my $w = $w{empty};
    my $total = total($w);
    my @rates = qw(delivery_rate reply_rate interest_rate booking_rate show_rate roi);
    is_deeply [ @$total{qw(sent delivered replied interested booked showed)} ], [ (0) x 6 ], 'nothing happened';
    is_deeply [ @$total{@rates} ], [ (undef) x 6 ], 'rates are null';
    is_deeply [ @{ $total->{intervals} }{@rates} ], [ (undef) x 6 ], 'intervals too';
    is_deeply $w->funnel->{campaigns}, [], 'there is no campaign';
    campaign_days($w, 'c1,One,2026-01-01,10,0,0,0');
    $total = total($w);
    is $total->{reply_rate}, 0, 'nothing of something is 0 %';
    is $total->{interest_rate}, undef, 'something of nothing is unknown';
    is_deeply [ sort keys %{ $total->{intervals} } ], [ sort @rates ], 'each rate has an interval, if it has one';
};

# Wilson's score interval as in the textbook, for 95 %.
sub wilson ($k, $n) {
    my ($z, $p) = (1.959963984540054, $k / $n);
    my $middle = ($p + $z**2 / (2 * $n)) / (1 + $z**2 / $n);
    my $half   = $z * sqrt($p * (1 - $p) / $n + $z**2 / (4 * $n**2)) / (1 + $z**2 / $n);
    return [ map { 0 + sprintf '%.2f', 100 * $_ } $middle - $half < 1e-12 ? 0 : $middle - $half, $middle + $half > 1 ? 1 : $middle + $half ];
}

subtest 'intervals are Wilson\'s' => sub {
    my $w = $w{wilson};
    campaign_days($w, 'a,A,2026-01-01,10,2,0,0', 'b,B,2026-01-01,100,0,10,10', 'c,C,2026-01-01,3,0,2,1');
    my %rows = map { $_->{campaign_id} => $_ } @{ $w->funnel->{campaigns} };
    is_deeply $rows{a}{intervals}{delivery_rate}, [ 49.02, 94.33 ], '8 of 10, as published';
    is_deeply $rows{b}{intervals}{reply_rate}, [ 5.52, 17.44 ], '10 of 100, as published';
    is_deeply $rows{a}{intervals}{reply_rate}, wilson(0, 8), 'none of 8';
    is $rows{a}{intervals}{reply_rate}[0], 0, 'begins at 0';
    is_deeply $rows{b}{intervals}{delivery_rate}, wilson(100, 100), 'all of 100';
    is $rows{b}{intervals}{delivery_rate}[1], 100, 'ends at 100';
    is_deeply $rows{c}{intervals}{interest_rate}, wilson(1, 2), '1 of 2';
    is $rows{c}{reply_rate}, 66.67, 'rates have two decimals';
    is $rows{c}{intervals}{roi}[0], 0, 'the return has one too';
};

subtest 'days are those of the zone, also when the clock changes' => sub {
    my $w = $w{days};
    my %at = (   # campaign => when its lead books; Berlin's 29 March has 23 hours, its 25 October 25
        m1 => '2026-03-28T22:59:59Z', m2 => '2026-03-28T23:00:00Z', m3 => '2026-03-29T21:59:59Z', m4 => '2026-03-29T22:00:00Z',
        o1 => '2026-10-24T21:59:59Z', o2 => '2026-10-24T22:00:00Z', o3 => '2026-10-25T22:59:59Z', o4 => '2026-10-25T23:00:00Z',
    );
    campaign_days($w, map { "$_,$_," . substr($at{$_}, 0, 10) . ',7,0,0,0' } sort keys %at);
    leads($w, map { { email => "$_\@lead.test", campaign_id => $_ } } sort keys %at);
    books($w, "of-$_", "$_\@lead.test", $at{$_}, starts => $at{$_}) for sort keys %at;
    $w->deliver(mark("of-$_", "$_\@lead.test", 0, '2026-12-01T00:00:00Z')) for sort keys %at;
    for my $row (
        [ 'from=2026-03-29&to=2026-03-29', 'm2 m3', '23 hours' ],
        [ 'from=2026-03-28&to=2026-03-28', 'm1', 'the day before' ],
        [ 'from=2026-03-30&to=2026-03-30', 'm4', 'the day after' ],
        [ 'from=2026-10-25&to=2026-10-25', 'o2 o3', '25 hours' ],
        [ 'from=2026-10-24&to=2026-10-24', 'o1', 'the day before' ],
        [ 'from=2026-10-26&to=2026-10-26', 'o4', 'the day after' ],
        [ 'from=2026-03-29&to=2026-03-29&timezone=UTC', 'm3 m4', 'in UTC' ],
        [ 'from=2026-10-25&to=2026-10-25&timezone=UTC', 'o3 o4', 'in UTC' ],
        [ 'from=2026-03-29&to=2026-03-29&timezone=America/New_York', 'm3 m4', 'in New York, from 4 to 4' ],
        [ 'from=2026-03-28&to=2026-03-28&timezone=Pacific/Kiritimati', '', 'in Kiritimati' ],
        [ 'from=2026-03-29&to=2026-03-29&timezone=Pacific/Kiritimati', 'm1 m2', '14 hours ahead' ],
        [ 'from=2026-03-28T23:00:00Z&to=2026-03-29T21:59:59Z', 'm2', 'as moments: the first belongs to it, the last does not' ],
        [ 'from=2026-03-29T00:00:00%2B01:00&to=2026-03-29T23:59:60%2B02:00', 'm2 m3', 'as moments with offsets' ],
        [ 'from=2026-10-25', 'o2 o3 o4', 'from alone' ],
        [ 'to=2026-03-28', 'm1', 'to alone' ],
        [ 'from=2026-03-30&to=2026-03-28', '', 'the wrong way round' ],
    ) {
        my ($query, $expected, $what) = @$row;
        is join(' ', sort keys %{ by_campaign($w, 'booked', $query) }), $expected, "booked: $what";
        is join(' ', sort keys %{ by_campaign($w, 'showed', $query) }), $expected, "showed: $what";
    }
    is join(' ', sort keys %{ by_campaign($w, 'sent', 'from=2026-03-29&to=2026-03-29') }), 'm3 m4', 'daily counts belong to their day';
    is join(' ', sort keys %{ by_campaign($w, 'sent', 'from=2026-03-29&to=2026-03-29&timezone=America/New_York') }), 'm3 m4', 'in any zone';
    my $funnel = $w->funnel($w, 'from=2026-03-29');
    is_deeply [ @$funnel{qw(timezone basis from to)} ], [ 'Europe/Berlin', 'activity', '2026-03-29', undef ], 'the answer says what was asked';
    is $w->funnel($w, 'timezone=Asia/Tokyo')->{timezone}, 'Asia/Tokyo', 'with the zone that was used';
    for my $zone ('Europe/Atlantis', 'UTC%2B3', 'europe', '%2E%2E/UTC') {
        my $answer = $w->funnel($w, "timezone=$zone");
        is $answer->{http}, 400, "timezone=$zone is refused";
        is $answer->{code}, 'timezone_unknown', 'and called unknown';
    }
};

subtest 'a cohort is what became of the leads first contacted in the window' => sub {
    my $w = $w{cohort};
    leads($w,
        { lead_id => 'ann',  email => 'ann@lead.test',  campaign_id => 'a', first_contacted_at => '2026-01-10T08:00:00Z', replied_at => '2026-03-01T08:00:00Z', interested_at => '2026-03-02T08:00:00Z' },
        { lead_id => 'ann',  email => 'ann@lead.test',  campaign_id => 'b', first_contacted_at => '2026-01-09T08:00:00Z' },
        { lead_id => 'bob',  email => 'bob@lead.test',  campaign_id => 'a', first_contacted_at => '2026-01-11T08:00:00Z', replied_at => '2026-01-12T08:00:00Z' },
        { lead_id => 'cleo', email => 'cleo@lead.test', campaign_id => 'a', first_contacted_at => '2026-02-20T08:00:00Z' },
        { lead_id => 'dora', email => 'dora@lead.test', campaign_id => 'a', first_contacted_at => '2026-01-12T08:00:00Z' },
        { lead_id => 'emil', email => 'emil@lead.test', campaign_id => 'a', first_contacted_at => '' });
    # Who writes by hand notes of whom, as the import does.
    $t->sql("UPDATE lead_campaigns SET bounced_at = '2026-01-12' WHERE workspace_id = $w->{workspace} AND lead_id = 'dora';
        INSERT INTO standing_changes (workspace_id, lead_now) VALUES ($w->{workspace}, 'dora')");
    books($w, "of-$_", "$_\@lead.test", '2026-05-01T08:00:00Z', starts => '2026-06-01T10:00:00Z') for qw(ann cleo emil);
    $w->deliver(mark("of-$_", "$_\@lead.test", 0, '2026-06-01T11:00:00Z')) for qw(ann cleo);
    my @stages = qw(sent delivered replied interested booked showed);
    is_deeply [ @{ total($w, 'basis=cohort&from=2026-01-01&to=2026-01-31') }{@stages} ], [ 3, 2, 2, 1, 1, 1 ], 'January\'s leads, whenever they replied, booked and showed';
    is_deeply [ @{ total($w, 'basis=cohort&from=2026-02-01&to=2026-02-28') }{@stages} ], [ 1, 1, 0, 0, 1, 1 ], 'February\'s';
    is_deeply [ @{ total($w, 'basis=cohort') }{@stages} ], [ 4, 3, 2, 1, 2, 2 ], 'everybody\'s who was contacted';
    is_deeply [ @{ total($w, 'basis=activity&from=2026-01-01&to=2026-01-31') }{@stages} ], [ (0) x 6 ], 'which is not what happened in January';
    is_deeply by_campaign($w, 'sent', 'basis=cohort&from=2026-01-01&to=2026-01-31'), { a => 3, b => 1 }, 'a lead is in both of its campaigns';
    is_deeply by_campaign($w, 'booked', 'basis=cohort&from=2026-01-01&to=2026-01-31'), { a => 1 }, 'and credited to one';
    is $w->funnel($w, 'basis=cohort')->{basis}, 'cohort', 'the answer says so';
};

subtest 'one campaign alone' => sub {
    my $w = $w{filter};
    campaign_days($w, 'a,"A, first",2026-01-01,10,1,3,2', 'b,B,2026-01-01,20,2,4,1', '10,Ten,2026-01-01,1,0,0,0', '9,Nine,2026-01-01,1,0,0,0');
    leads($w, { email => 'ann@lead.test', campaign_id => 'a' }, { email => 'bob@lead.test', campaign_id => 'b' }, { email => 'eve@lead.test', campaign_id => '' });
    books($w, "of-$_", "$_\@lead.test", '2026-02-01T08:00:00Z') for qw(ann bob eve);
    my $whole = $w->funnel;
    is_deeply [ map { $_->{campaign_id} } grep { defined $_->{campaign_id} } @{ $whole->{campaigns} } ], [qw(9 a b 10)], 'campaigns in order, numbers as numbers'
        or diag explain [ map { $_->{campaign_id} } @{ $whole->{campaigns} } ];
    for my $basis ('activity', 'cohort') {
        my $one = $w->funnel($w, "campaign=a&basis=$basis");
        is_deeply [ map { $_->{campaign_id} } @{ $one->{campaigns} } ], ['a'], "$basis: only it is listed";
        my %row = %{ $one->{campaigns}[0] };
        is delete $row{campaign_name}, 'A, first', 'with its name';
        delete $row{campaign_id};
        is_deeply \%row, $one->{total}, 'and it is the total';
        is $one->{total}{booked}, 1, 'with its own booking';
    }
    is_deeply [ @{ total($w, 'campaign=a') }{qw(sent delivered replied interested booked showed)} ], [ 10, 9, 3, 2, 1, 0 ], 'with its own numbers';
    my $none = $w->funnel($w, 'campaign=nobody');
    is $none->{http}, 200, 'a campaign that is not there';
    is_deeply [ @{ $none->{total} }{qw(sent booked)} ], [ 0, 0 ], 'counts nothing';
};

subtest 'delivered is sent without bounced' => sub {
    my $w = $w{delivered};
    campaign_days($w, 'a,A,2026-01-01,100,3,5,1', 'a,A,2026-01-02,50,7,5,1', 'b,B,2026-01-01,0,4,0,0');
    my %rows = map { $_->{campaign_id} => $_ } @{ $w->funnel->{campaigns} };
    is_deeply [ @{ $rows{a} }{qw(sent delivered delivery_rate reply_rate)} ], [ 150, 140, 93.33, 7.14 ], 'over all days';
    is $rows{b}{delivered}, 0, 'and never below 0, when bounces come a day later';
    is_deeply [ @{ (total($w, 'from=2026-01-02&to=2026-01-02')) }{qw(sent delivered)} ], [ 50, 43 ], 'of one day';
};

subtest 'somebody who is no lead does not count until he is one' => sub {
    my $w = $w{unmatched};
    books($w, 'u1', 'late@lead.test', '2026-02-01T08:00:00Z');
    is total($w)->{booked}, 0, 'a stranger';
    leads($w, { email => 'Late@Lead.test' });
    is total($w)->{booked}, 1, 'a lead, from the import on';
    is_deeply by_campaign($w, 'booked'), { c1 => 1 }, 'with his campaign';
};

subtest 'late news' => sub {
    my $w = $w{late};
    leads($w, { email => 'ann@lead.test' });
    cancels($w, 'l1', 'ann@lead.test', '2026-02-02T08:00:00Z');
    books($w, 'l1', 'ann@lead.test', '2026-02-01T08:00:00Z');
    is total($w)->{booked}, 0, 'a booking that is heard of after its cancellation is off';
    $w->deliver(event('BOOKING_RESCHEDULED', 'l3', at => '2026-02-12T08:00:00Z', rescheduleUid => 'l2', people => ['ann@lead.test']));
    books($w, 'l2', 'ann@lead.test', '2026-02-10T08:00:00Z');
    is total($w)->{booked}, 1, 'one that is heard of after it was moved counts once';
    is total($w, 'from=2026-02-10&to=2026-02-10')->{booked}, 1, 'when it was first booked';
};

subtest 'one lead in one meeting is one' => sub {
    my $w = $w{many};
    leads($w, { lead_id => 'dot', email => 'dot.person@gmail.com' });
    $w->deliver(event('BOOKING_CREATED', 'g1', people => [ 'dotperson@gmail.com', 'dot.person+cal@gmail.com', 'd.o.t.person@googlemail.com' ]));
    is scalar @{ $w->bookings }, 3, 'whose address is listed three times';
    is total($w)->{booked}, 1, 'counts once';
    is scalar(grep { $_->{counted} } @{ $w->bookings }), 1, 'in the list too';
};

subtest 'the sources say how they are' => sub {
    my $data = $w{silent}->funnel->{data};
    for my $source (qw(calcom emailbison)) {
        like $data->{$source}{state}, qr/^(?:ok|stale|unavailable)$/, "$source has a state";
        ok $data->{$source}{message}, 'and a sentence';
        ok exists $data->{$source}{last_success}, 'and the time of its last news';
    }
    is $data->{calcom}{state}, 'ok', 'Cal.com is connected';
    is $data->{calcom}{last_success}, undef, 'and silent so far';
    is $data->{emailbison}{state}, 'unavailable', 'EmailBison is not';
    $w{silent}->deliver(event('BOOKING_CREATED', 'news'));
    my $after = $w{silent}->funnel->{data}{calcom};
    like $after->{last_success}, qr/^\d{4}-.*Z$/, 'a delivery is news';
    isnt $after->{message}, $data->{calcom}{message}, 'and the sentence changes';
    my $without = $alone->funnel;
    is $without->{http}, 200, 'a workspace without a connection has its funnel all the same';
    is $without->{data}{calcom}{state}, 'unavailable', 'marked as incomplete';
};

subtest 'rows other than campaigns, and what is behind a number' => sub {
    my $w = $w{behind};
    campaign_days($w, 'c1,One,2026-01-31,10,1,2,1', 'c1,One,2026-02-01,20,0,0,0');
    leads($w, map { { email => "$_\@lead.test", lead_id => $_ } } qw(ann bob eve));
    books($w, 'one',   'ann@lead.test', '2026-01-31T08:00:00Z', type => 'intro');
    books($w, 'two',   'ann@lead.test', '2026-02-01T08:00:00Z', type => 'demo');
    books($w, 'three', 'bob@lead.test', '2026-02-01T09:00:00Z', type => 'intro');
    my $rows = sub ($query) { return { map { ($_->{key} // 'none' => "$_->{sent} $_->{booked}") } @{ $w->funnel($w, $query)->{rows} } } };
    is_deeply $rows->('group_by=day'), { '2026-01-31' => '10 0', '2026-02-01' => '20 2' }, 'by day: a lead counts on the day of its last booking';
    is_deeply $rows->('group_by=day&to=2026-01-31'), { '2026-01-31' => '10 1' }, 'which is the last one in the window';
    is_deeply $rows->('group_by=week'), { '2026-01-26' => '30 2' }, 'by week, from Monday on';
    is_deeply $rows->('group_by=month'), { '2026-01-01' => '10 0', '2026-02-01' => '20 2' }, 'by month';
    is_deeply $rows->('group_by=event_type'), { none => '30 0', demo => '0 1', intro => '0 1' }, 'by event type, of which e-mails have none';
    my $behind = sub ($query) { $w->funnel($w, "explain=1&$query") };
    my $leads = $behind->('stage=booked&group_by=event_type&key=demo');
    is $leads->{number}, 1, 'a number';
    is_deeply $leads->{leads}, [ { lead_id => 'ann', lead_email => 'ann@lead.test', at => '2026-02-01T08:00:00Z', campaign_id => 'c1', event_type => 'demo', booking_uid => 'two' } ],
        'and its lead, with the booking by which it counts';
    my $days = $behind->('stage=delivered&key=c1');
    is $days->{number}, 29, 'a number of a campaign';
    is_deeply [ map { [ @$_{qw(day counts)} ] } @{ $days->{days} } ], [ [ '2026-02-01', 20 ], [ '2026-01-31', 9 ] ], 'and its days';
    is_deeply $behind->('stage=booked&no_key=1')->{leads}, [], 'nobody is behind a 0';
    is $behind->('stage=booked&limit=1')->{leads}[0]{lead_id}, 'bob', 'the newest comes first';
    for my $bad ('explain=1', 'explain=1&stage=won', 'explain=1&stage=booked&limit=0', 'explain=1&stage=booked&group_by=month&key=2026-02-30', 'explain=1&stage=booked&after=x', 'group_by=year', 'group_by=day%00', 'as_of=now',
        'explain=1&stage=sent&after=' . ($behind->('stage=booked&limit=1')->{next} // die))
    {
        is $w->funnel($w, $bad)->{http}, 400, "?$bad is refused";
    }
};

subtest 'the report equals the recount' => sub {
    my $w = $w{law};
    my $random = 7;
    my $next = sub ($below) { $random = ($random * 1103515245 + 12345) % 2**31; return ($random >> 8) % $below };
    my @leads = map { "lead$_" } 1 .. 25;
    campaign_days($w, map { "c$_,C$_,2026-01-0$_,1$_,$_,1,1" } 1 .. 4);
    leads($w, map { my $l = $_; map { { lead_id => $l, email => "$l\@lead.test", campaign_id => 'c' . (1 + $next->(4)), first_contacted_at => sprintf('2026-01-%02dT08:00:00Z', 1 + $next->(28)) } } 1 .. 2 } @leads);
    for my $number (1 .. 80) {
        my ($lead, $uid, $at) = ($leads[ $next->(25) ], "law$number", sprintf '2026-0%d-%02dT08:00:00Z', 2 + $next->(3), 1 + $next->(28));
        books($w, $uid, "$lead\@lead.test", $at);
        my $fate = $next->(6);
        cancels($w, $uid, "$lead\@lead.test", '2026-06-01T08:00:00Z') if $fate == 0;
        $w->deliver(mark($uid, "$lead\@lead.test", $fate == 1)) if $fate == 1 || $fate == 2;
        $w->deliver(event('BOOKING_RESCHEDULED', "new$number", at => '2026-06-01T08:00:00Z', rescheduleUid => $uid, people => ["$lead\@lead.test"])) if $fate == 3;
    }
    my $funnel = $w->funnel;
    my @rows = @{ $w->get("/api/clients/$w->{workspace}/bookings?limit=1000")->{bookings} };
    my %booked = map { $_->{lead_id} => 1 } grep { $_->{status} eq 'accepted' } @rows;
    my %showed = map { $_->{lead_id} => 1 } grep { $_->{status} eq 'accepted' && $_->{showed_up} } @rows;
    is $funnel->{total}{booked}, keys %booked, 'booked is the number of leads with an accepted booking';
    is $funnel->{total}{showed}, keys %showed, 'showed is the number of leads who showed';
    is scalar(grep { $_->{counted} } @rows), keys %booked, 'one booking of each is counted';
    for my $stage (qw(sent delivered replied interested booked showed)) {
        my $sum = 0;
        $sum += $_->{$stage} for @{ $funnel->{campaigns} };
        is $funnel->{total}{$stage}, $sum, "$stage: the total is the sum of the campaigns";
    }
    my %by;
    $by{ $_->{campaign_id} // 'none' }++ for grep { $_->{counted} } @rows;
    is_deeply by_campaign($w, 'booked'), \%by, 'and each campaign has what the counted rows say';
    my $table = $w->said('funnel', '--workspace', $w->{workspace});
    for my $campaign (@{ $funnel->{campaigns} }, { %{ $funnel->{total} }, campaign_name => 'total' }) {
        my $numbers = join '\s+', @$campaign{qw(sent delivered replied interested booked showed)};
        my $name = quotemeta($campaign->{campaign_name} // '(no campaign)');
        like $table, qr/^$name\s+$numbers\s/m, "the table on the terminal says the same of " . ($campaign->{campaign_name} // 'none');
    }
    my $etag = $funnel->{headers}{etag};
    is $w->get("/api/clients/$w->{workspace}/funnel", headers => { 'If-None-Match' => $etag })->{http}, 304, 'what the client has is not sent again';
    books($w, 'fresh', 'lead1@lead.test', '2026-06-09T08:00:00Z');
    cancels($w, 'fresh', 'lead1@lead.test', '2026-06-10T08:00:00Z');
    is total($w)->{booked}, $funnel->{total}{booked}, 'who books and cancels leaves the numbers as they were';
};

$t->finish;

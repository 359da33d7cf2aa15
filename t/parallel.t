# At the same time and in any order: every event is applied once, and the state depends on the set of events alone.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP;
use List::Util qw(shuffle uniq);
use Time::HiRes qw(sleep time);
use Turnout;

my $t    = Turnout->start(workers => 8);
my $json = JSON::PP->new->utf8->canonical;
my $seed = $ENV{TURNOUT_SEED} // time ^ $$;
srand $seed;
note "TURNOUT_SEED=$seed makes the same orders again";
$t->import_csv(leads => leads_csv(map { { email => "$_\@lead.test" } } qw(ann bob cleo)));

# Round after round, one event of each list at the same moment, every list in a process of its own. Returns the answers by round.
sub side_by_side (@lists) {
    my $rounds = @{ $lists[0] };
    my $begin  = time + 0.1;
    my @said   = $t->at_once(scalar @lists, sub ($number) {
        my @statuses;
        for my $round (0 .. $rounds - 1) {
            my $pause = $begin + $round * 0.012 - time;
            sleep $pause if $pause > 0;
            my $answer = $t->deliver($lists[ $number - 1 ][$round]);
            push @statuses, $answer->{status} . ($answer->{http} == 200 ? '' : " $answer->{http}");
        }
        return \@statuses;
    });
    return map { my $round = $_; [ map { $_->[$round] } @said ] } 0 .. $rounds - 1;
}

# All bookings whose uid ends in this, as the report shows them, without the ending.
sub shown ($ending) {
    my %all = bookings_by_ending();
    return $all{$ending} // [];
}

sub bookings_by_ending {
    my (%by, $next);
    do {
        my $page = $t->get("/api/clients/$t->{workspace}/bookings?matched=all&limit=1000" . ($next ? "&after=$next" : ''));
        for my $booking (@{ $page->{bookings} }) {
            my ($ending) = $booking->{booking_uid} =~ /(~.*)$/ or next;
            my $plain = $json->decode($json->encode($booking) =~ s/\Q$ending\E//gr);
            delete $plain->{counted};   # depends on the lead's other bookings
            push @{ $by{$ending} }, $plain;
        }
        $next = $page->{next};
    } while ($next);
    @{ $by{$_} } = sort { $json->encode($a) cmp $json->encode($b) } @{ $by{$_} } for keys %by;
    return %by;
}

subtest 'the same delivery 50 times at once' => sub {
    my $w = $t->workspace;
    $w->import_csv(leads => leads_csv({ email => 'ann@lead.test' }));
    my $event = event('BOOKING_CREATED', 'fifty', bookingId => 50);
    my @said = $t->at_once(50, sub ($number) { my $answer = $t->deliver($event, to => $w); "$answer->{http} " . ($answer->{status} // '') });
    is scalar(grep { $_ eq '200 processed' } @said), 1,  'one is processed';
    is scalar(grep { $_ eq '200 duplicate' } @said), 49, '49 are duplicates';
    is_deeply [ map { $_->{booking_uid} } @{ $w->bookings($w, 'matched=all') } ], ['fifty'], 'one booking';
    is $w->funnel->{total}{booked}, 1, 'counted once';
    is $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $w->{workspace}"), 1, 'one event';
    is $t->value("SELECT count(*) FROM activities WHERE workspace_id = $w->{workspace}"), 1, 'one entry on the timeline';
};

subtest 'two events of one booking at once' => sub {
    my $rounds = 60;
    my @pairs = (
        [ 'made and marked', sub ($u) { event('BOOKING_CREATED', $u, bookingId => 1), mark($u, 'ann@lead.test', 1) },
            { status => 'accepted', showed_up => 0 } ],
        [ 'made and cancelled', sub ($u) { event('BOOKING_CREATED', $u), event('BOOKING_CANCELLED', $u, at => '2026-03-02T08:00:00Z') },
            { status => 'cancelled' } ],
        [ 'requested and accepted', sub ($u) { event('BOOKING_REQUESTED', $u), event('BOOKING_CREATED', $u, at => '2026-03-02T08:00:00Z') },
            { status => 'accepted' } ],
        [ 'rescheduled and made', sub ($u) { event('BOOKING_RESCHEDULED', "new$u", at => '2026-03-02T08:00:00Z', rescheduleUid => $u), event('BOOKING_CREATED', $u) },
            { status => 'superseded' } ],
        [ 'rescheduled and ended', sub ($u) { event('BOOKING_RESCHEDULED', "a$u", at => '2026-03-02T08:00:00Z', rescheduleUid => "z$u", starts => '2026-03-12T10:00:00Z'),
                flat('MEETING_ENDED', "z$u") }, { status => 'superseded', showed_up => undef }, 'z' ],
        [ 'ended and marked', sub ($u) { flat('MEETING_ENDED', $u), mark($u, 'ann@lead.test', 1) },
            { status => 'accepted', showed_up => 0, attendance_source => 'explicit' } ],
        [ 'made, and known by number only', sub ($u) { my $n = 1000 + substr($u, -3); event('BOOKING_CREATED', $u, bookingId => $n),
            { triggerEvent => 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', createdAt => '2026-03-10T10:05:00Z', payload => { bookingId => $n } } },
            { status => 'accepted', showed_up => 0, attendance_source => 'explicit' } ],
    );
    my @lists;
    for my $pair (0 .. $#pairs) {
        for my $round (0 .. $rounds - 1) {
            my @events = $pairs[$pair][1]->(sprintf 'pair~%d-%03d', $pair, $round);
            if ($pair == 0) { $_->{payload}{bookingId} = 500_000 + $round for $events[0] }
            @events = reverse @events if $round % 2;
            push @{ $lists[$_] }, $events[$_] for 0, 1;
        }
    }
    my @answers = side_by_side(@lists);
    my %all = bookings_by_ending();
    for my $pair (0 .. $#pairs) {
        my ($what, undef, $expected, $prefix) = @{ $pairs[$pair] };
        my @said = map { @$_ } splice @answers, 0, $rounds;
        is_deeply [ uniq @said ], ['processed'], "$what: all answered as processed";
        my %states;
        for my $round (0 .. $rounds - 1) {
            my ($row) = grep { $_->{booking_uid} eq ($prefix // '') . 'pair' } @{ $all{ sprintf '~%d-%03d', $pair, $round } // [] };
            $states{ $json->encode({ map { $_ => ref $row->{$_} ? 0 + $row->{$_} : $row->{$_} } sort keys %$expected }) }++;
        }
        is_deeply \%states, { $json->encode($expected) => $rounds }, "$what: both applied in each of $rounds rounds";
    }
};

# --- Chains of reschedules

# The events of a chain through these uids: made, then moved from each to the next; the last one is called off, or not.
sub chain_events ($ending, @uids) {
    my @events = (event('BOOKING_CREATED', "$uids[0]$ending", at => '2026-02-01T08:00:00Z', starts => '2026-03-01T10:00:00Z'));
    for my $i (1 .. $#uids) {
        push @events, event('BOOKING_RESCHEDULED', "$uids[$i]$ending", at => "2026-02-0${\($i + 1)}T08:00:00Z", starts => "2026-03-0${\($i + 1)}T10:00:00Z",
            rescheduleUid => "$uids[$i - 1]$ending", rescheduleStartTime => "2026-03-0${i}T10:00:00Z", rescheduleEndTime => "2026-03-0${i}T10:30:00Z");
    }
    return @events;
}

sub orders_of (@things) {
    return [] unless @things;
    return map { my $i = $_; my @rest = @things; my ($first) = splice @rest, $i, 1; map { [ $first, @$_ ] } orders_of(@rest) } 0 .. $#things;
}

# Names in rising, falling and mixed order: the order in which rows are locked must not matter.
my @chains = ([qw(A B C)], [qw(C B A)], [qw(B C A)], [qw(A B C D)]);

sub is_the_chain ($rows, $what, @uids) {
    my %row = map { $_->{booking_uid} => $_ } @{ $rows // [] };
    my %expected = map { my $i = $_; ($uids[$i] => {
        status => $i == $#uids ? 'accepted' : 'superseded', chain => $uids[0], booked_at => '2026-02-01T08:00:00Z',
        scheduled_time => "2026-03-0${\($i + 1)}T10:00:00Z", rescheduled_from => $i ? $uids[ $i - 1 ] : undef }) } 0 .. $#uids;
    my %got = map { my $r = $_; $r->{booking_uid} => { map { $_ => $r->{$_} } qw(status chain booked_at scheduled_time rescheduled_from) } } values %row;
    return is_deeply \%got, \%expected, $what;
}

subtest 'a chain of reschedules in every order' => sub {
    my @made;
    for my $c (0 .. $#chains) {
        my @orders = orders_of(0 .. $#{ $chains[$c] });
        for my $o (0 .. $#orders) {
            my $ending = "~chain-$c-$o";
            my @events = chain_events($ending, @{ $chains[$c] });
            $t->deliver($_) for @events[ @{ $orders[$o] } ];
            push @made, [ $ending, $c, "@{ $orders[$o] }" ];
        }
    }
    my %all = bookings_by_ending();
    is_the_chain($all{ $_->[0] }, "@{ $chains[$_->[1]] } in the order $_->[2]", @{ $chains[ $_->[1] ] }) for @made;
};

subtest 'a chain of reschedules at once' => sub {
    my $rounds = 30;
    my (@lists, @made);
    for my $c (0 .. $#chains) {
        for my $round (1 .. $rounds) {
            my $ending = "~knot-$c-$round";
            my @events = shuffle chain_events($ending, @{ $chains[$c] });
            push @events, $events[0] if @events == 3;   # four at once, one of them twice
            push @{ $lists[$_] }, $events[$_] for 0 .. 3;
            push @made, [ $ending, $c ];
        }
    }
    my %said;
    $said{$_}++ for map { @$_ } side_by_side(@lists);
    is_deeply \%said, { processed => 4 * $rounds * @chains - 3 * $rounds, duplicate => 3 * $rounds }, 'all answered';
    my %all   = bookings_by_ending();
    my @wrong = grep { my $m = $_; !same_chain($all{ $m->[0] }, @{ $chains[ $m->[1] ] }) } @made;
    is scalar @wrong, 0, 'and each is one chain, booked when the first was';
    is_the_chain($all{ $_->[0] }, "@{ $chains[$_->[1]] }$_->[0]", @{ $chains[ $_->[1] ] }) for @wrong[ 0 .. ($#wrong < 2 ? $#wrong : 2) ];
};

sub same_chain ($rows, @uids) {
    my %row = map { $_->{booking_uid} => $_ } @{ $rows // [] };
    return @uids == keys %row && !grep { my $r = $row{$_}; !$r || $r->{chain} ne $uids[0] || $r->{booked_at} ne '2026-02-01T08:00:00Z'
        || $r->{status} ne ($_ eq $uids[-1] ? 'accepted' : 'superseded') } @uids;
}

# --- Seats

subtest 'two seats taken at once' => sub {
    my $rounds = 60;
    my @lists;
    for my $round (1 .. $rounds) {
        my $uid = "seats~taken-$round";
        push @{ $lists[$_] }, event('BOOKING_CREATED', $uid, seatsPerTimeSlot => 5, bookingId => 600_000 + $round,
            at => "2026-03-01T08:00:0${_}Z", people => [ ('ann@lead.test', 'bob@lead.test', 'cleo@lead.test')[$_] ]) for 0 .. 2;
    }
    is_deeply [ uniq map { @$_ } side_by_side(@lists) ], ['processed'], 'all answered';
    my %all = bookings_by_ending();
    my %seats;
    $seats{ join ' ', map { "$_->{attendee_email} $_->{status}" } sort { $a->{attendee_email} cmp $b->{attendee_email} } @{ $all{"~taken-$_"} // [] } }++ for 1 .. $rounds;
    is_deeply \%seats, { 'ann@lead.test accepted bob@lead.test accepted cleo@lead.test accepted' => $rounds }, 'nobody lost his seat';
};

subtest 'a seat taken while another is given up' => sub {
    my $rounds = 60;
    my @lists;
    for my $round (1 .. $rounds) {
        my $uid = "seats~left-$round";
        my %both = (seatsPerTimeSlot => 5);
        push @{ $lists[0] }, event('BOOKING_CREATED', $uid, %both, at => '2026-03-01T08:00:00Z', people => ['ann@lead.test']);
        push @{ $lists[1] }, event('BOOKING_CREATED', $uid, %both, at => '2026-03-01T08:00:01Z', people => ['bob@lead.test']);
        push @{ $lists[2] }, event('BOOKING_CANCELLED', $uid, %both, at => '2026-03-01T08:00:02Z', people => ['ann@lead.test']);
    }
    is_deeply [ uniq map { @$_ } side_by_side(@lists) ], ['processed'], 'all answered';
    my %all = bookings_by_ending();
    my %seats;
    $seats{ join ' ', map { "$_->{attendee_email} $_->{status}" } sort { $a->{attendee_email} cmp $b->{attendee_email} } @{ $all{"~left-$_"} // [] } }++ for 1 .. $rounds;
    is_deeply \%seats, { 'ann@lead.test cancelled bob@lead.test accepted' => $rounds }, 'the one leaves, the other stays';
    is_deeply [ $t->sql("SELECT DISTINCT status FROM bookings WHERE uid LIKE 'seats~left-%'") ], [['accepted']], 'and the booking lives';
};

# --- Any order, any repetition

subtest 'the state is a function of the set of events' => sub {
    my $story = sub ($ending) {
        my $guest = sub ($email, %more) { person($email, %more) };
        return (
            event('BOOKING_REQUESTED',   "A$ending", at => '2026-02-01T08:00:00Z', people => [ 'ann@lead.test', 'bob@lead.test' ]),
            event('BOOKING_CREATED',     "A$ending", at => '2026-02-01T09:00:00Z', people => [ 'ann@lead.test', $guest->('bob@lead.test', name => 'Robert') ]),
            event('BOOKING_PAID',        "A$ending", at => '2026-02-01T09:30:00Z', paymentData => { amount => 100, currency => 'eur' }, people => ['ann@lead.test']),
            event('BOOKING_CANCELLED',   "A$ending", at => '2026-02-02T08:00:00Z', cancellationReason => 'ill'),
            event('BOOKING_RESCHEDULED', "B$ending", at => '2026-02-03T08:00:00Z', rescheduleUid => "A$ending", starts => '2026-03-11T10:00:00Z', people => [ 'ann@lead.test', 'cleo@lead.test' ]),
            flat('MEETING_STARTED',      "B$ending", at => '2026-02-03T08:00:00Z', starts => '2026-03-11T10:00:00Z'),
            flat('MEETING_ENDED',        "A$ending", at => '2026-02-01T08:00:00Z'),
            flat('MEETING_ENDED',        "B$ending", at => '2026-02-03T08:00:00Z', starts => '2026-03-11T10:00:00Z', people => [ 'ann@lead.test', 'cleo@lead.test' ]),
            mark("B$ending", 'ann@lead.test', 1, '2026-03-11T11:00:00Z'),
            mark("B$ending", 'ann@lead.test', 0, '2026-03-11T12:00:00Z'),
            mark("B$ending", 'cleo@lead.test', 1, '2026-03-11T12:00:00Z'),
            event('BOOKING_REJECTED',    "B$ending", at => '2026-02-02T23:00:00Z', rejectionReason => 'too early to say'),
        );
    };
    my $orders = 24;
    my @mine = map { [ $_, "~story-$_" ] } 0 .. $orders;
    $t->deliver($_) for $story->('~story-0');
    $t->at_once(4, sub ($number) {
        srand $seed + $number;
        for my $row (grep { $_->[0] && $_->[0] % 4 == $number % 4 } @mine) {
            my @events = $story->($row->[1]);
            $t->deliver($_) for shuffle @events, @events[ map { int rand @events } 1 .. 6 ];
        }
        return 1;
    });
    my %all = bookings_by_ending();
    is scalar @{ $all{'~story-0'} }, 4, 'four rows: two attendees of each booking';
    is_deeply [ map { "$_->{booking_uid} $_->{attendee_email} $_->{status} " . ($_->{showed_up} // 'unknown') } sort { "$a->{booking_uid}$a->{attendee_email}" cmp "$b->{booking_uid}$b->{attendee_email}" } @{ $all{'~story-0'} } ],
        [ 'A ann@lead.test superseded unknown', 'A bob@lead.test superseded unknown', 'B ann@lead.test accepted 1', 'B cleo@lead.test accepted 0' ], 'as told in order';
    is_deeply $all{"~story-$_"}, $all{'~story-0'}, "order $_ tells the same" for 1 .. $orders;
};

# No foreign key minds it: whoever drops a lead waits for those who may have found him, and who comes later finds him gone.
subtest 'a lead that goes while he books' => sub {
    my $w = $t->workspace;
    $w->import_csv(leads => "lead_id,email\n" . join '', map { "$_,$_\@lead.test\n" } qw(early late));
    my $drop  = sub ($lead) { ($w->turnout('leads', 'drop', '--workspace', $w->{workspace}, '--lead', $lead))[0] };
    my $book  = sub ($lead) { $t->deliver(event('BOOKING_CREATED', $lead, people => ["$lead\@lead.test"]), to => $w)->{status} };

    # He was found when the booking had to wait; then he is to go.
    my $let_go = $t->hold_table('standings');
    my $booked = $t->meanwhile(sub { $book->('early') });
    $t->wait_until('the booking waits', sub { $t->waiting('turnout webhook') });
    my $dropped = $t->meanwhile(sub { $drop->('early') });
    $t->wait_until('who drops him waits', sub { $t->waiting('turnout') });
    $let_go->();
    is $booked->(), 'processed', 'the booking is processed';
    is $dropped->(), 0, 'then he is dropped';

    # He is about to go when he books.
    $let_go = $t->hold_table('folds');
    $dropped = $t->meanwhile(sub { $drop->('late') });
    $t->wait_until('who drops him waits', sub { $t->waiting('turnout') });
    $booked = $t->meanwhile(sub { $book->('late') });
    $t->wait_until('the booking waits', sub { $t->waiting('turnout webhook') });
    $let_go->();
    is $dropped->(), 0, 'he is dropped';
    is $booked->(), 'processed', 'then the booking is processed';

    is_deeply [ sort map { "$_->{booking_uid} " . ($_->{lead_id} // 'nobody') } @{ $w->bookings($w, 'matched=all') } ], [ 'early nobody', 'late nobody' ],
        'neither booking is of a lead who is not there';
    is $t->value("SELECT count(*) FROM funnel_items i WHERE NOT EXISTS (SELECT FROM leads l WHERE l.workspace_id = i.workspace_id AND l.lead_id = i.lead_id)"), 0, 'nothing counts for one';
    is(($w->turnout('verify', '--workspace', $w->{workspace}))[0], 0, 'and counts equal a recount');
};

# How an attendee stands follows from two things, and two who change one each must not forget what the other did.
subtest 'another campaign reaches him while he cancels' => sub {
    my $w       = $t->workspace;
    my $contact = sub ($lead, $campaign, $at) { $w->import_csv(leads => "lead_id,email,campaign_id,first_contacted_at\n$lead,$lead\@lead.test,$campaign,$at\n") };
    my %do      = (
        cancels => [ 'turnout webhook', sub ($lead) { $t->deliver(event('BOOKING_CANCELLED', $lead, at => '2026-03-02T08:00:00Z', people => ["$lead\@lead.test"]), to => $w) } ],
        reached => [ 'turnout',         sub ($lead) { $contact->($lead, 'c2', '2026-02-01T08:00:00Z') } ]);
    for my $order ([qw(cancels reached)], [qw(reached cancels)]) {
        my $lead = "$order->[0]-first";
        $contact->($lead, 'c1', '2026-01-01T08:00:00Z');
        $t->deliver(event('BOOKING_CREATED', $lead, at => '2026-03-01T08:00:00Z', people => ["$lead\@lead.test"]), to => $w);
        my $let_go = $t->hold_rows("SELECT FROM standings WHERE uid = '$lead'");
        my @both   = map {
            my ($program, $does) = @{ $do{$_} };
            my $done = $t->meanwhile(sub { $does->($lead); 1 });
            $t->wait_until("who $_ waits", sub { $t->waiting($program) });
            $done;
        } @$order;
        $let_go->();
        $_->() for @both;
        my ($row) = grep { $_->{booking_uid} eq $lead } @{ $w->bookings };
        is "$row->{status} $row->{campaign_id}", 'cancelled c2', "@$order: it is cancelled, and credited to the other campaign";
    }
    is(($w->turnout('verify', '--workspace', $w->{workspace}))[0], 0, 'and counts equal a recount');
};

subtest 'another campaign reaches him while he books' => sub {
    my $w = $t->workspace;
    my $contacts = sub ($campaign, $at) { $w->import_csv(leads => "lead_id,email,campaign_id,first_contacted_at\n" . join '', map { "$_,$_\@lead.test,$campaign,$at\n" } qw(ann bob)) };
    my $credited = sub { my ($row) = grep { $_->{booking_uid} eq 'meanwhile' } @{ $w->bookings }; $row->{campaign_id} };
    $contacts->('c1', '2026-01-01T08:00:00Z');
    $t->deliver(event('BOOKING_CREATED', 'holds-up', people => ['bob@lead.test']), to => $w);
    my $let_go = $t->hold_rows("SELECT FROM standings WHERE uid = 'holds-up'");
    my $done   = $t->meanwhile(sub { $contacts->('c2', '2026-02-01T08:00:00Z'); 1 });
    $t->wait_until('the import looks at bookings that it knows', sub { $t->waiting('turnout') });
    is $t->deliver(event('BOOKING_CREATED', 'meanwhile', people => ['ann@lead.test']), to => $w)->{status}, 'processed', 'he books while the import is under way';
    is $credited->(), 'c1', 'and is credited to the campaign that is known by then';
    $let_go->();
    $done->();
    ok $t->wait_until('it is credited to the other', sub { $credited->() eq 'c2' }), 'when the import is done, to the one that reached him last';
    is(($w->turnout('verify', '--workspace', $w->{workspace}))[0], 0, 'and counts equal a recount');
};

is_deeply [ grep { ($_->{level} // '') eq 'error' && $_->{event} ne 'accept_failed' } $t->log_lines('webhook') ], [], 'no program has logged an error';
is $t->value("SELECT count(*) FROM webhook_events WHERE status = 'failed'"), 0, 'no event has failed';

$t->finish;

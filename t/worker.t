# What is kept of deliveries can be looked at, tried again and replayed; and meetings that are over are ended by the clock.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP;
use Turnout;

my $t    = Turnout->start;
my $json = JSON::PP->new->utf8->canonical;
my ($other, $strict) = ($t->workspace, $t->workspace(attendance => 'explicit'));
$_->import_csv(leads => leads_csv({ email => 'ann@lead.test' }, { email => 'bob@lead.test' })) for $t, $strict;

# Long ago, whenever this runs.
my %then = (at => '2024-03-01T08:00:00.000Z', starts => '2024-03-10T10:00:00Z');
my %next = (at => '2024-03-02T08:00:00.000Z', starts => '2024-03-12T10:00:00Z');

# --- A mixed history

my @story = (
    event('BOOKING_CREATED',     'alone',  %then),
    event('BOOKING_CREATED',     'first',  %then, bookingId => 11, people => [ 'ann@lead.test', 'bob@lead.test' ]),
    event('BOOKING_RESCHEDULED', 'second', %next, rescheduleUid => 'first'),
    event('BOOKING_RESCHEDULED', 'third',  %next, at => '2024-03-03T08:00:00.000Z', rescheduleUid => 'second'),
    event('BOOKING_CREATED',     'off',    %then, people => ['stranger@else.test']),
    event('BOOKING_CANCELLED',   'off',    %next, people => ['stranger@else.test']),
    event('BOOKING_CREATED',     'seats',  %then, seatsPerTimeSlot => 4, people => [ 'ann@lead.test', 'bob@lead.test' ]),
    event('BOOKING_CANCELLED',   'seats',  %next, seatsPerTimeSlot => 4, people => ['bob@lead.test']),
    flat('MEETING_ENDED',        'alone',  %then),
    mark('third', 'ann@lead.test', 1, '2024-03-12T11:00:00.000Z'),
    { triggerEvent => 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', createdAt => '2024-03-10T10:05:00Z', payload => { bookingId => 12 } },
    { triggerEvent => 'FORM_SUBMITTED', createdAt => '2024-03-01T07:00:00Z', payload => { responses => {} } },
);
my %answers;
$answers{ $t->deliver($_)->{status} }++ for @story;
is_deeply \%answers, { processed => @story - 1, ignored => 1 }, 'a mixed history';

# --- Folding

$t->sql("ALTER TABLE funnel_items ADD CONSTRAINT not_ann CHECK (event_type <> 'Stops') NOT VALID");
my ($stops, $goes_on) = map { my $w = $t->workspace; $w->import_csv(leads => leads_csv({ email => 'ann@lead.test' })); $w } 1 .. 2;
$_->deliver(event('BOOKING_CREATED', "folded-$_->{workspace}", type => 'Stops', people => ['ann@lead.test'])) for $stops;
$_->deliver(event('BOOKING_CREATED', "folded-$_->{workspace}", people => ['ann@lead.test'])) for $goes_on;
my $waits = sub ($w) { $t->value("SELECT count(*) FROM standing_changes WHERE workspace_id = $w->{workspace}") };
ok $t->wait_until('the second is folded', sub { !$waits->($goes_on) }), 'a workspace whose changes cannot be folded does not stop the next';
cmp_ok $waits->($stops), '>', 0, 'they wait';
is $stops->funnel->{total}{booked}, 1, 'and reports look at them';
$t->sql('ALTER TABLE funnel_items DROP CONSTRAINT not_ann');
ok $t->wait_until('the first is folded, too', sub { !$waits->($stops) }), 'until they can be';

# --- Looking

# The rows of `events list` after its head, each an array of its columns without the error.
sub listed (@how) {
    my @lines = split /\n/, $t->said('events', 'list', '--workspace', $t->{workspace}, @how);
    like shift @lines, qr/^ +id  received +trigger +booking +status +attempts  error$/, 'the list has a head';
    return map { [ /^ *(\d+)  (\S+) +(\S+)  (.{24,}?)  (\w+) +(\d+)/ ] } @lines;
}

sub uids (@how) { map { $_->[3] =~ s/^ +| +$//gr } listed(@how) }

sub fails ($exit, $said, @words) {
    my ($got, $out, $err) = $t->turnout('events', @words);
    is "$got $out", "$exit ", "turnout events @words: exit status $exit";
    like $err, $said, 'and why';
}

subtest 'events list' => sub {
    my @all = listed();
    is scalar @all, scalar @story, 'all of the workspace';
    is_deeply [ map { $_->[0] } @all ], [ sort { $b <=> $a } map { $_->[0] } @all ], 'newest first';
    like $all[0][1], qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, 'with the time of arrival';
    is_deeply [ uids('--booking', 'off') ], [ 'off', 'off' ], 'of one booking';
    is_deeply [ uids('--trigger', 'BOOKING_RESCHEDULED') ], [ 'third', 'second' ], 'of one trigger';
    is_deeply [ map { $_->[2] } listed('--status', 'ignored') ], ['FORM_SUBMITTED'], 'of one status';
    is_deeply [ listed('--status', 'dead') ], [], 'of which there may be none';
    is scalar(my @few = listed('--limit', 3)), 3, 'so many';
    my ($middle) = map { s/ /T/r . 'Z' } $t->value("SELECT received_at AT TIME ZONE 'UTC' FROM webhook_events WHERE event_id = $all[5][0]");
    is scalar(my @since = listed('--since', $middle)), 6, 'since a moment';
    is scalar(my @until = listed('--until', $middle)), @all - 6, 'until a moment';
    is_deeply [ uids('--since', $middle, '--booking', 'alone', '--trigger', 'MEETING_ENDED') ], ['alone'], 'all of it together';
    fails 2, qr/--workspace/, 'list';
    fails 2, qr/--since is "yesterday", expected a moment/, 'list', '--workspace', 1, '--since', 'yesterday';
    fails 2, qr/--until is/, 'list', '--workspace', 1, '--until', '2024-99-01T00:00:00Z';
    fails 2, qr/--limit/, 'list', '--workspace', 1, '--limit', 'many';
    fails 2, qr/--status is "lost", expected/, 'list', '--workspace', 1, '--status', 'lost';
};

subtest 'events show' => sub {
    my ($id) = map { $_->[0] } listed('--trigger', 'MEETING_ENDED');
    is_deeply $json->decode($t->said('events', 'show', $id, '--workspace', $t->{workspace})), $json->decode($json->encode($story[8])),
        'shows a delivery as it came';
    fails 1, qr/no such event/, 'show', $id, '--workspace', $other->{workspace};
    fails 1, qr/no such event/, 'show', 1_000_000, '--workspace', 1;
    fails 2, qr/usage/, 'show', '--workspace', 1;
    fails 2, qr/usage/, 'show', 'x', '--workspace', 1;
};

# --- Trying again

subtest 'events retry' => sub {
    my @retry = ('retry', '--workspace', $t->{workspace});
    is $t->said('events', @retry), '0 applied, 0 failed again', 'nothing to try';
    my ($fine) = map { $_->[0] } listed('--booking', 'alone');
    fails 1, qr/no failed or dead event $fine/, 'retry', $fine, '--workspace', 1;
    $t->sql("ALTER TABLE bookings ADD CONSTRAINT no_bad CHECK (uid !~ '^bad') NOT VALID");
    $t->deliver(event('BOOKING_CREATED', "bad-$_", %then)) for 1 .. 3;
    my ($third, $second, $first) = map { $_->[0] } listed('--status', 'failed');
    my ($exit, $out, $err) = $t->turnout('events', @retry, $first);
    is_deeply [ $exit, $out ], [ 1, "0 applied, 1 failed again\n" ], 'one that fails again';
    like $err, qr/events list --workspace 1 --status failed/, 'says where to look';
    is_deeply [ map { $_->[5] } listed('--status', 'failed') ], [ 1, 1, 2 ], 'it alone was tried';
    $t->sql('ALTER TABLE bookings DROP CONSTRAINT no_bad');
    is $t->said('events', @retry, $second), '1 applied, 0 failed again', 'one that works now';
    $t->sql("UPDATE webhook_events SET status = 'dead', next_try_at = NULL WHERE event_id = $first");
    is $t->said('events', @retry), '2 applied, 0 failed again', 'the others, the dead one too';
    is_deeply [ map { $_->[0] } $t->sql("SELECT status FROM bookings WHERE uid LIKE 'bad-%'") ], [ ('accepted') x 3 ], 'the bookings are there';
};

# --- Replay

sub replayed ($of, @how) { return [ split /\n/, $t->said('events', 'replay', '--workspace', $of->{workspace}, @how) ] }

subtest 'events replay' => sub {
    my $events = $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $t->{workspace}");
    my $state  = sub { [ map { [ $t->sql("SELECT to_jsonb(x) FROM $_ x ORDER BY 1") ] } qw(bookings attendees unmatched_bookings activities) ] };
    my $before = $state->();
    is_deeply replayed($t), ["$events events replayed, 0 differences"], 'of a workspace: no difference';
    is_deeply replayed($t, '--booking', 'alone'), ['2 events replayed, 0 differences'], 'of a booking: no difference';
    like replayed($t, '--booking', $_)->[0], qr/^4 events replayed, 0 differences$/, "of the chain of $_: no difference" for qw(first second third);
    is_deeply replayed($other), ['0 events replayed, 0 differences'], 'of an empty workspace';
    is_deeply $state->(), $before, 'and nothing has changed';

    my @damage = (
        [ 'a status',       "UPDATE bookings SET status = 'rejected' WHERE uid = 'alone'",                    'alone', 'bookings: 1 rows appeared, 1 vanished' ],
        [ 'an attendance',  "UPDATE attendees SET showed = false, attendance_source = 'explicit' WHERE uid = 'alone'", 'alone', 'attendees: 1 rows appeared, 1 vanished' ],
        [ 'a timeline',     "DELETE FROM activities WHERE uid = 'off' AND kind = 'cancelled'",                'off',   'activities: 1 rows appeared, 0 vanished' ],
        [ 'an invented one', "INSERT INTO activities SELECT workspace_id, uid, email_key, 'paid', happened_at FROM activities WHERE uid = 'alone' LIMIT 1", 'alone', 'activities: 0 rows appeared, 1 vanished' ],
        [ 'a broken chain', "UPDATE bookings SET chain = uid, booked_at = known_at WHERE uid = 'third'",      'first', 'bookings: 1 rows appeared, 1 vanished' ],
        [ 'a lost booking', "DELETE FROM activities WHERE uid = 'first'; DELETE FROM attendees WHERE uid = 'first'; DELETE FROM bookings WHERE uid = 'first'", 'first', undef ],
    );
    for my $row (@damage) {
        my ($what, $sql, $uid, $said) = @$row;
        for my $how ([], [ '--booking', $uid ]) {
            $t->sql($sql);
            my $lines = replayed($t, @$how);
            my $last  = pop @$lines;
            is_deeply $lines, [$said], "$what is told (@$how)" if $said;
            unlike $last, qr/ 0 differences/, "$what: differences (@$how)";
            is replayed($t)->[-1] =~ s/.*, //r, '0 differences', "$what: repaired (@$how)";
            # A match that was lost with its row is found again now.
            my $after = $state->();
            is_deeply [ map { s/"(?:matched_at|since)": "[^"]*"//gr } map { $_->[0] } map { @$_ } @$after ],
                [ map { s/"(?:matched_at|since)": "[^"]*"//gr } map { $_->[0] } map { @$_ } @$before ], "$what: as it was (@$how)";
        }
    }
    $t->sql("UPDATE bookings SET status = 'rejected' WHERE uid = 'alone'");
    is_deeply replayed($t, '--booking', 'off'), ['2 events replayed, 0 differences'], 'another booking is left alone';
    unlike replayed($t)->[-1], qr/ 0 differences/, 'until its turn comes';
    fails 2, qr/--workspace/, 'replay';
    fails 1, qr/no such booking/, 'replay', '--workspace', 1, '--booking', 'never-heard-of';
    fails 1, qr/no such workspace/, 'replay', '--workspace', 1_000_000;
};

# --- The clock

# These were heard of two hours earlier than they were.
sub long_ago ($which) {
    $t->sql("UPDATE bookings SET heard_at = heard_at - interval '2 hours' WHERE $which;
             UPDATE webhook_events SET received_at = received_at - interval '2 hours' WHERE $which");
}

# A worker that has just started looks at the clock at once.
sub worker_round {
    my %old = map { $_ => 1 } $t->pids('worker');
    long_ago("uid IS NULL OR uid NOT LIKE 'clock-fresh%'");
    my $lines = my @before = $t->log_lines('worker');
    kill TERM => keys %old;
    $t->wait_until('the worker has looked at the clock', sub {
        my @new = $t->log_lines('worker');
        return grep { ($_->{event} // '') eq 'meetings_presumed' } @new[ $lines .. $#new ];
    });
}

sub attendance ($uid, $w = $t) {
    my ($row) = $t->sql("SELECT coalesce(showed::text, 'unknown'), coalesce(attendance_source, '-') FROM attendees
        WHERE workspace_id = $w->{workspace} AND uid = '$uid' AND email_key LIKE 'ann@%'");
    return join ' ', @{ $row // ['absent'] };
}

subtest 'meetings end by the clock' => sub {
    my $future = sprintf '%d-03-10T10:00:00Z', 1 + (localtime)[5] + 1900;
    $t->deliver(event('BOOKING_CREATED', "clock-$_", %then)) for qw(past fresh marked off unmarked);
    $t->deliver(event('BOOKING_CREATED', 'clock-future', %then, starts => $future));
    $t->deliver(mark('clock-marked', 'ann@lead.test', 1, '2024-03-10T11:00:00.000Z'));
    $t->deliver(event('BOOKING_CANCELLED', 'clock-off', %next));
    my $by_number = event('BOOKING_CREATED', undef, %then, bookingId => 77, people => ['ann@lead.test']);
    delete $by_number->{payload}{uid};
    $t->deliver($by_number);
    $strict->deliver(event('BOOKING_CREATED', 'clock-strict', %then), to => $strict);
    worker_round();
    is attendance('clock-past'),     'true presumed',  'who was not spoken of has shown up, presumably';
    is attendance('clock-marked'),   'false explicit', 'what somebody said stays';
    is attendance('clock-off'),      'unknown -',      'what was called off was not attended';
    is attendance('clock-future'),   'unknown -',      'what is yet to come neither';
    is attendance('clock-fresh'),    'unknown -',      'what was heard of just now has to wait';
    is attendance("number:$t->{connection}:77"), 'true presumed', 'a booking known by number only';
    is attendance('clock-strict', $strict), 'unknown -', 'nothing is presumed where the policy is explicit';
    is_deeply [ $t->sql("SELECT source, trigger, status FROM webhook_events WHERE uid = 'clock-past' ORDER BY event_id") ],
        [ [qw(webhook BOOKING_CREATED processed)], [qw(clock MEETING_ENDED processed)] ], 'the clock is an event like others, and says so';
    is $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $strict->{workspace} AND source = 'clock'"), 0, 'none where the policy is explicit';

    $t->deliver(mark('clock-past', 'ann@lead.test', 1, '2024-03-10T11:00:00.000Z'));
    is attendance('clock-past'), 'false explicit', 'who is marked afterwards was not there';
    $t->deliver(event('BOOKING_RESCHEDULED', 'clock-later', %next, rescheduleUid => 'clock-unmarked', starts => $future));
    is attendance('clock-later'), 'unknown -', 'a meeting that was moved is yet to come';
    my $count = "SELECT count(*) FROM webhook_events WHERE source = 'clock'";
    my $clock = $t->value($count);
    long_ago("uid = 'clock-fresh'");
    $t->deliver(event('BOOKING_CREATED', 'clock-fresh2', %then));
    worker_round();
    is $t->value($count), $clock + 1, 'the clock speaks once of each';
    like $_, qr/ 0 differences$/, 'a replay comes to the same' for map { @{ replayed($_) } } $t, $strict;
};

$t->finish;

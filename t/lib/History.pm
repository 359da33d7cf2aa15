# History - draws random histories of Cal.com bookings: what a sender may send, likely or not, in the order in which it happened.
#
#     my $history = History->draw($seed, $number);   # always the same for the same two numbers
#     $history->{events};   # as decoded JSON
#     $history->{bodies};   # as bytes, some with their fields in another order
#     $history->{leads};    # addresses that are leads
#     $history->told;       # one line per event, for people
#
# Uids end in -h and the number of the history, booking numbers begin with it, and every address is in a domain of its own, so
# many histories fit into one workspace.
package History;
use v5.36;
use utf8;
no warnings 'experimental::builtin';

use POSIX qw(strftime);

my ($second, $minute, $hour, $day) = (1000, 60_000, 3_600_000, 86_400_000);

# In the future, so that the worker's clock ends no meeting.
my $start = 2_900_000_000_000;

# What may happen next, and how often. Each takes the history and the booking that it happens to.
my @deeds = (
    [ 12, \&rescheduled ],   [ 4, \&requested_again ], [ 5, \&moved_in_place ], [ 6, \&seat_taken ],   [ 5, \&seat_given_up ],
    [ 5, \&seat_moved ],     [ 7, \&cancelled ],       [ 2, \&all_cancelled ],  [ 4, \&back_again ],   [ 4, \&created ],
    [ 4, \&rejected ],       [ 9, \&marked ],          [ 3, \&marked_old_way ], [ 4, \&attended ],     [ 4, \&started ],
    [ 14, \&ended ],         [ 4, \&guests_absent ],   [ 3, \&hosts_absent ],   [ 5, \&payment ],      [ 3, \&recording ],
    [ 2, \&confirmed ],      [ 2, \&no_booking ],      [ 14, \&polled ],          [ 3, \&gone ],
);

sub draw ($class, $seed, $number) {
    srand(($seed * 1_000_003 + $number * 7919) & 0xFFFF_FFFF);
    my $h = bless { number => $number, events => [], bookings => [], clock => $start + int(rand 90) * $day }, $class;
    $h->{people} = [ map { person($h, $_) } 1 .. 2 + int rand 7 ];
    $h->{leads}  = [ map { $_->{lead} // () } @{ $h->{people} } ];
    created($h);
    for (1 .. 1 + int rand 9) {
        # Mostly to the booking that is the newest.
        my $booking = $h->{bookings}[ chance(65) ? -1 : rand @{ $h->{bookings} } ];
        weighted(@deeds)->($h, $booking);
    }
    broken_sender($h) if chance(4);
    some_are_lost($h);
    twins($h);
    $h->{bodies} = [ map { my $text = json($_, chance(15)); utf8::encode($text); $text } @{ $h->{events} } ];
    return $h;
}

# --- Deeds

sub created ($h, @) {
    my $kind = weighted([ 30, 'plain' ], [ 15, 'requested' ], [ 15, 'group' ], [ 25, 'seats' ], [ 4, 'self' ], [ 4, 'nobody' ], [ 8, 'team' ]);
    my @people = $kind eq 'group' ? some(2 + int rand 5, @{ $h->{people} }) : $kind eq 'nobody' ? () : some(1, @{ $h->{people} });
    @people = ($h->{robin} //= host($h, 'robin')) if $kind eq 'self';
    my $b = booking($h, seats => $kind eq 'seats', people => \@people);
    if ($kind eq 'team') {
        $b->{team} = host($h, 'member');
        push @{ $b->{people} }, $b->{team};
    }
    if ($kind eq 'seats' && chance(10)) { push @{ $b->{people} }, host($h, 'robin') }
    whole($h, $kind eq 'requested' ? pick('BOOKING_REQUESTED', 'BOOKING_REQUESTED', 'BOOKING_CREATED') : 'BOOKING_CREATED', $b,
        status => $kind eq 'requested' ? 'PENDING' : 'ACCEPTED');
    confirmed($h, $b) if $kind eq 'requested' && chance(70);
    seat_taken($h, $b) for 1 .. ($kind eq 'seats' ? int rand 4 : 0);
}

sub confirmed ($h, $b) { whole($h, pick('BOOKING_CREATED', 'BOOKING_CREATED', 'BOOKING_CONFIRMED'), $b) }

# All go over to a new booking: `how` are fields that differ.
sub rescheduled ($h, $old, $trigger = 'BOOKING_RESCHEDULED', %how) {
    my $new = booking($h, seats => $old->{seats}, people => [ @{ $old->{people} } ], team => $old->{team}, replaces => $old);
    whole($h, $trigger, $new, replacing($old), %how);
}

sub requested_again ($h, $old) {
    rescheduled($h, $old, 'BOOKING_REQUESTED', status => 'PENDING');
    confirmed($h, $h->{bookings}[-1]) if chance(50);
}

# In an event with seats the uid stays; a change of the host keeps even the times.
sub moved_in_place ($h, $b) {
    my %from = replacing($b);
    schedule($h, $b) unless chance(20);
    whole($h, 'BOOKING_RESCHEDULED', $b, %from);
}

sub seat_taken ($h, $b) {
    return back_again($h, $b) unless $b->{seats};
    my ($new) = some(1, @{ $h->{people} });
    push @{ $b->{people} }, $new unless grep { $_ == $new } @{ $b->{people} };
    whole($h, 'BOOKING_CREATED', $b, chance(60) ? (listed => [$new]) : (), attendeeSeatId => "s$new->{name}");
}

sub seat_given_up ($h, $b) {
    return cancelled($h, $b) unless $b->{seats};
    my @gone = some(chance(85) ? 1 : 2, chance(90) ? @{ $b->{people} } : @{ $h->{people} });
    leave($b, @gone);
    whole($h, 'BOOKING_CANCELLED', $b, listed => \@gone, status => 'CANCELLED', cancellationReason => 'ill');
}

# To another booking that is there already, or a new one.
sub seat_moved ($h, $b) {
    return rescheduled($h, $b) unless $b->{seats};
    my @others = grep { $_ != $b && $_->{seats} } @{ $h->{bookings} };
    my $to = @others && chance(70) ? pick(@others) : booking($h, seats => 1, people => []);
    my @movers = some(chance(80) ? 1 : 2, @{ $b->{people} });
    leave($b, @movers);
    for my $mover (@movers) { push @{ $to->{people} }, $mover unless grep { $_ == $mover } @{ $to->{people} } }
    whole($h, 'BOOKING_RESCHEDULED', $to, listed => \@movers, replacing($b));
}

sub cancelled ($h, $b) {
    return seat_given_up($h, $b) if $b->{seats};
    whole($h, 'BOOKING_CANCELLED', $b, status => 'CANCELLED', cancellationReason => 'Conflict',
        cancelledBy => spelled($h->{people}[0]{email}), requestReschedule => chance(20));
}

sub all_cancelled ($h, $b) { whole($h, 'BOOKING_CANCELLED', $b, $b->{seats} ? (listed => []) : (), status => 'CANCELLED') }

# The same uid once more.
sub back_again ($h, $b) { whole($h, 'BOOKING_CREATED', $b) }

sub rejected ($h, $b) { whole($h, 'BOOKING_REJECTED', $b, status => 'REJECTED', rejectionReason => 'No slot') }

sub marked ($h, $b) {
    my @marks = map { { email => spelled($_->{email}), noShow => chance(65) } } some(1 + int rand 2, candidates($h, $b));
    send_it($h, 'BOOKING_NO_SHOW_UPDATED', { message => 'marked', named($b), attendees => \@marks });
}

sub marked_old_way ($h, $b) {
    send_it($h, 'BOOKING_NO_SHOW', { uid => $b->{uid}, attendees => [ map { { email => spelled($_->{email}) } } some(1, candidates($h, $b)) ] });
}

sub attended ($h, $b) {
    my @flags = map { { email => spelled($_->{email}), attended => chance(60) } } some(1 + int rand 2, candidates($h, $b));
    my %when = chance(40) ? (endTime => iso($b->{end})) : ();
    send_it($h, 'meeting.ended', { bookingId => $b->{number}, eventTypeId => 678, attendees => \@flags, %when }, clock => tick($h));
}

sub started ($h, $b) { timed($h, 'MEETING_STARTED', $b) }
sub ended ($h, $b)   { timed($h, chance(5) ? 'BOOKING_COMPLETED' : 'MEETING_ENDED', $b) }

sub guests_absent ($h, $b) {
    my @listed = map { { email => spelled($_->{email}), name => $_->{name}, noShow => !!0 } } grep { !$_->{host} } @{ $b->{people} };
    send_it($h, 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', chance(50) ? { bookingId => $b->{number}, webhook => { id => 'w1' } } : {
        title => 'Intro', named($b), startTime => iso($b->{start}), endTime => iso($b->{end}),
        attendees => \@listed, participants => [], message => "Guest didn't join",
    });
}

sub hosts_absent ($h, $b) {
    send_it($h, 'AFTER_HOSTS_CAL_VIDEO_NO_SHOW', chance(50) ? { bookingId => $b->{number}, webhook => { id => 'w1' } } : {
        title => 'Intro', named($b), hostEmail => $b->{organizer}, startTime => iso($b->{start}), endTime => iso($b->{end}),
        attendees => [], participants => [], message => "Host didn't join",
    });
}

sub payment ($h, $b) {
    my ($trigger, $success) = chance(50) ? ('BOOKING_PAYMENT_INITIATED', !!0) : (pick('BOOKING_PAID', 'PAYMENT_COMPLETED'), !!1);
    whole($h, $trigger, $b, paymentId => 77, paymentData => { id => 77, amount => 4900, currency => 'usd', success => $success });
}

sub recording ($h, $b) { whole($h, pick('RECORDING_READY', 'RECORDING_TRANSCRIPTION_GENERATED'), $b, downloadLink => 'https://v.test/rec') }

# Kept, but no booking changes.
sub no_booking ($h, $b) {
    send_it($h, 'FORM_SUBMITTED', { form => { id => 'f1' }, email => spelled($h->{people}[0]{email}) }) if chance(40);
    send_it($h, 'SOMETHING_NEW_2027', { uid => $b->{uid}, x => [ 1, { y => undef } ] }) if chance(40);
    send_it($h, 'BOOKING_CREATED', { type => 'Test', title => 'Test trigger event', attendees => [ { email => 'jdoe@example.com' } ] }) if chance(40);
}

# Somebody reads the API's list: a row of v2 or v1 as it may be, of now or of long ago. Two readings never have the same time.
sub polled ($h, $b) {
    my $v1     = chance(15);
    my @people = grep { !$_->{host} || chance(50) } chance(80) ? @{ $b->{people} } : some(3, @{ $h->{people} });
    my ($next) = grep { ($_->{replaces} // 0) == $b && !$_->{seats} } @{ $h->{bookings} };
    my $at     = tick($h) + 1 + ++$h->{polls} % 900;
    my $status = weighted([ 60, 'accepted' ], [ 12, 'pending' ], [ 18, 'cancelled' ], [ 5, 'rejected' ]);
    my %row    = (id => $b->{number}, uid => $b->{uid}, title => "Intro $b->{uid}", eventTypeId => 678, metadata => {},
        attendees => [ map { { email => spelled($_->{email}), name => $_->{name}, timeZone => 'UTC' } } @people ]);
    if ($v1) {
        %row = (%row, startTime => iso($b->{start}), endTime => iso($b->{end}), status => uc $status, user => { email => $b->{organizer} });
    } else {
        %row = (%row, start => iso($b->{start}), end => iso($b->{end}), status => $status, hosts => [ { email => $b->{organizer} } ],
            createdAt => iso($b->{made}), updatedAt => chance(10) ? undef : iso($b->{made} + int rand($at - $b->{made} + 1)),
            $b->{replaces} ? (rescheduledFromUid => $b->{replaces}{uid}) : (), $next && chance(80) ? (rescheduledToUid => $next->{uid}) : ());
        for my $person (@{ $row{attendees} }) {
            $person->{absent}  = chance(30) if chance(90);
            $person->{seatUid} = "s$person->{name}" if $b->{seats};
        }
    }
    send_it($h, 'BOOKING_POLLED', \%row, clock => $at);
}

sub gone ($h, $b) { send_it($h, 'BOOKING_GONE', { uid => $b->{uid}, cancellationReason => 'no longer in Cal.com' }, clock => tick($h) + 1 + ++$h->{polls} % 900) }

# Bookings that replace each other in circles, and several at once.
sub broken_sender ($h) {
    rescheduled($h, $h->{bookings}[-1]) for 1 .. int rand 4;
    for (1 .. 1 + int rand 4) {
        my ($one, $other) = some(2, @{ $h->{bookings} });
        whole($h, pick('BOOKING_RESCHEDULED', 'BOOKING_RESCHEDULED', 'BOOKING_CREATED'), $one, replacing($other)) if $other;
    }
}

# --- Who and what they happen to

sub person ($h, $i) {
    my $where = pick("d$h->{number}.test", "d$h->{number}.test", "d$h->{number}.bücher.test");
    my $local = pick("p$i", "jane.p$i", "p$i+cal", "jörg$i");
    my $person = { name => "Person $i", email => "$local\@$where" };
    # Some leads are known by another spelling of the mailbox.
    $person->{lead} = chance(50) ? $person->{email} : $person->{email} =~ s/\+cal//r if chance(60);
    return $person;
}

sub host ($h, $name) { { name => ucfirst $name, email => "$name\@host$h->{number}.test", host => 1 } }

sub booking ($h, %is) {
    my $place = 1 + @{ $h->{bookings} };
    my $b = {
        uid       => join('', map { pick('A' .. 'Z', 'a' .. 'z', 0 .. 9) } 1 .. 5) . "$place-h$h->{number}",
        number    => $h->{number} * 1000 + $place,
        organizer => "robin\@host$h->{number}.test",
        %is,
    };
    schedule($h, $b);
    # The row is made a moment before the event says so.
    $b->{made} = $h->{clock} - int rand 500;
    push @{ $h->{bookings} }, $b;
    return $b;
}

sub schedule ($h, $b) {
    $b->{start} = $h->{clock} - $h->{clock} % $minute + int(rand 20) * $day + int(rand 48) * 30 * $minute;
    $b->{end}   = $b->{start} + pick(15, 30, 60) * $minute;
    push @{ $b->{schedules} }, [ @$b{qw(start end)}, [ @{ $b->{people} } ] ];
}

sub leave ($b, @who) { for my $gone (@who) { @{ $b->{people} } = grep { $_ != $gone } @{ $b->{people} } } }

# Those who may be marked: mostly those whom the booking has, sometimes somebody else.
sub candidates ($h, $b) {
    my @people = grep { !$_->{host} } @{ $b->{people} };
    return @people && chance(90) ? @people : @{ $h->{people} };
}

# --- Shapes

# With the booking as it is now. Fields that the event adds; listed: who is, when not all.
sub whole ($h, $trigger, $b, %more) {
    my $listed  = delete $more{listed} // $b->{people};
    my $payload = { payload_of($b, $listed, @$b{qw(start end)}), status => 'ACCEPTED', %more };
    delete @$payload{qw(startTime endTime)} if chance(2);   # a template of the sender's own
    $payload->{bookingId} = "$payload->{bookingId}" if chance(4);
    my $event = send_it($h, $trigger, $payload);
    # Another maker's sample: the uid beside the payload, nobody listed, plain answers.
    if (@$listed == 1 && chance(4)) {
        $event->{uid} = delete $payload->{uid};
        delete $payload->{attendees};
        $payload->{responses} = { name => $listed->[0]{name}, email => spelled($listed->[0]{email}) };
    }
}

sub payload_of ($b, $people, $start, $end) {
    return (
        type => 'intro', title => "Intro $b->{uid}", startTime => iso($start), endTime => iso($end),
        organizer => { id => 5, name => 'Robin Host', email => $b->{organizer}, timeZone => 'Europe/Berlin' },
        responses => { name => { label => 'your_name', value => @$people ? $people->[0]{name} : '?' } },
        attendees => [ map { { email => spelled($_->{email}), name => $_->{name}, timeZone => 'UTC' } } @$people ],
        location => 'integrations:daily', eventTypeId => 678, seatsPerTimeSlot => $b->{seats} ? 6 : undef,
        uid => $b->{uid}, bookingId => $b->{number}, metadata => {}, length => 30,
        $b->{team} ? (team => { id => 3, name => 'Sales', members => [ { id => 6, email => $b->{team}{email} } ] }) : (),
    );
}

# In one of the shapes of the three schedulers, with data as they were at some time.
sub timed ($h, $trigger, $b) {
    my ($start, $end, $people) = @{ chance(70) ? $b->{schedules}[-1] : pick(@{ $b->{schedules} }) };
    my $shape = pick('flat', 'flat', 'task', 'row');
    if ($shape eq 'task') {
        my %evt = (payload_of($b, $people, $start, $end), status => 'ACCEPTED', $b->{replaces} && !$b->{seats} ? replacing($b->{replaces}) : ());
        return send_it($h, $trigger, { bookingId => $b->{number}, eventTypeId => 678, teamId => undef, evt => \%evt }, clock => $b->{made} + 200);
    }
    my $row = {
        id => $b->{number}, uid => $b->{uid}, eventTypeId => 678, title => "Intro $b->{uid}", startTime => iso($start), endTime => iso($end),
        createdAt => iso($b->{made}), status => chance(90) ? 'ACCEPTED' : 'PENDING', user => { id => 5, email => $b->{organizer} },
        attendees => [ map { { id => 900, email => spelled($_->{email}), name => $_->{name}, noShow => chance(8) } } grep { !$_->{host} } @$people ],
    };
    return push @{ $h->{events} }, { triggerEvent => $trigger, %$row } if $shape eq 'flat';
    return send_it($h, $trigger, $row, clock => $trigger eq 'MEETING_STARTED' ? $start : $end);
}

sub send_it ($h, $trigger, $payload, %option) {
    push @{ $h->{events} }, { triggerEvent => $trigger, createdAt => iso($option{clock} // tick($h)), payload => $payload };
    return $h->{events}[-1];
}

# Some events carry the uid, some the number, some both.
sub named ($b) { (bookingUid => $b->{uid}, chance(80) ? (bookingId => $b->{number}) : ()) }

sub replacing ($b) {
    return (
        rescheduleUid => $b->{uid}, rescheduledBy => $b->{organizer}, chance(80) ? (rescheduleId => $b->{number}) : (),
        chance(85) ? (rescheduleStartTime => iso($b->{start}), rescheduleEndTime => iso($b->{end})) : (),
    );
}

# --- What goes wrong on the way

sub some_are_lost ($h) {
    my $events = $h->{events};
    my $how    = weighted([ 60, 'none' ], [ 15, 'creation' ], [ 15, 'some' ], [ 10, 'beginning' ]);
    my @kept   = $how eq 'creation'  ? @$events[1 .. $#$events]
               : $how eq 'some'      ? grep { chance(70) } @$events
               : $how eq 'beginning' ? @$events[ @$events / 2 .. $#$events ]
               :                       @$events;
    $h->{events} = \@kept if @kept;
}

# A second subscription tells the same, some milliseconds off or in the other spelling.
sub twins ($h) {
    my @with;
    for my $event (@{ $h->{events} }) {
        $event->{triggerEvent} = lc $event->{triggerEvent} =~ s/_/./r if chance(6);
        push @with, $event;
        next unless chance(8);
        my $twin = {%$event};
        $twin->{createdAt} =~ s/(\d\d)(\d)Z/ sprintf '%02d%sZ', ($1 + 1 + int rand 5) % 100, $2 /e if $event->{payload};
        push @with, $twin;
    }
    $h->{events} = \@with;
}

# Clocks go on, stand still, repeat.
sub tick ($h) {
    my $step = weighted([ 12, 0 ], [ 8, 1 + int rand 900 ], [ 30, int(rand 50) * $minute ], [ 30, int(rand 40) * $hour ], [ 15, int(rand 9) * $day ], [ 5, -1 ]);
    return pick(@{ $h->{times} }) if $step < 0 && $h->{times};
    $h->{clock} += $step < 0 ? 0 : $step;
    push @{ $h->{times} }, $h->{clock};
    return $h->{clock};
}

sub iso ($ms) {
    my $zone = chance(5) ? 2 : 0;
    my $text = strftime('%Y-%m-%dT%H:%M:%S', gmtime(int($ms / $second) + $zone * 3600));
    $text .= sprintf '.%03d', $ms % $second if $ms % $second || chance(50);
    return $text . ($zone ? '+02:00' : 'Z');
}

sub spelled ($email) {
    return $email if chance(70);
    my $how = int rand 5;
    return $how == 0 ? uc $email : $how == 1 ? " $email " : $how == 2 ? "<$email>" : $how == 3 ? ucfirst $email : $email =~ s/bücher/xn--bcher-kva/r;
}

# --- Chance

sub chance ($percent)  { rand 100 < $percent }
sub pick (@list)       { $list[ rand @list ] }
sub weighted (@choice) {
    my $all = 0;
    $all += $_->[0] for @choice;
    my $at = rand $all;
    for (@choice) { return $_->[1] if ($at -= $_->[0]) < 0 }
}

sub shuffled (@list) {
    for my $i (reverse 1 .. $#list) { my $j = int rand $i + 1; @list[ $i, $j ] = @list[ $j, $i ] }
    return @list;
}

sub some ($count, @list) {
    @list = shuffled(@list);
    return @list > $count ? @list[ 0 .. $count - 1 ] : @list;
}

# --- Text

# Core Perl's encoder is too slow for this many, and knows one order of fields only.
sub json ($value, $backwards = 0) {
    return 'null' unless defined $value;
    if (ref $value eq 'HASH') {
        my @keys = sort keys %$value;
        @keys = reverse @keys if $backwards;
        return '{' . join(',', map { "\"$_\":" . json($value->{$_}, $backwards) } @keys) . '}';
    }
    return '[' . join(',', map { json($_, $backwards) } @$value) . ']' if ref $value;
    return $value ? 'true' : 'false' if builtin::is_bool($value);
    return "$value" if builtin::created_as_number($value);
    return '"' . $value =~ s/(["\\])/\\$1/gr . '"';
}

# Only what decides about state.
sub told ($h) {
    my @lines;
    for my $event (@{ $h->{events} }) {
        my $payload = $event->{payload} // $event;
        my $data    = $payload->{evt} // $payload;
        my %shown   = map { defined $data->{$_} ? ($_ => $data->{$_}) : () }
            qw(uid bookingUid bookingId id status seatsPerTimeSlot startTime endTime rescheduleUid rescheduleId rescheduleStartTime rescheduleEndTime);
        $shown{uid}    = $event->{uid}        if defined $event->{uid};
        $shown{booker} = $data->{responses}{email} if ref $data->{responses} && !ref $data->{responses}{email} && defined $data->{responses}{email};
        $shown{made}   = $data->{createdAt} if $event->{payload} && defined $data->{createdAt};
        $shown{number} = $payload->{bookingId} if $payload->{evt};
        $shown{people} = join ' ', map { join '', $_->{email}, map { defined $_->[1] ? "($_->[0] " . ($_->[1] ? 'yes' : 'no') . ')' : () }
            [ noShow => $_->{noShow} ], [ attended => $_->{attended} ] } @{ $data->{attendees} // [] };
        push @lines, join ' ', $event->{createdAt}, $event->{triggerEvent}, $event->{payload} ? $payload->{evt} ? 'task' : () : 'flat',
            map { "$_=$shown{$_}" } sort keys %shown;
    }
    my $text = "history $h->{number}, leads: @{ $h->{leads} }\n" . join('', map { "  $_\n" } @lines);
    utf8::encode($text);
    return $text;
}

1;

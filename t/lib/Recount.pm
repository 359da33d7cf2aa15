# Recount - the state law once more, written from the specification, not from the programs, to be held against their answer.
#
#     my $bookings = Recount::bookings($policy, @events);   # events as decoded JSON, in any order
#     $bookings->{$uid} = { status, chain, booked_at, starts_at, ends_at,
#                           attendees => { $address => { status, showed, source } } }
#
# It keeps all that was ever said and decides at the end, where the programs keep only the newest and decide at once.
# Times are microseconds since 1970. Where the specification is silent, "Decided:" says what the programs do.
package Recount;
use v5.36;

use Time::Local qw(timegm_modern);
use Unicode::Normalize qw(NFC);

# Of the settings that carry the same time the higher rank wins.
my %rank = (frozen => 0, pending => 1, accepted => 2, rejected => 3, cancelled => 4);

# Before every event: what is only implied gives way to whatever was said.
my $beginning = -9e18;

my %alias = (
    BOOKING_REOPENED => 'BOOKING_CONFIRMED', BOOKING_COMPLETED => 'MEETING_ENDED', BOOKING_NO_SHOW => 'NO_SHOW_OF_LISTED',
    PAYMENT_INITIATED => 'BOOKING_PAYMENT_INITIATED', PAYMENT_COMPLETED => 'BOOKING_PAID',
);

sub bookings ($policy, @events) {
    my @said = grep { defined $_->{uid} || defined $_->{number} } map { understood($_) } @events;
    name_the_unnamed(@said);
    my %bookings;
    told(\%bookings, $_) for @said;
    chains_of(\%bookings);
    status_of($_) for values %bookings;
    attendance_of($_, $policy) for values %bookings;
    return { map { $_ => answer($bookings{$_}) } keys %bookings };
}

# --- One event

sub understood ($event) {
    my $payload = ref $event->{payload} ? $event->{payload} : $event;
    my $data    = ref $payload->{evt} ? $payload->{evt} : $payload;
    my $trigger = uc $event->{triggerEvent} =~ tr/./_/r;
    $trigger = $alias{$trigger} // $trigger;
    return read_row($event) if $trigger eq 'BOOKING_POLLED';

    # Shape 2: the envelope is the row, and its createdAt is the booking's.
    my $sent = ref $event->{payload} ? instant($event->{createdAt}) : undef;
    my $made = instant(ref $event->{payload} ? $data->{createdAt} : $event->{createdAt});
    my $timed = $trigger =~ /^MEETING_/;
    my $moment = $trigger eq 'MEETING_STARTED' ? $data->{startTime} : $data->{endTime};

    my %own = map { $_ => 1 } grep { defined } map { address($_) } $data->{organizer}{email}, $data->{user}{email},
        $data->{userPrimaryEmail}, map { $_->{email} } @{ $data->{team}{members} // [] };
    my @people = grep { defined $_->{key} && !$own{ $_->{key} } }
                 map  { +{ %$_, key => address($_->{email}) } }
                 ref $data->{attendees} ? @{ $data->{attendees} } : { email => plain($data->{responses}{email}) };

    return () if $trigger !~ /^(?:BOOKING_|MEETING_|AFTER_|RECORDING_|NO_SHOW_)/;
    return {
        trigger  => $trigger,
        uid      => $data->{uid} // $data->{bookingUid} // $event->{uid},
        number   => $data->{bookingId} // $payload->{bookingId} // $data->{id},
        at       => ($timed ? instant($moment) : undef) // $sent,
        known_at => earliest($sent, $made) // instant($moment),
        # Decided: an event that is only about a part (a mark, who did not come) freezes the rest of its data, too; and
        # what is frozen without a word about the booking's creation is as old as can be.
        frozen_at => $timed || $trigger =~ /NO_SHOW/ ? $made // $beginning : undef,
        data     => $data,
        people   => \@people,
        lists    => @{ $data->{attendees} // [] } + @people > 0,   # somebody, be it the organiser
        replaces => $data->{rescheduleUid},
        replaces_number => $data->{rescheduleId},
    };
}

# What an API's list showed at some time. All but marks and seats is as old as the row's last change.
sub read_row ($event) {
    my ($row, $at) = ($event->{payload}, instant($event->{createdAt}));
    my $made    = instant($row->{createdAt});
    my $changed = instant($row->{updatedAt}) // $made // $at;
    $changed = $made if defined $made && $made > $changed;
    # What claims to be of a time that had not come is of the reading; clocks may differ by ten minutes.
    for ($made, $changed) { $_ = $at if defined && $_ > $at + 600_000_000 }
    my %own    = map { $_ => 1 } grep { defined } map { address($_) } $row->{user}{email}, map { $_->{email} } @{ $row->{hosts} // [] };
    my @people = grep { defined $_->{key} && !$own{ $_->{key} } } map { +{ %$_, key => address($_->{email}) } } @{ $row->{attendees} };
    my $seats  = grep { defined $_->{seatUid} } @{ $row->{attendees} };
    return {
        trigger => 'ROW', uid => $row->{uid}, number => $row->{id}, at => $changed, read_at => $at, known_at => $made // $at,
        # Decided: with seats nobody knows who came from where.
        replaces => $seats ? undef : $row->{rescheduledFromUid}, replaced_by => $row->{rescheduledToUid},
        data => { startTime => $row->{start} // $row->{startTime}, endTime => $row->{end} // $row->{endTime} },
        status => lc $row->{status}, people => \@people, lists => 1, roster => $seats ? { map { $_->{key} => 1 } @people } : undef,
    };
}

# An event that carries only the number belongs to the booking whose number another event tells.
sub name_the_unnamed (@said) {
    my %uid_of;
    for my $said (@said) {
        $uid_of{ $said->{number} }          //= $said->{uid}      if defined $said->{number} && defined $said->{uid};
        $uid_of{ $said->{replaces_number} } //= $said->{replaces} if defined $said->{replaces_number} && defined $said->{replaces};
    }
    $_->{uid} //= $uid_of{ $_->{number} } // "number:$_->{number}" for @said;   # Decided: such a name until it has one
}

# --- What it says

sub told ($bookings, $said) {
    my ($trigger, $at, $data) = @$said{qw(trigger at data)};
    my $booking = known($bookings, $said->{uid}, $said->{known_at});
    told_by_row($bookings, $booking, $said) and return if $trigger eq 'ROW';
    push @{ $booking->{gone} }, [$at] if $trigger eq 'BOOKING_GONE';
    my $seats   = defined $data->{seatsPerTimeSlot};
    my @people  = @{ $said->{people} };

    my %status = (
        BOOKING_CREATED => ($data->{status} // '') eq 'PENDING' ? 'pending' : 'accepted',
        BOOKING_REQUESTED => 'pending', BOOKING_CONFIRMED => 'accepted', BOOKING_RESCHEDULED => 'accepted',
        BOOKING_REJECTED => 'rejected', BOOKING_CANCELLED => 'cancelled',
    );
    my $status = $status{$trigger};
    my $seat_leaves = $trigger eq 'BOOKING_CANCELLED' && $seats && $said->{lists};
    my $rank = $rank{ $status // 'frozen' };
    my $as_of = $said->{frozen_at} // $at;

    if ($status && !$seat_leaves) {
        push @{ $booking->{statuses} }, [ $at, $rank, $status ];
    } elsif ($trigger eq 'BOOKING_PAYMENT_INITIATED') {
        push @{ $booking->{statuses} }, [ $beginning, $rank{pending}, 'pending' ];
    } else {   # began, ended, was marked, recorded, paid, or lost a seat: then it stood
        push @{ $booking->{statuses} }, [ $beginning, $rank{accepted}, 'accepted' ];
        push @{ $booking->{statuses} }, [ $as_of, $rank{frozen}, 'accepted' ] if $trigger =~ /^MEETING_/;
    }
    push @{ $booking->{schedules} }, [ $as_of, $rank, instant($data->{startTime}), instant($data->{endTime}) ]
        if defined $data->{startTime};

    for my $person (@people) {
        my $attendee = $booking->{attendees}{ $person->{key} } //= {};
        # Decided: who at the same time moved and cancelled, cancelled.
        push @{ $attendee->{seats} }, [ $at, $rank{cancelled}, 0, 'cancelled' ] if $seat_leaves;
        # Decided: whoever is listed by an event about the whole booking has his seat as of then.
        push @{ $attendee->{seats} }, [ $as_of, $rank, 1 ] if !$seat_leaves && $trigger !~ /NO_SHOW/;
        push @{ $attendee->{marks} }, [ $at, $rank{accepted}, $person->{noShow} ? 0 : 1 ]
            if $trigger eq 'BOOKING_NO_SHOW_UPDATED' && defined $person->{noShow};
        push @{ $attendee->{marks} }, [ $at, $rank{accepted}, 0 ] if $trigger eq 'NO_SHOW_OF_LISTED';
        if ($trigger eq 'MEETING_ENDED') {
            push @{ $attendee->{marks} }, [ $at, $rank{accepted}, $person->{attended} ? 1 : 0 ] if defined $person->{attended};
            push @{ $attendee->{marks} }, [ $at, $rank{accepted}, 0 ] if $person->{noShow} && !defined $person->{attended};
        }
    }
    push @{ $booking->{guests_absent} }, $at if $trigger eq 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW';
    push @{ $booking->{ends} }, $at if $trigger eq 'MEETING_ENDED';

    replaced($bookings, $said, $seats) if defined $said->{replaces} && $said->{replaces} ne $said->{uid};
}

sub told_by_row ($bookings, $booking, $said) {
    my ($at, $read_at) = @$said{qw(at read_at)};
    my $rank = $rank{ $said->{status} };
    push @{ $booking->{statuses} }, defined $said->{replaced_by} ? [ $beginning, $rank{accepted}, 'accepted' ] : [ $at, $rank, $said->{status} ];
    push @{ $booking->{replaced_by} }, [ $at, $said->{replaced_by} ] if defined $said->{replaced_by};
    push @{ $booking->{schedules} }, [ $at, $rank, map { instant($_) } @{ $said->{data} }{qw(startTime endTime)} ];
    push @{ $booking->{shown} }, [$read_at];
    push @{ $booking->{rosters} }, [ $read_at, $said->{roster} ] if $said->{roster};
    for my $person (@{ $said->{people} }) {
        my $attendee = $booking->{attendees}{ $person->{key} } //= {};
        push @{ $attendee->{seats} }, [ $at, $rank, 1 ];
        next unless defined $person->{absent};
        push @{ $attendee->{ $person->{absent} ? 'marks' : 'cleared' } }, [ $read_at, $person->{absent} ? ($rank{accepted}, 0) : () ];
    }
    replaced($bookings, $said, 0) if defined $said->{replaces};
    return 1;
}

sub replaced ($bookings, $said, $seats) {
    my $old = known($bookings, $said->{replaces}, $said->{known_at});
    my $new = $bookings->{ $said->{uid} };
    my $at  = defined $said->{frozen_at} ? $said->{known_at} : $said->{at};   # a frozen link was so when it was frozen
    # Decided: who moves his seat leaves the others' chain alone. One that lists nobody moves all, as with cancellations.
    if ($seats && $said->{lists}) {
        push @{ $old->{attendees}{ $_->{key} }{seats} }, [ $at, $rank{cancelled}, -1, 'superseded' ] for @{ $said->{people} };
    } else {
        push @{ $new->{replaces} },    [ $at, $old->{uid} ];
        push @{ $old->{replaced_by} }, [ $at, $new->{uid} ];
    }
    push @{ $old->{statuses} }, [ $beginning, $rank{accepted}, 'accepted' ];
    push @{ $old->{schedules} }, [
        $beginning, $rank{frozen}, instant($said->{data}{rescheduleStartTime}), instant($said->{data}{rescheduleEndTime}),
    ] if defined $said->{data}{rescheduleStartTime};
}

sub known ($bookings, $uid, $at) {
    my $booking = $bookings->{$uid} //= { uid => $uid };
    $booking->{known_at} = earliest($booking->{known_at}, $at);
    return $booking;
}

# --- What it adds up to

sub status_of ($booking) {
    my $since  = newest($booking->{statuses})->[0];
    my $status = newest($booking->{statuses})->[2];
    my @people = values %{ $booking->{attendees} };
    my $roster = newest($booking->{rosters});
    while (my ($key, $attendee) = each %{ $booking->{attendees} }) {
        my $seat = newest($attendee->{seats});
        $attendee->{left} = $seat && $seat->[3];
        # A list of all seats that is newer than what is known of his.
        next if !$roster || ($seat && $seat->[0] >= $roster->[0]);
        $attendee->{left} = $roster->[1]{$key} ? undef : $attendee->{left} // 'cancelled';
    }
    # Decided: a rejected booking stays one without seats; with the last seat given up it is cancelled unless all moved.
    if (@people && $status =~ /accepted|pending/ && !grep { !$_->{left} } @people) {
        $status = (grep { $_->{left} eq 'cancelled' } @people) ? 'cancelled' : 'superseded';
    }
    if ($status =~ /accepted|pending/ && $booking->{gone}) {
        my $shown = newest($booking->{shown});
        $status = 'cancelled' if newest($booking->{gone})->[0] > ($shown && $shown->[0] > $since ? $shown->[0] : $since);
    }
    my $link = newest($booking->{replaced_by});
    $booking->{status} = $link && $link->[1] ne ($booking->{refused} // '') ? 'superseded' : $status;
    $_->{status} = $_->{left} // $booking->{status} for @people;
}

sub attendance_of ($booking, $policy) {
    my $schedule = newest($booking->{schedules});
    my ($ended)  = sort { $b <=> $a } @{ $booking->{ends} // [] };
    my $over     = defined $ended && (!$schedule || !defined $schedule->[3] || $ended >= $schedule->[3]);
    for my $attendee (values %{ $booking->{attendees} }) {
        # Decided: at the same time a mark beats what Cal.com saw, and a show a no-show.
        my $mark = newest($attendee->{marks});
        my $none = newest($attendee->{cleared});
        # A no-show mark that was not there any more when somebody looked was taken back.
        $mark = [ $none->[0], $mark->[1], 1 ] if $mark && $none && !$mark->[2] && $none->[0] > $mark->[0];
        $mark = newest([ $mark // (), map { [ $_, $rank{pending}, 0 ] } @{ $booking->{guests_absent} // [] } ]);
        @$attendee{qw(showed source)} = $mark ? ($mark->[2], 'explicit')
            : $over && $policy eq 'presume' && $attendee->{status} eq 'accepted' ? (1, 'presumed')
            : ();
    }
}

# Decided: of a circle the newest link is refused; the chain begins with the booking that it led from.
sub chains_of ($bookings) {
    for my $booking (values %$bookings) {
        my ($first, @path) = ($booking);
        while (my $link = newest($first->{replaces})) {
            if (grep { $_ == $first } @path) {
                shift @path while $path[0] != $first;
                ($first) = sort { compared(link_of($b), link_of($a)) } @path;
                $bookings->{ newest($first->{replaces})->[1] }{refused} = $first->{uid};
                last;
            }
            push @path, $first;
            $first = $bookings->{ $link->[1] };
        }
        @$booking{qw(chain booked_at)} = @$first{qw(uid known_at)};
    }
}

sub link_of ($booking) { [ newest($booking->{replaces})->[0], $booking->{uid} ] }

sub answer ($booking) {
    my $schedule = newest($booking->{schedules}) // [];
    return {
        (map { $_ => $booking->{$_} } qw(status chain booked_at)),
        starts_at => $schedule->[2], ends_at => $schedule->[3],
        attendees => {
            map { my $a = $booking->{attendees}{$_}; $_ => { map { $_ => $a->{$_} } qw(status showed source) } }
            keys %{ $booking->{attendees} }
        },
    };
}

# --- Small things

# Settings are arrays: time, then what settles equal times.
sub newest ($settings) {
    my $newest;
    for my $setting (@{ $settings // [] }) {
        $newest = $setting if !$newest || compared($setting, $newest) > 0;
    }
    return $newest;
}

sub compared ($one, $other) {
    for my $i (0 .. ($#$one > $#$other ? $#$one : $#$other)) {
        my ($x, $y) = ($one->[$i], $other->[$i]);
        my $order = !defined $x || !defined $y ? defined $x <=> defined $y
                  : "$x$y" =~ /^[-\d.e+]+$/    ? $x <=> $y
                  :                              $x cmp $y;
        return $order if $order;
    }
    return 0;
}

sub earliest (@times) { (sort { $a <=> $b } grep { defined } @times)[0] }

sub instant ($text) {
    my ($y, $mo, $d, $h, $mi, $s, $part, $sign, $zh, $zm) = ($text // '') =~
        /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([-+])(\d\d):?(\d\d))$/ or return undef;
    my $zone = $sign ? "${sign}1" * ($zh * 3600 + $zm * 60) : 0;
    return (timegm_modern($s, $mi, $h, $d, $mo - 1, $y) - $zone) * 1_000_000 + int(substr(($part // '') . '000000', 0, 6));
}

sub plain ($answer) { ref $answer ? $answer->{value} : $answer }

# The same text for the same address. Only the international domains of the histories are known here.
sub address ($text) {
    my $address = lc NFC($text // '');
    $address =~ s/^[\s<]+|[\s>]+$//g;
    $address =~ s/^mailto://;
    $address =~ s/b\x{fc}cher/xn--bcher-kva/;
    return $address =~ /^[^@]+@[^@]+$/ ? $address : undef;
}

1;

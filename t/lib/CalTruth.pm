# CalTruth - draws what happens in an account of Cal.com as two tellings of the same: the webhooks it sends, and the rows that its API
# shows at any moment.
#
#     my $truth = CalTruth->draw($seed, $number, $from, $until);   # always the same for the same four; seconds since 1970
#     $truth->{events};       # in order of time: { at (ms), body (bytes), lost }: three of ten are lost on the way
#     $truth->rows($at);      # the API's rows at that second, for StandIn
#     $truth->{looks};        # the seconds at which somebody will look at the API
#     $truth->{leads};        # addresses that are leads
#     $truth->{unmarked};     # somebody's mark was taken back
#
# Uids end in -h and the number, addresses are in a domain of the number's own, so many fit into one account.
#
# What the API cannot say does not happen here:
#   a mark that was set and taken back, or a seat taken and given up, without any webhook of it arriving nor a look in between
#   seats that move to another booking: a row says who sits there now, not where he went
#   what Cal Video saw of guests; it is in no row
#   marks of people who are not in the booking, and marks of meetings that were over three days before (they are not read again)
package CalTruth;
use v5.36;

use JSON::PP;
use POSIX qw(strftime);

my $json = JSON::PP->new->utf8->canonical;
my ($minute, $hour, $day) = (60_000, 3_600_000, 86_400_000);

my @before = ([ 20, \&rescheduled ], [ 6, \&requested_again ], [ 8, \&moved_in_place ], [ 14, \&seat_taken ], [ 14, \&seat_given_up ],
    [ 12, \&cancelled ], [ 8, \&confirmed ], [ 5, \&rejected ], [ 10, \&created ], [ 3, \&noted ]);
my @after = ([ 30, \&marked ], [ 15, \&ended ], [ 5, \&host_absent ], [ 15, \&created ]);

sub draw ($class, $seed, $number, $from, $until, @looks) {
    srand(($seed * 1_000_003 + $number * 7919) & 0xFFFF_FFFF);
    my $h = bless { number => $number, events => [], bookings => [], looks => \@looks, until => $until * 1000,
        clock => $from * 1000 + int rand(($until - $from) * 1000) }, $class;
    $h->{people} = [ map { +{ name => "Person $_", email => "p$_\@d$number.test" } } 1 .. 2 + int rand 5 ];
    $h->{leads}  = [ map { $_->{email} } grep { chance(75) } @{ $h->{people} } ];
    created($h);
    for (1 .. 2 + int rand 9) {
        my $b    = $h->{bookings}[ chance(70) ? -1 : rand @{ $h->{bookings} } ];
        my $over = tick($h) > $b->{end};
        last if $h->{clock} > $h->{until};
        next if $h->{clock} > $b->{start} && !$over;
        weighted($over ? @after : @before)->($h, $b);
    }
    $_->{lost} = chance(30) for @{ $h->{events} };
    tell_what_no_row_says($h);
    return $h;
}

# --- Deeds: each tells the webhook and leaves the rows as they are then.

sub created ($h, @) {
    my $kind = weighted([ 35, 'plain' ], [ 15, 'requested' ], [ 15, 'group' ], [ 30, 'seats' ], [ 3, 'self' ]);
    my @people = $kind eq 'group' ? some(2 + int rand 3, @{ $h->{people} }) : $kind eq 'self' ? () : some(1, @{ $h->{people} });
    my $b = booking($h, [@people], seats => $kind eq 'seats', status => $kind eq 'requested' ? 'pending' : 'accepted');
    told($h, $kind eq 'requested' ? 'BOOKING_REQUESTED' : 'BOOKING_CREATED', $b);
}

sub confirmed ($h, $b) {
    return cancelled($h, $b) if $b->{status} ne 'pending';
    $b->{status} = 'accepted';
    told($h, 'BOOKING_CREATED', $b);
}

sub rejected ($h, $b) {
    return if $b->{status} ne 'pending';
    $b->{status} = 'rejected';
    told($h, 'BOOKING_REJECTED', $b, status => 'REJECTED', rejectionReason => 'No slot');
}

sub cancelled ($h, $b) {
    return if !stands($b);
    $b->{status} = 'cancelled';
    # Of seats, one webhook that lists nobody takes all away.
    told($h, 'BOOKING_CANCELLED', $b, status => 'CANCELLED', cancellationReason => 'Conflict', $b->{seats} ? (attendees => []) : ());
}

sub rescheduled ($h, $old, $status = 'accepted') {
    return if !stands($old) || $old->{seats};
    my $new = booking($h, [ @{ $old->{people} } ], status => $status, from => $old->{uid});
    @$old{qw(status to)} = ('cancelled', $new->{uid});
    changed($h, $old);
    told($h, $status eq 'pending' ? 'BOOKING_REQUESTED' : 'BOOKING_RESCHEDULED', $new, rescheduleUid => $old->{uid}, rescheduleId => $old->{number},
        rescheduleStartTime => iso($old->{start}), rescheduleEndTime => iso($old->{end}));
}

sub requested_again ($h, $old) { rescheduled($h, $old, 'pending') }

# Another host, or in an event with seats another time: the uid stays.
sub moved_in_place ($h, $b) {
    return if $b->{status} ne 'accepted';
    my %from = (rescheduleUid => $b->{uid}, rescheduleStartTime => iso($b->{start}), rescheduleEndTime => iso($b->{end}));
    schedule($h, $b) if $b->{seats};
    told($h, 'BOOKING_RESCHEDULED', $b, %from);
}

# Neither this nor the next moves updatedAt.
sub seat_taken ($h, $b) {
    return if !$b->{seats} || $b->{status} ne 'accepted';
    my ($new) = grep { my $who = $_; !grep { $_ == $who } @{ $b->{people} } } some(9, @{ $h->{people} }) or return;
    push @{ $b->{people} }, $new;
    told($h, 'BOOKING_CREATED', $b, quiet => 1, chance(60) ? (attendees => [ person($new) ]) : ());
}

sub seat_given_up ($h, $b) {
    return if !$b->{seats} || $b->{status} ne 'accepted' || !@{ $b->{people} };
    my ($gone) = some(1, @{ $b->{people} });
    @{ $b->{people} } = grep { $_ != $gone } @{ $b->{people} };
    delete $b->{absent}{ $gone->{email} };
    $b->{status} = 'cancelled' if !@{ $b->{people} };
    told($h, 'BOOKING_CANCELLED', $b, status => 'CANCELLED', attendees => [ person($gone) ], quiet => scalar @{ $b->{people} }, left => $gone);
}

sub marked ($h, $b) {
    return if $b->{status} ne 'accepted' || !@{ $b->{people} } || $h->{clock} > $b->{end} + 2 * $day;
    my ($who) = some(1, @{ $b->{people} });
    my $absent = !$b->{absent}{ $who->{email} };
    $b->{absent}{ $who->{email} } = $absent;
    $h->{unmarked} = 1 if !$absent;
    kept($h, $b);
    sent($h, 'BOOKING_NO_SHOW_UPDATED', { message => 'marked', bookingUid => $b->{uid}, bookingId => $b->{number},
        attendees => [ { email => $who->{email}, noShow => $absent ? \1 : \0 } ] }, uid => $b->{uid}, marks => $who, absent => $absent);
}

sub host_absent ($h, $b) {
    return if $b->{status} ne 'accepted';
    $b->{absent_host} = 1;
    kept($h, $b);
    sent($h, 'AFTER_HOSTS_CAL_VIDEO_NO_SHOW', { bookingId => $b->{number}, webhook => { id => 'w1' } });
}

# Whether or not it comes: the clock knows as well.
sub ended ($h, $b) {
    return if $b->{status} ne 'accepted';
    push @{ $h->{events} }, { at => $h->{clock}, body => $json->encode({ triggerEvent => 'MEETING_ENDED', id => $b->{number}, uid => $b->{uid},
        startTime => iso($b->{start}), endTime => iso($b->{end}), createdAt => iso($b->{made}), status => 'ACCEPTED' }) };
}

# What no booking looks different for.
sub noted ($h, $b) { sent($h, 'FORM_SUBMITTED', { form => { id => 'f1' }, uid => $b->{uid} }) }

# --- Rows

sub booking ($h, $people, %is) {
    my $place = 1 + @{ $h->{bookings} };
    my $b = { uid => join('', map { chr(97 + rand 26) } 1 .. 5) . "$place-h$h->{number}", number => $h->{number} * 1000 + $place,
        people => $people, absent => {}, made => $h->{clock} - int rand 300, versions => [], %is };
    $b->{updated} = $b->{made};
    schedule($h, $b);
    push @{ $h->{bookings} }, $b;
    return $b;
}

sub schedule ($h, $b) {
    $b->{start} = $h->{clock} - $h->{clock} % (30 * $minute) + $hour + int(rand 3) ** 3 * 12 * $hour + int(rand 40) * 30 * $minute;
    $b->{end}   = $b->{start} + (15, 30, 60)[ rand 3 ] * $minute;
}

# The row was written a moment before the webhook says so.
sub changed ($h, $b) {
    $b->{updated} = $h->{clock} - int rand 300;
    $b->{updated} = $b->{made} if $b->{updated} < $b->{made};
    kept($h, $b);
}

sub kept ($h, $b) { push @{ $b->{versions} }, [ $h->{clock}, $json->encode(row($b)) ] }

sub row ($b) {
    return {
        uid => $b->{uid}, id => $b->{number}, title => "Intro $b->{uid}", status => $b->{status}, start => iso($b->{start}), end => iso($b->{end}),
        createdAt => iso($b->{made}), updatedAt => iso($b->{updated}), absentHost => $b->{absent_host} ? \1 : \0,
        ($b->{status} eq 'cancelled' && !$b->{to} ? (cancellationReason => 'Conflict') : ()),
        ($b->{from} ? (rescheduledFromUid => $b->{from}) : ()), ($b->{to} ? (rescheduledToUid => $b->{to}) : ()),
        attendees => [ map { +{ %$_, absent => $b->{absent}{ $_->{email} } ? \1 : \0, ($b->{seats} ? (seatUid => "seat-$b->{uid}-$_->{name}") : ()) } }
            @{ $b->{people} } ],
    };
}

sub rows ($h, $at) {
    my @rows;
    for my $b (@{ $h->{bookings} }) {
        my ($version) = grep { $_->[0] <= $at * 1000 } reverse @{ $b->{versions} } or next;
        push @rows, $json->decode($version->[1]);
    }
    return @rows;
}

# --- Webhooks

# The booking as it is now. quiet: updatedAt stays; more are fields of the payload.
sub told ($h, $trigger, $b, %more) {
    my ($quiet, $left) = delete @more{qw(quiet left)};
    $quiet ? kept($h, $b) : changed($h, $b);
    my %payload = (
        type => 'intro', title => "Intro $b->{uid}", startTime => iso($b->{start}), endTime => iso($b->{end}), uid => $b->{uid},
        bookingId => $b->{number}, organizer => { id => 5, name => 'Robin Host', email => 'robin@host.test', timeZone => 'UTC' }, responses => {},
        attendees => [ map { person($_) } @{ $b->{people} } ], location => "https://video.host.test/$b->{uid}", eventTypeId => 678,
        seatsPerTimeSlot => $b->{seats} ? 9 : undef, metadata => {}, status => uc($b->{status}), %more,
    );
    sent($h, $trigger, \%payload, uid => $b->{uid}, $left ? (left => $left) : (), lists => [ map { $_->{email} } @{ $payload{attendees} } ]);
}

sub person ($who) { return { %$who, timeZone => 'UTC', language => { locale => 'en' } } }

sub sent ($h, $trigger, $payload, %more) {
    push @{ $h->{events} }, { at => $h->{clock}, %more,
        body => $json->encode({ triggerEvent => $trigger, createdAt => iso($h->{clock}), payload => $payload }) };
}

# --- What no row says must be told by some webhook: one more arrives.

sub tell_what_no_row_says ($h) {
    for my $event (@{ $h->{events} }) {
        my $who = $event->{left} // ($event->{marks} && !$event->{absent} ? $event->{marks} : next);
        next if !$event->{lost};
        my @of_it = grep { ($_->{uid} // '') eq $event->{uid} } @{ $h->{events} };
        next if $event->{left}  && grep { !$_->{lost} && grep { $_ eq $who->{email} } @{ $_->{lists} // [] } } @of_it;
        next if $event->{marks} && grep { !$_->{lost} && ($_->{marks} // 0) == $who } @of_it;
        $event->{lost} = 0;
    }
}

# --- Time and chance

sub stands ($b) { $b->{status} =~ /^(?:accepted|pending)$/ }

# Never just before somebody looks: a reading is dated by whole seconds.
sub tick ($h) {
    $h->{clock} += weighted([ 20, 1000 + int rand 9000 ], [ 40, $minute + int(rand 50) * $minute ], [ 40, $hour + int rand 30 * $hour ], [ 15, int(1 + rand 4) * $day ]);
    for my $look (@{ $h->{looks} }) { $h->{clock} = $look * 1000 + 5000 if abs($h->{clock} - $look * 1000) < 5000 }
    return $h->{clock};
}

sub iso ($ms) { strftime('%Y-%m-%dT%H:%M:%S', gmtime int($ms / 1000)) . sprintf '.%03dZ', $ms % 1000 }

sub chance ($percent)  { rand 100 < $percent ? 1 : 0 }
sub weighted (@choice) {
    my $all = 0;
    $all += $_->[0] for @choice;
    my $at = rand $all;
    for (@choice) { return $_->[1] if ($at -= $_->[0]) < 0 }
}

sub some ($count, @list) {
    for my $i (reverse 1 .. $#list) { my $j = int rand $i + 1; @list[ $i, $j ] = @list[ $j, $i ] }
    return @list > $count ? @list[ 0 .. $count - 1 ] : @list;
}

1;

# CalEvents - deliveries of Cal.com in their true shapes, for tests that make many of them.
package CalEvents;
use v5.36;

use Exporter 'import';
our @EXPORT = qw(event flat mark person leads_csv);

# One attendee as Cal.com lists him: person('ann@x.test'), person('ann@x.test', name => ...).
sub person ($email, %more) {
    my ($name) = $email =~ /^([^@+]*)/;
    return { email => $email, name => ucfirst $name, timeZone => 'Europe/London', language => { locale => 'en' },
        utcOffset => 0, %more };
}

# The ordinary shape. Options: at (when it happened), starts, ends, people (addresses, or what person() gives), and more
# fields of the payload under their own names.
sub event ($trigger, $uid, %option) {
    my ($at, $starts, $ends, $people) = delete @option{qw(at starts ends people)};
    $starts //= '2026-03-10T10:00:00Z';
    return {
        triggerEvent => $trigger,
        createdAt    => $at // '2026-03-01T08:00:00.000Z',
        payload      => {
            type => 'intro', title => 'Intro between Robin Host and a guest', uid => $uid,
            startTime => $starts, endTime => $ends // later($starts),
            organizer => { id => 5, name => 'Robin Host', email => 'robin@host.test', timeZone => 'UTC' },
            attendees => [ map { ref ? $_ : person($_) } @{ $people // ['ann@lead.test'] } ],
            responses => {}, metadata => {}, seatsPerTimeSlot => undef, eventTypeId => 678, length => 30,
            ($trigger =~ /REQUESTED/ ? (status => 'PENDING') : $trigger =~ /CANCELLED/ ? (status => 'CANCELLED') : ()),
            %option,
        },
    };
}

# The classic scheduler's shape of MEETING_STARTED and MEETING_ENDED: the booking's row, frozen when it was made.
sub flat ($trigger, $uid, %option) {
    my ($at, $starts, $ends, $people) = delete @option{qw(at starts ends people)};
    $starts //= '2026-03-10T10:00:00Z';
    return {
        triggerEvent => $trigger, uid => $uid, title => 'Intro', status => 'ACCEPTED',
        createdAt => $at // '2026-03-01T08:00:00.000Z', startTime => $starts, endTime => $ends // later($starts),
        attendees => [ map { ref ? $_ : { email => $_, name => 'Guest', noShow => \0 } } @{ $people // ['ann@lead.test'] } ],
        user => { id => 5, email => 'robin@host.test', name => 'Robin Host' },
        %option,
    };
}

# Somebody said who was there: mark('uid', 'ann@x.test' => 1) is a no-show.
sub mark ($uid, $email, $no_show, $at = '2026-03-10T11:00:00.000Z') {
    return { triggerEvent => 'BOOKING_NO_SHOW_UPDATED', createdAt => $at,
        payload => { bookingUid => $uid, message => 'marked',
            attendees => [ { email => $email, noShow => $no_show ? \1 : \0 } ] } };
}

# The file of leads: rows are hashes of its columns.
sub leads_csv (@rows) {
    my @columns = qw(lead_id campaign_id email first_name last_name company
        first_contacted_at last_contacted_at replied_at interested_at);
    return join '', map { join(',', @$_) . "\n" } \@columns, map { my $row = $_; [ map { $row->{$_} // '' } @columns ] } @rows;
}

# The same half hour's other end; the tests' meetings begin at full or half hours.
sub later ($starts) {
    my ($day, $hour, $minute, $rest) = $starts =~ /^(.{11})(\d\d):(\d\d)(.*)$/ or return undef;
    return $minute < 30 ? sprintf('%s%02d:%02d%s', $day, $hour, $minute + 30, $rest)
                        : sprintf('%s%02d:%02d%s', $day, $hour + 1, $minute - 30, $rest);
}

1;

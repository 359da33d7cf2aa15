# Every shape that Cal.com sends, delivered alone through the front door, adds up to what its folder expects.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use Test::More;
use Turnout;

my $t = Turnout->start;

# What the report shows of a booking and its attendee.
my @fields = qw(booking_uid status attendee_email attendee_name booked_at scheduled_time event_type showed_up attendance_source
    rescheduled_from chain);

sub expected ($case, $w) {
    my $text = Turnout::slurp("$FindBin::Bin/payloads/$case/expect.json");
    $text =~ s/CONNECTION/$w->{connection}/g;   # a booking known by its number only is called after it
    return JSON::PP->new->utf8->decode($text);
}

sub plain ($row) { return { map { my $v = $row->{$_}; $_ => ref $v ? ($v ? 'yes' : 'no') : $v } @fields } }

sub in_order (@rows) {
    return [ sort { "$a->{booking_uid} $a->{attendee_email}" cmp "$b->{booking_uid} $b->{attendee_email}" } map { plain($_) } @rows ];
}

sub state_of ($w) {
    my $report = $w->get("/api/clients/$w->{workspace}/bookings?matched=all&limit=1000");
    my %alone  = map { @$_ } $w->sql("SELECT uid, status FROM bookings b WHERE workspace_id = $w->{workspace} AND NOT EXISTS
        (SELECT FROM attendees a WHERE a.workspace_id = b.workspace_id AND a.uid = b.uid)");
    return { bookings => in_order(@{ $report->{bookings} }), without_attendees => \%alone };
}

for my $case (map { m{([^/]+)/event\.json$} } sort glob "$FindBin::Bin/payloads/*/event.json") {
    my $w = $t->workspace(name => $case);
    my $e = expected($case, $w);
    my $expected = { bookings => in_order(@{ $e->{bookings} }), without_attendees => $e->{without_attendees} };

    is $w->deliver($case)->{status}, $e->{answer}, "$case is $e->{answer}";
    my $state = state_of($w);
    is_deeply $state, $expected, '... and leaves what its folder expects' or diag explain $state;
    is $w->deliver($case)->{status}, 'duplicate', '... and is known when it comes again';
    is_deeply state_of($w), $state, '... and then changes nothing';
}

$t->finish;

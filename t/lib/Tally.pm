# Tally - random bookings of a few leads, and the reports counted from them once more, from the product page alone.
#
#     my $tally = Tally->draw($seed, zone => 'Europe/Berlin', prefix => 'a');
#     $tally->{leads}, $tally->{days};           # rows for the import
#     $tally->{events};                          # in the order in which they happened
#     $tally->funnel(from => ..., basis => ...); # { total => { sent => ... }, rows => { key => { ... } }, behind => { stage => { key => [leads] } } }
#     $tally->rows(status => ...);               # "uid address", sorted; and the summary
#
# It knows what it sent and how it meant it: no part of it looks at the programs or their tables. Times are seconds.
package Tally;
use v5.36;

use CalEvents;
use POSIX ();

my @zones   = qw(UTC Europe/Berlin America/New_York Asia/Kolkata Pacific/Kiritimati Australia/Lord_Howe);
my @stages  = qw(sent delivered replied interested booked showed);
my $hour    = 3600;
my $day     = 24 * $hour;
my $begin   = POSIX::mktime(0, 0, 0, 1, 2, 126) // die;   # March 2026, before clocks change in Europe
my @types   = qw(intro demo pricing);

sub zones { @zones }

sub draw ($class, $seed, %option) {
    srand $seed;
    my $t = bless { %option, events => [], bookings => {}, days => [], leads => [] }, $class;
    # The ids compare as numbers do, not as text.
    $t->{campaigns} = [qw(2 10 x)];
    for my $lead (map { "$t->{prefix}$_" } 1 .. 10) {
        for my $campaign (grep { rand() < .5 } @{ $t->{campaigns} }) {
            # Some of no known time, some at the same time.
            my $first = rand() < .9 ? $begin + $hour * int(rand(40) * 12) : undef;
            my $last  = defined $first && rand() < .5 ? $first + $day * int rand 10 : $first;
            $t->{contact}{$lead}{$campaign} = { first => $first, last => $last,
                replied    => defined $first && rand() < .3 ? $first + $day * (1 + int rand 9) : undef,
                interested => defined $first && rand() < .2 ? $first + $day * (2 + int rand 9) : undef };
        }
        my $contacts = $t->{contact}{$lead} //= {};
        push @{ $t->{leads} }, map { my $c = $contacts->{$_}; {
            lead_id => $lead, email => "$lead\@lead.test", campaign_id => $_,
            first_contacted_at => iso($c->{first}), last_contacted_at => iso($c->{last}), replied_at => iso($c->{replied}), interested_at => iso($c->{interested}),
        } } sort keys %$contacts;
        push @{ $t->{leads} }, { lead_id => $lead, email => "$lead\@lead.test" } unless %$contacts;
    }
    for my $campaign (@{ $t->{campaigns} }) {
        for my $n (grep { rand() < .4 } 0 .. 60) {
            push @{ $t->{days} }, [ $campaign, local_day($begin + 12 * $hour + $n * $day, 'UTC'), int rand 20, int rand 3, int rand 4, int rand 2 ];
        }
    }
    $t->book($_) for 1 .. 30;
    return $t;
}

# --- What happens

sub book ($t, $number) {
    my $uid  = "$t->{prefix}-$number";
    my $at   = $begin + 900 * int rand 60 * 96;
    my $meet = $at + $hour * (1 + int rand 300);
    # Somebody may be invited by two of his addresses, or be nobody.
    my @people = map { pick(map { "$_\@lead.test" } map { "$t->{prefix}$_" } 1 .. 10) } 1 .. (rand() < .8 ? 1 : 2);
    push @people, "stranger$number\@x.test" if rand() < .15;
    @people = unique(@people);
    my $b = $t->{bookings}{$uid} = { uid => $uid, booked => $at, meets => $meet, type => pick(@types), status => 'accepted', people => { map { $_ => undef } @people } };
    my $requested = rand() < .15;
    $t->tell($requested ? 'BOOKING_REQUESTED' : 'BOOKING_CREATED', $b, $at, @people);
    $b->{status} = 'pending' if $requested;
    my $later = $at + $hour * (1 + int rand 20);
    if ($requested && rand() < .5) { $t->tell('BOOKING_CREATED', $b, $later, @people); $b->{status} = 'accepted'; $later += $hour }
    my $fate = rand;
    if ($fate < .12) { $t->tell('BOOKING_CANCELLED', $b, $later, @people); $b->{status} = 'cancelled' }
    elsif ($fate < .18) { $t->tell('BOOKING_REJECTED', $b, $later, @people); $b->{status} = 'rejected' }
    elsif ($fate < .35) { $b = $t->move($b, $later, @people); $b = $t->move($b, $later + $hour, @people) if rand() < .3 }
    for my $person (grep { rand() < .5 } @people) {
        my $said = int rand 3;   # contradicts itself, sometimes
        for my $n (0 .. $said) {
            my $showed = rand() < .6;
            push @{ $t->{events} }, mark($b->{uid}, $person, !$showed, iso($b->{meets} + $n * $hour) =~ s/Z/.000Z/r);
            $b->{people}{$person} = $showed;
        }
    }
}

sub move ($t, $old, $at, @people) {
    my $new = { %$old, uid => "$old->{uid}m", meets => $old->{meets} + $hour * (5 + int rand 200), status => 'accepted', people => { map { $_ => undef } @people } };
    $t->{bookings}{ $new->{uid} } = $new;
    $t->tell('BOOKING_RESCHEDULED', $new, $at, @people, { rescheduleUid => $old->{uid} });
    $old->{status} = 'superseded';
    return $new;
}

sub tell ($t, $trigger, $b, $at, @people) {
    my $more = ref $people[-1] ? pop @people : {};
    push @{ $t->{events} }, event($trigger, $b->{uid}, at => iso($at) =~ s/Z/.000Z/r, starts => iso($b->{meets}), ends => iso($b->{meets} + 1800),
        type => $b->{type}, people => [@people], %$more);
}

# --- What the reports must say

# The campaign that last reached the lead before the moment.
sub credit ($t, $lead, $at) {
    my @known;
    for my $campaign (keys %{ $t->{contact}{$lead} }) {
        my $c     = $t->{contact}{$lead}{$campaign};
        my @times = grep { defined } @$c{qw(first last replied)};
        my ($reached) = sort { $b <=> $a } grep { $_ <= $at } @times;
        push @known, [ $reached // -1, $campaign ] if defined $reached || !@times;
    }
    my ($best) = sort { $b->[0] <=> $a->[0] || length $b->[1] <=> length $a->[1] || $b->[1] cmp $a->[1] } @known;
    return $best ? $best->[1] : undef;
}

# One per attendee.
sub attendees ($t) {
    return map { my $b = $_; map { my ($lead) = /^(.+)\@lead\.test$/;
        +{ %$b, address => $_, lead => $lead, showed => $b->{people}{$_}, campaign => defined $lead ? $t->credit($lead, $b->{booked}) : undef } }
        sort keys %{ $b->{people} } } values %{ $t->{bookings} };
}

sub inside ($t, $at, %q) {
    return (!defined $q{begins} || $at >= $q{begins}) && (!defined $q{ends} || $at < $q{ends});
}

sub key_of ($t, $group, $campaign, $type, $date) {
    return $campaign if $group eq 'campaign';
    return $type     if $group eq 'event_type';
    my ($y, $m, $d) = split /-/, $date;
    return $date if $group eq 'day';
    return "$y-$m-01" if $group eq 'month';
    my $weekday = (gmtime POSIX::mktime(0, 0, 12, $d, $m - 1, $y - 1900))[6];   # noon, so that no zone matters
    return local_day(POSIX::mktime(0, 0, 12, $d - ($weekday + 6) % 7, $m - 1, $y - 1900), 'UTC');
}

# Of these counted things, one for each lead: the last. Each is [lead, at, order, campaign, type].
sub last_of_each (@things) {
    my %last;
    for my $thing (@things) {
        my $other = $last{ $thing->[0] };
        $last{ $thing->[0] } = $thing if !$other || later_than($thing, $other);
    }
    return values %last;
}

sub later_than ($one, $other) { ($one->[1] <=> $other->[1] || $one->[2] cmp $other->[2]) > 0 }

# q: from, to (days or moments), zone, campaign, basis, group.
sub funnel ($t, %q) {
    my $zone = $q{zone} // $t->{zone};
    @q{qw(begins ends)} = (bound($q{from}, $zone, 0), bound($q{to}, $zone, 1));
    my %sum = (rows => {}, total => { map { $_ => 0 } @stages }, behind => {});
    my $add = sub ($stage, $number, $campaign, $type, $date, $lead, %where) {
        return if defined $q{campaign} && ($campaign // '') ne $q{campaign};
        my $key = $t->key_of($q{group}, $campaign, $type, $date) // '-';
        $sum{total}{$stage} += $number if $where{total} // 1;
        $sum{rows}{$key}{$stage} += $number if $where{rows} // 1;
        push @{ $sum{behind}{$stage}{total} }, $lead if defined $lead && ($where{total} // 1);
        push @{ $sum{behind}{$stage}{$key} }, $lead if defined $lead && ($where{rows} // 1);
    };
    my $date = sub ($at) { local_day($at, $zone) };
    my @accepted = grep { $_->{status} eq 'accepted' && defined $_->{lead} } $t->attendees;
    my @booked = map { [ $_->{lead}, $_->{booked}, "$_->{uid} $_->{address}", $_->{campaign}, $_->{type} ] } @accepted;
    my @showed = map { [ $_->{lead}, $_->{meets}, "$_->{uid} $_->{address}", $_->{campaign}, $_->{type} ] } grep { $_->{showed} } @accepted;
    if ($q{basis} eq 'activity') {
        for my $stage ([ booked => @booked ], [ showed => @showed ]) {
            my ($name, @things) = @$stage;
            $add->($name, 1, @$_[3, 4], $date->($_->[1]), $_->[0]) for last_of_each(grep { $t->inside($_->[1], %q) } @things);
        }
        my %cell;
        for my $d (@{ $t->{days} }) {
            my ($campaign, $day, @counts) = @$d;
            next unless $t->inside(day_begins($day, $zone), %q);
            next if defined $q{campaign} && $campaign ne $q{campaign};
            my $key = $t->key_of($q{group}, $campaign, undef, $day) // '-';
            $cell{$campaign}{$key}[$_] += $counts[$_] for 0 .. 3;
        }
        for my $campaign (keys %cell) {
            while (my ($key, $c) = each %{ $cell{$campaign} }) {
                my %n = (sent => $c->[0], delivered => $c->[0] > $c->[1] ? $c->[0] - $c->[1] : 0, replied => $c->[2], interested => $c->[3]);
                for (keys %n) { $sum{total}{$_} += $n{$_}; $sum{rows}{$key}{$_} += $n{$_} }
            }
        }
        return tidy(\%sum);
    }
    my %booking = map { $_->[0] => $_ } last_of_each(@booked);
    my %show    = map { $_->[0] => $_ } last_of_each(@showed);
    my (%by_lead, $own);
    for my $lead (sort keys %{ $t->{contact} }) {
        while (my ($campaign, $c) = each %{ $t->{contact}{$lead} }) {
            next unless defined $c->{first} && $t->inside($c->{first}, %q);
            my ($b, $s) = ($booking{$lead}, $show{$lead});
            my %reached = (sent => [1], delivered => [1], replied => [ defined $c->{replied} ], interested => [ defined $c->{interested} ],
                booked => [ $b, $b && ($b->[3] // '') eq $campaign, $b && $b->[4] ], showed => [ $s, $s && ($s->[3] // '') eq $campaign, $s && $s->[4] ]);
            for my $stage (@stages) {
                my ($yes, $here, $type) = @{ $reached{$stage} };
                next unless $yes;
                $here = 1 if @{ $reached{$stage} } == 1;
                # A campaign's row is about its own leads; all else counts a lead once, at the last contact that got there.
                $add->($stage, 1, $campaign, $type, $date->($c->{first}), $lead, total => defined $q{campaign}, rows => defined $q{campaign} || $q{group} eq 'campaign')
                    if $here;
                push @{ $by_lead{$stage} }, [ $lead, $c->{first}, sprintf('%03d%s', length $campaign, $campaign), undef, $type ];
            }
        }
    }
    if (!defined $q{campaign}) {
        for my $stage (@stages) {
            $add->($stage, 1, undef, $_->[4], $date->($_->[1]), $_->[0], rows => $q{group} ne 'campaign') for last_of_each(@{ $by_lead{$stage} // [] });
        }
    }
    return tidy(\%sum);
}

# Rows without a number are not shown, but for campaigns.
sub tidy ($sum) {
    for my $key (keys %{ $sum->{rows} }) {
        my $row = $sum->{rows}{$key};
        $row->{$_} //= 0 for @stages;
        delete $sum->{rows}{$key} unless grep { $_ } values %$row;
    }
    return $sum;
}

# q: matched, campaign, status, showed, from, to, email.
sub rows ($t, %q) {
    @q{qw(begins ends)} = (bound($q{from}, $t->{zone}, 0), bound($q{to}, $t->{zone}, 1));
    my @found = grep {
        $t->inside($_->{booked}, %q)
            && (!defined $q{campaign} || ($_->{campaign} // '') eq $q{campaign})
            && (!defined $q{status} || $_->{status} eq $q{status})
            && (!defined $q{showed} || (defined $_->{showed} ? $_->{showed} ? 'true' : 'false' : 'unknown') eq $q{showed})
            && (!defined $q{email} || $_->{address} eq $q{email})
    } $t->attendees;
    my @listed   = grep { ($q{matched} // '') eq 'all' || defined $_->{lead} } @found;
    my @accepted = grep { $_->{status} eq 'accepted' } @listed;
    return {
        rows    => [ sort map { "$_->{uid} $_->{address}" } @listed ],
        summary => {
            total_bookings => 0 + @listed, booked => 0 + @accepted, unmatched => 0 + (grep { !defined $_->{lead} } @found),
            total_shows => 0 + (grep { $_->{showed} } @accepted), total_no_shows => 0 + (grep { defined $_->{showed} && !$_->{showed} } @accepted),
            pending_meetings => 0 + (grep { !defined $_->{showed} } @accepted),
        },
    };
}

# --- Time, by the C library

sub in_zone ($zone, $code) {
    local $ENV{TZ} = $zone;
    POSIX::tzset();
    my $result = $code->();
    delete local $ENV{TZ};
    POSIX::tzset();
    return $result;
}

sub local_day ($at, $zone)   { in_zone($zone, sub { POSIX::strftime('%Y-%m-%d', localtime $at) }) }
sub day_begins ($day, $zone) { my ($y, $m, $d) = split /-/, $day; in_zone($zone, sub { POSIX::mktime(0, 0, 0, $d, $m - 1, $y - 1900, 0, 0, -1) }) }

# A day's end is the next one's begin.
sub bound ($text, $zone, $end) {
    return undef unless defined $text;
    my ($y, $m, $d, $h, $mi, $s) = $text =~ /^(\d+)-(\d+)-(\d+)(?:T(\d+):(\d+):(\d+)Z)?$/ or die "no bound: $text";
    return in_zone('UTC', sub { POSIX::mktime($s, $mi, $h, $d, $m - 1, $y - 1900) }) if defined $h;
    return in_zone($zone, sub { POSIX::mktime(0, 0, 0, $d + $end, $m - 1, $y - 1900, 0, 0, -1) });
}

sub iso ($at)       { defined $at ? POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $at) : '' }
sub pick (@list)    { $list[ rand @list ] }
sub unique (@list)  { my %seen; grep { !$seen{$_}++ } @list }

1;

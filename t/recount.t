# Bookings, summary and funnel equal an independent recount, for random histories, windows, zones, bases and groups; and every
# number opens into what it counts.
#
# TURNOUT_SEED draws the same again; TURNOUT_DRAWS is the number of questions.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
BEGIN { $ENV{TZ} = 'UTC' }   # the test's own clock
use CalEvents;
use Tally;
use Turnout;

my $seed  = $ENV{TURNOUT_SEED}  // int(rand 1_000_000);
my $draws = $ENV{TURNOUT_DRAWS} // (($ENV{TURNOUT_BUILD} // '') =~ /sanitize/ ? 300 : 1200);
note "TURNOUT_SEED=$seed TURNOUT_DRAWS=$draws";

my $t      = Turnout->start(workers => 4);
my @zones  = Tally::zones();
my @stages = qw(sent delivered replied interested booked showed);
my @of     = map { { number => $_, zone => $zones[ $_ % @zones ], w => $t->workspace(timezone => $zones[ $_ % @zones ]) } } 0 .. 11;

# --- The histories, some of them before their leads are known

for my $case (@of) {
    my $w     = $case->{w};
    my $tally = $case->{tally} = Tally->draw($seed + $case->{number}, zone => $case->{zone}, prefix => 'l' . $case->{number} . 'n');
    my @import = (campaigns => join('', map { "$_\n" } 'campaign_id,name,day,sent,bounced,replied,interested', map { join ',', $_->[0], "C$_->[0]", @$_[1 .. 5] } @{ $tally->{days} }),
        leads => leads_csv(@{ $tally->{leads} }));
    $w->import_csv(@import) if $case->{number} % 3;
    my @events = map { (rand() < .1 ? ($_, $_) : $_) } @{ $tally->{events} };
    @events = sort { rand() <=> .5 } @events if $case->{number} % 2;   # in any order
    for my $event (@events) {
        my $answer = $w->deliver($event);
        die "the delivery was answered $answer->{http} $answer->{body}" unless $answer->{http} == 200;
    }
    $w->import_csv(@import) unless $case->{number} % 3;
}

# --- The questions

sub pick (@list) { $list[ rand @list ] }
sub query (%q) { join '&', map { my $v = $q{$_} =~ s/([^\w.-])/sprintf '%%%02X', ord $1/ger; "$_=$v" } grep { defined $q{$_} } sort keys %q }

sub drawn_bound {
    return undef if rand() < .3;
    my $day = sprintf '2026-%02d-%02d', 3 + int rand 3, 1 + int rand 30;
    return rand() < .6 ? $day : sprintf '%sT%02d:%02d:00Z', $day, int rand 24, 15 * int rand 4;
}

sub summed ($row) { return { map { $_ => $row->{$_} } @stages } }

my ($asked, %wrong);
sub differs ($what, $case, $query, $theirs, $ours) {
    return if $wrong{$what}++ >= 3;
    diag "$what, workspace $case->{number} ($case->{zone}): $query\n", explain({ programs => $theirs, recount => $ours });
}

sub same ($x, $y) { Test::More->can('explain') && join("\0", explain($x)) eq join("\0", explain($y)) }

for (1 .. $draws) {
    $asked++;
    my $case = pick(@of);
    my ($w, $tally) = @$case{qw(w tally)};
    my %q = (from => drawn_bound(), to => drawn_bound(), campaign => rand() < .25 ? pick(qw(2 10 x)) : undef);
    if (rand() < .6) {
        $q{timezone} = rand() < .4 ? pick(@zones) : undef;
        $q{basis}    = pick(qw(activity cohort));
        $q{group_by} = pick(qw(campaign day week month event_type));
        my $query  = query(%q);
        my $answer = $w->funnel($w, $query);
        my $ours   = $tally->funnel(%q{qw(from to campaign basis)}, zone => $q{timezone}, group => $q{group_by});
        my %rows   = map { ($_->{ $q{group_by} eq 'campaign' ? 'campaign_id' : 'key' } // '-' => summed($_)) } @{ $answer->{campaigns} // $answer->{rows} };
        # Campaigns are listed though nothing happened.
        delete @rows{ grep { my $row = $rows{$_}; !grep { $_ } values %$row } keys %rows };
        my $theirs = { total => summed($answer->{total}), rows => \%rows };
        my $expected = { total => $ours->{total}, rows => $ours->{rows} };
        differs('funnel', $case, $query, $theirs, $expected) unless same($theirs, $expected);
        opened($case, $query, \%q, $ours) if rand() < .3;
    } else {
        %q = (%q, matched => pick(undef, 'all'), status => rand() < .3 ? pick(qw(accepted pending cancelled rejected superseded)) : undef,
            showed => rand() < .3 ? pick(qw(true false unknown)) : undef, email => rand() < .2 ? pick("l$case->{number}n3\@lead.test", "l$case->{number}n7\@lead.test", 'stranger4@x.test') : undef);
        my $query = query(%q, limit => pick(3, 10, 1000));
        my ($next, @rows, $summary);
        do {
            my $page = $w->get("/api/clients/$w->{workspace}/bookings?$query" . (defined $next ? "&after=$next" : ''));
            push @rows, map { "$_->{booking_uid} $_->{attendee_email}" } @{ $page->{bookings} };
            ($next, $summary) = @$page{qw(next summary)};
        } while (defined $next);
        delete @$summary{qw(show_rate attendance_rate)};
        my $ours = $tally->rows(%q);
        my $theirs = { rows => [ sort @rows ], summary => $summary };
        differs('bookings', $case, $query, $theirs, $ours) unless same($theirs, $ours);
    }
}

# A number, opened by pages of three.
sub opened ($case, $query, $q, $ours) {
    my $stage = pick(@stages);
    my $key   = pick('total', keys %{ $ours->{rows} });
    my $cell  = $key eq 'total' ? '' : $key eq '-' ? '&no_key=1' : '&key=' . $key;
    my $expected = $key eq 'total' ? $ours->{total}{$stage} : $ours->{rows}{$key}{$stage};
    my ($next, @leads, $sum, $number);
    do {
        my $page = $case->{w}->funnel($case->{w}, "$query&explain=1&stage=$stage$cell&limit=3" . (defined $next ? "&after=$next" : ''));
        push @leads, map { $_->{lead_id} } @{ $page->{leads} // [] };
        $sum += $_->{counts} for @{ $page->{days} // [] };
        ($next, $number) = @$page{qw(next number)};
    } while (defined $next);
    $asked++;
    my $counted = $q->{basis} eq 'activity' && $stage =~ /sent|delivered|replied|interested/ ? $sum // 0 : @leads;
    # Below 0 per campaign counts as none, so what is behind `delivered` may sum up to less.
    differs('the number', $case, "$query $stage $key", [ $number, $counted ], $expected)
        if $number != $expected || ($counted != $expected && !($stage eq 'delivered' && $counted < $expected));
    return if $q->{basis} eq 'activity' && $stage =~ /sent|delivered|replied|interested/;
    my @ours = sort @{ $ours->{behind}{$stage}{$key} // [] };
    differs('the leads', $case, "$query $stage $key", [ sort @leads ], \@ours) unless "@{[ sort @leads ]}" eq "@ours";
}

cmp_ok $asked, '>=', $draws, "$asked questions";
is $wrong{$_} // 0, 0, "$_: no difference" for 'funnel', 'bookings', 'the number', 'the leads';

# --- And what is kept equals a recount, before and after it is folded

for my $case (@of) {
    my ($exit, $out) = $t->turnout('verify', '--workspace', $case->{w}{workspace});
    is $exit, 0, "turnout verify of workspace $case->{number}" or diag $out;
}
$t->wait_until('all is folded', sub { !$t->value('SELECT count(*) FROM standing_changes') });
my ($exit, $out) = $t->turnout('verify', '--workspace', $of[0]{w}{workspace});
is $exit, 0, 'and when all is folded';
$t->sql("UPDATE funnel_counts SET booked = booked + 1 WHERE workspace_id = $of[0]{w}{workspace} AND family = 'activity' AND booked > 0");
($exit, $out, my $err) = $t->turnout('verify', '--workspace', $of[0]{w}{workspace});
is $exit, 1, 'a count that is wrong is found';
like $err, qr/rows differ/, 'and said';
is +($t->turnout('verify', '--workspace', $of[1]{w}{workspace}))[0], 0, 'another is right';
$t->sql("UPDATE item_changes SET known_at = known_at + interval '1 microsecond' WHERE workspace_id = $of[1]{w}{workspace}");
($exit, $out) = $t->turnout('verify', '--workspace', $of[1]{w}{workspace});
is $exit, 1, 'so is a moment that is wrong';

$t->finish;

# A source that talks nonsense: the round says so, nothing of it is applied, and once the source has come to its senses a
# workspace that heard all of it knows the same as one that heard nothing of it.
# NONSENSE is how many rounds hear some, of each source; TURNOUT_SEED draws them.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use StandIn;
use Time::HiRes qw(time);
use Turnout;

my $rounds = $ENV{NONSENSE}     // 12;
my $seed   = $ENV{TURNOUT_SEED} // int rand 1_000_000;
note "TURNOUT_SEED=$seed NONSENSE=$rounds";

my %env = (SOURCE_TIMEOUT_SECONDS => 1);
my $t   = Turnout->start(env => \%env);
my $s   = StandIn->start;
srand $seed;

# Rounds begin when we say so.
my @workers = $t->pids('worker');
kill STOP => @workers;
END { kill CONT => @workers if @workers }

# --- The truth, and how it goes on

my $today = substr StandIn::Json::iso(time), 0, 10;

sub booking ($n) {
    $s->booking({ uid => "b$n", createdAt => time - 86400, updatedAt => time, start => 1800 * int(time / 1800 + $n),
        attendees => [ "lead$n\@lead.test", { email => "guest$n\@lead.test", absent => $n % 2 } ] });
}

sub lead ($n) {
    my $campaign = 1 + $n % 2;
    $s->lead({ id => $n, email => "lead$n\@lead.test", created_at => time - 3 * 86400, updated_at => time,
        lead_campaign_data => [ { campaign_id => $campaign, emails_sent => 1 + $n % 3 } ] });
    $s->sent({ id => 7000 + $n, lead_id => $n, campaign_id => $campaign, sent_at => time - 2 * 86400 });
    $s->reply({ id => 9000 + $n, lead_id => $n, campaign_id => $campaign, interested => $n % 3 == 0 }) if $n % 2;
    $s->series($campaign, Sent => { $today => 10 * $n }, Bounced => { $today => $n });
}

$s->campaign({ id => $_, created_at => time - 5 * 86400 }) for 1, 2;
booking($_), lead($_) for 1 .. 5;

# --- What is known of it

# What says more than when it was read: how many columns name the thing; and whether it is only sure after a whole round.
my %known = (
    calcom => [
        [ 1, 'SELECT uid, status, schedule, known_at, booked_at FROM bookings WHERE workspace_id = %d' ],
        [ 2, 'SELECT uid, email_key, status, showed, attendance_source FROM attendees WHERE workspace_id = %d' ],
    ],
    emailbison => [
        [ 1, 'SELECT campaign_id, name FROM campaigns WHERE workspace_id = %d' ],
        [ 2, 'SELECT campaign_id, day, nullif(sent, 0), nullif(bounced, 0), nullif(replied, 0), nullif(interested, 0)
            FROM campaign_days WHERE workspace_id = %d' ],
        [ 1, 'SELECT lead_id, email, first_name, last_name FROM leads WHERE workspace_id = %d' ],
        [ 2, 'SELECT lead_id, campaign_id, replied_at, interested_at FROM lead_campaigns WHERE workspace_id = %d' ],
        [ 2, 'SELECT lead_id, campaign_id, first_contacted_at, last_contacted_at FROM lead_campaigns WHERE workspace_id = %d', 1 ],
    ],
);

# Each fact a line.
sub known ($kind, $workspace, $whole = 0) {
    my @facts;
    for my $of (@{ $known{$kind} }) {
        my ($names, $query, $late) = @$of;
        next if $late && !$whole;
        for my $row ($t->sql(sprintf $query, $workspace)) {
            my $name = join ' ', splice @$row, 0, $names;
            push @facts, map { defined $row->[$_] ? "$name: $_ $row->[$_]" : () } 0 .. $#$row;
        }
    }
    return sort @facts;
}

sub hear ($kind, $workspace) { $t->turnout('sync', $kind, '--workspace', $workspace, { env => \%env }) }

# --- Nonsense

my %paths = (
    calcom     => [ qr{^GET /v2/me}, qr{^GET /v2/bookings}, qr{^GET /v2/bookings.*sortUpdatedAt}, qr{^GET /v2/bookings.*sortStart} ],
    emailbison => [ qr{^GET /api/users}, qr{/campaigns\?}, qr{/line-area-chart-stats}, qr{/replies}, qr{/leads\?}, qr{/scheduled-emails}, qr{/events} ],
);
my @nonsense = (
    (map { [ garbage => $_ ] } qw(html text truncated types numbers deep bytes empty null)),
    [ status => 302, headers => { Location => $s->url('calcom') . '/elsewhere' } ], [ status => 403 ], [ status => 400 ],
);

my $last = 5;
for my $kind (qw(calcom emailbison)) {
    my ($hears, $does_not) = map { $t->workspace(name => $_)->{workspace} } "$kind hears", "$kind does not";
    for my $workspace ($hears, $does_not) {
        local $t->{workspace} = $workspace;
        $t->source($s, $kind);
    }
    my $failed = 0;
    my %true = map { $_ => 1 } known($kind, $hears);
    my %heard;
    for my $round (1 .. $rounds) {
        my $fault  = $nonsense[ rand @nonsense ];
        my $path   = $paths{$kind}[ rand @{ $paths{$kind} } ];
        my $number = $s->fault($path, @$fault);
        my ($exit, $out, $err) = hear($kind, $hears);
        my $name = "$kind: round $round, @$fault[0, 1] for $path";
        my $hit  = $s->hits($number);
        $s->lift;
        # Things that make no sense one by one are left out, and counted. Not every installation says at this place whose key it
        # is, or has lists of its events and e-mails.
        ok $exit ? $exit == 1 : !$hit || $out =~ / [1-9]\d* not understood/ || "$path $fault->[1]" =~ m{/(?:me|users).* types|/(?:events|scheduled-emails).* 400}, "$name: is noticed" or diag "exit $exit, $out$err";
        like $err, qr/^turnout: (?:Cal\.com|EmailBison)\b.{20,}/m, "$name: and said" if $exit;
        $failed += $exit != 0;
        $heard{$_} //= $name for known($kind, $hears);
        next if $round % 3;
        is((hear($kind, $hears))[0], 0, "$kind: a good round after it");
        $true{$_} = 1 for known($kind, $hears);
        is join("\n", map { "$_, since $heard{$_}" } grep { !$true{$_} } sort keys %heard), '', "$kind: nothing of the nonsense was applied";
        %heard = ();
        $last++;
        booking($last), lead($last);
    }
    is $_, 0, "$kind: a round of who heard it and one of who did not" for map { (hear($kind, $_))[0] } $hears, $does_not;
    isnt join("\n", known($kind, $hears)), '', "$kind: something is known";
    my %who;
    $who{$_} .= 'h' for known($kind, $hears, 1);
    $who{$_} .= 'd' for known($kind, $does_not, 1);
    is join("\n", map { "$_ ($who{$_})" } grep { $who{$_} ne 'hd' } sort keys %who), '', "$kind: and both know the same";
    $t->said('verify', '--workspace', $_) for $hears, $does_not;
    cmp_ok $failed, '>', $rounds / 4, "$kind: enough rounds failed";
}
is scalar $s->requests(qr/elsewhere/), 0, 'no redirect is followed';

# --- Too much, and too slow

my $workspace = $t->workspace(name => 'Slow')->{workspace};
{
    local $t->{workspace} = $workspace;
    $t->source($s);
}
for my $fault ([ huge => 20_000_000 ], [ drip => 0.2 ]) {
    $s->fault(qr{^GET /v2/me}, @$fault);
    my ($exit, $out, $err) = hear(calcom => $workspace);
    is $exit, 1, "@$fault: is not waited for";
    like $err, qr/^turnout: Cal\.com (?:answered with more than|did not answer in time)/, "@$fault: and said";
    $s->lift;
}
is join('', known(calcom => $workspace)), '', 'nothing is known by that';

kill CONT => @workers;
$t->finish;

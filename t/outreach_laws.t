# EmailBison: however its history, its webhooks and our rounds fell together, we end where somebody does who reads it all today.
#     TURNOUT_DRAWS=200 prove t/outreach_laws.t      (more histories; TURNOUT_SEED repeats one)
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(shuffle);
use Outbound;
use StandIn;
use Test::More;
use Time::HiRes ();
use Turnout;

my $t    = Turnout->start;
my $seed = $ENV{TURNOUT_SEED} // time;

sub pick (@of) { $of[ rand @of ] }
sub chance ($of) { rand() < $of }
sub now () { POSIX::strftime('%Y-%m-%dT%H:%M:%S.', gmtime) . sprintf '%06dZ', 1e6 * (Time::HiRes::time() - int Time::HiRes::time()) }
sub yesterday () { at(1, sprintf '%02d:%02d', rand 24, rand 60) }

# One history: what happens at EmailBison, deliveries of it in any order, late or twice or never, and rounds.
sub history ($s, $w, $steps) {
    my (%lead, %reply, %series, @late, $mails);
    my $tell = sub ($type, %of) {
        my $body = $s->webhook($type, %of);
        push @late, ($body) x pick(0, 1, 1, 2);
    };
    my $show = sub ($id) {
        $s->lead({ id => $id, email => "lead$id\@lead.test", first_name => $lead{$id}{name}, updated_at => now(), lead_campaign_data => [
            map { { campaign_id => $_, status => $lead{$id}{state}, emails_sent => $lead{$id}{sent}{$_} } } sort keys %{ $lead{$id}{sent} } ] });
    };
    my $count = sub ($campaign, $label, $day, $more) {
        $s->series($campaign, $label => { $day => $series{$campaign}{$label}{$day} += $more }) if ($series{$campaign}{$label}{$day} // 0) + $more >= 0;
    };
    $s->campaign({ id => $_, name => "Campaign $_", created_at => at(30) }) for 1 .. 3;
    my %happens = (
        lead => sub {
            my $id = 100 + keys %lead;
            $lead{$id} = { name => "Name $id", state => 'in_sequence', sent => { map { pick(1 .. 3) => 0 } 1, 2 } };
            $show->($id);
        },
        mail => sub {
            my $id = pick(sort keys %lead) // return;
            my $campaign = pick(sort keys %{ $lead{$id}{sent} });
            my $mail = $s->sent({ id => 7000 + ++$mails, campaign_id => $campaign, lead_id => $id, sent_at => yesterday() });
            $lead{$id}{sent}{$campaign}++;
            $count->($campaign, Sent => day(1), 1);
            $show->($id);
            $tell->('EMAIL_SENT', campaign => $campaign, lead => $id, sent => $mail);
        },
        reply => sub {
            my $id = pick(sort keys %lead) // return;
            my $campaign = pick(sort keys %{ $lead{$id}{sent} });
            my $number   = 51000 + keys %reply;
            my $bounce   = chance(0.2);
            my $back     = int rand 20;
            $reply{$number} = { campaign => $campaign, lead => $id };
            $s->reply({ id => $number, campaign_id => $campaign, lead_id => $id, date_received => at($back + 1), created_at => now(), updated_at => now(),
                interested => chance(0.3), automated_reply => $bounce || chance(0.2), $bounce ? (type => 'Bounced', folder => 'Bounced')
                    : pick([], [], [], [ type => 'Untracked Reply', tracked_reply => 0 ], [ type => 'Outgoing Email', folder => 'Sent' ])->@* });
            $count->($campaign, Bounced => day(1), 1) if $bounce;
            $show->($id);
            $tell->($bounce ? 'EMAIL_BOUNCED' : 'LEAD_REPLIED', campaign => $campaign, lead => $id, reply => $number);
        },
        interest => sub {
            my $number = pick(grep { !$reply{$_}{gone} } sort keys %reply) // return;
            my $on     = chance(0.6);
            $s->reply({ id => $number, interested => $on, updated_at => now() });
            $tell->('LEAD_INTERESTED', campaign => $reply{$number}{campaign}, lead => $reply{$number}{lead}, reply => $number) if $on;
        },
        remove => sub {
            my $number = pick(grep { !$reply{$_}{gone} } sort keys %reply) // return;
            $s->remove_reply($number);
            $reply{$number}{gone} = 1;
        },
        revise => sub { $count->(pick(1 .. 3), pick(qw(Sent Bounced)), day(int rand 6), pick(-2, -1, 1, 2)) },
        rename => sub { my $id = pick(sort keys %lead) // return; $lead{$id}{name} = 'Name ' . int rand 1000; $lead{$id}{state} = pick(qw(in_sequence stopped sequence_finished)); $show->($id) },
        round  => sub { my $done = round($w); is $done->{exit}, 0, 'a round' or diag $done->{err} },
        hook   => sub { @late = shuffle @late; hook($w, pop @late) for 1 .. (@late < 3 ? @late : 3) },
    );
    my @often = (qw(lead) x 3, qw(mail) x 4, qw(reply) x 4, qw(interest) x 2, qw(remove revise rename), qw(hook) x 3, qw(round) x 2);
    $happens{ pick(@often) }->() for 1 .. $steps;
    hook($w, $_) for shuffle @late;
}

sub estate ($w) {
    return { map { $_ => 1 } split /\n/, join "\n", days($w), members($w), rows($w, "SELECT lead_id, email, first_name FROM leads WHERE workspace_id = $w->{workspace}") };
}

for my $draw (1 .. $ENV{TURNOUT_DRAWS} // 2) {
    my $s = StandIn->start;
    srand $seed + $draw;
    $s->ways(cursors => 0, texts => 1) if chance(0.5);
    my $w = linked($t, $s);
    history($s, $w, 60);
    $w->sql("UPDATE source_syncs SET mark = mark - 'night' WHERE workspace_id = $w->{workspace}");
    round($w);
    my $fresh = linked($t, $s);
    round($fresh);
    my ($ours, $theirs) = (estate($w), estate($fresh));
    is join("\n", (map { "only with a history: $_" } grep { !$theirs->{$_} } sort keys %$ours), map { "only without: $_" } grep { !$ours->{$_} } sort keys %$theirs),
        '', 'the history does not matter' or diag 'TURNOUT_SEED=' . ($seed + $draw - 1);
    my $before = stored($w);
    round($w);
    is stored($w), $before, 'and another round changes nothing';
    verified($w, 'any history');
    $s->stop;
}

$t->finish;

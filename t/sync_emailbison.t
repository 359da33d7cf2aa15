# EmailBison by its API: a round brings campaigns, days, replies and leads in, the next changes nothing, corrections are followed.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use StandIn;
use Test::More;
use Turnout;

my $t = Turnout->start;
my $s = StandIn->start;

sub day ($back)               { POSIX::strftime('%Y-%m-%d', gmtime(time - $back * 86400)) }
sub at ($back, $clock = '10:00') { day($back) . "T$clock:00.000000Z" }

# A workspace with a connection to an instance; returns it.
sub linked ($instance, %option) {
    my $w = $t->workspace(name => 'Outbound', %option);
    my ($exit, $out, $err) = $w->turnout('connection', 'add', '--workspace', $w->{workspace}, '--kind', 'emailbison', '--api-key-file', '-',
        '--api-base', $instance->url('emailbison'), { stdin => $instance->key('emailbison') });
    die $err if $exit;
    ($w->{bison}, $w->{hook}) = split /\n/, $out;
    return $w;
}

# With the rights that the programs have.
sub round ($w, @more) {
    my ($exit, $out, $err) = $w->turnout('sync', 'emailbison', '--workspace', $w->{workspace}, @more, { env => { DATABASE_OWNER_URL => $w->{env}{DATABASE_URL} } });
    return { exit => $exit, out => $out, err => $err };
}

sub rows ($w, $query) { join "\n", map { join '|', map { $_ // '' } @$_ } $w->sql($query) }

sub days ($w) { rows($w, "SELECT campaign_id, day, sent, bounced, replied, interested FROM campaign_days
    WHERE workspace_id = $w->{workspace} AND (sent, bounced, replied, interested) <> (0, 0, 0, 0) ORDER BY 1, 2") }

sub members ($w, $columns = 'state, emails_sent, first_contacted_at, last_contacted_at, replied_at, interested_at, bounced_at') {
    return rows($w, 'SELECT lead_id, campaign_id, ' . join(', ', map { /_at$/ ? "to_char($_ AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')" : $_ } split /, /, $columns)
        . " FROM lead_campaigns WHERE workspace_id = $w->{workspace} ORDER BY 1, 2");
}

# Everything that is stored, but for how rounds went; with the transaction that wrote it.
my @kept = qw(campaigns campaign_days campaign_months campaign_series campaign_replies campaign_corrections leads lead_campaigns
    lead_keys lead_names lead_indexes outreach_events outreach_words funnel_items funnel_counts standing_changes);
sub stored ($w) { join "\n", map { my $table = $_; map { "$table @$_" } $w->sql(
    "SELECT x.xmin, x::text FROM $table x WHERE workspace_id = $w->{workspace} ORDER BY x::text") } @kept }

sub verified ($w, $what) {
    my ($exit, $out, $err) = $w->turnout('verify', '--workspace', $w->{workspace});
    is $exit, 0, "$what: counts equal a recount" or diag $out, $err;
}

# --- An estate of several campaigns

my $zone = 'UTC';
$s->campaign({ id => $_, name => "Outbound $_", status => ('active', 'Completed', 'on holiday')[$_ - 1], created_at => at(40) }) for 1 .. 3;
$s->series(1, Sent => { day(20) => 80, day(3) => 40, day(1) => 5 }, Bounced => { day(20) => 2 }, Replied => { day(3) => 99 });
$s->series(2, Sent => { day(2) => 30 }, Clicks => { day(2) => 7 });
for my $n (1 .. 40) {
    my $campaign = 1 + $n % 2;
    $s->lead({ id => 835000 + $n, email => "Person$n\@lead$n.test", first_name => "Jane$n", company => "Lead $n Ltd", updated_at => at(2),
        custom_variables => [ { name => 'Phone', value => "+49 30 $n" }, { name => 'website', value => "https://lead$n.test" } ],
        lead_campaign_data => [ { campaign_id => $campaign, status => 'in_sequence', emails_sent => $n == 40 ? 0 : 2 } ] });
    $s->sent({ id => 7000 + $n, campaign_id => $campaign, lead_id => 835000 + $n, sent_at => at(20) }) if $n <= 20;
    $s->sent({ id => 7100 + $n, campaign_id => $campaign, lead_id => 835000 + $n, sent_at => at(3, '09:30') }) if $n <= 20;
}
# 1 replied twice, by a person, and the second is of interest; 2 by a machine; 3 bounced; 4 wrote to us, and we to him; 5 only says so.
$s->reply({ id => 51001, campaign_id => 2, lead_id => 835001, date_received => at(3), updated_at => at(3) });
$s->reply({ id => 51002, campaign_id => 2, lead_id => 835001, date_received => at(2), updated_at => at(2), interested => 1 });
$s->reply({ id => 51003, campaign_id => 1, lead_id => 835002, date_received => at(2), updated_at => at(2), automated_reply => 1 });
$s->reply({ id => 51004, campaign_id => 2, lead_id => 835003, date_received => at(2), updated_at => at(2), type => 'Bounced', folder => 'Bounced', automated_reply => 1 });
$s->reply({ id => 51005, campaign_id => 1, lead_id => 835004, date_received => at(1), updated_at => at(1), type => 'Untracked Reply', tracked_reply => 0 });
$s->reply({ id => 51006, campaign_id => 1, lead_id => 835004, date_received => at(1), updated_at => at(1), type => 'Outgoing Email', folder => 'Sent' });
$s->lead({ id => 835005, updated_at => at(2, '08:00'), lead_campaign_data => [ { campaign_id => 2, status => 'replied', emails_sent => 1 },
    { campaign_id => 1, status => 'napping', emails_sent => '3' } ] });

my $w = linked($s);
my $done = round($w);
is $done->{exit}, 0, 'a round' or diag $done->{err};
is days($w), join("\n", '1|' . day(20) . '|80|2|0|0', '1|' . day(3) . '|40|0|0|0', '1|' . day(1) . '|5|0|0|0', '2|' . day(3) . '|0|0|1|0',
    '2|' . day(2) . '|30|0|1|1'), 'days: sent and bounced by the series, replied and interested once per lead, at the first';
is rows($w, "SELECT campaign_id, name, state FROM campaigns WHERE workspace_id = $w->{workspace} ORDER BY 1"),
    "1|Outbound 1|active\n2|Outbound 2|Completed\n3|Outbound 3|on holiday", 'campaigns with their states, also unknown ones';
is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace}"), 40, 'all leads';
is rows($w, "SELECT email, first_name, company, phone, website FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '835007'"),
    'Person7@lead7.test|Jane7|Lead 7 Ltd|+49 30 7|https://lead7.test', 'a lead with what it has';
my %member = map { /^(\d+\|\d+)\|(.*)/ ? ($1 => $2) : () } split /\n/, members($w);
is keys %member, 41, 'each in its campaigns';
is $member{'835001|2'}, join('|', 'in_sequence', 2, day(20) . ' 10:00', day(3) . ' 09:30', day(3) . ' 10:00', day(2) . ' 10:00', ''), 'contacted when its e-mails went';
is $member{'835002|1'}, join('|', 'in_sequence', 2, day(20) . ' 10:00', day(3) . ' 09:30', '', '', ''), 'a machine is no reply';
is $member{'835003|2'}, join('|', 'in_sequence', 2, day(20) . ' 10:00', day(3) . ' 09:30', '', '', day(2) . ' 10:00'), 'a bounce';
is $member{'835005|2'}, join('|', 'replied', 1, day(20) . ' 10:00', day(3) . ' 09:30', day(2) . ' 08:00', '', ''), 'a state that says replied, without a reply';
is $member{'835005|1'}, join('|', 'napping', 3, day(2) . ' 08:00', day(2) . ' 08:00', '', '', ''), 'first seen, where no e-mail is shown; an unknown state';
is $member{'835040|1'}, 'in_sequence|0|||||', 'no e-mail, no contact';
is rows($w, "SELECT label, value FROM campaign_series WHERE workspace_id = $w->{workspace} AND value > 0 AND label IN ('Clicks', 'Replied') ORDER BY 1"),
    "Clicks|7\nReplied|99", 'labels of all kinds are kept, though they decide nothing';
is rows($w, "SELECT kind, word FROM outreach_words WHERE workspace_id = $w->{workspace} ORDER BY 1, 2"),
    "campaign_state|on holiday\nlabel|Clicks\nlead_state|napping", 'and what is not known is noted';
my $total = $w->funnel->{total};
is join(' ', map { $total->{$_} } qw(sent delivered replied interested)), '155 153 2 1', 'the funnel';
my $cohort = $w->funnel($w, 'basis=cohort')->{total};
is join(' ', map { $cohort->{$_} } qw(sent delivered replied interested)), '39 38 2 1', 'and by leads';
verified($w, 'after a first round');

# --- Again

my $before = stored($w);
$s->forget;
$done = round($w);
is $done->{exit}, 0, 'another round' or diag $done->{err};
is stored($w), $before, 'changes nothing';

$t->finish;

# EmailBison by its API: a round brings campaigns, days, replies and leads in, the next changes nothing, corrections are followed.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Outbound;
use StandIn;
use Test::More;
use Turnout;

my $t = Turnout->start;
my $s = StandIn->start;

# --- An estate of several campaigns

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

my $w = linked($t, $s);
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

# --- It corrects itself

$s->series(1, Sent => { day(20) => 85, day(1) => 3 }, Bounced => { day(3) => 4 });
$s->reply({ id => 51002, interested => 0, updated_at => at(0, '00:00') });
$s->remove_reply(51001);
$w->sql("UPDATE source_syncs SET mark = mark - 'night' WHERE workspace_id = $w->{workspace}");   # as on the next day
$done = round($w);
is $done->{exit}, 0, 'a round after corrections' or diag $done->{err};
is days($w), join("\n", '1|' . day(20) . '|85|2|0|0', '1|' . day(3) . '|40|4|0|0', '1|' . day(1) . '|3|0|0|0', '2|' . day(2) . '|30|0|2|0'),
    'days go up and down: also older ones on the first round of a day, replies move to the next of the lead';
is corrections($w), join("\n", 'replies|2|interested|' . day(2) . '|1|0', 'replies|2|replied|' . day(3) . '|1|0', 'series|1|Sent|' . day(1) . '|5|3'),
    'what went down stays visible';
like members($w), qr/^835001\|2\|in_sequence\|2\|[^|]*\|[^|]*\|\Q${\ day(2)}\E 10:00\|\|$/m, 'the lead replied later, without interest';
$s->remove_reply(51002);
$s->lead({ id => 835005, lead_campaign_data => [ { campaign_id => 2, status => 'stopped', emails_sent => 1 } ] });
round($w);
unlike days($w), qr/^2.*\|[1-9]\d*\|\d+$/m, 'nobody has replied any more';
is $w->funnel->{total}{replied}, 0, 'nor in the funnel';
is rows($w, "SELECT reply_id FROM campaign_replies WHERE workspace_id = $w->{workspace} AND gone_at IS NOT NULL ORDER BY 1"), "51001\n51002",
    'replies that are gone stay known';
$s->remove_lead(835030);
round($w);
is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '835030'"), 1, 'a lead that is gone stays';
verified($w, 'after corrections');

my $told = $w->get("/api/clients/$w->{workspace}/sync");
is_deeply $told->{corrections}[-1], { %{ $told->{corrections}[-1] }, campaign_id => 1, day => day(1), source => 'series', label => 'Sent', was => 5, now => 3 },
    'people may see what went down';
is join(' ', sort map { $_->{word} } @{ $told->{unknown_words} }), 'Clicks napping on holiday', 'and the words that nobody knows';
my ($health) = grep { $_->{connection} == $w->{bison} } @{ $t->get('/api/cal/health', token => undef)->{connections} };
is_deeply $health->{unknown_words}, { campaign_state => 1, label => 1, lead_state => 1 }, 'health counts them';

# --- Somebody asks for more

$s->lead({ id => 835032, first_name => 'Late', updated_at => at(10) });
$s->series(1, Sent => { day(20) => 90 });
$s->sent({ id => 7500, campaign_id => 2, lead_id => 835021, sent_at => at(15) });
my $late = sub { rows($w, "SELECT l.first_name, d.sent, m.first_sent_at::date FROM leads l, campaign_days d, lead_campaigns m
    WHERE (l.workspace_id, d.workspace_id, m.workspace_id) = ($w->{workspace}, $w->{workspace}, $w->{workspace}) AND l.lead_id = '835032'
      AND d.campaign_id = '1' AND d.day = '" . day(20) . "' AND m.lead_id = '835021' AND m.campaign_id = '2'") };
round($w);
is $late->(), 'Jane32|85|', 'what changed long ago, and nobody said so, is not looked for';
is round($w, '--since', at(25))->{exit}, 0, 'unless somebody asks';
is $late->(), 'Late|90|' . day(15), 'then it is found';

# --- Days are those of where the workspace is

$s->reply({ id => 51020, campaign_id => 1, lead_id => 835010, date_received => at(4, '23:30'), updated_at => at(4) });
my $tokyo = linked($t, $s, timezone => 'Asia/Tokyo');
round($_) for $w, $tokyo;
like days($w), qr/^1\|\Q${\ day(4)}\E\|0\|0\|1\|0$/m, 'a reply late in the evening';
like days($tokyo), qr/^1\|\Q${\ day(3)}\E\|40\|4\|1\|0$/m, 'is one of the next day in Tokyo';
verified($tokyo, 'Tokyo');

# --- A key that follows its user

$s->workspace({ id => 4, name => 'Somebody else' });
$s->lead({ id => 900001, in => 4 });
$s->campaign({ id => 90, in => 4 });
$before = stored($w);
$s->switch_workspace(4);
$done = round($w);
is $done->{exit}, 1, 'a round with a key that shows another workspace fails';
like $done->{err}, qr/workspace 4 .* workspace 3|workspace 4.* of 3.*make an api-user key/s, 'and says what to do';
is stored($w), $before, 'nothing is written';
$s->switch_workspace(3);
$s->lead({ id => 835031, first_name => 'Renamed' });
$s->after(qr{GET /api/leads}, 1, [ switch_workspace => 4 ]);
is round($w)->{exit}, 1, 'it may happen amid a round';
is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace} AND first_name = 'Renamed'"), 0, 'then what was read is not believed';
$s->switch_workspace(3);
is round($w)->{exit}, 0, 'back again';
is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace} AND first_name = 'Renamed'"), 1, 'the next round has it';

# --- Older instances: pages by number, numbers as texts, an end after some pages

sub estate ($w) { return { map { $_ => 1 } grep { !/^8350(?:05|30|31)/ } split /\n/, join "\n", days($w), members($w),
    rows($w, "SELECT lead_id, email, first_name, company FROM leads WHERE workspace_id = $w->{workspace}") } }
sub same ($one, $other, $what) {
    my ($a, $b) = map { estate($_) } $one, $other;
    is join("\n", sort grep { !$a->{$_} || !$b->{$_} } keys %{ { %$a, %$b } }), '', $what;
}
$s->lead({ id => 835000 + $_, created_at => at(60 - $_), updated_at => at(2) }) for 1 .. 40;
round($w);
$s->ways(cursors => 0, texts => 1);
my $old = linked($t, $s);
is round($old)->{exit}, 0, 'an older instance';
is $old->value("SELECT count(*) FROM campaign_replies WHERE workspace_id = $old->{workspace}"), 5, 'its replies';
same($w, $old, 'shows the same');
$s->ways(page_limit => 2);
for my $end (qw(refused empty)) {
    $s->ways(page_end => $end);
    my $short = linked($t, $s);
    is round($short)->{exit}, 0, "one that ends after two pages ($end)";
    same($old, $short, 'shows the same');
}
verified($old, 'an older instance');
$s->ways(cursors => 1, texts => 0, page_limit => 1000);

# --- What nobody understands

$s->ways(looping_cursor => 1);
my $new = linked($t, $s);
$done = round($new);
is $done->{exit}, 1, 'a cursor that leads to itself ends the walk';
like $done->{err}, qr/circles/, 'in words';
$s->ways(looping_cursor => 0);
$s->lead({ id => 836000 + $_, email => ('nobody', '', undef, "a\@b\@c", [], 7)[$_], created_at => at(1) }) for 0 .. 5;
$s->lead({ id => 837000, lead_campaign_data => { a => 1 }, custom_variables => { phone => { name => 'phone', value => '+1555' } } });
$s->lead({ id => 837001, first_name => { a => [] }, company => 'x' x 5000, custom_variables => 'none', lead_campaign_data => [ { campaign_id => 1, status => [], emails_sent => -4 } ],
    updated_at => '9999-99-99' });
$s->reply({ id => 52000 + $_, campaign_id => 1, lead_id => 835010, date_received => (undef, 'soon', '0001-01-01T00:00:00Z')[$_], created_at => 'never', updated_at => undef }) for 0 .. 2;
$s->series(1, Sent => { day(2) => 'many', day(4) => -5, day(5) => 1e300 }, "\x{202E}Odd\n" => { day(2) => 1 });
$done = round($new);
is $done->{exit}, 0, 'a round over odd things' or diag $done->{err};
is $new->value("SELECT count(*) FROM leads WHERE workspace_id = $new->{workspace} AND lead_id ~ '^83[67]'"), 2, 'who has an address comes in';
is rows($new, "SELECT phone, length(company) FROM leads WHERE workspace_id = $new->{workspace} AND lead_id ~ '^837' ORDER BY lead_id"), "+1555|0\n|1000", 'with what can be kept';
cmp_ok $new->value("SELECT refused FROM source_syncs WHERE workspace_id = $new->{workspace}"), '>=', 6 + 3 + 1, 'the others are counted';
like $new->value("SELECT remark FROM source_syncs WHERE workspace_id = $new->{workspace}"), qr/could not be understood: a/, 'and the first is named';
verified($new, 'odd things');
for my $kind (qw(types html truncated deep null)) {
    $before = stored($new);
    $s->fault(qr{GET /api/leads}, garbage => $kind, times => 1);
    $done = round($new);
    ok $done->{exit} == 1 || $kind =~ /types|null/, "garbage ($kind) ends the round";
    is stored($new), $before, 'and is not kept';
    $s->lift;
}

# --- Killed amid a walk

my $many = StandIn->start;
$many->campaign({ id => 1, created_at => at(120), emails_sent => 200 });
for my $n (1 .. 200) {
    $many->lead({ id => $n, email => "person$n\@lead.test", updated_at => at(5), lead_campaign_data => [ { campaign_id => 1, emails_sent => 1 } ] });
    $many->sent({ id => $n, campaign_id => 1, lead_id => $n, sent_at => at(5, '08:00') });
    $many->reply({ id => $n, campaign_id => 1, lead_id => $n, date_received => at(100, sprintf '10:%02d', $n - 150), updated_at => at(100) }) if $n > 150;
}
my $large = linked($t, $many);
# Each round is killed at the walk behind the one that it went on with.
my @walks = ([ '/replies', 3 ], [ '/api/leads', 12 ], [ '/scheduled-emails', 12 ]);
for my $walk (@walks) {
    my ($path, $spared) = @$walk;
    my $number = $many->fault(qr{$path}, delay => 100, skip => $spared);
    my $pid    = fork // die "could not fork: $!";
    if (!$pid) {
        %ENV = (%ENV, %{ $t->{env} });
        open STDERR, '>', '/dev/null';
        exec +($ENV{TURNOUT_BUILD} // 'build') . '/bin/turnout', 'sync', 'emailbison', '--workspace', $large->{workspace} or POSIX::_exit(1);
    }
    $t->wait_until("the round reads $path", sub { $many->hits($number) }, 30);
    kill KILL => $pid;
    waitpid $pid, 0;
    $many->lift;
}
$done = round($large);
is $done->{exit}, 0, 'a round after those that were killed' or diag $done->{err};
# Pages that a walk has, those of a portion that was not written yet, and one for each round that found nothing new.
my %most = ('/replies' => 4 + 1 + 2, '/api/leads' => 14 + 3 + 1, '/scheduled-emails' => 14 + 3);
cmp_ok scalar $many->requests(qr{GET [^ ]*$_}), '<=', $most{$_}, "$_: each went on where the one before was" for map { $_->[0] } @walks;
my $fresh = linked($t, $many);
round($fresh);
same($large, $fresh, 'in the end all is as if nothing had happened');
is days($large), '1|' . day(100) . '|0|0|50|0', 'each counted once';
verified($large, 'after all of that');
$many->stop;

$t->finish;

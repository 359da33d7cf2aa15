# Webhooks of EmailBison: who may deliver, what each brings, that nothing counts twice when the API shows it too, and what was missed.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP ();
use Outbound;
use StandIn;
use Test::More;
use Time::HiRes ();
use Turnout;

my $t    = Turnout->start;
my $s    = StandIn->start;
my $json = JSON::PP->new->utf8->canonical;
my $w    = linked($t, $s);

$s->campaign({ id => 1, name => 'First', created_at => at(30), emails_sent => 3 });
$s->lead({ id => 835000 + $_, email => "person$_\@lead.test", first_name => "Jane$_", updated_at => at(1),
    lead_campaign_data => [ { campaign_id => 1, emails_sent => 1 } ] }) for 1 .. 3;
$s->sent({ id => 7000 + $_, campaign_id => 1, lead_id => 835000 + $_, sent_at => at(4, "09:0$_") }) for 1 .. 3;
$s->series(1, Sent => { day(4) => 3 });
$s->reply({ id => 51000 + $_, campaign_id => 1, lead_id => 835000 + $_, date_received => at(2), updated_at => at(2), interested => $_ == 2 }) for 1, 2;
$s->reply({ id => 51003, campaign_id => 1, lead_id => 835003, date_received => at(2), updated_at => at(2), type => 'Bounced', folder => 'Bounced', automated_reply => 1 });

# --- Who may

my $sent = $s->webhook('EMAIL_SENT', campaign => 1, lead => 835001, sent => 7001);
is hook($w, $sent, secret => 'x' . substr $w->{hook}, 1)->{http}, 401, 'a wrong secret';
is hook($w, $sent, secret => substr $w->{hook}, 1)->{http}, 401, 'or a part of it';
is hook($w, $sent, connection => 999_999)->{http}, 404, 'a connection that is not there';
is hook($w, $sent, connection => $t->{connection}, secret => $t->{secret})->{http}, 404, 'or is one of Cal.com';
is $t->deliver('created', path => "/api/webhooks/calcom/$w->{bison}", secret => $w->{hook})->{http}, 404, 'Cal.com does not deliver here';
is $t->deliver('created', path => '/api/webhooks/calcom', secret => $w->{hook})->{http}, 401, 'nor is its secret tried';
is $w->value("SELECT count(*) FROM outreach_events WHERE workspace_id = $w->{workspace}"), 0, 'nothing is kept of that';
is hook($w, 'no JSON')->{http}, 400, 'what is no JSON is refused';
is hook($w, '{"lead":{}}')->{code}, 'event_type_missing', 'so is what names no type';

# --- What they bring, before any round

my $answer = hook($w, $sent);
is "$answer->{http} $answer->{status}", '200 processed', 'an e-mail was sent';
is hook($w, $sent)->{status}, 'duplicate', 'once';
is hook($w, $json->encode({ data => $json->decode($sent) }))->{status}, 'duplicate', 'also when it is wrapped';
is members($w), '835001|1|||' . day(4) . ' 09:01|' . day(4) . ' 09:01|||', 'the lead is in its campaign, contacted';
is rows($w, "SELECT name FROM campaigns WHERE workspace_id = $w->{workspace}"), 'First', 'which has its name';
is rows($w, "SELECT email, first_name FROM leads WHERE workspace_id = $w->{workspace}"), 'person1@lead.test|Jane1', 'the lead has his';
is hook($w, $s->webhook('LEAD_REPLIED', campaign => 1, lead => 835001, reply => 51001, sent => 7001))->{status}, 'processed', 'he replied';
is hook($w, $s->webhook('LEAD_INTERESTED', campaign => 1, lead => 835002, reply => 51002, sent => 7002))->{status}, 'processed', 'another is interested';
is hook($w, $s->webhook('EMAIL_BOUNCED', campaign => 1, lead => 835003, reply => 51003, sent => 7003))->{status}, 'processed', 'a third bounced';
is members($w, 'replied_at, interested_at, bounced_at'), join("\n", '835001|1|' . day(2) . ' 10:00||', '835002|1|' . (day(2) . ' 10:00|') x 2,
    '835003|1|||' . day(2) . ' 10:00'), 'as they are now';
is days($w), '', 'days are for the series and the replies to tell';
is hook($w, $json->encode({ event => 'lead_replied', lead => { id => 835009, email => 'nine@lead.test' }, campaign => { id => 1 }, workspace => { id => 3 } }))->{status},
    'processed', 'the flat variant';
like members($w, 'state, replied_at'), qr/^835009\|1\|replied\|\d/m, 'says that he replied';
my $lower = $json->decode($s->webhook('LEAD_REPLIED', campaign => 1, lead => 835002, reply => 51002));
$lower->{event}{type} = 'lead_replied';
$lower->{data}{campaign}{id} = '1';
delete @{ $lower->{data} }{qw(campaign_event sender_email)};
$lower->{data}{lead}{custom_variables} = { phone => { name => 'phone', value => '+1' } };
is hook($w, $json->encode($lower))->{status}, 'processed', 'lower case, texts for numbers, parts missing';
is hook($w, $json->encode({ %$lower, sent_again => 1 }))->{status}, 'duplicate', 'known by its reply';
is hook($w, $s->webhook($_, campaign => 1))->{status}, 'ignored', "$_ is kept" for qw(EMAIL_ACCOUNT_DISCONNECTED TAG_ATTACHED SOMETHING_NEW);
is hook($w, $s->webhook('UNTRACKED_REPLY_RECEIVED', reply => 51001))->{status}, 'ignored', 'so is a reply to no campaign';
is rows($w, "SELECT kind, word FROM outreach_words WHERE workspace_id = $w->{workspace}"), 'event_type|SOMETHING_NEW', 'a type that is not known is noted';
verified($w, 'webhooks alone');

# --- The API shows the same

is round($w)->{exit}, 0, 'a round';
is days($w), join("\n", '1|' . day(4) . '|3|0|0|0', '1|' . day(2) . '|0|0|2|1', '1|' . day(0) . '|0|0|1|0'), 'nothing counts twice';
verified($w, 'webhooks and a round');
my $before = stored($w);
round($w);
is stored($w), $before, 'another changes nothing';
is hook($w, $sent)->{status}, 'duplicate', 'a delivery that comes again is one';
is stored($w), $before, 'and changes nothing';

# --- A reply that comes between two rounds counts at once

$s->reply({ id => 51010, campaign_id => 1, lead_id => 835003, date_received => at(0, '00:01'), updated_at => at(0, '00:01') });
hook($w, $s->webhook('LEAD_REPLIED', campaign => 1, lead => 835003, reply => 51010));
like days($w), qr/^1\|\Q${\ day(0)}\E\|0\|0\|2\|0$/m, 'the day counts him';
$s->lead({ id => 835003, first_name => 'New' });
round($w);
like days($w), qr/^1\|\Q${\ day(0)}\E\|0\|0\|2\|0$/m, 'once';
$s->remove_reply(51010);
round($w);
like days($w), qr/^1\|\Q${\ day(0)}\E\|0\|0\|1\|0$/m, 'until it is gone';
hook($w, $s->webhook('LEAD_INTERESTED', campaign => 1, lead => 835001, reply => 51001));
is $w->value("SELECT first_name FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '835003'"), 'New', 'a name that the list showed';

# --- One that comes while a round reads the list, which does not show it yet

$s->reply({ id => 51011, campaign_id => 1, lead_id => 835003, date_received => at(0, '00:03'), updated_at => at(0, '00:03') });
my $early = $s->webhook('LEAD_REPLIED', campaign => 1, lead => 835003, reply => 51011, unlogged => 1);
$s->remove_reply(51011);
$s->fault(qr{GET /api/campaigns/1/replies}, delay => 2, times => 1);
my ($delivered) = $t->at_once(2, sub ($number) {
    return round($w)->{exit} if $number == 2;
    $t->wait_until('the round reads replies', sub { $w->value("SELECT phase = 'days of campaigns' FROM source_syncs WHERE workspace_id = $w->{workspace}") eq 't' });
    Time::HiRes::sleep(0.3);
    return hook($w, $early)->{status};
});
is $delivered, 'processed', 'a webhook amid a round';
my $gone = "SELECT gone_at IS NOT NULL FROM campaign_replies WHERE workspace_id = $w->{workspace} AND reply_id = '51011'";
is $w->value($gone), 'f', 'is not missing in it';
round($w);
is $w->value($gone), 't', 'but in the next, if it is not there then';

# --- What was missed

$s->webhook('EMAIL_SENT', campaign => 1, lead => 835002, sent => 7002, at => at(1));
$s->webhook('LEAD_UNSUBSCRIBED', campaign => 1, lead => 835002, at => at(1)) for 1 .. 20;
my $count = sub ($of) { $w->value("SELECT count(*) FROM outreach_events WHERE workspace_id = $w->{workspace} AND source = '$of'") };
my $polled = $count->('poll');
round($w);
is $count->('poll') - $polled, 21, 'is fetched';
$s->forget;
round($w);
is scalar $s->requests(qr{GET /api/events}), 1, 'once: the next round ends at what is known';
is $count->('poll') - $polled, 21, 'and adds nothing';

# --- Of another workspace

my $foreign = $json->decode($s->webhook('EMAIL_SENT', campaign => 1, lead => 835001, sent => 7001, unlogged => 1));
$foreign->{event}{workspace_id} = 99;
$foreign->{data}{lead}{id} = 999;
is hook($w, $json->encode($foreign))->{status}, 'ignored', 'an event of another workspace is kept, no more';
is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '999'"), 0, 'its lead is not ours';

# --- While the database is away

my @late = map { $s->webhook('LEAD_REPLIED', campaign => 1, lead => 835003, reply => $_, unlogged => 1) } map {
    $s->reply({ id => 51020 + $_, campaign_id => 1, lead_id => 835003, date_received => at(0, '00:02'), updated_at => at(0, '00:02') }) } 1, 2;
$t->postgres_stop;
$answer = hook($w, $late[0]);
is "$answer->{http} $answer->{status}", '200 queued', 'a delivery is kept';
$t->postgres_start;
$t->wait_until('it was applied', sub { $w->value("SELECT count(*) FROM campaign_replies WHERE workspace_id = $w->{workspace} AND reply_id = '51021'") });
is hook($w, $late[0])->{status}, 'duplicate', 'and is known';
is hook($w, $late[1])->{status}, 'processed', 'the next one is taken as ever';

# --- The secret stays one

hook($w, 'x' x 2_000_000);
$w->request('POST', "//api/webhooks//emailbison/$w->{bison}/$w->{hook}", token => undef, body => '{}');
$w->get("/api/webhooks/emailbison/$w->{bison}/$w->{hook}");
is join('', map { grep { /\Q$w->{hook}\E/ } split /\n/, Turnout::slurp($_) } glob "$t->{dir}/log/*"), '', 'no log holds it';
like Turnout::slurp("$t->{dir}/log/nginx-access.log"), qr{/api/webhooks/emailbison/\(secret\)}, 'though each delivery is there';

# --- A lead books while a round brings in that he replied to another campaign

{
    my $credited = sub ($uid) { my ($row) = grep { $_->{booking_uid} eq $uid } @{ $w->bookings }; $row->{campaign_id} // '' };
    my $books    = sub ($uid) { $w->deliver(event('BOOKING_CREATED', $uid, people => ['person2@lead.test'], at => at(0, '00:05')))->{status} };
    $s->campaign({ id => 2, name => 'Second', created_at => at(30), emails_sent => 1 });
    $s->lead({ id => 835002, email => 'person2@lead.test', lead_campaign_data => [ map { { campaign_id => $_, emails_sent => 1 } } 1, 2 ] });
    is round($w)->{exit}, 0, 'he is in a second campaign';
    $books->('holds-up');
    is $credited->('holds-up'), 1, 'books, and is credited to the first, which reached him before';
    $s->reply({ id => 51020, campaign_id => 2, lead_id => 835002, date_received => at(1), updated_at => at(1) });
    my $let_go = $t->hold_rows("SELECT FROM standings WHERE uid = 'holds-up'");
    my $done   = $t->meanwhile(sub { round($w)->{exit} });
    $t->wait_until('the round looks at bookings that it knows', sub { $t->waiting('turnout') });
    is $books->('meanwhile'), 'processed', 'while a reply to the second is brought in, he books again';
    is rows($w, "SELECT uid FROM standings_noted WHERE workspace_id = $w->{workspace}"), 'meanwhile', 'which is noted';
    $let_go->();
    is $done->(), 0, 'when that is done';
    ok $t->wait_until('both are credited to it', sub { $credited->('holds-up') eq '2' && $credited->('meanwhile') eq '2' }), 'both are credited to the second';
    verified($w, 'a booking amid a round');
}

$t->finish;

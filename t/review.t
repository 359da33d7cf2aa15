# A person decides who an attendee is: it counts at once, survives everything, and can be taken back.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP;
use Turnout;

my $t     = Turnout->start;
my $w     = $t->workspace(name => 'Mine');
my $yours = $t->workspace(name => 'Yours');
my $leads = leads_csv(
    { lead_id => 'ann', email => 'ann.hollenbeck@acme.test', first_name => 'Ann', last_name => 'Hollenbeck', company => 'Acme Packaging', campaign_id => 'c1', last_contacted_at => '2026-02-01T08:00:00Z' },
    { lead_id => 'bob', email => 'bob@roe.test', first_name => 'Bob', last_name => 'Roe', company => 'Roe Ltd', campaign_id => 'c1', last_contacted_at => '2026-02-01T08:00:00Z' },
);
$_->import_csv(leads => $leads, campaigns => "campaign_id,name,day,sent,bounced,replied,interested\nc1,One,2026-02-01,10,0,1,1\n") for $w, $yours;

sub path ($of, $rest = '') { "/api/clients/$of->{workspace}/unmatched$rest" }
sub listed ($of = $w, $query = '') { $of->get(path($of) . "?$query") }
sub item_of ($uid, $of = $w) { (grep { $_->{booking_uid} eq $uid } @{ listed($of, 'limit=100')->{unmatched} })[0] }
sub decide ($verb, $item, $body = undef, %option) {
    $w->request('POST', path($option{of} // $w, "/$item/$verb"), (defined $body ? (body => encode_json($body), headers => { 'Content-Type' => 'application/json' }) : ()), %option);
}
sub decided ($verb, $item, $lead = undef) { decide($verb, $item, defined $lead ? { lead_id => $lead } : undef) }
sub booked () { $w->funnel->{total}{booked} }
sub matches ($uid) { join ' ', map { $_ // '-' } map { @$_ } $w->sql("SELECT lead_id, match_method FROM attendees WHERE workspace_id = $w->{workspace} AND uid = '$uid' ORDER BY email_key") }
sub deeds ($uid) { join ', ', map { join ' ', map { $_ // '-' } @$_ } $w->sql("SELECT kind, lead_id, actor FROM activities WHERE workspace_id = $w->{workspace} AND uid = '$uid' AND actor IS NOT NULL ORDER BY happened_at") }

# --- The list

is_deeply [ @{ listed() }{qw(http unmatched total next)} ], [ 200, [], 0, undef ], 'nobody waits at first';
$w->deliver(event('BOOKING_CREATED', "stranger-$_", people => [ person("stranger$_\@x.test", name => "Stranger Number$_") ])) for 1 .. 5;
$w->deliver(event('BOOKING_CREATED', 'maybe', people => [ person('a.h@private.test', name => 'A. Hollenbeck') ]));
my $all = listed();
is $all->{total}, 6, 'whoever is no lead waits';
is $all->{unmatched}[0]{booking_uid}, 'maybe', 'the newest first';
my $maybe = $all->{unmatched}[0];
is_deeply [ @$maybe{qw(attendee_name attendee_email status booked_at scheduled_time)} ],
    [ 'A. Hollenbeck', 'a.h@private.test', 'accepted', '2026-03-01T08:00:00Z', '2026-03-10T10:00:00Z' ], 'with what is known of him';
is_deeply [ map { $_->{lead_id} } @{ $maybe->{candidates} } ], ['ann'], 'and whom he may be';
cmp_ok $maybe->{candidates}[0]{probability}, '>', 0, 'with a probability';
cmp_ok $maybe->{candidates}[0]{probability}, '<', 1, 'that is none of certainty';
like $maybe->{candidates}[0]{evidence}, qr/Hollenbeck/i, 'and the evidence in words';
unlike $maybe->{item}, qr/@|private/, 'the name of an item does not show the address';

my (@paged, $next);
do {
    my $page = listed($w, 'limit=2' . (defined $next ? "&after=$next" : ''));
    cmp_ok scalar @{ $page->{unmatched} }, '<=', 2, 'a page is as long as asked';
    push @paged, map { $_->{item} } @{ $page->{unmatched} };
    $next = $page->{next};
} while defined $next;
is_deeply \@paged, [ map { $_->{item} } @{ $all->{unmatched} } ], 'pages neither skip nor repeat';
for ([ 'limit=0' => 'parameter_invalid' ], [ 'limit=101' => 'parameter_invalid' ], [ 'limit=x' => 'parameter_invalid' ], [ 'after=x' => 'cursor_invalid' ], [ 'after=AAAA' => 'cursor_invalid' ]) {
    my $answer = listed($w, $_->[0]);
    is "$answer->{http} $answer->{code}", "400 $_->[1]", "$_->[0] is refused";
}
my $again = $w->get(path($w), headers => { 'If-None-Match' => $all->{headers}{etag} });
is $again->{http}, 304, 'the same again is not sent again';

# --- Who may

my $reader = $w->new_token;
is listed($w)->{http}, 200, 'a list is for whoever may read';
for my $verb (qw(link dismiss unlink)) {
    my $body = { lead_id => 'ann' };
    is decide($verb, $maybe->{item}, $body, token => $reader)->{http}, 403, "$verb: a token that may only read is refused";
    is decide($verb, $maybe->{item}, $body, token => undef)->{http}, 401, "$verb: nobody is refused";
    is decide($verb, $maybe->{item}, $body, token => $yours->{token})->{code}, 'workspace_absent', "$verb: another workspace's token sees nothing";
    is decide($verb, $maybe->{item}, $body, token => $t->{token}, of => $yours)->{code}, 'item_absent', "$verb: nor is the item in another workspace";
    is $w->get(path($w, "/$maybe->{item}/$verb"))->{http}, 405, "$verb: reading decides nothing";
    is decide($verb, $_, $body)->{code}, 'item_absent', "$verb: \"$_\" is no item" for 'abc', substr($maybe->{item}, 1), "$maybe->{item}AA", 'x' x 2000;
}
is $w->request('DELETE', path($w, "/$maybe->{item}/link"))->{http}, 405, 'another method is none';
is $w->get(path($w, "/$maybe->{item}"))->{http}, 404, 'an item alone is nothing';
for my $body ('', '{', '[]', '{}', '{"lead_id": 7}', '{"lead_id": ""}', '{"lead_id": null}', "{\"lead_id\": \"\\u0000\"}", "\xff", '{"lead_id":"ann","lead_id":"bob"}') {
    my $answer = $w->request('POST', path($w, "/$maybe->{item}/link"), body => $body);
    is $answer->{http}, 400, "the body $body is refused";
    like $answer->{code}, qr/^(?:json_\w+|lead_id_missing)$/, "as $answer->{code}";
}
is $w->request('POST', path($w, "/$maybe->{item}/link"), body => encode_json({ lead_id => 'x' x 20000 }))->{http}, 413, 'a long body is refused';
is decided('link', $maybe->{item}, 'nobody')->{code}, 'lead_absent', 'a lead that is not there cannot be linked';
is decided('link', $maybe->{item}, $_)->{code}, 'lead_absent', 'nor is it SQL' for "ann' OR 'a'='a", '%';
is deeds('maybe'), '', 'and nothing has happened';

# --- Link

is booked(), 0, 'the funnel counts nobody yet';
my $done = decided('link', $maybe->{item}, 'ann');
is_deeply [ @$done{qw(http changed decision lead_id booking_uid)} ], [ 200, JSON::PP::true, 'link', 'ann', 'maybe' ], 'a link is made';
is_deeply $done->{match}, { method => 'by_hand', probability => 1, because => 'linked by a person' }, 'by hand, and certain';
is booked(), 1, 'it counts in the funnel at once';
is_deeply [ map { [ @$_{qw(booking_uid lead_email campaign_id)} ] } @{ $w->bookings } ], [ [ 'maybe', 'ann.hollenbeck@acme.test', 'c1' ] ], 'and in the bookings';
is listed()->{total}, 5, 'he waits no more';
is decided('link', $maybe->{item}, 'ann')->{changed}, JSON::PP::false, 'the same again changes nothing';
my ($id) = $w->sql("SELECT token_id FROM tokens WHERE workspace_id = $w->{workspace} AND may_write ORDER BY 1 LIMIT 1");
is deeds('maybe'), "linked_by_hand ann token $id->[0]", 'who did it is on the timeline, once';
is decided('link', $maybe->{item}, 'bob')->{lead_id}, 'bob', 'a link may go to another lead';
is matches('maybe'), 'bob by_hand', 'which is then the lead';
decided('link', $maybe->{item}, 'ann');
is decided('dismiss', $maybe->{item})->{code}, 'match_linked', 'a link is not dismissed';

$w->deliver(event('BOOKING_CREATED', 'again', people => [ person('a.h@private.test', name => 'Somebody Else') ]));
is matches('again'), 'ann by_hand', 'whoever books with the address later is the lead';
$w->deliver(event('BOOKING_CANCELLED', 'maybe', people => [ person('a.h@private.test', name => 'Nobody Atall') ], at => '2026-03-02T08:00:00Z'));
is matches('maybe'), 'ann by_hand', 'events do not change a decision';
like $w->said('events', 'replay', '--workspace', $w->{workspace}), qr/ 0 differences$/, 'nor does a replay';
is matches('maybe') . ' ' . matches('again'), 'ann by_hand ann by_hand', 'indeed';
like deeds('maybe'), qr/^linked_by_hand ann token \d+, linked_by_hand bob token \d+, linked_by_hand ann/, 'deeds outlive it, too';

my $undone = decided('unlink', $maybe->{item});
is_deeply [ @$undone{qw(http changed decision lead_id match)} ], [ 200, JSON::PP::true, 'unlink', undef, undef ], 'a link is taken back';
is booked(), 0, 'and counts no more, nor what followed from it';
is matches('again'), '- -', 'the address is nobody again';
is decided('unlink', $maybe->{item})->{changed}, JSON::PP::false, 'taking it back twice changes nothing';
ok item_of('maybe') && item_of('again'), 'both wait again';

# --- Dismiss

my $item = item_of('stranger-1')->{item};
my $gone = decided('dismiss', $item);
is_deeply [ @$gone{qw(http changed decision lead_id)} ], [ 200, JSON::PP::true, 'dismiss', undef ], 'an attendee is dismissed';
ok !item_of('stranger-1'), 'and waits no more';
is decided('dismiss', $item)->{changed}, JSON::PP::false, 'twice is once';
$w->deliver(event('BOOKING_CANCELLED', 'stranger-1', people => [ person('stranger1@x.test') ], at => '2026-03-02T08:00:00Z'));
ok !item_of('stranger-1'), 'events do not bring him back';
like $w->said('events', 'replay', '--workspace', $w->{workspace}), qr/ 0 differences$/, 'nor does a replay';
ok !item_of('stranger-1'), 'indeed';
decided('unlink', $item);
ok item_of('stranger-1'), 'taking it back does';
decided('dismiss', $item);
$w->import_csv(leads => leads_csv({ lead_id => 'one', email => 'stranger1@x.test' }));
$t->another_worker;
$w->wait_until('the worker has found the lead', sub { matches('stranger-1') eq 'one exact' });
pass 'a lead that turns up with the very address is the lead all the same';
is decided('dismiss', $item)->{code}, 'match_certain', 'what is certain is not dismissed';
is decided('unlink', $item)->{code}, 'match_certain', 'nor unlinked';
is decided('link', $item, 'bob')->{lead_id}, 'bob', 'but a person may know better';
is decided('unlink', $item)->{lead_id}, 'one', 'and may have been wrong';

# --- Role mailboxes

$w->deliver(event('BOOKING_CREATED', "role-$_", people => [ person('info@shared.test', name => "Guest $_") ])) for 1, 2;
decided('link', item_of('role-1')->{item}, 'bob');
is matches('role-1') . ', ' . matches('role-2'), 'bob by_hand, - -', 'a role mailbox is no alias: somebody else may write from it';

# --- A lead goes

$w->said('leads', 'drop', '--workspace', $w->{workspace}, '--lead', 'bob');
is matches('role-1'), '- -', 'a lead that is removed leaves no booking pointing nowhere';
ok item_of('role-1'), 'who was linked to it waits again';
is $w->value("SELECT count(*) FROM match_decisions WHERE workspace_id = $w->{workspace} AND lead_id = 'bob'"), 0, 'and the decision is gone with it';
my ($exit) = $w->turnout('leads', 'drop', '--workspace', $w->{workspace}, '--lead', 'bob');
is $exit, 1, 'removing it twice says so';

# --- On a terminal

$w->deliver(event('BOOKING_CREATED', 'maybe-2', people => [ person('ah@private2.test', name => 'A. Hollenbeck') ]));
my $list = $w->said('unmatched', 'list', '--workspace', $w->{workspace});
my ($first) = $list =~ /^(\S+)\n    Guest 2 <info\@shared\.test>/m;
ok $first, 'the list shows who waits';
like $list, qr/A\. Hollenbeck.*\n +[\d.]+ %  lead ann/, 'and whom he may be';
my ($status, undef, $said) = $w->turnout('unmatched', 'link', $first, '--workspace', $w->{workspace}, '--lead', 'ann');
is "$status $said", "0 done: lead ann\n", 'a link is made there, too';
is deeds('role-2'), 'linked_by_hand ann command line', 'and remembered as such';
($status, undef, $said) = $w->turnout('unmatched', 'unlink', $first, '--workspace', $w->{workspace});
is "$status $said", "0 done: no lead\n", 'and taken back';
($status, undef, $said) = $w->turnout('unmatched', 'dismiss', $first, '--workspace', $w->{workspace});
is "$status $said", "0 done: no lead\n", 'or dismissed';
($status, undef, $said) = $w->turnout('unmatched', 'dismiss', $first, '--workspace', $w->{workspace});
is "$status $said", "0 it was so before: no lead\n", 'once';
($status) = $w->turnout('unmatched', 'link', $first, '--workspace', $w->{workspace});
is $status, 2, 'a link needs a lead';
($status) = $w->turnout('unmatched', 'dismiss', 'abc', '--workspace', $w->{workspace});
is $status, 1, 'an item must be there';

# --- Many at a time

$w->deliver(event('BOOKING_CREATED', 'crowd', people => [ person('crowd@x.test', name => 'Crowd') ]));
my $crowd = item_of('crowd')->{item};
my @answers = $w->at_once(12, sub ($n) { decided($n % 3 == 0 ? 'unlink' : $n % 3 == 1 ? 'link' : 'dismiss', $crowd, $n % 3 == 1 ? 'ann' : undef)->{http} });
is_deeply [ grep { $_ != 200 && $_ != 409 } @answers ], [], 'many who decide at once do not fail each other';
is $w->value("SELECT count(*) FROM match_decisions WHERE workspace_id = $w->{workspace} AND uid = 'crowd'"), 1, 'and come to one decision';

$t->finish;

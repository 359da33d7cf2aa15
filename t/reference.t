# Who books by the link that was made for a lead is that lead, whatever he types; a forged or foreign reference says nothing.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Turnout;

my $t     = Turnout->start;
my $other = $t->workspace(name => 'Other');
my $leads = leads_csv(
    { lead_id => 'ann', email => 'ann@acme.test', first_name => 'Ann', last_name => 'Lee' },
    { lead_id => 'bob', email => 'bob@acme.test', first_name => 'Bob', last_name => 'Roe' },
);
$_->import_csv(leads => $leads) for $t, $other;

# --- The link

sub link_of ($w, $lead, $url = 'https://cal.test/robin/intro') { $w->said('link', $url, '--workspace', $w->{workspace}, '--lead', $lead) }
sub reference ($w, $lead) { link_of($w, $lead) =~ /metadata\[turnout\]=([\w-]+)$/ ? $1 : die 'no reference' }

my $ann = reference($t, 'ann');
like link_of($t, 'ann', 'https://cal.test/robin/intro?month=2026-03#top'), qr{^https://cal\.test/robin/intro\?month=2026-03&metadata\[turnout\]=\Q$ann\E#top$},
    'the link keeps what the URL has';
is reference($t, 'ann'), $ann, 'and is the same every time';
isnt reference($other, 'ann'), $ann, 'but another in another workspace';
for ([ 1, 'a lead that is not there', 'https://cal.test/x', '--workspace', $t->{workspace}, '--lead', 'nobody' ],
    [ 1, 'a lead of no workspace',    'https://cal.test/x', '--workspace', 424242, '--lead', 'ann' ],
    [ 2, 'no URL',                    'cal.test/x', '--workspace', $t->{workspace}, '--lead', 'ann' ],
    [ 2, 'no lead',                   'https://cal.test/x', '--workspace', $t->{workspace} ]) {
    my ($status, $what, @words) = @$_;
    my ($exit, $out, $err) = $t->turnout('link', @words);
    is "$exit $out", "$status ", "$what is refused";
    like $err, qr/^turnout: \S/, 'with a sentence';
}

# --- Deliveries

my $number;
sub answers ($email) { { email => { label => 'email', value => $email } } }
sub booked ($uid, %more) { event('BOOKING_CREATED', $uid, %more) }
sub matches ($w, $uid) {   # "address lead method" of each attendee
    return join ', ', map { join ' ', map { $_ // '-' } @$_ }
        $t->sql("SELECT email_key, lead_id, match_method FROM attendees WHERE workspace_id = $w->{workspace} AND uid = '$uid' ORDER BY 1");
}
sub refused_references () { $t->get('/metrics', token => undef)->{body} =~ /^turnout_references_refused_total (\d+)/m ? $1 : 'none' }

$t->deliver(booked('private', people => ['cutie99@free.test'], responses => answers('cutie99@free.test'), metadata => { turnout => $ann }));
is matches($t, 'private'), 'cutie99@free.test ann tracked_link', 'who books by the link is the lead, whatever the address';
is_deeply [ map { $_->{match} } @{ $t->bookings($t, 'email=cutie99@free.test') } ], [ { method => 'tracked_link', probability => 1 } ], 'with certainty';
is $t->funnel->{total}{booked}, 1, 'and counts';

$t->deliver(booked('as-bob', people => ['bob@acme.test'], responses => answers('bob@acme.test'), metadata => { turnout => $ann }));
is matches($t, 'as-bob'), 'bob@acme.test ann tracked_link', 'the link beats the address';

$t->deliver(booked('guests', people => [qw(guest@x.test me@x.test bob@acme.test)], responses => answers('me@x.test'), metadata => { turnout => $ann }));
is matches($t, 'guests'), 'bob@acme.test bob exact, guest@x.test - -, me@x.test ann tracked_link', 'only who booked is the lead, not his guests';

$t->deliver(booked('first', people => [qw(me@y.test guest@y.test)], metadata => { turnout => $ann }));
is matches($t, 'first'), 'guest@y.test - -, me@y.test ann tracked_link', 'without answers the first one booked';

is refused_references(), 0, 'no reference was refused so far';
my %bad = (
    'one that was never one' => 'opaque-reference',
    'a changed one'          => $ann =~ tr/A-Za-z/a-zA-Z/r,
    'one cut short'          => substr($ann, 0, -1),
    'one of another workspace' => reference($other, 'ann'),
    'a very long one'        => $ann x 1000,
    'an empty one'           => '',
);
for my $what (sort keys %bad) {
    my $uid = 'bad-' . ++$number;
    is $t->deliver(booked($uid, people => ["x$number\@y.test"], responses => answers("x$number\@y.test"), metadata => { turnout => $bad{$what} }))->{status},
        'processed', "$what does no harm";
    is matches($t, $uid), "x$number\@y.test - -", 'and says nothing';
}
is refused_references(), scalar(keys %bad), 'each is counted';
$t->deliver(booked('not-text', people => ['z@y.test'], metadata => { turnout => { lead => 'ann' } }));
is matches($t, 'not-text'), 'z@y.test - -', 'what is no text is no reference';

# --- Order and repetition

# Every event of a history in every order, each twice, in a booking of its own.
sub orders (@list) { return @list < 2 ? [@list] : map { my $i = $_; map { [ $list[$i], @$_ ] } orders(@list[ grep { $_ != $i } 0 .. $#list ]) } 0 .. $#list }
sub settled ($what, $make, %expected) {   # $make->($prefix) gives the events; %expected: what matches says of each uid
    my %found;
    my @one    = $make->("x");
    my @orders = orders(0 .. $#one);
    for my $n (0 .. $#orders) {
        my $prefix = "$what-$n" =~ s/\W+/-/gr;
        my @events = $make->($prefix);
        $t->deliver($events[$_]) for map { ($_, $_) } @{ $orders[$n] };
        $found{ join '; ', map { matches($t, "$prefix-$_") } sort keys %expected }++;
    }
    is_deeply \%found, { join('; ', map { $expected{$_} } sort keys %expected) => scalar @orders }, "$what, in every order";
}

my $me = 'me@private.test';
settled('a reference that comes with one event only', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => $ann }), event('BOOKING_CANCELLED', "$p-1", people => [$me], at => '2026-03-02T08:00:00Z'),
    mark("$p-1", $me => 1);
}, 1 => "$me ann tracked_link");
settled('the later of two references', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => reference($t, 'bob') }),
    event('BOOKING_RESCHEDULED', "$p-1", people => [$me], at => '2026-03-02T08:00:00Z', metadata => { turnout => $ann });
}, 1 => "$me ann tracked_link");
sub moved ($new, $old, $at, %more) { event('BOOKING_RESCHEDULED', $new, people => [$me], rescheduleUid => $old, at => "2026-03-0${at}T08:00:00Z", %more) }
settled('a chain that lost its reference', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => $ann }), moved("$p-2", "$p-1", 2), moved("$p-3", "$p-2", 3);
}, map { $_ => "$me ann tracked_link" } 1 .. 3);
settled('a chain with a reference of its own further on', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => $ann }), moved("$p-2", "$p-1", 2, metadata => { turnout => reference($t, 'bob') }), moved("$p-3", "$p-2", 3);
}, 1 => "$me ann tracked_link", 2 => "$me bob tracked_link", 3 => "$me bob tracked_link");
settled('a booking that turns out to have come from another one', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => $ann }), moved("$p-3", "$p-1", 2), moved("$p-3", "$p-2", 3);
}, 1 => "$me ann tracked_link", 3 => "$me - -");
settled('a guest who joins later', sub ($p) {
    booked("$p-1", people => [$me], metadata => { turnout => $ann }),
    event('BOOKING_RESCHEDULED', "$p-2", people => [ 'guest@private.test', $me ], responses => answers($me), rescheduleUid => "$p-1", at => '2026-03-02T08:00:00Z');
}, 1 => "$me ann tracked_link", 2 => "guest\@private.test - -, $me ann tracked_link");

# --- Leads come and go

my $later = booked('later', people => ['who@z.test'], responses => answers('who@z.test'), metadata => { turnout => $ann });
$t->said('leads', 'drop', '--workspace', $t->{workspace}, '--lead', 'ann');
$t->deliver($later);
is matches($t, 'later'), 'who@z.test - -', 'a lead that is no more matches nothing';
is matches($t, 'private'), 'cutie99@free.test - -', 'also where he matched before';
is $t->value("SELECT count(*) FROM unmatched_bookings WHERE workspace_id = $t->{workspace} AND uid IN ('private', 'later', 'as-bob')"), 2, 'which waits on the list';
is matches($t, 'as-bob'), 'bob@acme.test bob exact', 'while an address that is a lead is that lead again';
$t->import_csv(leads => $leads);
$t->another_worker;
$t->wait_until('the worker has matched again', sub { matches($t, 'later') =~ /tracked_link/ && matches($t, 'as-bob') =~ /tracked_link/ });
is matches($t, 'later'), 'who@z.test ann tracked_link', 'a lead that comes back is found again';

# --- Replay

my %before = map { $_->[0] => $_->[1] } $t->sql("SELECT uid, count(lead_id) FROM attendees WHERE workspace_id = $t->{workspace} GROUP BY 1");
like $t->said('events', 'replay', '--workspace', $t->{workspace}), qr/ 0 differences$/, 'a replay comes to the same';
is_deeply { map { $_->[0] => $_->[1] } $t->sql("SELECT uid, count(lead_id) FROM attendees WHERE workspace_id = $t->{workspace} GROUP BY 1") }, \%before, 'indeed';

$t->finish;

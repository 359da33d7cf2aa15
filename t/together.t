# Deliveries that wait at the same moment are taken in together, in one transaction: each is still answered for itself.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET;
use JSON::PP;
use Turnout;

my $t = Turnout->start(workers => 1);
my ($webhook) = $t->pids('webhook');
my $state = readlink "$t->{dir}/state" // $t->{dir};
$t->import_csv(leads => leads_csv(map { { email => "$_\@lead.test" } } qw(ann bob cleo dora)));
$t->deliver(event('BOOKING_CREATED', 'before'));   # what has to be known and prepared is

# How many have come to the program's socket that it has not taken: state 02, without an inode of their own.
sub knocking { scalar(() = Turnout::slurp('/proc/net/unix') =~ m{ 02 +0 \Q$state\E/sock/webhook$}mg) }

# Gives the only process all of these at once; returns what each was answered. Each is a function.
sub at_one_moment (@asked) {
    kill STOP => $webhook;
    my @answers = map { my $ask = $_; $t->meanwhile(sub { my $answer = $ask->(); return { map { $_ => $answer->{$_} } qw(http status) } }) } @asked;
    $t->wait_until('all of them wait', sub { knocking() == @asked });
    kill CONT => $webhook;
    return map { scalar $_->() } @answers;
}
sub deliveries (@events) { return map { my $event = $_; sub { $t->deliver($event) } } @events }
sub words (@answers) { return [ map { $_->{http} < 300 ? "$_->{http} $_->{status}" : "$_->{http}" } @answers ] }

# In how many transactions these are, by the number of each.
sub transactions ($like) { return [ map { $_->[0] } $t->sql("SELECT count(*) FROM webhook_events WHERE uid LIKE '$like' GROUP BY xmin::text ORDER BY 1 DESC") ] }

subtest 'in one transaction' => sub {
    my @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', "one$_", people => [qw(ann@lead.test bob@lead.test)]) } 1 .. 8));
    is_deeply words(@said), [ ('200 processed') x 8 ], 'eight are processed';
    is_deeply transactions('one%'), [8], 'in one transaction';
    is_deeply [ sort map { $_->{booking_uid} } grep { $_->{booking_uid} =~ /^one/ } @{ $t->bookings($t, 'email=ann@lead.test') } ], [ map { "one$_" } 1 .. 8 ], 'and each is there';
    my ($most) = @{ (at_one_moment(deliveries(map { event('BOOKING_CREATED', "many$_") } 1 .. 20)), transactions('many%'))[-1] };
    is $most, 8, 'of twenty, never more than eight are';
};

subtest 'several of one booking' => sub {
    my @events = (
        event('BOOKING_CREATED', 'same'), event('BOOKING_CANCELLED', 'same', at => '2026-03-02T08:00:00Z'),
        event('BOOKING_RESCHEDULED', 'later', at => '2026-03-01T09:00:00Z', rescheduleUid => 'same'), event('BOOKING_CREATED', 'same'),
    );
    my @said = at_one_moment(deliveries(@events));
    is_deeply [ sort @{ words(@said) } ], [ '200 duplicate', ('200 processed') x 3 ], 'the one that comes twice is a duplicate, the others are processed';
    my %status = map { $_->{booking_uid} => $_->{status} } @{ $t->bookings };
    is_deeply [ @status{qw(same later)} ], [qw(superseded accepted)], 'as after each other';
    is +($t->turnout('verify', '--workspace', $t->{workspace}))[0], 0, 'and the counts equal a recount';
};

subtest 'none stands or falls with another' => sub {
    my $short = '{"triggerEvent":"BOOKING_CREATED"';
    my @said = at_one_moment(
        deliveries(event('BOOKING_CREATED', 'fine1')),
        sub { $t->deliver(event('BOOKING_CREATED', 'forged'), signature => '0' x 64) },
        sub { $t->deliver(\$short) },
        deliveries(event('BOOKING_CREATED', 'fine2')),
    );
    is_deeply words(@said), [ '200 processed', 401, 400, '200 processed' ], 'a forged and a broken one are refused';
    $t->sql("ALTER TABLE bookings ADD CONSTRAINT broken CHECK (uid !~ '^bad') NOT VALID");
    @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', $_) } qw(good1 bad1 good2 bad2)));
    $t->sql('ALTER TABLE bookings DROP CONSTRAINT broken');
    is_deeply words(@said), [ ('200 processed', '202 queued') x 2 ], 'what cannot be applied is kept';
    is_deeply [ $t->sql("SELECT uid, status FROM webhook_events WHERE uid ~ '^(good|bad)' ORDER BY uid") ],
        [ [qw(bad1 failed)], [qw(bad2 failed)], [qw(good1 processed)], [qw(good2 processed)] ], 'as failed; the others are applied';
    @said = at_one_moment(deliveries(event('BOOKING_CREATED', 'mixed1')), sub { $t->get('/api/webhooks/calcom') }, deliveries(event('BOOKING_CREATED', 'mixed2')));
    is_deeply words(@said), [ '200 processed', '200 ok', '200 processed' ], 'who asks for something else is answered too';
};

subtest 'one is locked out' => sub {
    $t->deliver(event('BOOKING_CREATED', 'held'));
    my $let_go = $t->hold_rows("SELECT FROM bookings WHERE uid = 'held'");
    kill STOP => $webhook;
    my $locked = $t->meanwhile(sub { $t->deliver(event('BOOKING_CANCELLED', 'held', at => '2026-03-02T08:00:00Z'))->{http} });
    my @free   = map { my $uid = "free$_"; $t->meanwhile(sub { $t->deliver(event('BOOKING_CREATED', $uid))->{status} }) } 1 .. 3;
    $t->wait_until('all of them wait', sub { knocking() == 4 });
    kill CONT => $webhook;
    is_deeply [ map { scalar $_->() } @free ], [ ('processed') x 3 ], 'the others are answered while it waits';
    is_deeply [ map { $_->{status} } grep { $_->{booking_uid} eq 'held' } @{ $t->bookings } ], ['accepted'], 'which it does';
    $let_go->();
    like $locked->(), qr/^20[02]$/, 'then it is answered';
    ok $t->wait_until('it is applied', sub { grep { $_->{booking_uid} eq 'held' && $_->{status} eq 'cancelled' } @{ $t->bookings } }), 'and applied';
};

subtest 'somebody has to be looked up' => sub {
    my @said = at_one_moment(deliveries(event('BOOKING_CREATED', 'certain', people => ['ann@lead.test']), event('BOOKING_CREATED', 'stranger', people => ['nobody@else.test'])));
    is_deeply words(@said), [ ('200 processed') x 2 ], 'both are processed';
    my %lead = map { $_->{booking_uid} => $_->{lead_email} } @{ $t->bookings($t, 'matched=all') };
    is_deeply [ @lead{qw(certain stranger)} ], [ 'ann@lead.test', undef ], 'the one is a lead, the other is nobody known';
};

subtest 'the database is away' => sub {
    $t->postgres_stop('immediate');
    my @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', "away$_") } 1 .. 4));
    $t->postgres_start;
    is_deeply words(@said), [ ('202 queued') x 4 ], 'all are kept';
    ok $t->wait_until('all are applied', sub { (grep { $_->{booking_uid} =~ /^away/ } @{ $t->bookings // [] }) == 4 }), 'and applied when it is back';
    @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', "again$_") } 1 .. 4));
    is_deeply words(@said), [ ('200 processed') x 4 ], 'then all goes on';
    is_deeply transactions('again%'), [4], 'as before';
};

subtest 'the database does not answer' => sub {
    my $let_go = $t->hold_table('webhook_events');
    my @said   = at_one_moment(deliveries(map { event('BOOKING_CREATED', "silent$_") } 1 .. 8));
    is_deeply words(@said), [ ('202 queued') x 8 ], 'all are kept, before nginx gives up';
    $let_go->();
    ok $t->wait_until('all are applied', sub { (grep { $_->{booking_uid} =~ /^silent/ } @{ $t->bookings // [] }) == 8 }), 'and applied when it does';
};

subtest 'large ones do not wait for each other' => sub {
    my @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', "large$_", additionalNotes => 'x' x 40_000) } 1 .. 4));
    is_deeply words(@said), [ ('200 processed') x 4 ], 'all are processed';
    is_deeply transactions('large%'), [ (1) x 4 ], 'each by itself';
    @said = at_one_moment(deliveries(map { event('BOOKING_CREATED', "mixed-size$_", additionalNotes => 'x' x ($_ == 5 ? 900_000 : 10)) } 1 .. 8));
    is_deeply words(@said), [ ('200 processed') x 8 ], 'one that is large among small ones';
    is $t->value("SELECT count(*) FROM webhook_events WHERE xmin::text = (SELECT xmin::text FROM webhook_events WHERE uid = 'mixed-size5')"), 1, 'is by itself';
};

subtest 'a busy process is asked to end' => sub {
    my $over    = "$t->{dir}/enough";
    my $plain   = JSON::PP->new->encode(event('BOOKING_CREATED', 'busy-NUMBER'));
    my ($port)  = $t->{url} =~ /(\d+)$/;
    my @clients = map { my $client = $_; $t->meanwhile(sub {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or return 0;
        my $answers = 0;
        for (my $i = 0; !-e $over; $i++) {
            my $body = $plain =~ s/NUMBER/$client-$i/r;
            syswrite $socket, "POST /api/webhooks/calcom/$t->{connection} HTTP/1.1\r\nHost: localhost\r\nContent-Length: " . length($body)
                . "\r\nX-Cal-Signature-256: " . hmac_sha256_hex($body, $t->{secret}) . "\r\n\r\n$body";
            my $answer = '';
            1 while $answer !~ /\r\n0\r\n\r\n\z/ && sysread $socket, $answer, 4096, length $answer;
            $answers += $answer =~ m{^HTTP/1.1 200};
        }
        return $answers;
    }) } 1 .. 32;
    $t->wait_until('more wait than it takes at once', sub { knocking() > 16 });
    kill TERM => $webhook;
    ok $t->wait_until('it ends', sub { !kill 0 => $webhook }, 30), 'it ends, though somebody always waits';
    is $t->deliver(event('BOOKING_CREATED', 'and-again'))->{status}, 'processed', 'another goes on';
    open my $file, '>', $over or die "could not write \"$over\": $!";
    is scalar(grep { $_->() > 0 } @clients), 32, 'and all are answered';
};

$t->finish;

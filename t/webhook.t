# The webhook: who is let in, what is applied, what counts as the same delivery, and how it refuses.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP;
use Time::HiRes qw(time);
use Turnout;

my $t = Turnout->start;
my ($other, $open, $signed, $rotated) = map { $t->workspace(%$_) } {}, { unsigned => 1 }, {}, {};
my $elsewhere = bless { %$t }, ref $t;   # the same workspace, a second account of Cal.com
$elsewhere->connect;
my $json = JSON::PP->new->utf8->canonical;

my @paths   = ('/api/webhooks/calcom', "/api/webhooks/calcom/$t->{connection}");
my @aliases = ('/api/webhooks/cal', '/webhooks/calcom', '/api/cal/webhook');

# What is refused looks the same everywhere, and says nothing about the inside.
sub refused ($answer, $status, $code, $what) {
    subtest $what => sub {
        is $answer->{http}, $status, 'status';
        is $answer->{code}, $code,   'code';
        is $answer->{status}, $status, 'the status is in the body too';
        is $answer->{headers}{'content-type'}, 'application/problem+json', 'a problem';
        ok $answer->{$_}, $_ for qw(title detail error timestamp);
        is $answer->{error}, $answer->{title}, 'error is the title';
        unlike $answer->{body}, qr/SELECT|INSERT|postgres|\Q$t->{secret}\E|\/(?:tmp|home|var|usr)\//, 'and tells nothing';
    };
}

sub right ($body, $secret = $t->{secret}) { hmac_sha256_hex($body, $secret) }

# Whether all processes, as far as twenty deliveries in a row reach them, answer this secret so.
my $fresh = 0;
sub answers_all ($to, $secret, $status, @how) {
    for (1 .. 20) {
        return 0 unless $to->deliver(event('BOOKING_CREATED', 'rotation-' . $fresh++), secret => $secret, @how)->{http} == $status;
    }
    return 1;
}

subtest 'a right signature' => sub {
    $t->import_csv(leads => leads_csv({ email => 'ann@lead.test', campaign_id => 'c1', first_contacted_at => '2026-02-01T00:00:00Z' }));
    my $before = $t->funnel->{total}{booked};
    my $answer = $t->deliver(event('BOOKING_CREATED', 'right-1'));
    is $answer->{http},   200,         'is answered 200';
    is $answer->{status}, 'processed', 'and processed';
    like $answer->{timestamp}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'with the time in UTC';
    is $t->bookings->[0]{booking_uid}, 'right-1', 'the bookings show it at once';
    is $t->funnel->{total}{booked}, $before + 1, 'and so does the funnel';
    is $t->value("SELECT status FROM webhook_events WHERE uid = 'right-1'"), 'processed', 'the event is kept';
    is $t->value("SELECT count(*) FROM webhook_events WHERE position('right-1'::bytea IN body) > 0"), 0, 'sealed';
    is $t->value("SELECT count(*) FROM activities WHERE uid = 'right-1' AND kind = 'booked'"), 1, 'and noted on the timeline';
};

my $number = 0;
sub case (%option) {   # a fresh event with this signature or these headers
    my $body = $option{body} // $json->encode(event('BOOKING_CREATED', 'case-' . $number++));
    my $value = $option{signature} ? $option{signature}->(right($body)) : undef;
    my $headers = $option{headers} ? $option{headers}->(right($body)) : {};
    return $t->deliver(\$body, signature => $value, headers => $headers, ($option{path} ? (path => $option{path}) : ()));
}

for my $row (
    [ 'in upper case',                 sub ($s) { uc $s } ],
    [ 'with the prefix sha256=',       sub ($s) { "sha256=$s" } ],
    [ 'with the prefix, upper case',   sub ($s) { 'sha256=' . uc $s } ],
) {
    is case(signature => $row->[1])->{status}, 'processed', "a signature $row->[0] is right";
}

for my $row (
    [ 'of another secret',     sub ($s) { right('x', 'another') } ],
    [ 'of another body',       sub ($s) { right('another body') } ],
    [ 'with one digit changed', sub ($s) { $s =~ s/(.)$/$1 eq '0' ? '1' : '0'/er } ],
    [ 'cut by a digit',        sub ($s) { substr $s, 0, 63 } ],
    [ 'cut by a byte',         sub ($s) { substr $s, 0, 62 } ],
    [ 'one byte longer',       sub ($s) { $s . '00' } ],
    [ 'that is not hex',       sub ($s) { 'zz' . substr $s, 2 } ],
    [ 'with spaces inside',    sub ($s) { substr($s, 0, 32) . ' ' . substr($s, 33) } ],
    [ 'with the prefix alone', sub ($s) { 'sha256=' } ],
    [ 'with the prefix twice', sub ($s) { "sha256=sha256=$s" } ],
    [ 'with another prefix',   sub ($s) { "sha512=$s" } ],
    [ 'of 8,000 digits',       sub ($s) { $s x 120 } ],
    [ 'that Cal.com sends when it has no secret', sub ($s) { 'no-secret-provided' } ],
) {
    refused case(signature => $row->[1]), 401, 'signature_wrong', "a signature $row->[0] is refused";
}
refused case(), 401, 'signature_missing', 'no signature is refused';
refused case(signature => sub ($s) { '' }), 401, 'signature_missing', 'an empty signature is refused';

# Two names that older integrations use; the real one comes first, and the first that is there decides.
for my $name ('X-Cal-Signature', 'Cal-Webhook-Signature') {
    is case(headers => sub ($s) { +{ $name => $s } })->{status}, 'processed', "the header $name is accepted";
    is case(headers => sub ($s) { +{ $name => "sha256=$s" } })->{status}, 'processed', "the header $name takes the prefix";
    refused case(headers => sub ($s) { +{ $name => right('x') } }), 401, 'signature_wrong', "a wrong $name is refused";
}
for my $pair (
    [ 'X-Cal-Signature-256', 'X-Cal-Signature' ],
    [ 'X-Cal-Signature-256', 'Cal-Webhook-Signature' ],
    [ 'X-Cal-Signature',     'Cal-Webhook-Signature' ],
) {
    my ($first, $second) = @$pair;
    refused case(headers => sub ($s) { +{ $first => right('x'), $second => $s } }), 401, 'signature_wrong',
        "a wrong $first is not healed by a right $second";
    is case(headers => sub ($s) { +{ $first => $s, $second => right('x') } })->{status}, 'processed',
        "a right $first is not spoilt by a wrong $second";
}
refused case(headers => sub ($s) { +{ 'X-Webhook-Signature' => $s } }), 401, 'signature_missing', 'any other header is none';

sub refusals { ($t->get('/metrics', token => undef)->{body} =~ /^turnout_deliveries_total\{.*result="refused"\} (\d+)$/m)[0] }

subtest 'what was refused left nothing' => sub {
    my $before = refusals();
    my $answer = case(signature => sub ($s) { right('x') });
    is refusals(), $before + 1, 'it is counted';
    is $answer->{error}, 'Invalid signature', 'older clients read this';
    like $answer->{headers}{'www-authenticate'}, qr/X-Cal-Signature-256/, 'the header that is missing is named';
    is $t->value("SELECT count(*) FROM webhook_events WHERE uid = 'case-" . ($number - 1) . "'"), 0, 'no event';
    my @warnings = grep { /signature_wrong/ } map { $json->encode($_) } $t->log_lines('webhook');
    ok scalar @warnings, 'and logged, though not every one of a flood';
    like $warnings[-1], qr/127\.0\.0\.1/, 'with the peer';
    unlike "@warnings", qr/case-\d|BOOKING/, 'and without the body';
};

refused $t->deliver(\'{not json', signature => right('x')), 401, 'signature_wrong',
    'the signature is checked before anything is parsed';
refused case(signature => sub ($s) { right('x') }, body => 'x' x (1 << 20)), 401, 'signature_wrong', 'of a large body too';

subtest 'every byte counts' => sub {
    my $pretty = JSON::PP->new->utf8->pretty->encode(event('BOOKING_CREATED', 'pretty'));
    is $t->deliver(\$pretty)->{status}, 'processed', 'the signature is of the raw bytes, with their white space';
    refused $t->deliver(\"$pretty ", signature => right($pretty)), 401, 'signature_wrong', 'a space behind is another body';
    is $t->deliver(\" $pretty\n")->{status}, 'duplicate', 'signed with it, it is the same delivery';
};

# --- Connections

subtest 'a connection by its path' => sub {
    is $other->deliver(event('BOOKING_CREATED', 'by-path'))->{status}, 'processed', 'the connection named is the one';
    is scalar @{ $other->bookings($other, 'matched=all') }, 1, 'its workspace has the booking';
    is $t->value("SELECT count(*) FROM bookings WHERE workspace_id = $t->{workspace} AND uid = 'by-path'"), 0, 'no other has';
};

subtest 'secrets belong to their connections' => sub {
    my $made = $signed->said('connection', 'add', '--workspace', $signed->{workspace},
        '--secret-file', '-', { stdin => "a secret of its own\n" });
    my ($id) = split /\n/, $made;
    my $path = "/api/webhooks/calcom/$id";
    $t->wait_until('all processes know the connection', sub { answers_all($signed, 'a secret of its own', 200, path => $path) });
    refused $t->deliver(event('BOOKING_CREATED', 'foreign'), path => $path), 401, 'signature_wrong',
        'the secret of another connection is wrong';
    refused $t->deliver(event('BOOKING_CREATED', 'foreign'), secret => 'a secret of its own'), 401, 'signature_wrong',
        'and the other way round';
    is $t->deliver(event('BOOKING_CREATED', 'found'), path => '/api/webhooks/calcom', secret => 'a secret of its own')->{status},
        'processed', 'a path without id finds it by its secret';
    is $t->value("SELECT workspace_id FROM bookings WHERE uid = 'found'"), $signed->{workspace}, 'and its workspace';
};

subtest 'an unsigned connection' => sub {
    is $open->deliver(event('BOOKING_CREATED', 'open-1'), signature => undef)->{status}, 'processed', 'takes anything by its path';
    is $open->deliver(event('BOOKING_CREATED', 'open-2'), signature => 'no-secret-provided')->{status}, 'processed',
        'with the text that Cal.com puts there';
    refused $open->deliver(event('BOOKING_CREATED', 'open-3'), signature => undef, path => $_), 401, 'signature_missing',
        "but not at $_" for '/api/webhooks/calcom', @aliases;
    refused $open->deliver(event('BOOKING_CREATED', 'open-4'), signature => right('x')  , path => '/api/webhooks/calcom'), 401,
        'signature_wrong', 'nor by a wrong signature there';
};

for my $id (qw(999999 0 -1 1x abc 1.0 99999999999999999999 9223372036854775807)) {
    my $answer = $t->deliver(event('BOOKING_CREATED', 'nobody'), path => "/api/webhooks/calcom/$id");
    is $answer->{http}, 404, "connection \"$id\" is 404";
    like $answer->{code}, qr/^(?:connection_absent|path_unknown)$/, 'with a code';
}

subtest 'a secret is rotated' => sub {
    my $old = $rotated->{secret};
    ok answers_all($rotated, $old, 200), 'before';
    my $new = $rotated->said('connection', 'rotate', $rotated->{connection});
    isnt $new, $old, 'a new secret';
    my $begin = time;
    $t->wait_until('the new one is valid', sub { answers_all($rotated, $new, 200) }, 6);
    ok answers_all($rotated, $old, 200), 'the old one still is';
    ok answers_all($rotated, $new, 200), 'and the new one too';
    $rotated->said('connection', 'rotate', $rotated->{connection}, '--finish');
    $begin = time;
    $t->wait_until('the old one has ended', sub { answers_all($rotated, $old, 401) }, 6);
    cmp_ok time - $begin, '<', 7, 'within 6 seconds';
    ok answers_all($rotated, $new, 200), 'the new one stays valid';
};

# --- Methods and paths

for my $path (@paths, @aliases) {
    my $answer = $t->get($path, token => undef);
    subtest "GET $path" => sub {
        is $answer->{http}, 200, 'answers';
        is $answer->{headers}{'content-type'}, 'application/json', 'JSON';
        is $answer->{status}, 'ok', 'it is well';
        ok $answer->{$_}, $_ for qw(service version timestamp);
        ok scalar(grep { $_ eq 'BOOKING_CREATED' } @{ $answer->{supported_triggers} // [] }), 'and says what it takes';
        my $head = $t->request('HEAD', $path, token => undef);
        is $head->{http}, 200, 'HEAD answers too';
        is $head->{body} // '', '', 'without a body';
    };
}
for my $path (@aliases, $paths[0]) {
    my $event = event('BOOKING_CREATED', "alias-$path" =~ s{/}{-}gr);
    is $t->deliver($event, path => $path)->{status}, 'processed', "POST $path is the webhook";
    is $t->deliver($event, path => $path)->{status}, 'duplicate', "and twice is once";
    is $t->deliver($event)->{status}, 'duplicate', 'by whichever path it comes';
}
for my $method (qw(PUT PATCH DELETE OPTIONS PROPFIND)) {
    for my $path (@paths, @aliases) {
        my $answer = $t->request($method, $path, token => undef, body => '{}');
        is $answer->{http}, 405, "$method $path is not served";
        is_deeply [ sort split /,\s*/, $answer->{headers}{allow} // '' ], [qw(GET HEAD POST)], 'and Allow says what is';
        is $answer->{headers}{'content-type'}, 'application/problem+json', 'as a problem';
    }
}
for my $path ('/', '/nowhere', '/api', '/api/webhooks', '/api/webhooks/calcom/', "$paths[1]/", "$paths[1]/more",
    '/api/webhooks/calcomx', '/API/WEBHOOKS/CALCOM', '/api/webhooks/cal/1', '/api/clients', '/api/clients/1', '/index.php')
{
    refused $t->request($_, $path), 404, 'path_unknown', "$_ $path is 404" for qw(GET POST);
}

# --- What is the same, and what is nothing

subtest 'a repeated delivery' => sub {
    my $event = event('BOOKING_CREATED', 'twice', people => ['twice@lead.test']);
    is $t->deliver($event)->{status}, 'processed', 'the first';
    my $before = $json->encode([ $t->bookings($t, 'matched=all&email=twice@lead.test') ]);
    my $answer = $t->deliver($event);
    is $answer->{http},   200,         'the second is answered 200';
    is $answer->{status}, 'duplicate', 'as a duplicate';
    my $shuffled = '{"payload":' . JSON::PP->new->utf8->canonical->sort_by(sub { $JSON::PP::b cmp $JSON::PP::a })->encode($event->{payload})
        . ",\n \"createdAt\" : \"$event->{createdAt}\", \"triggerEvent\":\"BOOKING_CREATED\"}";
    is $t->deliver(\$shuffled)->{status}, 'duplicate', 'fields in another order are the same delivery';
    my $escaped = $json->encode($event) =~ s/twice\@/\\u0074wice@/gr;
    is $t->deliver(\$escaped)->{status}, 'duplicate', 'so are characters written as escapes';
    is $elsewhere->deliver($event)->{status}, 'duplicate', 'so is what a second subscription of the account sends';
    is $other->deliver($event)->{status}, 'processed', 'another workspace has its own';
    is $json->encode([ $t->bookings($t, 'matched=all&email=twice@lead.test') ]), $before, 'and nothing has changed';
    is $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $t->{workspace} AND uid = 'twice'"), 1, 'one event is kept';
    is $t->deliver(event('BOOKING_CREATED', 'twice', at => '2026-03-01T08:00:00.007Z', people => ['twice@lead.test']))->{status},
        'processed', 'some milliseconds later is another event';
    is scalar @{ $t->bookings($t, 'matched=all&email=twice@lead.test') }, 1, 'but no other booking';
    is $t->value("SELECT count(*) FROM activities WHERE workspace_id = $t->{workspace} AND uid = 'twice'"), 1, 'nor another fact on the timeline';
};

my $ping = { triggerEvent => 'BOOKING_CREATED', createdAt => '2026-01-10T07:49:50.936Z', payload => {
    type => 'Test', title => 'Test trigger event', startTime => '2026-01-10T07:49:50.001Z', endTime => '2026-01-10T07:49:50.001Z',
    attendees => [ person('jdoe@example.com') ], organizer => { name => 'Cal', email => 'no-reply@cal.com' } } };
for my $row (
    [ 'the ping test',                    $ping ],
    [ 'a trigger that nobody knows',      event('BOOKING_TELEPORTED', 'ignored-1', people => ['ignored@lead.test']) ],
    [ 'a trigger without use',            event('OOO_CREATED', 'ignored-2', people => ['ignored@lead.test']) ],
    [ 'a form',                           { triggerEvent => 'FORM_SUBMITTED', createdAt => '2026-01-10T07:49:50Z', name => { value => 'x' } } ],
    [ 'an unknown one of a shape nobody knows', { triggerEvent => 'SOMETHING_ELSE', payload => [ 1, 2, { uid => 7 } ] } ],
) {
    my ($what, $event) = @$row;
    my $kept = sub { $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $t->{workspace} AND status = 'ignored'") };
    my ($before, $bookings) = ($kept->(), $t->value('SELECT count(*) FROM bookings'));
    my $answer = $t->deliver($event);
    is $answer->{http},   200,       "$what is answered 200";
    is $answer->{status}, 'ignored', 'and ignored';
    is $kept->(), $before + 1, 'but stored';
    is $t->value('SELECT count(*) FROM bookings'), $bookings, 'and makes no booking';
    is $t->deliver($event)->{status}, 'duplicate', 'again it is a duplicate';
}
for my $spelling ('booking.created', 'booking_created', 'Booking.Created') {
    my $event = event($spelling, "spelt-$spelling", people => ['spelt@lead.test']);
    is $t->deliver($event)->{status}, 'processed', "$spelling is BOOKING_CREATED";
}
is scalar @{ $t->bookings($t, 'matched=all&status=accepted&email=spelt@lead.test') }, 3, 'in each of its spellings';

# --- Limits

subtest 'a body of 1 MiB' => sub {
    my $body = sub ($length) {
        my $text = $json->encode(event('BOOKING_CREATED', 'large', description => 'PLACE'));
        return $text =~ s/PLACE/'x' x ($length - length($text) + 5)/er;
    };
    my ($most, $more) = map { $body->((1 << 20) + $_) } 0, 1;
    is length $most, 1 << 20, 'measured';
    is $t->deliver(\$most)->{status}, 'processed', 'is taken';
    is $t->deliver(\$most, path => $_)->{status}, 'duplicate', "at $_ too" for @aliases;
    refused $t->deliver(\$more), 413, 'body_too_large', 'with one byte more it is refused';
    refused $t->deliver(\$more, path => $_), 413, 'body_too_large', "at $_ too" for @aliases;
};

# --- Two bookings with one number: a Cal.com that was set up anew counts from the beginning

subtest 'a number that another booking has' => sub {
    is $t->deliver(event('BOOKING_CREATED', $_, bookingId => 4242))->{status}, 'processed', "$_ is taken" for qw(number-old number-new);
    is_deeply [ $t->sql("SELECT uid, number FROM bookings WHERE uid LIKE 'number-%' ORDER BY uid DESC") ],
        [ [ 'number-old', 4242 ], [ 'number-new', undef ] ], 'and the number stays with the first';
};

# --- Valid, but it cannot be applied

subtest 'an event that cannot be applied' => sub {
    $t->sql("ALTER TABLE bookings ADD CONSTRAINT no_such_uid CHECK (uid NOT LIKE 'cursed%')");
    my $event = event('BOOKING_CREATED', 'cursed-1');
    my $answer = $t->deliver($event);
    is $answer->{http}, 202, 'is answered 202';
    is $answer->{status}, 'queued', 'and queued';
    my ($row) = $t->sql("SELECT status, error, next_try_at IS NOT NULL FROM webhook_events WHERE uid = 'cursed-1'");
    is_deeply [ @$row[0, 2] ], [ 'failed', 't' ], 'it is kept as failed, to be tried again';
    ok $row->[1], 'with its error';
    unlike $row->[1] . $answer->{body}, qr/ann\@|cursed|no_such_uid|INSERT/, 'which tells nothing of persons';
    is $t->deliver(event('BOOKING_CREATED', 'blessed'))->{status}, 'processed', 'it blocks nobody';
    my $health = $t->get('/api/cal/health', token => undef);
    is $health->{status}, 'degraded', 'the health answer shows it';
    is $health->{events}{failed}, 1, 'and counts it';
    like $t->get('/metrics', token => undef)->{body}, qr/^turnout_events_failed 1$/m, 'so do the metrics';
    $t->sql('ALTER TABLE bookings DROP CONSTRAINT no_such_uid');
};

$t->finish;

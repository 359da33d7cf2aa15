# Whatever is sent, in whatever shape: it is applied where it is legal, refused with a reason where not, and breaks nothing.
use v5.36;
use utf8;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Digest::SHA qw(hmac_sha256_hex);
use Encode qw(encode_utf8);
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(encode_base64url);
use Turnout;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

my $t    = Turnout->start;
my $json = JSON::PP->new->utf8->canonical;
my %born = map { $_ => join ' ', sort { $a <=> $b } $t->pids($_) } qw(webhook bookings funnel health);
my $hook = "/api/webhooks/calcom/$t->{connection}";
my $api  = "/api/clients/$t->{workspace}";

# One of these statuses; and what is refused is a problem with a code and a time.
sub answered ($answer, $statuses, $what, $code = qr/^[a-z0-9_]+$/) {
    my @wrong;
    push @wrong, "status $answer->{http}" unless grep { $_ == $answer->{http} } @$statuses;
    if ($answer->{http} >= 400) {
        push @wrong, 'the content type ' . ($answer->{headers}{'content-type'} // 'that is missing')
            if ($answer->{headers}{'content-type'} // '') ne 'application/problem+json';
        push @wrong, "the code " . ($answer->{code} // 'that is missing') if ($answer->{code} // '') !~ $code;
        push @wrong, 'the timestamp' if ($answer->{timestamp} // '') !~ /^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z$/;
        push @wrong, 'the detail'    if !$answer->{detail};
        push @wrong, 'what it tells' if $answer->{body} =~ m{INSERT|SQLSTATE|relation|/(?:tmp|usr|var|home)/|@\w+\.test};
    }
    is "@wrong", '', $what;
}

sub body_is ($body, $statuses, $what, $code = qr/^[a-z0-9_]+$/) { answered $t->deliver(\$body), $statuses, $what, $code }

my $serial = 0;
sub fresh_uid { 'hostile-' . ++$serial }
sub with (%payload) { event('BOOKING_CREATED', fresh_uid(), %payload) }

# --- What is no JSON, or no event

my $good = $json->encode(with());
my %deep = map { my ($open, $inner, $close) = @$_; ("$open$inner$close" => [ $open, $inner, $close ]) }
    [ '[', '', ']' ], [ '{"a":', '1', '}' ];
for my $row (
    [ 'nothing',                         '',                                  'json_broken' ],
    [ 'white space',                     " \n\t ",                            'json_broken' ],
    [ 'a word',                          'hello',                             'json_broken' ],
    [ 'half an event',                   substr($good, 0, 100),               'json_broken' ],
    [ 'an event and more behind',        "$good}",                            'json_broken' ],
    [ 'two events',                      "$good$good",                        'json_broken' ],
    [ 'single quotes',                   "{'triggerEvent':'X'}",              'json_broken' ],
    [ 'a comma too many',                '{"triggerEvent":"X",}',             'json_broken' ],
    [ 'NaN',                             '{"triggerEvent":NaN}',              'json_broken' ],
    [ 'a form',                          'triggerEvent=BOOKING_CREATED&uid=1', 'json_broken' ],
    [ 'XML',                             '<event/>',                          'json_broken' ],
    [ 'a byte order mark',               "\xEF\xBB\xBF$good",                 'json_' ],
    [ 'UTF-16',                          join('', map { "$_\0" } split //, $good), 'json_' ],
    [ 'a line end inside of a string',   "{\"triggerEvent\":\"a\nb\"}",       'json_broken' ],
    [ 'half a surrogate pair',           '{"triggerEvent":"\ud800"}',         'json_' ],
    [ 'a surrogate pair the wrong way round', '{"triggerEvent":"\udc00\ud800"}', 'json_' ],
    [ 'a broken escape',                 '{"triggerEvent":"\u00g0"}',         'json_broken' ],
    [ 'a raw NUL',                       "{\"triggerEvent\":\"X\0\"}",        'json_' ],
    [ 'a NUL between',                   "{\"triggerEvent\":\0\"X\"}",        'json_' ],
    [ 'a NUL behind',                    "$good\0",                           'json_' ],
    [ 'an escaped NUL',                  '{"triggerEvent":"X\u0000"}',        'json_nul' ],
    [ 'an escaped NUL in a key',         '{"trigger\u0000Event":"X"}',        'json_nul' ],
    [ 'a stray byte',                    "{\"triggerEvent\":\"\xFF\"}",       'json_not_utf8' ],
    [ 'Latin-1',                         "{\"triggerEvent\":\"M\xFCller\"}",  'json_not_utf8' ],
    [ 'an overlong encoding',            "{\"triggerEvent\":\"\xC0\xAF\"}",   'json_not_utf8' ],
    [ 'an encoded surrogate',            "{\"triggerEvent\":\"\xED\xA0\x80\"}", 'json_not_utf8' ],
    [ 'a character beyond Unicode',      "{\"triggerEvent\":\"\xF5\x80\x80\x80\"}", 'json_not_utf8' ],
    [ 'half a character',                "{\"triggerEvent\":\"\xE2\x82",      'json_' ],
    [ 'a key twice',                     '{"triggerEvent":"X","triggerEvent":"Y"}', 'json_duplicate_key' ],
    [ 'a key twice, inside',             '{"triggerEvent":"X","payload":{"uid":"a","uid":"b"}}', 'json_duplicate_key' ],
    [ 'a key twice, once escaped',       '{"triggerEvent":"X","payload":{"uid":"a","\u0075id":"b"}}', 'json_duplicate_key' ],
    [ 'a number too large',              '{"triggerEvent":"X","payload":{"bookingId":9223372036854775808}}', 'json_number_range' ],
    [ 'a number far too large',          '{"triggerEvent":"X","n":1e999}',    'json_number_range' ],
    [ 'a number of 100,000 digits',      '{"triggerEvent":"X","n":' . '9' x 100_000 . '}', 'json_number_range' ],
    [ 'an array',                        '[]',                                'json_no_object' ],
    [ 'an array of events',              "[$good]",                           'json_no_object' ],
    [ 'a string',                        '"BOOKING_CREATED"',                 'json_' ],
    [ 'a number',                        '7',                                 'json_' ],
    [ 'null',                            'null',                              'json_' ],
    (map { my $d = $deep{$_};
           [ "10,000 levels of $_", $d->[0] x 10_000 . $d->[1] . $d->[2] x 10_000, 'json_too_deep' ],
           [ "100,000 levels of $_ that never close", $d->[0] x 100_000, 'json_too_deep' ],
           [ "100 levels of $_", $d->[0] x 100 . $d->[1] . $d->[2] x 100, 'json_too_deep' ] } sort keys %deep),
    [ '10,000 levels inside of a good event', $good =~ s/"metadata":\{\}/'"metadata":' . '[' x 10_000 . ']' x 10_000/er, 'json_too_deep' ],
    [ 'an object without a trigger',     '{}',                                'trigger_missing' ],
    [ 'a trigger that is empty',         '{"triggerEvent":""}',               'trigger_missing' ],
    [ 'a trigger of 300 KB',             '{"triggerEvent":"' . 'X' x 300_000 . '"}', 'trigger_missing' ],
    [ 'a booking event without a payload', '{"triggerEvent":"BOOKING_CREATED"}', 'uid_missing' ],
    [ 'a payload that is an array',      '{"triggerEvent":"BOOKING_CREATED","payload":[]}', 'payload_invalid' ],
    [ 'no uid',                          $json->encode(with()) =~ s/,?"uid":"[^"]*"//r, 'uid_missing' ],
    [ 'a uid that is null',              $json->encode(with()) =~ s/"uid":"[^"]*"/"uid":null/r, 'uid_missing' ],
    [ 'no createdAt',                    $json->encode(with()) =~ s/"createdAt":"[^"]*",//r, 'created_at_missing' ],
) {
    my ($what, $body, $code) = @$row;
    body_is $body, [400], "$what is refused", qr/^$code/;
}

# --- Every field with every type

subtest 'every field may have any type' => sub {
    my @values = (undef, \1, -1, 1.5, '', 'x', "\x{7f}\x{1b}", [], {}, [undef], [ {} ], { value => [], email => 7 });
    my @templates = (
        [ 'ordinary', sub { event('BOOKING_RESCHEDULED', fresh_uid(), bookingId => 1_000_000 + $serial, rescheduleUid => "from-$serial",
            rescheduleStartTime => '2026-03-09T10:00:00Z', rescheduleEndTime => '2026-03-09T10:30:00Z', rescheduledBy => 'x', status => 'ACCEPTED',
            location => 'here', team => { members => [ { email => 'team@host.test' } ] }, videoCallData => { url => 'https://v.test' },
            cancellationReason => 'x', paymentData => { amount => 100, currency => 'usd' }, requestReschedule => \0,
            responses => { name => { value => 'A' }, email => { value => 'ann@lead.test' }, phone => { value => '1' } },
            metadata => { responses => { email => 'ann@lead.test' } }) } ],
        [ 'flat',     sub { flat('MEETING_ENDED', fresh_uid()) } ],
        [ 'mark',     sub { mark(fresh_uid(), 'ann@lead.test', 1) } ],
        [ 'payment',  sub { event('BOOKING_PAID', fresh_uid(), paymentData => { amount => 100, currency => 'usd' }) } ],
    );
    for my $template (@templates) {
        my ($shape, $make) = @$template;
        my %statuses;
        my $try = sub ($where, $change) {
            for my $value (@values) {
                my $event = $make->();
                $change->($event, $value);
                my $answer = $t->deliver($event);
                $statuses{ $answer->{http} }++;
                next if $answer->{http} == 200 || ($answer->{http} == 400 && $answer->{code});
                fail "$shape: $where = " . JSON::PP->new->allow_nonref->encode($value) . " is answered $answer->{http}";
            }
        };
        my $sample = $make->();
        for my $key (sort keys %$sample) {
            $try->($key, sub ($e, $v) { $e->{$key} = $v });
        }
        for my $key (sort keys %{ $sample->{payload} // {} }) {
            $try->("payload.$key", sub ($e, $v) { $e->{payload}{$key} = $v });
            next if ref $sample->{payload}{$key} ne 'HASH';
            for my $inner (sort keys %{ $sample->{payload}{$key} }) {
                $try->("payload.$key.$inner", sub ($e, $v) { $e->{payload}{$key}{$inner} = $v });
            }
        }
        my $list = sub ($e) { ($e->{payload} // $e)->{attendees}[0] };
        for my $key (sort keys %{ $list->($sample) }) {
            $try->("attendee.$key", sub ($e, $v) { $list->($e)->{$key} = $v });
        }
        ok $statuses{200} && $statuses{400}, "$shape: some are taken ($statuses{200}), some refused ($statuses{400})";
    }
};

# --- Values at the edge

for my $row (
    [ 'a name of 300 KB',                   200, with(people => [ person('long@lead.test', name => 'N' x 300_000) ]) ],
    [ 'a name of 300 KB, two bytes each',   200, with(people => [ person('long@lead.test', name => 'é' x 150_000) ]) ],
    [ 'a title of 300 KB',                  200, with(title => 'T' x 300_000) ],
    [ 'an address of 300 KB',               200, with(people => [ person('a' x 300_000 . '@lead.test') ]) ],
    [ 'a domain of 300 KB',                 200, with(people => [ person('a@' . 'b.' x 150_000 . 'test') ]) ],
    [ 'an address of 64 and 255 bytes',     200, with(people => [ person('a' x 64 . '@' . 'b' x 63 . '.' . 'c' x 63 . '.' . 'd' x 63 . '.' . 'e' x 59 . '.test') ]) ],
    [ 'an address in Greek and Han',        200, with(people => [ person('ΔΟΚΙΜΉ@例え.test') ]) ],
    [ 'a domain that is no host name',      200, with(people => [ person('a@-..--xn--.test'), person('a@xn--zzzzz--.test'), person('a@[127.0.0.1]') ]) ],
    [ 'addresses that are none',            200, with(people => [ map { person($_, name => 'x') } '@', 'a@', '@b', 'a b@c.test', 'a@b@c', "a\@b\n.test", "\x{202e}\@\x{200b}.test", '<>' ]) ],
    [ 'control characters in a name',       200, with(people => [ person('control@lead.test', name => join '', map { chr } 1 .. 31, 127 .. 159) ]) ],
    [ 'characters that are none',           200, with(title => "\x{fffd}\x{e000}\x{10fffd}") ],
    [ 'a thousand accents on one letter',   200, with(people => [ person('zalgo@lead.test', name => 'a' . "\x{301}" x 1000) ]) ],
    [ 'a letter cut by the limit of names', 200, with(people => [ person('cut@lead.test', name => 'x' x 999 . '😀' x 10) ]) ],
    [ 'a uid of 255 bytes',                 200, event('BOOKING_CREATED', 'u' x 255) ],
    [ 'a uid of 256 bytes',                 400, event('BOOKING_CREATED', 'u' x 256) ],
    [ 'a uid of 300 KB',                    400, event('BOOKING_CREATED', 'u' x 300_000) ],
    [ 'an empty uid',                       400, event('BOOKING_CREATED', '') ],
    [ 'a uid with a space',                 400, event('BOOKING_CREATED', 'a b') ],
    [ 'a uid with a line end',              400, event('BOOKING_CREATED', "a\r\nSet-Cookie:x") ],
    [ 'a uid that looks like ours for numbers', 400, event('BOOKING_CREATED', "number:$t->{connection}:1") ],
    [ 'a uid of other letters',             200, event('BOOKING_CREATED', 'ключ-鍵-😀') ],
    [ 'the largest booking id',             200, with(bookingId => 9223372036854775807) ],
    [ 'a booking id of 0',                  400, with(bookingId => 0) ],
    [ 'a negative booking id',              400, with(bookingId => -1) ],
    [ 'the smallest number',                200, with(price => '5e-324' + 0) ],
    [ 'a price of 1e308',                   200, with(price => 1e308) ],
    [ 'the largest amount paid',            200, event('BOOKING_PAID', fresh_uid(), paymentData => { amount => 9223372036854775807 }) ],
    [ 'the largest event type',             200, with(eventTypeId => 9223372036854775807) ],
    [ 'a negative event type',              200, with(eventTypeId => -9223372036854775807) ],
    [ 'a reschedule of itself',             200, event('BOOKING_RESCHEDULED', 'itself', rescheduleUid => 'itself') ],
    [ '500 attendees',                      200, with(people => [ map { "crowd$_\@lead.test" } 1 .. 500 ]) ],
    [ '501 attendees',                      400, with(people => [ map { "crowd$_\@lead.test" } 1 .. 501 ]) ],
    [ 'the same attendee 500 times',        200, with(people => [ ('same@lead.test') x 500 ]) ],
    [ '10,000 unknown fields',              200, with(map { ("field$_" => $_) } 1 .. 10_000) ],
    [ '1,000 team members',                 200, with(team => { members => [ map { { email => "m$_\@host.test" } } 1 .. 1000 ] }) ],
) {
    my ($what, $status, $event) = @$row;
    my $answer = $t->deliver($event);
    answered $answer, [$status], "$what is " . ($status == 200 ? 'applied' : 'refused');
    is $answer->{status}, 'processed', 'and processed' if $status == 200 && $answer->{http} == 200;
}
is $t->deliver(\($json->encode(with()) =~ s/"length":30/"length":1e-400/r))->{http}, 200, 'a number that vanishes is none';

for my $time ('tomorrow', '', '2026-03-01', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-03-01T24:30:00Z', '2026-03-01T08:61:00Z',
    '2026-03-01T08:00:00', '2026-03-01T08:00:00+25:00', '0000-01-01T00:00:00Z', '-001-01-01T00:00:00Z', '10000-01-01T00:00:00Z',
    '99999999999999-01-01T00:00:00Z', '0001-01-01T00:00:00+23:59', '9999-12-31T23:59:59-23:59', "2026-03-01T08:00:00Z'", 'infinity', 'now()',
    '1772352000', '2026-03-01T08:00:00Z' . '0' x 10_000)
{
    my $shown = substr $time, 0, 30;
    answered $t->deliver(with(startTime => $time)), [400], "a start at \"$shown\" is refused", qr/^time_invalid$/;
    answered $t->deliver(event('BOOKING_CREATED', fresh_uid(), at => $time)), [400], 'and as createdAt', qr/^time_invalid$/;
}
for my $time ('0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z', '1969-12-31T23:59:59Z', '2026-03-01t08:00:00z', '2026-03-01T08:00:00.123456789123456789Z',
    '2026-03-01T08:00:00-00:00', '2024-02-29T12:00:00+14:00', '2026-12-31T23:59:60Z')
{
    my $event = event('BOOKING_CREATED', fresh_uid(), at => $time, starts => $time, ends => $time, people => ['edge@lead.test']);
    my $answer = $t->deliver($event);
    answered $answer, [200], "$time is a time";
    is $answer->{status}, 'processed', 'and applied';
}

# --- SQL is data

my @sql = (q{'}, q{''}, q{"}, q{';}, q{--}, q{'--}, q{\\'}, q{';DROP/**/TABLE/**/bookings;--}, q{'OR'1'='1}, q{$1}, q{$$;$$}, q{%s%n%x}, q{{}},
    q{';SELECT/**/pg_sleep(9);--}, q{E'\\x41'}, q{\\}, q{`id`}, q{${HOME}}, q{,(1,2)}, q{NULL}, q{)}, q{("a","b")}, q{{"a":1}}, q{<script>});
subtest 'SQL metacharacters are data' => sub {
    my $w = $t->workspace;
    $w->sql("INSERT INTO campaigns VALUES ($w->{workspace}, 'x''; --', 'n''; DROP')");
    my %expected;
    $t->wait_until('the connection is known', sub { $w->deliver(event('BOOKING_CREATED', 'first', people => []))->{http} == 200 });
    for my $i (0 .. $#sql) {
        my $evil = $sql[$i];
        my $uid  = "u$i$evil";
        my $answer = $w->deliver(event('BOOKING_CREATED', $uid, title => "t $evil", type => "e $evil", location => $evil, bookingId => 7_000_000 + $i,
            people => [ person("a$i\@sql.test", name => "n $evil", phoneNumber => $evil, timeZone => $evil) ],
            responses => { $evil => { value => $evil }, company => { value => $evil } }, metadata => { $evil => $evil }, status => $evil,
            organizer => { email => $evil, name => $evil }, cancellationReason => $evil, $evil => $evil));
        answered $answer, [200], "all fields hold $evil";
        $expected{$uid} = { attendee_name => "n $evil", event_type => "e $evil", booking_uid => $uid };
        answered $w->deliver({ triggerEvent => "X$evil", createdAt => '2026-03-01T08:00:00Z', payload => { uid => $uid } }), [200], "so does a trigger";
        answered $w->deliver(event('BOOKING_CANCELLED', $uid, at => '2026-03-02T00:00:00Z', people => ["a$i\@sql.test"], cancellationReason => $evil, cancelledBy => $evil)), [200], 'and a reason';
    }
    my %shown = map { my $b = $_; $b->{booking_uid} => { map { $_ => $b->{$_} } qw(attendee_name event_type booking_uid) } }
        @{ $w->bookings($w, 'matched=all&limit=1000') };
    is_deeply [ sort map { $_->{booking_uid} } values %shown ], [ sort keys %expected ], 'the report shows every uid verbatim';
    my $csv = $w->get("/api/clients/$w->{workspace}/bookings?matched=all&format=csv")->{body};
    my @lost = grep { index($csv, encode_utf8($_ =~ s/"/""/gr)) < 0 } keys %expected;
    is "@lost", '', 'and so does the CSV';
    is $t->value('SELECT count(*) > 0 FROM bookings'), 't', 'the tables are there';
};

subtest 'names come back as they were sent' => sub {
    my $w = $t->workspace;
    $t->wait_until('the connection is known', sub { $w->deliver(event('BOOKING_CREATED', 'first', people => []))->{http} == 200 });
    my @names = (@sql, 'Zoë Müller', '李小龍', "tab\tand\nline", '😀', 'a' . "\x{301}", "\x{202e}rtl", ' spaces around ', 'ﬁ', "O\x{2019}Neill");
    for my $i (0 .. $#names) {
        $w->deliver(event('BOOKING_CREATED', "name-$i", type => "type $names[$i]", people => [ person("name$i\@sql.test", name => $names[$i]) ]));
    }
    my %shown = map { $_->{booking_uid} => $_ } @{ $w->bookings($w, 'matched=all&limit=1000') };
    is $shown{"name-$_"}{attendee_name}, $names[$_], 'name ' . $names[$_] =~ s/[^ -~]/./gr for 0 .. $#names;
    is $shown{"name-$_"}{event_type}, "type $names[$_]", 'and type' for 0 .. $#names;
};

sub escaped ($text) { join '', map { sprintf '%%%02X', ord } split //, encode_utf8($text) }
for my $evil (@sql) {
    my $e = escaped($evil);
    is $t->get("$api/bookings?campaign=$e")->{summary}{total_bookings}, 0, "campaign=$evil finds nothing";
    answered $t->get("$api/bookings?$_=$e"), [400], "$_=$evil is refused", qr/^parameter_invalid$/ for qw(status showed from to limit matched format);
    answered $t->get("$api/bookings?after=$e"), [400], "after=$evil is refused", qr/^cursor_invalid$/;
    answered $t->get("$api/bookings?email=$e"), [ 200, 400 ], "email=$evil";
    answered $t->get("$api/bookings?$e=1"), [ 200, 400 ], "a parameter $evil";
    answered $t->get("$api/funnel?timezone=$e"), [400], "timezone=$evil is refused", qr/^timezone_unknown$/;
    answered $t->get("$api/funnel?$_=$e"), [400], "$_=$evil is refused", qr/^parameter_invalid$/ for qw(from to basis);
    answered $t->get("$api/funnel?campaign=$e"), [200], "campaign=$evil finds nothing";
    answered $t->get("/api/clients/$t->{workspace}$e/bookings"), [ 404, 400 ], "the path $evil";
    answered $t->get("/api/clients/$e/funnel"), [ 404, 400 ], "and another";
    answered $t->deliver(with(), path => "$hook$e"), [ 404, 400 ], "and the webhook's";
    answered $t->get("$api/bookings", token => "$t->{token}$evil"), [401], "a token and $evil";
}
my $cursor = encode_base64url(q{2026-01-01T00:00:00Z x';DROP/**/TABLE/**/bookings;-- y'--});
answered $t->get("$api/bookings?after=$cursor"), [200], 'a cursor of our making that holds SQL';
for my $inside ('', ' ', 'x', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z x', "2026-01-01T00:00:00Z x \0", "2026-01-01T00:00:00Z \xFF y",
    'tomorrow x y', '9999-99-99T00:00:00Z x y')
{
    answered $t->get("$api/bookings?after=" . encode_base64url($inside)), [ 200, 400 ], 'a cursor that holds "' . $inside =~ s/[^ -~]/./gr . '"';
}

# --- Queries

for my $row (
    [ 'limit=0', 400 ], [ 'limit=1001', 400 ], [ 'limit=-1', 400 ], [ 'limit=1e2', 400 ], [ 'limit=0x10', 400 ], [ 'limit=99999999999999999999', 400 ],
    [ 'limit=%31', 200 ], [ 'limit= 1', 400 ], [ 'limit=1&limit=2', 400 ], [ 'limit=', 200 ], [ 'limit', 200 ], [ '=1', 200 ], [ '&&&', 200 ], [ '%', 400 ], [ 'x=%', 400 ],
    [ 'x=%4', 400 ], [ 'x=%zz', 400 ], [ 'x=%00', 400 ], [ 'x=%ff', 400 ], [ 'x=%c0%af', 400 ], [ 'x=%ed%a0%80', 400 ], [ 'x=%F0%9F%98%80', 200 ],
    [ 'from=2026-02-30', 400 ], [ 'from=2026-2-3', 400 ], [ 'from=0001-01-01', 200 ], [ 'to=9999-12-31', 200 ], [ 'from=0000-01-01', 400 ],
    [ 'from=9999-12-31T23:59:59.999999Z', 200 ], [ 'from=-infinity', 400 ], [ 'to=10000-01-01', 400 ], [ 'from=2026-03-01T00:00:00%2B02:00', 200 ],
    [ 'from=2027-01-01&to=2026-01-01', 200 ], [ 'campaign=' . 'x' x 4000, 200 ], [ 'email=' . 'x' x 4000, 400 ], [ 'email=@', 400 ],
    [ join('&', map { "p$_=1" } 1 .. 200), 400 ], [ 'status=ACCEPTED', 400 ], [ 'showed=1', 400 ], [ 'format=xml', 400 ], [ 'format=csv&from=x', 400 ],
) {
    my ($query, $status) = @$row;
    answered $t->get("$api/bookings?" . $query =~ s/ /%20/gr), [$status], 'bookings?' . substr($query, 0, 40);
}
for my $row (
    [ 'from=x', 400 ], [ 'basis=Activity', 400 ], [ 'timezone=../../etc/passwd', 400 ], [ 'timezone=' . 'x' x 4000, 400 ], [ 'timezone=%00', 400 ],
    [ 'timezone=UTC%27', 400 ], [ 'timezone=UTC%2B3', 400 ], [ 'from=0001-01-01&timezone=Pacific/Kiritimati', 200 ], [ 'to=9999-12-31&timezone=Pacific/Pago_Pago', 200 ],
    [ 'from=0001-01-01&to=9999-12-31&basis=cohort', 200 ], [ 'campaign=%F0%9F%98%80', 200 ],
) {
    answered $t->get("$api/funnel?$row->[0]"), [ $row->[1] ], 'funnel?' . substr($row->[0], 0, 40);
}

# --- Headers, and HTTP itself

my $port = $t->{url} =~ s/.*://r;

# The whole answer, without waiting for the end of the connection: nginx keeps it for 5 s when it refused a body unread.
sub heard ($bytes) {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 30) or die "no nginx: $@";
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{ALRM} = sub { die "no answer in 30 s\n" };
    alarm 30;
    print $socket $bytes;
    my $text = '';
    while (sysread $socket, my $more, 65536) {
        $text .= $more;
        my ($head, $body) = $text =~ /^((?!HTTP\S+ 1\d\d).*?)\r\n\r\n(.*)/s or next;
        last if $head =~ /^content-length: (\d+)/mi ? length $body >= $1 : $body =~ /^0\r\n\r\n\z/m;
    }
    alarm 0;
    return $text;
}

sub spoken ($bytes) {
    my $text = heard($bytes);
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    $body = join '', map { /^[0-9a-f]+\r\n(.*)$/s } split /\r\n(?=[0-9a-f]+\r\n)/, $body if ($head // '') =~ /^transfer-encoding: chunked/mi;
    my ($status, %headers) = ($text =~ m{^HTTP/1\.[01] (\d+)}, map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } split /\r\n/, $head // '');
    my $fields = eval { $json->decode($body) };
    return { (ref $fields eq 'HASH' ? %$fields : ()), http => $status // 0, headers => \%headers, body => $body // '' };
}

sub posted ($body, @headers) {
    my $signature = hmac_sha256_hex($body, $t->{secret});
    return join("\r\n", "POST $hook HTTP/1.1", "Host: 127.0.0.1:$port", "X-Cal-Signature-256: $signature", 'Connection: close', @headers) . "\r\n\r\n";
}

for my $type ('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'x', "'; --", '') {
    is $t->deliver(with(), headers => { 'Content-Type' => $type })->{status}, 'processed', "Content-Type \"$type\" is nobody's business";
}
{
    my $body = $json->encode(with());
    is spoken(posted($body, 'Content-Length: ' . length $body) . $body)->{status}, 'processed', 'a body without Content-Type is taken';
    for my $size (1, 7, 4096) {
        my $chunked = $json->encode(with());
        my $pieces = join '', map { sprintf "%x\r\n%s\r\n", length, $_ } grep { length } $chunked =~ /(.{1,$size})/gs;
        is spoken(posted($chunked, 'Transfer-Encoding: chunked') . "${pieces}0\r\n\r\n")->{status}, 'processed', "so is one in chunks of $size";
    }
    my $large = 'x' x ((1 << 20) + 1);
    answered spoken(posted($large, 'Transfer-Encoding: chunked') . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $large, $large)), [413], 'a chunked body over the limit is refused', qr/^body_too_large$/;
    answered spoken(posted($body, 'Transfer-Encoding: chunked') . "zz\r\n$body\r\n0\r\n\r\n"), [400], 'a chunk without a length is refused';
    my $patient = $json->encode(with());
    my $text = $t->raw(posted($patient, 'Expect: 100-continue', 'Content-Length: ' . length $patient) . $patient);
    like $text, qr{^HTTP/1\.1 100 .*?\r\n\r\nHTTP/1\.1 200\b.*"processed"}s, 'who expects to be told to continue is told';
}
for my $row (
    [ 'two lengths',               posted('', 'Content-Length: 1', 'Content-Length: 2') . 'x', [400] ],
    [ 'a length and chunks',       posted('', 'Content-Length: 1', 'Transfer-Encoding: chunked') . "0\r\n\r\n", [400] ],
    [ 'a negative length',         posted('', 'Content-Length: -1'), [400] ],
    [ 'a length that is no number', posted('', 'Content-Length: many'), [400] ],
    [ 'a length beyond 64 bits',   posted('', 'Content-Length: 99999999999999999999'), [ 400, 413 ] ],
    [ 'a length of 8 EiB',         posted('', 'Content-Length: 9223372036854775807'), [413] ],
    [ 'another coding',            posted('', 'Transfer-Encoding: gzip'), [ 400, 501 ] ],
    [ 'no Host',                   "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", [400] ],
    [ 'two Hosts',                 "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a Host that is none',       "GET /healthz HTTP/1.1\r\nHost: a'b/c\r\nConnection: close\r\n\r\n", [400] ],
    [ 'garbage',                   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400] ],
    [ 'no path',                   "GET HTTP/1.1\r\nHost: a\r\n\r\n", [400] ],
    [ 'a path without slash',      "GET healthz HTTP/1.1\r\nHost: a\r\n\r\n", [400] ],
    [ 'another protocol',          "GET / SPDY/3\r\nHost: a\r\n\r\n", [400] ],
    [ 'HTTP 9.9',                  "GET / HTTP/9.9\r\nHost: a\r\n\r\n", [ 400, 505 ] ],
    [ 'a NUL in the path',         "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", [400] ],
    [ 'an escaped NUL in the path', "GET /a%00b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a broken escape in the path', "GET /a%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a way out of the tree',     "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a header without a name',   "GET / HTTP/1.1\r\nHost: a\r\n: x\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a header with a NUL',       "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nConnection: close\r\n\r\n", [400] ],
    [ 'a method that nobody knows', "BREW /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [405] ],
    [ 'a small method',            "get /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [ 400, 405 ] ],
    [ 'CONNECT',                   "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [ 400, 405 ] ],
    [ 'TRACE',                     "TRACE /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [405] ],
    [ 'a URL of 20 KB',            'GET /' . 'a' x 20_000 . " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [414] ],
    [ 'a query of 20 KB',          "GET $api/bookings?campaign=" . 'a' x 20_000 . " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [414] ],
    [ 'a header of 20 KB',         "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " . 'a' x 20_000 . "\r\nConnection: close\r\n\r\n", [431] ],
    [ '100 KB of headers',         "GET /healthz HTTP/1.1\r\nHost: a\r\n" . join('', map { "X$_: " . 'a' x 1000 . "\r\n" } 1 .. 100) . "Connection: close\r\n\r\n", [431] ],
    [ 'a body for GET',            "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", [200] ],
    [ '17 KB of body where none is taken', "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 17408\r\nConnection: close\r\n\r\n" . 'x' x 17408, [413] ],
    [ 'HTTP 1.0',                  "GET /healthz HTTP/1.0\r\n\r\n", [200] ],
    [ 'an absolute address',       "GET http://elsewhere.test/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [200] ],
) {
    my ($what, $bytes, $statuses) = @$row;
    answered spoken($bytes), $statuses, $what;
}
{
    my $answer = spoken("GET $api/bookings?campaign=%0d%0aSet-Cookie:%20a=b&email=%0d%0aX:y HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $t->{token}\r\nConnection: close\r\n\r\n");
    ok !$answer->{headers}{'set-cookie'} && !$answer->{headers}{x}, 'line ends in a query make no header';
    $answer = spoken("GET /nowhere%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    answered $answer, [404], 'nor in a path';
    ok !$answer->{headers}{'set-cookie'}, 'they make none';
    $answer = spoken("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: \"},{\"evil\":\"\r\nConnection: close\r\n\r\n");
    answered $answer, [200], 'nor does a request id of somebody else';
}
is $t->get("$api/bookings", headers => { 'If-None-Match' => $_ })->{http}, 200, 'If-None-Match: ' . substr $_, 0, 20
    for '""', '"', 'x' x 4000, "'; --", '\\', 'W/"', '"' . 'a' x 32 . '"';
answered $t->get("$api/bookings", token => undef, headers => { Authorization => $_ }), [401], 'Authorization: ' . substr $_, 0, 20
    for 'Bearer', 'Bearer ', 'Bearer  ', 'Basic dXNlcjpwYXNz', 'Bearer ' . 'x' x 7000, "Bearer\t$t->{token}", $t->{token}, "Bearer $t->{token} x",
        'Bearer %00', "Token $t->{token}";
for my $path ("$api/bookings", "$api/funnel", '/healthz', '/api/cal/health', '/metrics') {
    my $head = $t->request('HEAD', $path);
    is $head->{http}, 200, "HEAD $path is answered as GET is";
    is $head->{body} // '', '', 'without a body';
    is $t->request($_, $path, body => '{}')->{http}, 405, "$_ $path is not" for qw(POST PUT DELETE PATCH);
    like $t->request('DELETE', $path)->{headers}{allow} // '', qr/\bGET\b/, 'and says what is';
}

# --- Afterwards

my $bookings = $t->get("$api/bookings?matched=all&limit=1000");
is $bookings->{http}, 200, 'the bookings can be read';
ok scalar @{ $bookings->{bookings} } > 500, 'they are many';
is_deeply [ map { length encode_utf8 $_->{attendee_name} } @{ $t->bookings($t, 'matched=all&email=long@lead.test') } ], [ 1000, 1000 ], 'long names are cut at 1,000 bytes';
is_deeply [ map { length encode_utf8 $_->{attendee_name} } @{ $t->bookings($t, 'matched=all&email=cut@lead.test') } ], [999], 'at a whole character';
is scalar(grep { ($_->{attendee_email} // '') =~ /^crowd\d+\@/ } map { @{ $t->bookings($t, "matched=all&email=crowd$_\@lead.test") } } 1, 250, 500), 3,
    'everybody of the crowd is there';
is $t->get("$api/bookings?matched=all&format=csv")->{http}, 200, 'so can the CSV';
is $t->funnel->{http}, 200, 'and the funnel';
is $t->deliver(with())->{status}, 'processed', 'and a good delivery is processed';

for my $program (sort keys %born) {
    is join(' ', sort { $a <=> $b } $t->pids($program)), $born{$program}, "no process of $program has died";
    my @errors = grep { ($_->{level} // '') eq 'error' || $_->{text} && $_->{text} !~ /^(?:Spawning child|Child\[)/ } $t->log_lines($program);
    is_deeply \@errors, [], "and $program has logged no error";
}
is $t->value("SELECT count(*) FROM webhook_events WHERE status NOT IN ('processed', 'ignored')"), 0, 'no event has failed';
is scalar(grep { ($_->{status} // 0) =~ /^50[0234]$/ } $t->log_lines('nginx-access')), 0, 'no answer was a 500';

$t->finish;

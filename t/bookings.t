# The bookings report: its rows, its filters, its pages, its sums, its CSV.
use v5.36;
use utf8;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP;
use Turnout;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

my $t = Turnout->start;
my ($w, $pages, $empty, $cells) = map { $t->workspace(timezone => $_) } 'Europe/Berlin', ('UTC') x 3;

sub report ($of, $query = '') { $of->get("/api/clients/$of->{workspace}/bookings?$query") }
sub uids ($answer) { join ' ', map { $_->{booking_uid} } @{ $answer->{bookings} } }

# Every row of every page.
sub all_rows ($of, $query, $limit = 1000) {
    my (@rows, $next);
    do {
        my $page = report($of, "$query&limit=$limit" . (defined $next ? "&after=$next" : ''));
        is $page->{http}, 200, "a page of $query" if $page->{http} != 200;
        push @rows, @{ $page->{bookings} };
        $next = $page->{next};
    } while (defined $next);
    return @rows;
}

$w->import_csv(
    campaigns => "campaign_id,name,day,sent\nc1,\"First, of all\",2026-01-10,10\nc2,Second,2026-01-10,10\n",
    leads     => leads_csv(
        { lead_id => 'l-ann',  email => 'Ann@Lead.test',          campaign_id => 'c1', first_contacted_at => '2026-01-10T08:00:00Z' },
        { lead_id => 'l-bob',  email => 'bob@lead.test',          campaign_id => 'c2', first_contacted_at => '2026-01-10T08:00:00Z' },
        { lead_id => 'l-cleo', email => 'cleo@bücher.test',       campaign_id => 'c1', first_contacted_at => '2026-01-10T08:00:00Z' },
        { lead_id => 'l-dot',  email => 'dot.person@gmail.com' },
    ) =~ s/ü/\xc3\xbc/r);

# Berlin is an hour ahead of UTC in February.
$w->deliver($_) for
    event('BOOKING_CREATED',   'b1', at => '2026-02-10T22:30:00Z', people => [ person('ann@lead.test', name => 'Ann Lee') ]),
    mark('b1', 'ann@lead.test', 0),
    event('BOOKING_CREATED',   'b2', at => '2026-02-10T23:30:00Z', people => ['bob@lead.test']),
    mark('b2', 'bob@lead.test', 1),
    event('BOOKING_CREATED',   'b3', at => '2026-02-12T08:00:00Z', people => ['CLEO@xn--bcher-kva.test']),
    event('BOOKING_CREATED',   'b4', at => '2026-02-13T08:00:00Z', people => ['ann@lead.test']),
    event('BOOKING_CANCELLED', 'b4', at => '2026-02-13T09:00:00Z', people => ['ann@lead.test']),
    event('BOOKING_CREATED',   'b5', at => '2026-02-14T08:00:00Z', people => ['zed@stranger.test']),
    event('BOOKING_REQUESTED', 'b6', at => '2026-02-15T08:00:00Z', people => ['bob@lead.test']),
    event('BOOKING_REJECTED',  'b7', at => '2026-02-16T08:00:00Z', people => ['cleo@bücher.test']),
    event('BOOKING_CREATED',   'b8', at => '2026-02-17T08:00:00Z', people => ['bob@lead.test']),
    event('BOOKING_RESCHEDULED', 'b9', at => '2026-02-18T08:00:00Z', people => ['bob@lead.test'], rescheduleUid => 'b8', starts => '2026-03-20T10:00:00Z'),
    flat('MEETING_ENDED',      'b9', at => '2026-02-18T08:00:00Z', people => ['bob@lead.test'], starts => '2026-03-20T10:00:00Z'),
    event('BOOKING_CREATED',   'c1', at => '2026-02-19T08:00:00Z', people => ['dotperson+cal@gmail.com']),
    event('BOOKING_CREATED',   'c2', at => '2026-02-20T08:00:00Z', seatsPerTimeSlot => 5, people => [ 'ann@lead.test', 'zoe@stranger.test' ]),
    event('BOOKING_CANCELLED', 'c2', at => '2026-02-20T09:00:00Z', seatsPerTimeSlot => 5, people => ['ann@lead.test']);

subtest 'a row says everything' => sub {
    my ($row) = grep { $_->{booking_uid} eq 'b1' } @{ report($w)->{bookings} };
    is_deeply $row, {
        campaign_id => 'c1', campaign_name => 'First, of all', lead_id => 'l-ann', lead_email => 'Ann@Lead.test',
        booked_at => '2026-02-10T22:30:00Z', scheduled_time => '2026-03-10T10:00:00Z', showed_up => JSON::PP::true,
        booking_uid => 'b1', status => 'accepted', event_type => 'intro', attendee_name => 'Ann Lee', attendee_email => 'ann@lead.test',
        counted => JSON::PP::true, attendance_source => 'explicit', match => { method => 'exact', probability => 1 },
        rescheduled_from => undef, chain => 'b1',
    }, 'of a booking that was attended';
    my %row = map { ($_->{booking_uid} . ' ' . ($_->{lead_id} // '') => $_) } @{ report($w, 'matched=all')->{bookings} };
    is_deeply [ @{ $row{'b9 l-bob'} }{qw(rescheduled_from chain booked_at scheduled_time showed_up attendance_source counted)} ],
        [ 'b8', 'b8', '2026-02-17T08:00:00Z', '2026-03-20T10:00:00Z', JSON::PP::true, 'presumed', JSON::PP::true ], 'of one that was moved, and ended';
    is_deeply [ @{ $row{'b8 l-bob'} }{qw(status counted)} ], [ 'superseded', JSON::PP::false ], 'of the one before';
    is_deeply [ @{ $row{'b5 '} }{qw(lead_id lead_email campaign_id campaign_name match counted attendee_email status)} ],
        [ (undef) x 5, JSON::PP::false, 'zed@stranger.test', 'accepted' ], 'of somebody who is no lead';
    is_deeply $row{'c1 l-dot'}{match}, { method => 'same_mailbox', probability => 1 }, 'of another spelling of a mailbox';
    is_deeply [ @{ $row{'c1 l-dot'} }{qw(campaign_id lead_email attendee_email)} ], [ undef, 'dot.person@gmail.com', 'dotperson+cal@gmail.com' ],
        'with both addresses, and no campaign';
    is_deeply [ $row{'c2 l-ann'}{status}, $row{'c2 '}{status} ], [ 'cancelled', 'accepted' ], 'of a seat given up: the status is the attendee\'s own';
    is_deeply [ @{ $row{'b2 l-bob'} }{qw(showed_up counted)} ], [ JSON::PP::false, JSON::PP::false ], 'of a no-show, before a later booking';
    my $answer = report($w);
    like $answer->{timestamp}, qr/Z$/, 'and the answer has its time';
    ok exists $answer->{next}, 'and says whether there is more';
    is $answer->{headers}{'content-type'}, 'application/json', 'as JSON';
};

for my $row (
    [ '',                                 'c2 c1 b8 b9 b7 b6 b4 b3 b2 b1' ],
    [ 'matched=only',                     'c2 c1 b8 b9 b7 b6 b4 b3 b2 b1' ],
    [ 'matched=all',                      'c2 c2 c1 b8 b9 b7 b6 b5 b4 b3 b2 b1' ],
    [ 'campaign=c1',                      'c2 b7 b4 b3 b1' ],
    [ 'campaign=c2',                      'b8 b9 b6 b2' ],
    [ 'campaign=c',                       '' ],
    [ 'campaign=',                        'c2 c1 b8 b9 b7 b6 b4 b3 b2 b1' ],
    [ 'status=accepted',                  'c1 b9 b3 b2 b1' ],
    [ 'status=pending',                   'b6' ],
    [ 'status=cancelled',                 'c2 b4' ],
    [ 'status=rejected',                  'b7' ],
    [ 'status=superseded',                'b8' ],
    [ 'status=unknown',                   '' ],
    [ 'showed=true',                      'b9 b1' ],
    [ 'showed=false',                     'b2' ],
    [ 'showed=unknown',                   'c2 c1 b8 b7 b6 b4 b3' ],
    [ 'from=2026-02-11&to=2026-02-12',    'b3 b2' ],
    [ 'to=2026-02-10',                    'b1' ],
    [ 'from=2026-02-10&to=2026-02-10',    'b1' ],
    [ 'from=2026-02-10T23:30:00Z&to=2026-02-12T08:00:00Z', 'b2' ],
    [ 'from=2026-02-11T00:30:00%2B01:00&to=2026-02-12T08:00:00.001Z', 'b3 b2' ],
    [ 'from=2026-02-12',                  'c2 c1 b8 b9 b7 b6 b4 b3' ],
    [ 'from=2027-01-01',                  '' ],
    [ 'email=ann@lead.test',              'c2 b4 b1' ],
    [ 'email=ANN@LEAD.TEST',              'c2 b4 b1' ],
    [ 'email=%20Ann@Lead.Test%20',        'c2 b4 b1' ],
    [ 'email=cleo@b%C3%BCcher.test',      'b7 b3' ],
    [ 'email=cleo@xn--bcher-kva.test',    'b7 b3' ],
    [ 'email=dot.person@gmail.com',       'c1' ],
    [ 'email=dotperson%2Bcal@gmail.com',  'c1' ],
    [ 'email=nobody@lead.test',           '' ],
    [ 'email=zed@stranger.test',          '' ],
    [ 'email=zed@stranger.test&matched=all', 'b5' ],
    [ 'campaign=c1&status=accepted&showed=true&from=2026-02-10&to=2026-02-10&email=ann@lead.test', 'b1' ],
) {
    my ($query, $expected) = @$row;
    my $answer = report($w, $query);
    # Newest first; b8 and b9 are one chain, so they were booked at the same time and the order between them is theirs.
    is uids($answer) =~ s/b9 b8/b8 b9/r, $expected, "?$query";
}

# --- Sums

# What a person would count, row by row.
sub recounted (@rows) {
    my @booked = grep { $_->{status} eq 'accepted' } @rows;
    my @shows  = grep { $_->{showed_up} } @booked;
    my @absent = grep { defined $_->{showed_up} && !$_->{showed_up} } @booked;
    my $rate = sub ($part, $whole) { $whole ? 0 + sprintf('%.2f', 100 * $part / $whole) : undef };
    return { total_bookings => 0 + @rows, booked => 0 + @booked, total_shows => 0 + @shows, total_no_shows => 0 + @absent,
        pending_meetings => @booked - @shows - @absent, show_rate => $rate->(0 + @shows, 0 + @booked), attendance_rate => $rate->(0 + @shows, @shows + @absent) };
}

subtest 'the summary is what one counts over all pages' => sub {
    for my $filter ('', map { my $a = $_; map { "$a&$_" } '', 'campaign=c1', 'campaign=c2', 'status=accepted', 'status=cancelled', 'showed=true', 'showed=unknown',
        'from=2026-02-11', 'to=2026-02-14', 'email=ann@lead.test', 'email=nobody@x.test' } 'matched=all', 'matched=only')
    {
        my %summary = %{ report($w, "$filter&limit=2")->{summary} };
        my @rows = all_rows($w, $filter, 2);
        my $unmatched = delete $summary{unmatched};
        is_deeply \%summary, recounted(@rows), "?$filter";
        is $unmatched, scalar(grep { !defined $_->{lead_id} } all_rows($w, ($filter =~ s/matched=only/matched=all/r) . ($filter =~ /matched/ ? '' : 'matched=all'))),
            'and says how many are unmatched';
        is $summary{total_shows} + $summary{total_no_shows} + $summary{pending_meetings}, $summary{booked}, 'and nobody is counted twice or never';
    }
};
is_deeply report($empty)->{summary}, { total_bookings => 0, booked => 0, total_shows => 0, total_no_shows => 0, pending_meetings => 0, unmatched => 0,
    show_rate => undef, attendance_rate => undef }, 'without bookings all is 0, and rates are unknown';
is_deeply report($empty)->{bookings}, [], 'and there are no rows';
is report($empty)->{next}, undef, 'nor a next page';

# --- Pages

# 30 bookings of one moment, with some of two attendees.
$pages->deliver(event('BOOKING_CREATED', sprintf('p%02d', $_), at => '2026-02-01T08:00:00Z', people => [ 'one@x.test', $_ % 5 ? () : 'two@x.test' ])) for 1 .. 30;

subtest 'pages neither skip nor repeat' => sub {
    my $all = join ' ', map { "$_->{booking_uid}/$_->{attendee_email}" } all_rows($pages, 'matched=all');
    is scalar(split ' ', $all), 36, 'all of them';
    for my $limit (1, 2, 5, 7, 35, 36, 37) {
        is join(' ', map { "$_->{booking_uid}/$_->{attendee_email}" } all_rows($pages, 'matched=all', $limit)), $all, "by pages of $limit";
    }
    is report($pages, 'matched=all&limit=36')->{next}, undef, 'a page that holds the last row says so';
    is scalar @{ report($pages, 'matched=all&limit=36')->{bookings} }, 36, 'and is whole';
};

subtest 'nor while bookings arrive' => sub {
    my (%seen, $next);
    my $number = 0;
    do {
        my $page = report($pages, 'matched=all&limit=5' . ($next ? "&after=$next" : ''));
        $seen{"$_->{booking_uid}/$_->{attendee_email}"}++ for @{ $page->{bookings} };
        $next = $page->{next};
        $number++;
        $pages->deliver($_) for
            event('BOOKING_CREATED', "new$number",     at => "2026-02-02T08:00:0${\($number % 10)}Z", people => ['three@x.test']),
            event('BOOKING_CREATED', "p15x$number",    at => '2026-02-01T08:00:00Z', people => ['three@x.test']),
            event('BOOKING_CANCELLED', 'p20', at => "2026-02-03T08:00:0${\($number % 10)}Z", people => [ 'one@x.test', 'two@x.test' ]);
    } while ($next);
    is_deeply [ grep { $seen{$_} > 1 } sort keys %seen ], [], 'none comes twice';
    is scalar(grep { m{^p\d\d/} } keys %seen), 36, 'and each of the first comes';
};

subtest 'the limit' => sub {
    $cells->deliver(event('BOOKING_CREATED', "crowd-$_", people => [ map { "guest$_\@crowd.test" } 1 .. 500 ])) for 1 .. 3;
    is scalar @{ report($cells, 'matched=all')->{bookings} }, 100, 'is 100';
    is scalar @{ report($cells, "matched=all&limit=$_")->{bookings} }, $_, "or $_" for 1, 999, 1000;
    for my $limit (0, 1001, -1, 'x') {
        my $answer = report($cells, "limit=$limit");
        is $answer->{http}, 400, "but not $limit";
        like $answer->{detail}, qr/"limit".*1 to 1000/, 'and the answer says what is expected';
    }
    is report($cells, 'matched=all&limit=1')->{summary}{total_bookings}, 1500, 'the summary covers everything all the same';
};

# --- CSV

# RFC 4180, strictly: what no rule allows dies.
sub csv ($text) {
    my (@rows, @row);
    while (length $text) {
        $text =~ s/\A(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)//s or die 'no CSV: ' . substr $text, 0, 40;
        my $end = $3;
        push @row, defined $1 ? $1 =~ s/""/"/gr : $2;
        if ($end ne ',') { push @rows, [@row]; @row = () }
    }
    my $names = shift @rows;
    return map { my %r; @r{@$names} = @$_; @$_ == @$names or die 'a row of another length'; \%r } @rows;
}

subtest 'CSV holds what JSON holds' => sub {
    my $answer = report($w, 'format=csv&matched=all&limit=2');
    is $answer->{http}, 200, 'it is answered';
    like $answer->{headers}{'content-type'}, qr{^text/csv\b.*utf-8}, 'as CSV';
    like $answer->{headers}{'content-disposition'}, qr/^attachment/, 'to be kept as a file';
    my @json = all_rows($w, 'matched=all');
    my @csv  = csv($answer->{body} =~ s/^\xEF\xBB\xBF//r);
    is scalar @csv, scalar @json, 'all rows, whatever the limit';
    for my $i (0 .. $#json) {
        my %row = %{ $json[$i] };
        my $match = delete $row{match};
        @row{qw(match_method match_probability)} = $match ? @$match{qw(method probability)} : ('', '');
        for my $value (values %row) {
            $value = ref $value ? ($value ? 'true' : 'false') : $value // '';
            utf8::encode($value);
        }
        is_deeply $csv[$i], \%row, "row $i";
    }
    is scalar(my @some = csv(report($w, 'format=csv&status=accepted&campaign=c1')->{body})), 2, 'filters apply';
    my @none = csv(report($empty, 'format=csv')->{body});
    is scalar @none, 0, 'without rows there is';
    like report($empty, 'format=csv')->{body}, qr/^"?campaign_id"?,.*\r\n\z/, 'the line of names alone';
    my @many = csv(report($cells, 'format=csv&matched=all')->{body});
    is scalar @many, 1500, 'and a thousand rows are no limit';
};

subtest 'cells are quoted, and harmless' => sub {
    my %cells = (
        'a "quoted" word'         => undef, 'one, two' => undef, "two\nlines" => undef, "two\r\nlines" => undef, 'plain' => undef, 'Zoë' => undef, '"' => undef, ',' => undef,
        '=1+1'                    => 1, '+1' => 1, '-1' => 1, '@SUM(A1)' => 1, "\t=1+1" => 1, "\r=1+1" => 1, "\n=1+1" => 1, '=HYPERLINK("http://x.test","y")' => 1,
        '=cmd|\' /C calc\'!A0'    => 1,
    );
    my $w = $cells;
    my (%uid, $number);
    for my $name (sort keys %cells) {
        $uid{ 'cell' . ++$number } = $name;
        $w->deliver(event('BOOKING_CREATED', "cell$number", type => $name, people => [ person("cell$number\@x.test", name => $name) ]));
    }
    my %row = map { $_->{booking_uid} => $_ } csv(report($w, 'format=csv&matched=all')->{body});
    for my $uid (sort keys %uid) {
        my $name = $uid{$uid};
        utf8::encode(my $bytes = $name);
        my $expected = $cells{$name} ? "'$bytes" : $bytes;
        is $row{$uid}{attendee_name}, $expected, ($cells{$name} ? 'harmless: ' : 'unchanged: ') . $name =~ s/\s/ /gr;
        is $row{$uid}{event_type}, $expected, 'in another column too';
    }
};

# --- ETag

subtest 'what the client has is not sent again' => sub {
    my $first = report($w, 'limit=5');
    my $etag  = $first->{headers}{etag};
    like $etag, qr/^"[^"]{16,}"$/, 'a strong tag';
    is report($w, 'limit=5')->{headers}{etag}, $etag, 'the same for the same content';
    isnt report($w, 'limit=4')->{headers}{etag}, $etag, 'another for other content';
    my $ask = sub ($known, $query = 'limit=5', $method = 'GET') {
        return $w->request($method, "/api/clients/$w->{workspace}/bookings?$query", headers => { 'If-None-Match' => $known }) };
    for my $known ($etag, "W/$etag", "\"other\", $etag", "$etag, \"other\"", '*') {
        my $answer = $ask->($known);
        is $answer->{http}, 304, "If-None-Match: $known is answered 304";
        is $answer->{body} // '', '', 'without a body';
        is $answer->{headers}{etag}, $etag, 'with the tag';
    }
    is $ask->($etag, 'limit=5', 'HEAD')->{http}, 304, 'HEAD too';
    for my $known ('"other"', '""', $etag =~ tr/"//dr, substr($etag, 0, -2) . '"', $etag =~ s/"(.)/"x$1/r) {
        is $ask->($known)->{http}, 200, "If-None-Match: $known is answered 200";
    }
    is $w->deliver(event('BOOKING_CREATED', 'b1', at => '2026-02-10T22:30:00Z', people => [ person('ann@lead.test', name => 'Ann Lee') ]))->{status}, 'duplicate', 'a duplicate';
    is $ask->($etag)->{http}, 304, 'changes nothing';
    is $w->deliver(event('BOOKING_CREATED', 'c3', at => '2026-02-21T08:00:00Z', people => ['ann@lead.test']))->{status}, 'processed', 'an event';
    my $after = $ask->($etag);
    is $after->{http}, 200, 'changes it';
    isnt $after->{headers}{etag}, $etag, 'and the tag';
    is $after->{bookings}[0]{booking_uid}, 'c3', 'to what there is now';
    is $w->deliver(mark('c3', 'ann@lead.test', 1))->{status}, 'processed', 'a mark';
    is $ask->($after->{headers}{etag})->{http}, 200, 'changes it too';
};

$t->finish;

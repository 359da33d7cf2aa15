# The stand-in says what the true systems say: its shapes against recorded answers, its pages, and its faults.
# TURNOUT_SHAPES names a folder with recorded answers, calcom/ and emailbison/ in it; without it shapes are skipped.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use HTTP::Tiny;
use JSON::PP;
use StandIn;
use Time::HiRes qw(time);

my $s    = StandIn->start;
my $json = JSON::PP->new->utf8;
my $http = HTTP::Tiny->new(timeout => 20, max_redirect => 0, proxy => undef, http_proxy => undef);

sub get ($source, $path, %headers) {
    return $http->get($s->url($source) . $path, { headers => {
        Accept => 'application/json', 'cal-api-version' => '2024-08-13',
        Authorization => 'Bearer ' . $s->key($source =~ s/_v1//r), %headers } });
}

sub data ($source, $path, %headers) {
    my $answer = get($source, $path, %headers);
    return eval { $json->decode($answer->{content}) } // die "$path: $answer->{status} $answer->{content}\n";
}

$s->booking({ uid => "b$_", start => "2026-03-0${_}T10:00:00Z", createdAt => 1767225600, updatedAt => 1772323200 + $_,
    attendees => ["b$_\@lead.test"] }) for 1 .. 6;
$s->campaign({ id => $_ }) for 1 .. 17;
$s->series(2, Sent => { '2026-03-01' => 5 });
$s->lead({ id => $_, title => 'CTO', company => 'Acme', lead_campaign_data => [ { campaign_id => 2 } ],
    custom_variables => [ { name => 'phone', value => '1' } ] }) for 1 .. 40;
$s->sent({ id => 7000, campaign_id => 2, lead_id => 1 });
my $reply = $s->reply({ campaign_id => 2, lead_id => 1, scheduled_email_id => 7000 });

# --- Shapes

# Paths and types of all that is in there; of a list its first row. What may be null, or a number as text, is a scalar.
sub shape ($data, $path = '') {
    return map { shape($data->{$_}, "$path.$_") } sort keys %$data if ref $data eq 'HASH' && %$data;
    return @$data ? shape($data->[0], "$path\[]") : "$path\[]"     if ref $data eq 'ARRAY';
    return ref $data eq 'HASH' ? "$path\{}" : $path;
}

my @shapes = (
    [ 'calcom/api_v2_bookings_page1', calcom => '/bookings?status=upcoming,past,cancelled&take=3' ],
    [ 'calcom/api_v2_event_types',    calcom => '/event-types', 'cal-api-version' => '2024-06-14' ],
    [ 'calcom/api_v2_me',             calcom => '/me' ],
    [ 'calcom/api_v2_error_401',      calcom => '/bookings', Authorization => 'Bearer other' ],
    [ 'calcom/api_v1_bookings',       calcom_v1 => '/bookings?apiKey=' . $s->key('calcom') ],
    map { [ "emailbison/$_->[0]", emailbison => "/api$_->[1]" ] }
        [ users => '/users' ], [ workspaces => '/workspaces/v1.1' ], [ campaigns_page1 => '/campaigns' ],
        [ campaign_one => '/campaigns/2' ], [ error_404 => '/leads/4711' ], [ error_422_page => '/leads?page=1001' ],
        [ campaign_line_chart => '/campaigns/2/line-area-chart-stats?start_date=2026-03-01&end_date=2026-03-02' ],
        [ leads_page1 => '/leads' ], [ leads_cursor_first => '/leads?pagination_type=cursor' ], [ lead_one => '/leads/1' ],
        [ replies_page1 => '/campaigns/2/replies' ], [ scheduled_emails_sent => '/scheduled-emails?status=sent&pagination_type=cursor' ],
);
SKIP: {
    my $folder = $ENV{TURNOUT_SHAPES} // skip 'TURNOUT_SHAPES names no folder with recorded answers', 1;
    for my $case (@shapes) {
        my ($name, $source, $path, %headers) = @$case;
        open my $in, '<', "$folder/$name.json" or die "could not open \"$folder/$name.json\": $!";
        my $recorded = $json->decode(join '', <$in>);
        # What a row has depends on what happened to it: lists that are empty there say nothing.
        my %ours  = map { $_ => 1 } shape(data($source, $path, %headers));
        my @other = grep { !$ours{$_} && !/tags\[\]/ } shape($recorded);
        is "@other", '', "$name: nothing recorded is missing";
    }
    my $recorded = do { open my $in, '<', "$folder/emailbison/webhook_lead_replied.json" or die; $json->decode(join '', <$in>) };
    my %ours = map { $_ => 1 } shape($json->decode($s->webhook('LEAD_REPLIED', lead => 1, campaign => 2, reply => $reply, sent => 7000)));
    is join(' ', grep { !$ours{$_} && !/sender_email/ } shape($recorded)), '', 'nothing recorded is missing in a webhook';
}

# --- Lists

sub uids ($query) { join ' ', map { $_->{uid} } @{ data(calcom => "/bookings?$query")->{data} } }

is uids('take=2&status=upcoming'), '', 'no meeting is to come';
is uids('status=past&sortUpdatedAt=desc&take=2&skip=1'), 'b5 b4', 'sorted, from a place on';
is uids('status=past&sortUpdatedAt=asc&afterUpdatedAt=2026-03-01T00:00:05Z'), 'b5 b6', 'after includes the time itself';
is uids('status=past&afterStart=2026-03-02T00:00:00Z&beforeEnd=2026-03-04T10:30:00Z&sortStart=asc'), 'b2 b3 b4', 'a window';
is uids('status=past&attendeeEmail=b3%40lead.test'), 'b3', 'whose address it is';
is get(calcom => '/bookings?take=251')->{status}, 400, 'more than 250 are refused';
my $page = data(calcom => '/bookings?status=past&take=4')->{pagination};
is join(' ', map { $page->{$_} } qw(totalItems remainingItems returnedItems currentPage totalPages)), '6 2 4 1 2', 'counted';
my $before = $s->row('b1')->{updatedAt};
$s->mark(b1 => 'b1@lead.test', 1);
ok $s->row('b1')->{attendees}[0]{absent} && $s->row('b1')->{updatedAt} eq $before, 'a mark does not move the time of change';
my ($count, $cursor) = (0, '');
while (defined $cursor) {
    my $page = data(emailbison => "/api/leads?pagination_type=cursor&cursor=$cursor");
    $count += @{ $page->{data} };
    $cursor = $page->{meta}{next_cursor};
}
is $count, 40, 'cursors lead through all leads';
$s->ways(cursors => 0, texts => 1);
my $old = data(emailbison => '/api/leads?pagination_type=cursor');
ok !exists $old->{meta}{next_cursor} && $old->{meta}{total} eq '40', 'an older instance knows none';

# --- Faults

$s->forget;
$s->fault(qr{^GET /v2/me}, status => 429, headers => { 'Retry-After' => 7 }, times => 1, skip => 1);
is join(' ', map { get(calcom => '/me')->{status} } 1 .. 3), '200 429 200', 'one is refused';
my @asked = $s->requests(qr{/v2/me});
is join(' ', map { $_->{status} } @asked), '200 429 200', 'and the log knows';
ok $asked[0]{at} > time - 60 && $asked[0]{headers}{authorization} eq 'Bearer ' . $s->key('calcom'), 'when, and with which key';
my %looks = (html => qr/<html/, truncated => qr/^\{"data".*[^}]$/, empty => qr/^$/, deep => qr/\[{9999}/, types => qr/1e\+?300|maybe|x/);
for my $kind (sort keys %looks) {
    $s->fault(qr{/me}, garbage => $kind, times => 1);
    like get(calcom => '/me')->{content}, $looks{$kind}, "garbage: $kind";
}
my $number = $s->fault(qr{/me}, cut => 'before');
is get(calcom => '/me')->{status}, 599, 'cut before the answer';
is $s->hits($number), scalar $s->requests(qr{/me}) - 8, 'and counted';
$s->lift;
$s->fault(qr{/me}, cut => 'amid');
like get(calcom => '/me')->{content}, qr/Unexpected end of stream/, 'cut amid the body';
$s->lift;
$s->down;
is get(calcom => '/me')->{status}, 599, 'down';
$s->up;
is get(calcom => '/me')->{status}, 200, 'and up again on the same port';
$s->limit(calcom => 2, window => 60);
is join(' ', map { get(calcom => '/me')->{status} } 1 .. 3), '200 200 429', 'a limit';
$s->limit(calcom => undef);
$s->after(qr{/bookings}, 2, [ remove => 'b1' ], [ booking => { uid => 'b7', start => '2026-03-07T10:00:00Z' } ]);
is uids('status=past'), 'b1 b2 b3 b4 b5 b6', 'before a change' for 1, 2;
is uids('status=past'), 'b2 b3 b4 b5 b6 b7', 'and after it';
$s->set_key(calcom => 'cal_live_new');
is get(calcom => '/me', Authorization => 'Bearer cal_live_0123456789abcdef')->{status}, 401, 'a key that was revoked';

done_testing;

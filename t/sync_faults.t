# A source that refuses, stalls or cuts: it is asked again as it wants it, what came before stays, and who looks is told
# what to do. Nonsense is in sync_nonsense.t, an outage in sync_outage.t.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use POSIX qw(strftime);
use StandIn;
use Time::HiRes qw(time);
use Turnout;

my $t = Turnout->start;
$t->part('stop worker TERM');   # rounds begin when we say so

# A workspace whose connection asks a stand-in of its own; it has that many bookings of days to come.
sub client ($name, $bookings) {
    my $c = { client => $t->workspace(name => $name), source => StandIn->start };
    $c->{source}->bookings([ map { { uid => "$name-$_", createdAt => time - 86400, updatedAt => time - 86400 + $_,
        start => 1800 * int(time / 1800 + 1 + $_), attendees => ["$name$_\@lead.test"] } } 1 .. $bookings ]);
    $c->{connection} = $c->{client}->source($c->{source});
    return $c;
}

# A round here and now: (exit status, stdout, stderr).
sub sync_now ($c, %more) {
    return $t->turnout('sync', 'calcom', '--workspace', $c->{client}{workspace}, '--connection', $c->{connection},
        { env => \%more });
}

sub field ($c, $name)     { $t->value("SELECT $name FROM source_syncs WHERE connection_id = $c->{connection}") }
sub moment ($c, $name)    { field($c, "extract(epoch FROM $name)") }
sub bookings_of ($c)      { $t->value("SELECT count(*) FROM bookings WHERE workspace_id = $c->{client}{workspace}") }

# Pages asked for: [ when, status ].
sub pages ($c) { map { [ $_->{at}, $_->{status} ] } $c->{source}->requests(qr{^GET /v2/bookings}) }

# --- It asks for patience

my $c = client(patient => 260);
$c->{source}->fault(qr{^GET /v2/bookings}, status => 429, headers => { 'Retry-After' => 2 }, skip => 1, times => 1);
my ($exit, $out, $err) = sync_now($c);
is $exit, 0, 'a round that was asked to wait is whole' or diag $err;
my @pages = pages($c);
my ($refused) = grep { $pages[$_][1] == 429 } 0 .. $#pages;
is $refused, 1, 'the second page was refused';
cmp_ok $pages[ $refused + 1 ][0] - $pages[$refused][0], '>=', 2, 'and not asked for again before the two seconds were over';
is bookings_of($c), 260, 'and every booking came';

# A date: whole seconds, and by the source's clock.
my $until = int(time) + 2;
$c->{source}->fault(qr{^GET /v2}, status => 503, times => 1,
    headers => { 'Retry-After' => strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime $until) });
$c->{source}->forget;
is((sync_now($c))[0], 0, 'a date is understood as well');
my @asked = $c->{source}->requests;
is $asked[0]{status}, 503, 'the first request was refused';
cmp_ok $asked[1]{at}, '>=', $until, 'and nothing was asked before that date';

# What the headers say is enough: the limit is never run into.
$c->{source}->limit(calcom => 3, window => 1);
$c->{source}->forget;
is((sync_now($c))[0], 0, 'a limit that is told in advance');
is scalar(grep { $_->{status} == 429 } $c->{source}->requests), 0, 'is kept';
cmp_ok scalar $c->{source}->requests, '>', 3, 'although more was asked';

# Too long to wait in place.
$c->{source}->limit(calcom => undef);
$t->wait_until('the limit is over', sub { time > (moment($c, 'quiet_until') // 0) });
$c->{source}->forget;
$c->{source}->fault(qr{^GET /v2}, status => 429, headers => { 'Retry-After' => 3600 }, times => 1);
($exit, $out, $err) = sync_now($c);
is $exit, 1, 'an hour is not waited for in place';
like $err, qr/Cal\.com/, 'and said';
@asked = $c->{source}->requests;
is scalar @asked, 1, 'nothing more was sent';
cmp_ok moment($c, 'next_at') - $asked[0]{at}, '>=', 3600, 'the next try is when the hour is over';
cmp_ok moment($c, 'next_at') - 3600, '<=', time, 'to the second';
($exit, $out, $err) = sync_now($c);
is "$exit " . $c->{source}->requests, '1 1', 'who asks earlier sends nothing';
like $err, qr/no request before \d{4}-/, 'and is told until when';

# --- The key is revoked in the middle

$c = client(revoked => 260);
$c->{source}->after(qr{^GET /v2/bookings}, 1, [ set_key => calcom => 'cal_live_new' ]);
($exit, $out, $err) = sync_now($c);
is $exit, 1, 'a key that was revoked ends the round';
like $err, qr/refused the API key.*turnout connection api $c->{connection}/s, 'in words that say what to do';
is join(' ', map { $_->[1] } pages($c)), '200 401', 'it is tried once';
is bookings_of($c), 250, 'what came before stays';
isnt field($c, 'mark'), '{}', 'and so does how far it got';
my ($source) = @{ $c->{client}->get("/api/clients/$c->{client}{workspace}/sync")->{sources} };
is $source->{state}, 'unavailable', 'who asks is told';
my ($health) = grep { $_->{connection} == $c->{connection} } @{ $t->get('/api/cal/health')->{sources} };
like $_, qr/refused the API key.*turnout connection api $c->{connection}/s, 'with what to do'
    for $source->{message}, $health->{message}, $c->{client}->funnel->{data}{calcom}{message};
cmp_ok moment($c, 'next_at') - time, '>', 800, 'it is not tried again before its time';
$t->said('connection', 'api', $c->{connection}, '--api-key-file', '-', { stdin => $c->{source}->key('calcom') });
is((sync_now($c))[0], 0, 'with the new key');
is bookings_of($c), 260, 'the rest comes';

# --- What goes wrong once

$c = client(once => 3);
my %short = (SOURCE_TIMEOUT_SECONDS => 2);
for my $fault ([ delay => 20, 200 ], [ cut => 'amid', 0 ], [ cut => 'before', 0 ], [ status => 500, 500 ]) {
    $c->{source}->fault(qr{^GET /v2/bookings}, @$fault[ 0, 1 ], times => 1);
    $c->{source}->forget;
    is((sync_now($c, %short))[0], 0, "@$fault[0, 1]: what went wrong once is asked again");
    is join(' ', map { $_->[1] } (pages($c))[ 0, 1 ]), "$fault->[2] 200", "@$fault[0, 1]: until it is whole";
}
is bookings_of($c), 3, 'and then it is';
for my $how ([ drip => 0.02 ], [ chunked => 1 ]) {
    $c->{source}->fault(qr{^GET /v2/bookings}, @$how);
    is((sync_now($c))[0], 0, "@$how: an answer in pieces is one");
    $c->{source}->lift;
}

# --- Who is it really?

my ($key, $certificate) = map { "$t->{dir}/$_.pem" } qw(key certificate);
my ($made) = Turnout::run('openssl', qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost
    -addext subjectAltName=IP:127.0.0.1 -keyout), $key, '-out', $certificate);
is $made, 0, 'a certificate that nobody vouches for';
my $free = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1)->sockport;
my $tls  = fork // die "could not fork: $!";
if (!$tls) {
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    exec qw(openssl s_server -quiet -www -accept), "127.0.0.1:$free", '-key', $key, '-cert', $certificate or POSIX::_exit(127);
}
$t->wait_until('the TLS server listens', sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $free) });
$t->said('connection', 'api', $c->{connection}, '--api-base', "https://127.0.0.1:$free/v2");
($exit, $out, $err) = sync_now($c);
kill TERM => $tls;
waitpid $tls, 0;
is $exit, 1, 'is refused';
like $err, qr/certificate that is not to be trusted/, 'and said';

# --- Through a proxy

$t->said('connection', 'api', $c->{connection}, '--api-base', 'http://cal.nowhere.test/v2');
$c->{source}->forget;
is((sync_now($c, http_proxy => $c->{source}->url('emailbison')))[0], 0, 'a proxy is used');
is(($c->{source}->requests)[0]{through}, 'http://cal.nowhere.test', 'for the server that is meant');

$t->finish;

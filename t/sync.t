# Rounds with sources: the worker has them done, people may ask for one, and everybody is told how it stands.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use StandIn;
use Test::More;
use Turnout;

my $s = StandIn->start;
$s->bookings([ map { { uid => "known-$_", attendees => ["guest$_\@lead.test"] } } 1 .. 20 ]);
my $t = do { local $ENV{SYNC_SECONDS} = 3600; Turnout->start };
$t->{env}{SYNC_SECONDS} = 3600;
my ($key, $w) = ($s->key('calcom'), $t->{workspace});

sub add ($workspace, $kind, $url, @more) {
    return (split /\n/, $t->said('connection', 'add', '--workspace', $workspace, '--kind', $kind, '--api-key-file', '-', '--api-base',
        $url, @more, { stdin => $s->key($kind) }))[0];
}
sub source ($of = $t) { $of->get("/api/clients/$of->{workspace}/sync")->{sources}[0] }
sub ask ($of = $t, %option) { $t->request('POST', "/api/clients/$of->{workspace}/sync", token => $of->{token}, %option) }
sub health () { $t->get('/api/cal/health') }
sub metric ($name) { (map { /^\Q$name\E (\S+)/m ? $1 : () } $t->get('/metrics')->{body})[0] }

subtest 'without an API key nothing is asked' => sub {
    is_deeply $t->get("/api/clients/$w/sync")->{sources}, [], 'there is no source';
    my $no = ask();
    is_deeply [ @$no{qw(http code)} ], [ 409, 'source_absent' ], 'so none can be asked for';
    like $no->{detail}, qr/turnout connection api/, 'and it says what to do';
    my $data = $t->funnel->{data};
    is_deeply [ map { $data->{$_}{state} } qw(calcom emailbison) ], [qw(ok unavailable)], 'the funnel rests on webhooks';
    my ($exit, $out, $err) = $t->turnout(qw(sync calcom --workspace), $w);
    is $exit, 1, 'nor is there anything to do on the command line';
    like $err, qr/turnout connection api/, 'which says so';
};

subtest 'the key is a secret' => sub {
    my @base = ('connection', 'add', '--workspace', $w);
    my ($exit, $out, $err) = $t->turnout(@base, '--api-base', $s->url('calcom'));
    is $exit, 2, 'an address without a key is not understood';
    ($exit, $out, $err) = $t->turnout(@base, '--api-key-file', '-', '--secret-file', '-', { stdin => 'x' });
    is $exit, 2, 'standard input holds one secret only';
    for my $bad ('ftp://calcom.test/v2', 'https://', 'https://user@calcom.test', 'https://calcom.test/v2?x=1', 'calcom.test', "https://calcom.test/a b") {
        ($exit, $out, $err) = $t->turnout(@base, '--api-key-file', '-', '--api-base', $bad, { stdin => 'k' });
        is $exit, 1, "\"$bad\" is no address";
        like $err, qr/like https:/, 'and it says what one looks like';
    }
    ($exit, $out, $err) = $t->turnout(@base, '--kind', 'emailbison', '--api-key-file', '-', { stdin => 'k' });
    is $exit, 2, 'EmailBison has no usual address';
    is $t->value('SELECT count(*) FROM connections WHERE api_key IS NOT NULL'), 0, 'nothing of that was stored';

    $t->{source} = add($w, 'calcom', $s->url('calcom'));
    is $t->value("SELECT position('$key'::bytea IN api_key) FROM connections WHERE connection_id = $t->{source}"), 0, 'it is stored sealed';
    is $t->value("SELECT api_version FROM connections WHERE connection_id = $t->{source}"), 'v2', 'the version is that of the address';
    my $list = $t->said(qw(connection list));
    like $list, qr/^ *$t->{source} .* yes /m, 'the list says that there is one';
    unlike $list, qr/\Q$key/, 'and not which';
};

subtest 'the worker has a round done, and everybody is told' => sub {
    $t->wait_until('the first round is done', sub { source()->{last_success} });
    my $source = source();
    is_deeply [ @$source{qw(kind state breaker failures error)} ], [ 'calcom', 'ok', 'closed', 0, undef ], 'it was whole';
    ok !$source->{round}{running}, 'and is over';
    is $t->value("SELECT count(*) FROM bookings WHERE workspace_id = $w"), 20, 'what it read is there';
    is $t->value(q{SELECT min(reltuples) >= 0 FROM pg_class WHERE relname IN ('bookings', 'attendees', 'standings')}), 't',
        'and the planner knows of it, before the server looks by itself';
    like $source->{message}, qr/every 60 minutes/, 'it says how often that is done';
    is $t->funnel->{data}{calcom}{state}, 'ok', 'the funnel rests on it';
    my $health = health();
    is_deeply [ map { $_->{state} } @{ $health->{sources} } ], ['ok'], 'health knows it';
    ok !exists $health->{sources}[0]{name}, 'without the name, which may be a client\'s';
    is metric("turnout_source_state{kind=\"calcom\",connection=\"$t->{source}\"}"), 0, 'and so do the metrics';
    is $t->get("/api/clients/$w/sync", token => 'none')->{http}, 401, 'without a token nobody is told';
};

subtest 'somebody asks for a round' => sub {
    my $before = source()->{round}{ended_at};
    is ask($t, token => $t->new_token)->{http}, 403, 'who may only read may not ask';
    my $asked = ask();
    is $asked->{http}, 202, 'who may write may';
    is $asked->{asked}, 1, 'for each source';
    my $again = ask();
    is_deeply [ @$again{qw(http code)} ], [ 429, 'sync_asked' ], 'but not again at once';
    my $wait = $again->{headers}{'retry-after'};
    ok $wait > 0 && $wait <= 60, "and is told when ($wait s)";
    $t->wait_until('that round is done', sub { source()->{round}{ended_at} gt $before });
    is source()->{state}, 'ok', 'it was whole too';
};

subtest 'a process that was slow to start' => sub {
    my $syncer = sub { local %ENV = (%ENV, %{ $t->{env} }); return Turnout::run("$t->{env}{TURNOUT_BIN}/syncer", $w, $t->{source}) };
    $s->forget;
    my ($exit, undef, $err) = $syncer->();
    is $exit, 1, 'finds the round done that it was started for';
    like $err, qr/"sync_done"/, 'and says so';
    is scalar(my @sent = $s->requests), 0, 'without asking anything before the next is due';
    $t->sql("UPDATE source_syncs SET started_at = clock_timestamp() WHERE connection_id = $t->{source}");   # as the worker does then
    is +($syncer->())[0], 0, 'which it does then';
    cmp_ok scalar(@sent = $s->requests), '>', 0, 'with requests';
};

subtest 'a key that is refused' => sub {
    $s->set_key(calcom => 'another-key');
    my ($exit, $out, $err) = $t->turnout(qw(sync calcom --workspace), $w);
    is $exit, 1, 'is a failure';
    like $err, qr/Cal\.com refused the API key.*turnout connection api $t->{source} --api-key-file/s, 'that says what to do';
    $t->sql("UPDATE source_syncs SET failures = 5 WHERE connection_id = $t->{source}");
    $s->fault(qr{/}, status => 503);
    $s->forget;
    is +($t->turnout(qw(sync calcom --workspace), $w))[0], 1, 'after many failures';
    is scalar(my @sent = $s->requests), 1, 'one cheap request is sent, and not again';
    $s->lift;
    $t->turnout(qw(sync calcom --workspace), $w);
    my $source = source();
    is_deeply [ @$source{qw(state breaker failures)}, $source->{error}{code} ], [ 'unavailable', 'open', 7, 'source_denied' ], 'all are told';
    is $t->funnel->{data}{calcom}{state}, 'unavailable', 'the funnel too';
    is health()->{status}, 'degraded', 'and health';
    is metric("turnout_source_breaker{kind=\"calcom\",connection=\"$t->{source}\"}"), 2, 'and the metrics';
    cmp_ok $t->value("SELECT extract(epoch FROM next_at - now())::int FROM source_syncs WHERE connection_id = $t->{source}"), '>', 3500,
        'it is not tried again before its time';

    $t->said('connection', 'api', $t->{source}, '--api-key-file', '-', { stdin => "another-key\n" });
    $t->wait_until('the new key was tried', sub { source()->{state} eq 'ok' });
    is health()->{status}, 'ok', 'with a new key all is well again';
};

subtest 'one round at a time, which ends with the worker' => sub {
    my $other = $t->workspace(name => 'slow');
    my $slow = $s->fault(qr{/v2/}, delay => 30);
    my $id = add($other->{workspace}, 'calcom', $s->url('calcom'));
    $t->sql("UPDATE source_syncs SET failures = 5, next_at = now() WHERE connection_id = $id");
    $t->wait_until('a round is under way', sub { source($other)->{round}{running} });
    my ($exit, $out, $err) = $t->turnout(qw(sync calcom --workspace), $other->{workspace});
    is $exit, 1, 'a second round with the same connection';
    like $err, qr/under way already/, 'is told so';
    my ($worker) = $t->pids('worker');
    $s->lift;
    ok kill(KILL => $worker), 'the worker is killed';
    $t->wait_until('its round has noticed that', sub { grep { ($_->{event} // '') eq 'stopped' } $t->log_lines('worker') });
    is source($other)->{failures}, 5, 'which is no failure of the source';
    $t->wait_until('the next worker has one done', sub { source($other)->{state} eq 'ok' });
};

unlike Turnout::slurp($_), qr/\Q$key\E|another-key/, "no key in $_" for glob "$t->{dir}/log/*.log";
$s->stop;
$t->finish;

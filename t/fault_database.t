# PostgreSQL is killed, stopped, silent, full, at odds with itself, while deliveries come in, and nothing is lost.
#
# TURNOUT_OUTAGE is how many seconds it stays away (default 3).
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use IO::Socket::UNIX;
use List::Util qw(max);
use Load;
use Time::HiRes qw(sleep time);
use Turnout;

my $outage = $ENV{TURNOUT_OUTAGE} // 3;
my $t      = Turnout->start(workers => 4);

sub another { my $w = $t->workspace; $w->import_csv(leads => leads_csv({ email => 'ann@lead.test' })); return $w }

# --- PostgreSQL's processes

# The postmaster first, so that it makes no more of them.
sub postgres_pids {
    my ($postmaster) = Turnout::slurp("$t->{env}{SPOOL_DIR}/../pids/postgres") =~ /^(\d+)/;
    return $postmaster, $t->pids('postgres');
}

# A session that speaks the protocol itself, so that one test can have a hundred. Undef: no more are let in.
sub session ($user = 'turnout') {
    my $socket = IO::Socket::UNIX->new(Peer => glob "$t->{env}{SPOOL_DIR}/../db/.s.PGSQL.*[0-9]") // return undef;
    my $words  = pack 'N Z* Z* Z* Z* Z* Z* x', 196608, user => $user, database => 'turnout', application_name => 'test';
    print $socket pack('N', 4 + length $words) . $words;
    $socket->flush;
    return defined ready($socket) ? $socket : undef;
}

# What an error's SQLSTATE was, or '', as soon as the server is ready for the next statement; undef: it has hung up.
sub ready ($socket) {
    my $state = '';
    while (1) {
        read $socket, my $head, 5 or return undef;
        my ($kind, $length) = unpack 'a N', $head;
        my $body = '';
        $length == 4 or read $socket, $body, $length - 4 or return undef;
        return $state if $kind eq 'Z';
        $state = $1 if $kind eq 'E' && $body =~ /(?:^|\0)C(\w{5})\0/;
    }
}

sub ask ($socket, $sql) {
    print $socket 'Q' . pack('N Z*', 5 + length $sql, $sql);
    $socket->flush;
    return ready($socket);
}

# --- Away

subtest 'PostgreSQL is killed and started' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my @pids = postgres_pids();
    kill KILL => @pids;
    my $since = time;
    $load->wait_for(202 => 150, $since);
    $t->wait_until('its remains are buried', sub { !kill 0 => @pids });   # or PostgreSQL takes them for another postmaster
    $t->postgres_start;
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

subtest "PostgreSQL is stopped for $outage s" => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my $since = time;
    $t->postgres_stop;
    $load->wait_for(202 => 150, $since);
    sleep max(0, $since + $outage - time);
    $t->postgres_start;
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

subtest "PostgreSQL is silent for $outage s" => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my @pids = postgres_pids();
    kill STOP => $_ for @pids;
    sleep $outage;
    kill CONT => $_ for @pids;
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

# --- There, but not for us

subtest "all bookings are locked for $outage s" => sub {   # as a long replay does
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my $session = session();
    ask($session, 'BEGIN');
    ask($session, 'LOCK TABLE webhook_events, bookings IN SHARE ROW EXCLUSIVE MODE');
    sleep $outage;
    ask($session, 'COMMIT');
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

subtest 'all connections are taken' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my (@held, $ours);
    $t->wait_until('the programs have no connection any more', sub {
        $t->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'turnout %' AND usename = 'turnout_app'");
        while (my $session = session('turnout_app')) { push @held, $session }
        return !$t->value("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'turnout %' AND usename = 'turnout_app'");
    });
    my $since = time;
    cmp_ok scalar @held, '>', 50, 'the test holds ' . @held . ' sessions';
    $load->wait_for(202 => 150, $since);
    @held = ();
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

# How often the webhook met this SQLSTATE.
sub met ($state) { scalar grep { ($_->{message} // '') =~ /SQLSTATE "$state"/ } $t->log_lines('webhook') }

# Ingest takes the booking that is moved before the new one. This session takes the new ones, waits until deliveries hold the old ones
# and wait for it, and then wants those too. PostgreSQL looks for a deadlock once in each wait: mostly a
# delivery finds it first, and is the victim.
sub cross ($session, $load) {
    my ($w, %next) = ($load->{w}, map { $_ => 0 } 1 .. $load->{clients});
    for my $answer ($load->answers) {
        my ($client, $n) = $answer->[3] =~ /^\d+-(\d+)-(\d+)/;
        $next{$client} = $n if $n > $next{$client};
    }
    my @uids = map { my $client = $_; map { "$load->{number}-$client-$_" } $next{$client} .. $next{$client} + 12 } keys %next;
    ask($session, 'BEGIN');
    ask($session, "INSERT INTO bookings (workspace_id, uid, connection_id, known_at, heard_at, chain, booked_at)
        SELECT $w->{workspace}, uid || '-new', $w->{connection}, now(), now(), '', now() FROM unnest('{@{[ join ',', @uids ]}}'::text[]) uid
            ON CONFLICT DO NOTHING");
    ask($session, 'SELECT pg_sleep(0.1)');
    ask($session, "SELECT FROM bookings WHERE workspace_id = $w->{workspace} AND uid = ANY ('{@{[ join ',', @uids ]}}') FOR UPDATE");
    ask($session, 'ROLLBACK');
}

subtest 'deadlocks' => sub {
    $t->sql("ALTER ROLE turnout_app SET deadlock_timeout = '150ms'");
    $t->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'turnout_app'");
    my $session = session();
    ask($session, "SET deadlock_timeout = '300ms'");
    my $load = Load->begin(another());
    $load->wait_for(200 => 100);
    $t->wait_until('there were ten deadlocks', sub { cross($session, $load); met('40P01') >= 10 });
    $load->goes_well_again(time);
    $load->nothing_lost;
    $t->sql('ALTER ROLE turnout_app RESET deadlock_timeout');
    note met('40P01') . ' deadlocks';
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

subtest 'serialization failures' => sub {
    $t->sql("ALTER DATABASE turnout SET default_transaction_isolation = 'serializable'");
    $t->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'turnout_app'");
    my $load = Load->begin(another(), clients => 12, pace => 0);
    $load->wait_for('20[02]' => 500);
    $t->sql('ALTER DATABASE turnout RESET default_transaction_isolation');
    $t->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'turnout_app'");
    $load->goes_well_again(time);
    $load->nothing_lost;
    cmp_ok met('40001'), '>', 0, 'there were serialization failures';
    note met('40001') . ' serialization failures';
    is $load->count('(?!20[02])'), 0, 'and every event was accepted';
};

$t->finish;

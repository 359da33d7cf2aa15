# Programs, the worker and nginx are killed while deliveries come in, and nothing is lost.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Load;
use Time::HiRes qw(sleep time);
use Turnout;

my $t = Turnout->start(workers => 4);
$t->import_csv(leads => leads_csv({ email => 'ann@lead.test' }));

sub another { my $w = $t->workspace; $w->import_csv(leads => leads_csv({ email => 'ann@lead.test' })); return $w }

# The same programs are there again, others than these.
sub replaced ($program, $number, @killed) {
    my %killed = map { $_ => 1 } @killed;
    $t->wait_until("$program runs again", sub { $number == grep { !$killed{$_} } $t->pids($program) });
}

subtest 'each process of the webhook is killed, one after the other, then all at once' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 100);
    my @killed;
    for (1 .. 12) {
        my ($pid) = $t->pids('webhook') or next;
        kill KILL => $pid;
        push @killed, $pid;
        sleep 0.03;
    }
    replaced('webhook', 4, @killed);
    $load->wait_for(200 => 200);
    kill KILL => $t->pids('webhook');
    $load->goes_well_again(time);
    $load->nothing_lost;
};

subtest 'the programs that are asked are killed while they are asked' => sub {
    my %path = (bookings => "/api/clients/$t->{workspace}/bookings", funnel => "/api/clients/$t->{workspace}/funnel", health => '/healthz');
    my ($parent, $load) = ($$, Load->begin(another()));
    my $asking = fork // die "could not fork: $!";
    if (!$asking) {
        $t->{http} = Turnout::http();
        until (getppid != $parent || -e "$load->{place}/end") { $t->get($_) for values %path }
        POSIX::_exit(0);
    }
    $load->wait_for(200 => 50);
    for my $program (sort keys %path) {
        for (1 .. 4) {
            my @pids = $t->pids($program);
            kill KILL => @pids;
            replaced($program, 4, @pids);
        }
        my $since = time;
        is $t->get($path{$program})->{http}, 200, "$program answers again";
        cmp_ok time - $since, '<', 5, 'within 5 s';
    }
    $load->end;
    waitpid $asking, 0;
    is $load->count('(?!200)'), 0, 'deliveries do not notice';
    $load->nothing_lost;
};

subtest 'nginx is killed' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 100);
    my ($master) = Turnout::slurp("$t->{env}{SPOOL_DIR}/../pids/nginx") =~ /^(\d+)/;
    my @workers = $t->pids('nginx');
    kill KILL => $master, @workers;
    $load->wait_for(none => 20);
    $t->part('rm -f "$state/pids/nginx"; launch nginx nginx -e stderr -p "$state/nginx" -c "$state/nginx/nginx.conf" -g "daemon off;"');
    $load->goes_well_again(time);
    $load->nothing_lost;
};

subtest 'the worker is killed while it empties the spool' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 50);
    $t->postgres_stop;
    $load->wait_for(202 => 400);
    $t->postgres_start;
    my $since = time;
    my $killed = 0;
    $t->wait_until('the worker was killed ten times', sub {
        $killed += kill KILL => $t->pids('worker');
        return $killed >= 10;
    });
    $load->goes_well_again($since);
    $load->nothing_lost;
    cmp_ok $killed, '>=', 10, "the worker was killed $killed times";
};

subtest 'two workers' => sub {
    $t->part('. "$dir/env"; launch worker2 "$TURNOUT_BIN/worker"');
    my $holders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7487769 AND granted";
    my $load = Load->begin(another());
    $load->wait_for(200 => 50);
    $t->postgres_stop;
    $load->wait_for(202 => 300);
    $t->postgres_start;
    $load->goes_well_again(time);
    $load->nothing_lost;
    $t->wait_until('one of them holds the lock', sub { $t->value($holders) == 1 });
    is_deeply [ grep { ($_->{event} // '') eq 'spool_set_aside' } map { $t->log_lines($_) } qw(worker worker2) ], [],
        'they do not trip over each other in the spool';
    $t->part('stop worker TERM');
    $t->sql("UPDATE webhook_events SET status = 'failed', next_try_at = now() WHERE event_id = (SELECT max(event_id) FROM webhook_events)");
    $t->wait_until('the other one takes over', sub { !$t->value("SELECT count(*) FROM webhook_events WHERE status = 'failed'") });
    is $t->value($holders), 1, 'and holds the lock now';
};

$t->finish;

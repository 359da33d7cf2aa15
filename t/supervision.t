# Processes die, the database goes away: what was answered is there, once, and all comes back by itself.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use JSON::PP;
use List::Util qw(uniq);
use Time::HiRes qw(sleep time);
use Turnout;

my $t = Turnout->start(sample => 1);
my %reports = (bookings => "/api/clients/$t->{workspace}/bookings", funnel => "/api/clients/$t->{workspace}/funnel", health => '/api/cal/health');
my %processes = (webhook => 4, bookings => 2, funnel => 2, health => 2, worker => 1);

# One process beside three that do the same all the time, from before the first begins until after it is done, and so often that
# there is something to count: ([what the first returned], [answers]).
sub under_load ($job, $trouble) {
    my ($over, @begun) = map { "$t->{dir}/$_" } 'trouble-is-over', map { "load-has-begun-$_" } 2 .. 4;
    unlink $over, @begun;
    my ($first, @rest) = $t->at_once(4, sub ($number) {
        if ($number == 1) {
            $t->wait_until('all have been answered', sub { @begun == grep { -e } @begun });
            my @said = $trouble->();
            spit($over, '');
            return \@said;
        }
        my @answers;
        for (my $after = 0; @answers < 20 || $after < 5; $after += -e $over ? 1 : 0) {
            push @answers, $job->($number, scalar @answers);
            spit($begun[ $number - 2 ], '') if @answers == 1;
        }
        return \@answers;
    });
    return $first, [ map { @$_ } @rest ];
}

my $run = 0;
sub deliver_numbered ($number, $count) {
    my $uid = "load-$run-$number-$count";
    my $answer = $t->deliver(event('BOOKING_CREATED', $uid, people => ["guest$count\@load.test"]));
    return [ $uid, $answer->{http}, $answer->{status} // '', $answer->{code} // '' ];
}

sub spit ($file, $bytes) {
    open my $out, '>:raw', $file or die "could not write \"$file\": $!";
    print $out $bytes;
    close $out or die "could not write \"$file\": $!";
}

sub spooled { my @files = glob "$t->{env}{SPOOL_DIR}/*.event"; return @files }

# What was answered with 2xx is there once, as an event and as a booking; once the spool is empty.
sub nothing_is_lost ($answers, $what) {
    $t->wait_until('the spool is empty', sub { !spooled() });
    my %events   = map { $_->[0] => $_->[1] } $t->sql("SELECT uid, count(*) FROM webhook_events WHERE uid LIKE 'load-$run-%' AND status = 'processed' GROUP BY uid");
    my %bookings = map { $_->[0] => 1 } $t->sql("SELECT uid FROM bookings JOIN attendees USING (workspace_id, uid) WHERE uid LIKE 'load-$run-%'");
    my @good = map { $_->[0] } grep { $_->[1] =~ /^2/ } @$answers;
    ok @good > 20, "$what: " . @good . ' deliveries were answered';
    is_deeply [ grep { ($events{$_} // 0) != 1 } @good ], [], 'each of them is there once';
    is_deeply [ grep { !$bookings{$_} } @good ], [], 'and its booking too';
    is_deeply [ grep { $events{$_} > 1 } keys %events ], [], 'no other is there twice';
}

# Kills the processes of a program one by one, as they come, this many times.
sub kill_some ($program, $times, $signal = 'KILL') {
    my $killed = 0;
    for (1 .. $times) {
        my $pids = $t->wait_until("$program runs", sub { my @pids = $t->pids($program); @pids && \@pids });
        $killed += kill $signal => $pids->[ rand @$pids ];
        sleep 0.03;
    }
    return $killed;
}

sub all_back ($program) { $t->wait_until("$program runs again", sub { $t->pids($program) == $processes{$program} }) }

ok all_back($_), "$processes{$_} processes run as $_" for sort keys %processes;

# --- kill -9

for my $program (qw(bookings funnel health)) {
    subtest "kill -9 of $program under load" => sub {
        my ($killed, $answers) = under_load(sub { my $a = $t->get($reports{$program}); [ $a->{http}, $a->{headers}{'retry-after'} ] }, sub { kill_some($program, 10) });
        my @failed = grep { $_->[0] != 200 } @$answers;
        cmp_ok $killed->[0], '>=', 5, 'processes were killed';
        cmp_ok scalar @$answers - @failed, '>', 20, 'requests were answered';
        cmp_ok scalar @failed, '<=', $killed->[0], 'no more failed than processes died (' . @failed . ')';
        is scalar(grep { $_->[0] != 503 || !$_->[1] } @failed), 0, 'and those with 503 and Retry-After';
        ok all_back($program), 'the supervisor starts them again';
        is $t->get($reports{$program})->{http}, 200, 'and they answer';
    };
}

subtest 'kill -9 of the webhook under load' => sub {
    $run++;
    my ($killed, $answers) = under_load(\&deliver_numbered, sub { kill_some('webhook', 20) });
    my @failed = grep { $_->[1] != 200 } @$answers;
    cmp_ok $killed->[0], '>=', 15, 'processes were killed';
    cmp_ok scalar @failed, '<=', $killed->[0], 'no more requests failed than processes died (' . @failed . ")";
    is_deeply [ uniq map { "$_->[1] $_->[3]" } @failed ], [ @failed ? '503 unavailable' : () ], 'and those were told to come again';
    ok all_back('webhook'), 'the supervisor starts them again';
    nothing_is_lost($answers, 'afterwards');
};

subtest 'kill -9 of the worker' => sub {
    my ($before) = $t->pids('worker');
    kill KILL => $before;
    my ($after) = $t->wait_until('the worker runs again', sub { my ($pid) = $t->pids('worker'); $pid && $pid != $before && $pid });
    isnt $after, $before, 'the supervisor starts it again';
};

# --- Asked to end

for my $signal (qw(TERM USR1 INT)) {
    subtest "SIG$signal finishes the request in hand" => sub {
        my @before = $t->pids('webhook');
        my $let_go = $t->hold_table('webhook_events');
        my @said = $t->at_once(3, sub ($number) {
            if ($number == 3) {
                $t->wait_until('both deliveries wait', sub { $t->waiting('turnout webhook') == 2 });
                kill $signal => @before;
                $t->wait_until('those without a request have ended', sub { my %now = map { $_ => 1 } $t->pids('webhook'); 2 == grep { $now{$_} } @before });
                $let_go->();
                return 'let go';
            }
            # One after the other, or one process may take both.
            $t->wait_until('the first delivery waits', sub { $t->waiting('turnout webhook') == 1 }) if $number == 2;
            my $answer = $t->deliver(event('BOOKING_CREATED', "in-hand-$signal-$number"));
            return "$answer->{http} " . ($answer->{status} // '');
        });
        is_deeply \@said, [ '200 processed', '200 processed', 'let go' ], 'both deliveries are answered';
        ok $t->wait_until('the processes are others', sub { my %now = map { $_ => 1 } $t->pids('webhook'); keys %now == 4 && !grep { $now{$_} } @before }), 'then the processes end, and others come';
        is $t->value("SELECT count(*) FROM bookings WHERE uid LIKE 'in-hand-$signal-%'"), 2, 'and both bookings are there';
    };
}

# --- The database

my %pids = map { my $p = $_; $p => join ' ', sort { $a <=> $b } $t->pids($p) } keys %processes;
sub nobody_died ($what) {
    is_deeply { map { my $p = $_; $p => join ' ', sort { $a <=> $b } $t->pids($p) } keys %processes }, \%pids, $what;
}

for my $how (qw(fast immediate)) {
    subtest "PostgreSQL is stopped ($how)" => sub {
        $run++;
        $t->postgres_stop($how);
        for my $program (qw(bookings funnel)) {
            for (1 .. 3) {
                my $answer = $t->get($reports{$program});
                is $answer->{http}, 503, "$program is answered 503";
                is $answer->{headers}{'content-type'}, 'application/problem+json', 'as a problem';
                like $answer->{headers}{'retry-after'} // '', qr/^\d+$/, 'with Retry-After';
                is $answer->{code}, 'database_away', 'with a code';
                unlike $answer->{body}, qr/socket|\/|host|connection to server/i, 'and no word of where the database is';
            }
        }
        is $t->get('/healthz', token => undef)->{http}, 200, 'the programs live';
        is $t->get('/api/cal/health', token => undef)->{http}, 503, 'the health answer says that something is wrong';
        like $t->get('/metrics', token => undef)->{body}, qr/^turnout_database_up 0$/m, 'so do the metrics';
        my @queued = map { $t->deliver(event('BOOKING_CREATED', "load-$run-1-$_", people => ["queued$_\@load.test"])) } 1 .. 25;
        is_deeply [ uniq map { "$_->{http} " . ($_->{status} // '') } @queued ], ['202 queued'], 'deliveries are queued';
        is $t->deliver(event('BOOKING_CREATED', "load-$run-1-1", people => ["queued1\@load.test"]))->{http}, 202, 'one of them twice';
        is $t->deliver(event('BOOKING_CREATED', "load-$run-2"), secret => 'wrong')->{http}, 401, 'but not with a wrong signature';
        is $t->deliver(\'{')->{http}, 400, 'nor when they are none';
        my @files = spooled();
        is scalar @files, 26, 'each is a file';
        is scalar(grep { Turnout::slurp($_) =~ /queued|load-|BOOKING/ } @files), 0, 'that nobody can read';
        if ($how eq 'immediate') {
            my %killed = map { $_ => 1 } map { $t->pids($_) } qw(webhook worker);
            kill KILL => keys %killed;
            for my $program (qw(webhook worker)) {
                $t->wait_until("others run as $program", sub { !(grep { $killed{$_} } $t->pids($program)) && $t->pids($program) == $processes{$program} });
                $pids{$program} = join ' ', sort { $a <=> $b } $t->pids($program);
            }
        }
        $t->postgres_start;
        my @first = map { $t->get($reports{$_})->{http} } ('bookings', 'funnel', 'health') x 4;
        is_deeply [ uniq @first ], [200], 'when it is back, the first requests are answered';
        is $t->deliver(event('BOOKING_CREATED', "back-$run"))->{status}, 'processed', 'and deliveries are processed';
        nothing_is_lost([ map { [ "load-$run-1-$_", 202 ] } 1 .. 25 ], 'queued ones are applied');
        nobody_died('without any process being started again');
    };
}

# The connections are kept in a file for a webhook that starts while the database is away.
subtest 'a webhook starts while PostgreSQL is away' => sub {
    my $kept = "$t->{env}{SPOOL_DIR}/senders";
    my $start_again = sub {
        my %before = map { $_ => 1 } $t->pids('webhook');
        kill TERM => keys %before;
        $t->wait_until('others run', sub { !(grep { $before{$_} } $t->pids('webhook')) && $t->pids('webhook') == $processes{webhook} });
    };
    my $said = sub (%option) { my $answer = $t->deliver(event('BOOKING_CREATED', 'kept-' . ++$run), %option); "$answer->{http} " . ($answer->{status} eq $answer->{http} ? $answer->{code} : $answer->{status}) };
    $said->();
    $t->postgres_stop;
    ok -s $kept, 'the connections are in a file';
    $start_again->();
    is $said->(), '202 queued', 'it knows them';
    is $said->(secret => 'wrong'), '401 signature_wrong', 'and their secrets';
    my $sealed = Turnout::slurp($kept);
    unlike $sealed, qr/$t->{secret}/, 'which the file does not show';
    my %spoilt = (
        'is cut short'  => sub { spit($kept, substr $sealed, 0, -1) },
        'was written to' => sub { spit($kept, $sealed ^. "\0\0\1") },
        'is empty'      => sub { spit($kept, '') },
        'is none'       => sub { unlink $kept; mkdir $kept },
        'is not there'  => sub { rmdir $kept },
    );
    for my $how ('is cut short', 'was written to', 'is empty', 'is none', 'is not there') {
        $spoilt{$how}->();
        $start_again->();
        is_deeply [ uniq map { $said->() } 1 .. 12 ], ['503 database_away'], "a file that $how is not trusted: deliveries are sent away";
    }
    chmod 0500, $t->{env}{SPOOL_DIR} or die "could not close the spool: $!";
    $t->postgres_start;
    is $said->(), '200 processed', 'with the database nothing of it matters';
    ok !-e $kept, 'a file that cannot be written is none';
    ok scalar(grep { ($_->{message} // '') =~ /connections could not be kept/ } $t->log_lines('webhook')), 'and the log says so';
    chmod 0700, $t->{env}{SPOOL_DIR};
    $t->wait_until('it is written as soon as it can be', sub { $said->(); -s $kept });
    $pids{webhook} = join ' ', sort { $a <=> $b } $t->pids('webhook');
};

subtest 'PostgreSQL crashes under load' => sub {
    $run++;
    my (undef, $answers) = under_load(\&deliver_numbered, sub {
        for (1 .. 2) {
            $t->postgres_stop('immediate');
            $t->wait_until('deliveries are queued', sub { spooled() });
            $t->postgres_start;
            $t->wait_until('they are applied', sub { !spooled() });
        }
        return 1;
    });
    my %by;
    $by{"$_->[1] $_->[2]"}++ for @$answers;
    is_deeply [ grep { !/^(?:200 processed|200 duplicate|202 queued)$/ } keys %by ], [], 'every delivery is processed or queued';
    ok $by{'202 queued'} && $by{'200 processed'}, 'some are this, some that';
    nothing_is_lost($answers, 'afterwards');
    nobody_died('and no process was started again');
};

subtest 'the spool cannot be written' => sub {
    $run++;
    my $spool = $t->{env}{SPOOL_DIR};
    $t->postgres_stop;
    rename $spool, "$spool.away" or die "could not move the spool: $!";
    my $answer = $t->deliver(event('BOOKING_CREATED', 'unspooled'));
    rename "$spool.away", $spool;
    is $answer->{http}, 503, 'only then a delivery is refused';
    like $answer->{headers}{'retry-after'} // '', qr/^\d+$/, 'with Retry-After';
    is $t->deliver(event('BOOKING_CREATED', 'spooled'))->{http}, 202, 'and queued when it can be again';
    $t->postgres_start;
    $t->wait_until('the spooled delivery is applied', sub { $t->value("SELECT count(*) FROM bookings WHERE uid = 'spooled'") });
    is $t->value("SELECT count(*) FROM webhook_events WHERE uid = 'unspooled'"), 0, 'what was refused is not there';
    is $t->deliver(event('BOOKING_CREATED', 'unspooled'))->{status}, 'processed', 'and can be sent again';
};

my $sessions = "FROM pg_stat_activity WHERE usename = 'turnout_app'";

subtest 'sessions are cut between two requests' => sub {
    my @requests = (map({ my $path = $_; sub { $t->get($path)->{http} } } (values %reports) x 3), sub { $t->get("$reports{bookings}?format=csv")->{http} });
    $_->() for @requests;
    for my $round (1 .. 4) {
        my $cut = join ',', map { $_->[0] } $t->sql("SELECT pid, pg_terminate_backend(pid) $sessions");
        $t->wait_until('they are gone', sub { !$t->value("SELECT count(*) FROM pg_stat_activity WHERE pid IN ($cut)") });
        cmp_ok $cut =~ tr/,//, '>=', 3, "round $round: sessions were cut";
        my @said = ((map { $_->() } @requests), map { $t->deliver(event('BOOKING_CREATED', "cut-$round-$_"))->{status} } 1 .. 6);
        is_deeply [ uniq @said ], [ 200, 'processed' ], 'and the next requests do not notice';
    }
    nobody_died('nor do the processes');
};

subtest 'sessions are cut under load' => sub {
    $run++;
    my ($cut, $answers) = under_load(\&deliver_numbered, sub {
        my $sum = 0;
        $t->wait_until('sessions were cut', sub { ($sum += $t->value("SELECT count(pg_terminate_backend(pid)) $sessions")) > 40 });
        return $sum;
    });
    cmp_ok $cut->[0], '>', 40, 'sessions were cut';
    is_deeply [ grep { !/^(?:200 processed|200 duplicate|202 queued)$/ } uniq map { "$_->[1] $_->[2]" } @$answers ], [], 'every delivery is processed or queued';
    nothing_is_lost($answers, 'afterwards');
};

is_deeply [ grep { /^5/ && $_ != 503 } uniq map { $_->{status} // 0 } $t->log_lines('nginx-access') ], [], 'no answer of the whole was a 500';

$t->finish;

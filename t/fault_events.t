# An event that cannot be applied is kept, does not stop others, is tried again, and in the end given up, but never dropped.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Load;
use Time::HiRes qw(sleep time);
use Turnout;

my $t = Turnout->start(workers => 4);
my ($rule, $mend) = ("ALTER TABLE bookings ADD CONSTRAINT %s CHECK (uid !~ '%s') NOT VALID", 'ALTER TABLE bookings DROP CONSTRAINT %s');

sub break_ ($name, $pattern) { $t->sql(sprintf $rule, $name, $pattern) }
sub mend ($name)             { $t->sql(sprintf $mend, $name) }
sub row ($uid)   { my ($row) = $t->sql("SELECT status, attempts, error, next_try_at > now() FROM webhook_events WHERE uid = '$uid' AND trigger = 'BOOKING_CREATED'"); $row }
sub due ($uid)   { $t->sql("UPDATE webhook_events SET next_try_at = now() WHERE uid = '$uid' AND status = 'failed'") }
sub events ($event) { grep { ($_->{event} // '') eq $event } map { $t->log_lines($_) } qw(webhook worker) }

subtest 'some of many cannot be applied' => sub {
    my $w = $t->workspace;
    break_('no_sevens', '-\d*7$');
    my $load = Load->begin($w);
    $load->wait_for('20[02]' => 560);
    my $kinds = $load->end;
    my $kept = $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $w->{workspace} AND status = 'failed'");
    is $load->count('202 queued'), $kept, "$kept are kept as failed, and answered 202";
    cmp_ok $kept, '>=', 40, 'some, but';
    is_deeply [ grep { !/^20[02]/ } keys %$kinds ], [], 'the others are applied';
    is $t->value("SELECT count(*) FROM bookings WHERE workspace_id = $w->{workspace} AND uid ~ '-\\d*7\$'"), 0, 'a failed event has left nothing';
    is $t->get('/api/cal/health')->{events}{failed}, $kept, 'health counts them';
    mend('no_sevens');
    my ($exit, $out) = $t->turnout('events', 'retry', '--workspace', $w->{workspace});
    is $exit, 0, 'when the cause is mended, a retry works';
    like $out, qr/^[1-9]\d* applied, 0 failed again$/, 'and applies them, but for those that the worker was quicker with';
    # One that the worker had in hand when it was mended is put off once more.
    ok $t->wait_until('all are applied', sub { !$t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $w->{workspace} AND status <> 'processed'") }),
        'all of them';
    $load->nothing_lost;
};

subtest 'the worker tries again by itself' => sub {
    break_('no_bad', '^bad');
    is $t->deliver(event('BOOKING_CREATED', 'bad1'))->{status}, 'queued', 'kept';
    my $row = row('bad1');
    is_deeply [ @$row[ 0, 1, 3 ] ], [ 'failed', 1, 't' ], 'to be tried later';
    ok $row->[2], 'with its error';
    is $t->deliver(event('BOOKING_CREATED', 'bad1'))->{status}, 'duplicate', 'the same delivery again';
    is row('bad1')->[0], 'failed', 'changes nothing';
    due('bad1');
    $row = $t->wait_until('the worker has tried', sub { my $now = row('bad1'); $now->[1] > 1 && $now });
    is_deeply [ @$row[ 0, 1 ] ], [ 'failed', 2 ], 'it fails again';
    mend('no_bad');
    is $t->deliver(event('BOOKING_CANCELLED', 'bad1', at => '2026-03-02T08:00:00Z'))->{status}, 'processed', 'a later event of the booking passes it';
    due('bad1');
    $t->wait_until('it is applied', sub { row('bad1')->[0] ne 'failed' });
    is_deeply [ map { $_->[0] } $t->sql("SELECT status FROM webhook_events WHERE uid = 'bad1'") ], [ ('processed') x 2 ], 'once the cause is gone it is applied';
    is_deeply [ $t->sql("SELECT status, known_at < '2026-03-01T09:00:00Z' FROM bookings WHERE uid = 'bad1'") ], [ [ 'cancelled', 't' ] ],
        'and does not undo what is newer';
};

subtest 'given up after 20 attempts' => sub {
    break_('no_bad', '^bad');
    $t->deliver(event('BOOKING_CREATED', 'bad2'));
    $t->sql("UPDATE webhook_events SET attempts = 18 WHERE uid = 'bad2'");
    due('bad2');
    $t->wait_until('19 attempts', sub { row('bad2')->[1] == 19 });
    is row('bad2')->[0], 'failed', 'after the 19th it is still waiting';
    due('bad2');
    $t->wait_until('20 attempts', sub { row('bad2')->[1] == 20 });
    is_deeply row('bad2'), [ 'dead', 20, row('bad2')->[2], undef ], 'after the 20th it is dead';
    is scalar events('event_dead'), 1, 'the log says so, once';
    is $t->get('/api/cal/health')->{events}{dead}, 1, 'and so does health';
    is $t->get('/api/cal/health')->{status}, 'degraded', 'which is degraded';
    mend('no_bad');
    my ($id) = map { $_->[0] } $t->sql("SELECT event_id FROM webhook_events WHERE uid = 'bad2'");
    is $t->said('events', 'retry', $id, '--workspace', $t->{workspace}), '1 applied, 0 failed again', 'a person can try it all the same';
    is row('bad2')->[0], 'processed', 'and it is applied';
};

subtest 'an event that cannot even be kept' => sub {
    $t->sql("ALTER TABLE webhook_events ADD CONSTRAINT nothing CHECK (uid IS DISTINCT FROM 'unkept') NOT VALID");
    is $t->deliver(event('BOOKING_CREATED', 'unkept'))->{http}, 202, 'is accepted all the same';
    my $spool = $t->{env}{SPOOL_DIR};
    $t->wait_until('it is set aside', sub { glob "$spool/aside/*.event" });
    is $t->deliver(event('BOOKING_CREATED', 'after'))->{status}, 'processed', 'others pass';
    $t->sql('ALTER TABLE webhook_events DROP CONSTRAINT nothing');
    rename $_, $_ =~ s/aside\///r for glob "$spool/aside/*.event";
    $t->wait_until('it is applied', sub { row('unkept') });
    is row('unkept')->[0], 'processed', 'put back by a person, it is applied';
};

like $t->said('events', 'replay', '--workspace', $t->{workspace}), qr/ 0 differences$/, 'a replay comes to the same';
$t->finish;

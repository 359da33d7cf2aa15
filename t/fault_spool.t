# The spool is full, closed, or holds what is no delivery, while PostgreSQL is away: what was accepted is not lost, the rest is refused.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Load;
use Time::HiRes qw(sleep time);
use Turnout;

my $limit = 5;
my $t     = Turnout->start(workers => 4, env => { SPOOL_FILES => $limit });
my $spool = $t->{env}{SPOOL_DIR};
my $refused = qr/503 database_away/;

sub another { my $w = $t->workspace; $w->import_csv(leads => leads_csv({ email => 'ann@lead.test' })); return $w }
sub events ($program, $event) { grep { ($_->{event} // '') eq $event } $t->log_lines($program) }

subtest 'the spool is full' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    $t->postgres_stop;
    my $since = time;
    $load->wait_for($refused => 300, $since);
    my $files = Load::spooled($t);
    cmp_ok $files, '>=', $limit, "$files deliveries are spooled";
    cmp_ok $files, '<',  $limit + 4, 'not many more than it may hold: the others were about to';
    is $load->count(202), $files, 'as many as were accepted';
    is $load->count('(?!200|202|503 database_away)'), 0, 'all others were refused';
    like $t->deliver(event('BOOKING_CREATED', 'no-room'))->{headers}{'retry-after'}, qr/^\d+$/, 'and told to come back';
    ok scalar events('webhook', 'spool_full'), 'the log says why';
    $t->postgres_start;
    $load->goes_well_again(time);
    $load->nothing_lost;
    is $t->value("SELECT count(*) FROM webhook_events WHERE uid = 'no-room'"), 0, 'what was refused is not there';
};

subtest 'the spool cannot be written' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my $mode = (stat $spool)[2];
    chmod 0500, $spool or die "could not close the spool: $!";
    $t->postgres_stop;
    my $since = time;
    $load->wait_for($refused => 300, $since);
    is $load->count(202), 0, 'nothing was accepted';
    is scalar Load::spooled($t), 0, 'or left there';
    is_deeply [ grep { !/\/\.\.?$/ } glob "$spool/.*" ], [], 'not even half';
    chmod $mode & 07777, $spool;
    $since = time;
    $load->wait_for(202 => 1, $since);
    pass 'when it is open again, deliveries are accepted';
    $t->postgres_start;
    $load->goes_well_again(time);
    $load->nothing_lost;
};

subtest 'the spool is closed while deliveries wait in it' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    my $mode = (stat $spool)[2];
    $t->postgres_stop;
    $load->wait_for(202 => $limit);
    chmod 0500, $spool;
    $t->postgres_start;
    $load->goes_well_again(time);
    $t->wait_until('the worker has tried', sub { grep { ($_->{message} // '') =~ /spool has to wait: a file/ } $t->log_lines('worker') });
    chmod $mode & 07777, $spool;
    $load->nothing_lost;
};

subtest 'poison' => sub {
    my $load = Load->begin(another());
    $load->wait_for(200 => 150);
    $t->postgres_stop;
    $load->wait_for(202 => 3);
    my %poison = (empty => '', rubbish => 'no delivery at all', long => 'x' x 2_000_000, sealed => 'x' x 500);
    for my $kind (keys %poison) {
        open my $out, '>', "$spool/0000000000000000-$kind.event" or die "could not poison: $!";
        print $out $poison{$kind};
        close $out;
    }
    symlink '/nonexistent', "$spool/0000000000000000-link.event";
    POSIX::mkfifo("$spool/0000000000000000-pipe.event", 0600);
    chmod 0, "$spool/0000000000000000-sealed.event";
    mkdir "$spool/0000000000000000-folder.event";
    $t->postgres_start;
    $load->goes_well_again(time);
    rmdir "$spool/0000000000000000-folder.event" if $t->wait_until('what was behind it is applied', sub { 1 == Load::spooled($t) });
    $load->nothing_lost;
    is_deeply [ map { s/.*-|\.event$//gr } sort glob "$spool/aside/*.event" ], [qw(empty link long pipe rubbish sealed)], 'poison is set aside';
    is scalar(my @said = events('worker', 'spool_set_aside')), 6, 'once each';
    is $t->get('/api/cal/health')->{spool}{set_aside}, 6, 'and reported';
};

$t->finish;

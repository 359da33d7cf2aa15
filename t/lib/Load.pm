# Load - several clients that deliver signed events while a test breaks something, and what each delivery was answered.
#
#     my $load = Load->begin($workspace);
#     $load->wait_for(200 => 100);
#     ... break it, mend it ...
#     $load->goes_well_again($mended_at);   # the service works again, and how soon
#     $load->nothing_lost;                  # what was accepted is there once, what was not is not half there
package Load;
use v5.36;

use CalEvents;
use Digest::SHA qw(hmac_sha256_hex);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use List::Util qw(max);
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Test::More ();
use Time::HiRes qw(sleep time);

# Options: clients; events, how many all clients send at least; pace, the seconds from one event of a client to the next;
# patience, the seconds that a client waits for an answer.
my %usual = (clients => 8, events => 560, pace => 0.03, patience => 30);
my $most  = 20_000;   # events, should nobody end it
my $loads = 0;

sub begin ($class, $w, %option) {
    my $load = bless { %usual, %option, w => $w, number => ++$loads, begun => time, parent => $$ }, $class;
    $load->{place} = "$w->{dir}/load-$load->{number}";
    mkdir $load->{place} or die "could not make \"$load->{place}\": $!";
    $load->{pids} = [ map { $load->client($_) } 1 .. $load->{clients} ];
    return $load;
}

# --- The clients

sub client ($load, $number) {
    my $pid = fork // die "could not fork: $!";
    return $pid if $pid;
    eval { $load->send_all($number); 1 } or print STDERR $@;
    POSIX::_exit(0);
}

sub send_all ($load, $number) {
    local $SIG{PIPE} = 'IGNORE';
    open my $out, '>', "$load->{place}/$number" or die "could not write answers: $!\n";
    $out->autoflush;
    my $share = $load->{events} / $load->{clients};
    my $due   = time;
    for (my $i = 0; $i < $share || !-e "$load->{place}/end"; $i++) {
        last if $i >= $most / $load->{clients} || getppid != $load->{parent};
        my ($trigger, $uid, $body) = $load->story($number, $i);
        my $begin = time;
        my $said  = $load->deliver($body);
        printf $out "%.4f %.4f %s %s %s\n", $begin, time, $trigger, $uid, $said;
        $due = $due + $load->{pace} > time ? $due + $load->{pace} : time;
        sleep max(0, $due - time);
        sleep 0.02 if $said eq 'none';   # nobody listens: do not use up all events on that
    }
}

# Each booking is made, then called off or moved; never told twice.
sub story ($load, $client, $i) {
    my $booking = sprintf '%d-%d-%d', $load->{number}, $client, int($i / 2);
    my $kind    = $i % 2 == 0 ? 'made' : $i % 4 == 1 ? 'off' : 'moved';
    my $body    = ($load->{template}{$kind} //= JSON::PP->new->utf8->encode(
          $kind eq 'made' ? event('BOOKING_CREATED', 'UID', people => ['ann@lead.test', 'stranger@lead.test'])
        : $kind eq 'off'  ? event('BOOKING_CANCELLED', 'UID', at => '2026-03-02T08:00:00.000Z')
        :                   event('BOOKING_RESCHEDULED', 'NEW', at => '2026-03-02T08:00:00.000Z', rescheduleUid => 'UID')));
    $body =~ s/UID"/$booking"/g;
    $body =~ s/NEW"/$booking-new"/g;
    return $body =~ /"triggerEvent":"(\w+)"/, $booking . ($kind eq 'moved' ? '-new' : ''), $body;
}

# The status of HTTP and what the body says; or none: cut, refused, or too late.
sub deliver ($load, $body) {
    my $w = $load->{w};
    my ($port) = $w->{url} =~ /(\d+)$/;
    my $socket = delete $load->{socket}
        // IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5) // return 'none';
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    syswrite $socket, "POST /api/webhooks/calcom/$w->{connection} HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: application/json\r\nContent-Length: " . length($body)
        . "\r\nX-Cal-Signature-256: " . hmac_sha256_hex($body, $w->{secret}) . "\r\n\r\n$body";
    my ($select, $deadline, $text) = (IO::Select->new($socket), time + $load->{patience}, '');
    until (whole($text)) {
        $select->can_read($deadline - time) or return 'none';
        sysread $socket, $text, 65536, length $text or return 'none';
    }
    $load->{socket} = $socket unless $text =~ /^connection: close/mi;
    return join ' ', $text =~ /^HTTP\/1\.1 (\d+)/, $text =~ /"(?:status|code)":\s*"(\w+)/;
}

sub whole ($text) {
    my ($head, $body) = $text =~ /^(.*?\r\n)\r\n(.*)$/s or return 0;
    return $head =~ /^content-length: (\d+)/mi ? length $body >= $1 : $body =~ /(?:^|\r\n)0\r\n\r\n\z/;
}

# --- What is known so far

# Of each answer: when it began, when it was there, trigger and uid, what was said.
sub answers ($load) {
    return map { [ split / /, $_, 5 ] } map { split /(?<=\n)/, Turnout::slurp($_) =~ s/[^\n]*\z//r } glob "$load->{place}/[0-9]*";
}

# Deliveries that began after a moment and were answered so.
sub count ($load, $status, $since = 0) {
    my $count = 0;
    for my $file (glob "$load->{place}/[0-9]*") {
        my $text = Turnout::slurp($file);
        while ($text =~ /^([\d.]+) \S+ \S+ \S+ $status.*\n/mg) { $count += $1 >= $since }
    }
    return $count;
}

sub wait_for ($load, $status, $number, $since = 0) {
    $load->{w}->wait_until("$number deliveries are answered $status", sub { $load->count($status, $since) >= $number });
}

# The names of what waits in the spool.
sub spooled ($w) { map { s/.*\///r } glob "$w->{env}{SPOOL_DIR}/*.event" }

# Ends the load when it has sent enough.
sub end ($load) {
    return if $load->{ended}++;
    open my $end, '>', "$load->{place}/end" or die "could not end the load: $!";
    waitpid $_, 0 for @{ $load->{pids} };
    my %kinds;
    $kinds{ $_->[4] =~ s/\n//r }++ for my @answers = $load->answers;
    Test::More::note sprintf '%d events in %.1f s: %s', scalar @answers, time - $load->{begun}, join ', ', map { "$kinds{$_} x $_" } sort keys %kinds;
    return \%kinds;
}

# --- What must hold

# The cause is gone since then: within 5 s deliveries are processed again, all of them.
sub goes_well_again ($load, $since, $what = 'it answers 200 again within 5 s') {
    $load->wait_for(200 => 150, $since);
    my @later = sort { $a->[1] <=> $b->[1] } grep { $_->[0] >= $since } $load->answers;
    my ($first) = map { $_->[1] - $since } grep { $_->[4] =~ /^200/ } @later;
    my ($last)  = map { $_->[1] - $since } grep { $_->[4] !~ /^200/ } reverse @later;
    Test::More::note sprintf 'first answered 200 after %.2f s, last answered otherwise after %.2f s', $first, $last // 0;
    Test::More::cmp_ok($first > ($last // 0) ? $first : $last, '<', 5, $what);
}

# Ends the load, waits for the worker's next round, and counts.
sub nothing_lost ($load) {
    $load->end;
    my $w = $load->{w};
    $w->wait_until('the spool is empty', sub { !spooled($w) });
    my %stored;
    $stored{"$_->[0] $_->[1]"} .= "$_->[2] " for $w->sql("SELECT trigger, uid, status FROM webhook_events WHERE workspace_id = $w->{workspace}");
    my %booked;
    $booked{ $_->[0] }++ for $w->sql("SELECT uid FROM bookings WHERE workspace_id = $w->{workspace}");
    my @answers  = $load->answers;
    my @accepted = grep { $_->[4] =~ /^2/ } @answers;
    my @missing  = grep { ($stored{"$_->[2] $_->[3]"} // '') ne 'processed ' || ($booked{ $_->[3] } // 0) != 1 } @accepted;
    Test::More::cmp_ok(scalar @answers, '>=', 500, 'at least 500 events were sent');
    Test::More::is(scalar @missing, 0, 'every event that was accepted is there and applied, once');
    Test::More::diag(join ' ', @$_, $stored{"$_->[2] $_->[3]"} // 'absent') for splice @missing, 0, 5;
    my @half = grep { my $s = $stored{"$_->[2] $_->[3]"}; defined $s && $s ne 'processed ' } grep { $_->[4] !~ /^2/ } @answers;
    Test::More::is(scalar @half, 0, 'what was not accepted is not half there');
    Test::More::like($w->said('events', 'replay', '--workspace', $w->{workspace}), qr/^\d+ events replayed, 0 differences$/,
        'and a replay comes to the same');
}

# A test that dies takes its clients with it.
sub DESTROY ($load) {
    return if $load->{ended} || $load->{parent} != $$;
    kill KILL => @{ $load->{pids} };
    waitpid $_, 0 for @{ $load->{pids} };
}

1;

# StandIn::Server - the process behind StandIn: connections, faults, the log of requests. What is answered is decided by
# StandIn::Calcom and StandIn::EmailBison.
package StandIn::Server;
use v5.36;

use IO::Socket::INET;
use POSIX qw(strftime);
use Socket qw(IPPROTO_TCP TCP_NODELAY SOL_SOCKET SO_LINGER);
use StandIn::Calcom;
use StandIn::EmailBison;
use StandIn::Faults;
use StandIn::Json;
use Storable qw(freeze thaw);
use Time::HiRes qw(time);

my %reason = (200 => 'OK', 201 => 'Created', 202 => 'Accepted', 204 => 'No Content', 302 => 'Found', 400 => 'Bad Request',
    401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 422 => 'Unprocessable Entity',
    429 => 'Too Many Requests', 500 => 'Internal Server Error', 503 => 'Service Unavailable');
my @own = qw(clock down up requests forget key set_key limit fault lift hits after);

# The port is ours from now on: a second socket that never listens keeps it while the server is down.
sub new ($class) {
    my $guard = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Proto => 'tcp', ReuseAddr => 1, ReusePort => 1)
        or die "could not get a port: $@";
    my $server = bless {
        guard => $guard, port => $guard->sockport, shift => 0, connections => {}, log => [], changes => [], limits => {},
        faults => StandIn::Faults->new,
    }, $class;
    my $clock = sub { time + $server->{shift} };
    $server->{calcom}     = StandIn::Calcom->new($clock);
    $server->{emailbison} = StandIn::EmailBison->new($clock, "http://127.0.0.1:$server->{port}");
    $server->up;
    return $server;
}

# The process that only tests must not keep the port open.
sub let_go ($server) { close delete $server->{$_} for qw(listener guard) }

# What a test may ask for by name, whoever serves it.
sub methods ($class) { (@own, StandIn::Calcom->methods, StandIn::EmailBison->methods) }

# --- What the test says

# A frame: its length, and a frozen array.
sub say_to ($socket, $words) {
    my $frame = freeze($words);
    local $SIG{PIPE} = 'IGNORE';
    $frame = pack('N', length $frame) . $frame;
    while (length $frame) {
        my $sent = syswrite $socket, $frame;
        next if !defined $sent && $!{EINTR};
        return if !$sent;
        substr $frame, 0, $sent, '';
    }
}

# undef: the other side is gone.
sub hear_from ($socket) {
    my $take = sub ($length) {
        my $bytes = '';
        while (length $bytes < $length) {
            my $read = sysread $socket, $bytes, $length - length $bytes, length $bytes;
            next if !defined $read && $!{EINTR};
            return if !$read;
        }
        return $bytes;
    };
    my $length = $take->(4) // return;
    return thaw($take->(unpack 'N', $length) // return);
}

sub obey ($server, $method, @arguments) {
    for my $part ($server, @$server{qw(calcom emailbison faults)}) {
        return $part->$method(@arguments) if grep { $_ eq $method } $part == $server ? @own : $part->methods;
    }
    die "the stand-in has no method \"$method\"\n";
}

sub clock ($server, $time) { $server->{shift} = (seconds($time) // die "\"$time\" is no time\n") - time; return }

sub down ($server) {
    close(delete $server->{listener} // return);
    $server->drop($_) for values %{ $server->{connections} };
    return;
}

sub up ($server) {
    $server->{listener} //= IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $server->{port}, Proto => 'tcp',
        Listen => 64, ReuseAddr => 1, ReusePort => 1, Blocking => 0) // die "could not listen: $@";
    return;
}

sub requests ($server, $regex) { grep { "$_->{method} $_->{target}" =~ $regex } @{ $server->{log} } }
sub forget ($server)           { $server->{log} = []; return }

sub key ($server, $name)           { $server->{$name}{key} // die "there is no source \"$name\"\n" }
sub set_key ($server, $name, $key) { $server->{$name}{key} = $key; return }

sub limit ($server, $name, $requests, %how) {
    $server->{limits}{$name} = defined $requests ? { window => 60, %how, requests => $requests, since => 0 } : undef;
    return;
}

sub fault ($server, @how)   { $server->{faults}->add(@how) }
sub lift ($server, $regex)  { $server->{faults}->lift($regex) }
sub hits ($server, $number) { $server->{faults}->hits($number) }

sub after ($server, $regex, $n, @what) {
    push @{ $server->{changes} }, { regex => qr/$regex/, left => $n, what => \@what };
    return;
}

# --- Connections

# Until the test has closed its end.
sub serve ($server, $control) {
    while (1) {
        my ($reads, $writes) = ('', '');
        vec($reads, fileno $control, 1) = 1;
        vec($reads, fileno $server->{listener}, 1) = 1 if $server->{listener};
        my ($now, $next) = (time, time + 60);
        for my $c (values %{ $server->{connections} }) {
            my $due = @{ $c->{out} } ? $c->{out}[0][0] : undef;
            vec($reads, fileno $c->{socket}, 1) = 1;
            if    (!defined $due) { }
            elsif ($due <= $now)  { vec($writes, fileno $c->{socket}, 1) = 1 }
            elsif ($due < $next)  { $next = $due }
        }
        select $reads, $writes, undef, $next - $now;
        if (vec $reads, fileno $control, 1) {
            my $words = hear_from($control) // return;
            my ($method, @arguments) = @$words;
            my @said = eval { (1, $server->obey($method, @arguments)) };
            say_to($control, @said ? \@said : [ 0, $@ =~ s/ at \S+ line \d+\.\n\z//r ]);
            next;   # what is open may have changed
        }
        for my $c (values %{ $server->{connections} }) {
            $server->feed($c) if vec $reads, fileno $c->{socket}, 1;
            $server->drain($c) if $c->{socket} && vec $writes, fileno $c->{socket}, 1;
        }
        $server->greet if $server->{listener} && vec $reads, fileno $server->{listener}, 1;
    }
}

sub greet ($server) {
    while (my $socket = $server->{listener}->accept) {
        $socket->blocking(0);
        setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
        $server->{connections}{ fileno $socket } = { socket => $socket, number => fileno $socket, in => '', out => [] };
    }
}

sub drop ($server, $c) {
    delete $server->{connections}{ $c->{number} };
    close delete $c->{socket};
}

# One request at a time: another waits until the answer to the first is out.
sub feed ($server, $c) {
    my $read = sysread $c->{socket}, $c->{in}, 65536, length $c->{in};
    return if !defined $read && ($!{EAGAIN} || $!{EINTR});
    return $server->drop($c) if !$read;
    $server->take($c);
}

sub take ($server, $c) {
    while (!@{ $c->{out} } && $c->{in} =~ /\r\n\r\n/) {
        my $head_length = $+[0];
        my ($line, @lines) = split /\r\n/, substr $c->{in}, 0, $head_length;
        my %headers = map { /^([^:]+):\s*(.*?)\s*$/ ? (lc $1 => $2) : () } @lines;
        my $length = $headers{'content-length'} // 0;
        return if length $c->{in} < $head_length + $length;
        my $body = substr $c->{in}, $head_length, $length;
        substr $c->{in}, 0, $head_length + $length, '';
        my ($method, $target) = split ' ', $line;
        my $through = $target =~ s{^(https?://[^/]+)}{} ? $1 : undef;   # we are the proxy on the way to that
        $server->respond($c, { at => time, method => $method, target => $target, headers => \%headers, body => $body,
            ($through ? (through => $through) : ()) });
    }
}

sub drain ($server, $c) {
    my $piece = $c->{out}[0];
    if (!defined $piece->[1]) {   # the end was ordered
        setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0 if $piece->[2];
        return $server->drop($c);
    }
    my $sent = syswrite $c->{socket}, $piece->[1];
    return if !defined $sent && ($!{EAGAIN} || $!{EINTR});
    return $server->drop($c) if !$sent;
    substr $piece->[1], 0, $sent, '';
    shift @{ $c->{out} } if !length $piece->[1];
    $server->take($c);
}

# --- Answers

sub respond ($server, $c, $request) {
    my ($path, $query) = split /\?/, $request->{target}, 2;
    @$request{qw(path query)} = (unescape($path), questions($query // ''));
    push @{ $server->{log} }, $request;
    my $fault  = $server->{faults}->meet($request);
    my $answer = $fault && defined $fault->{status} ? $server->refusal($request, $fault) : $server->true_answer($request);
    $answer->{status} == 204 or $answer->{headers}{'Content-Type'} //= 'application/json; charset=utf-8';
    my $pieces = $server->{faults}->deform($fault, $answer, time);
    if (!$pieces) {
        my $head = "HTTP/1.1 $answer->{status} " . ($reason{ $answer->{status} } // 'Status') . "\r\n"
            . 'Date: ' . strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(time + $server->{shift})) . "\r\n"
            . join '', map { "$_: $answer->{headers}{$_}\r\n" } sort keys %{ $answer->{headers} };
        $pieces = $server->{faults}->pieces($fault, $head, $answer->{body}, time);
    }
    $request->{status} = $fault && $fault->{cut} ? 0 : $answer->{status};
    push @{ $c->{out} }, @$pieces;
    push @{ $c->{out} }, [ 0, undef ] if lc($request->{headers}{connection} // '') eq 'close';
    $server->change($request);
}

sub source_of ($server, $request) {
    return $request->{path} =~ m{^/(?:v1|v2)(?:/|$)} ? 'calcom' : $request->{path} =~ m{^/api(?:/|$)} ? 'emailbison' : undef;
}

# What a status looks like that a fault asks for.
sub refusal ($server, $request, $fault) {
    my $name   = $server->source_of($request);
    my $answer = $name ? $server->{$name}->refusal($request, $fault->{status}) : { body => '' };
    return { status => $fault->{status}, headers => { %{ $fault->{headers} // {} } }, body => $fault->{body} // $answer->{body} };
}

sub true_answer ($server, $request) {
    my $name = $server->source_of($request) // return { status => 404, headers => {}, body => 'Not found' };
    my ($headers, $blocked) = $server->count($name);
    my $answer = $blocked ? { status => 429, body => $server->{$name}->refusal($request, 429)->{body} }
                          : eval { $server->{$name}->answer($request) };
    if (!$answer) {
        print STDERR "the stand-in could not answer $request->{target}: $@";
        $answer = { status => 500, body => '{"message":"the stand-in has a fault of its own"}' };
    }
    $answer->{body} = encode($answer->{body}) if ref $answer->{body};
    $answer->{headers} = { %$headers, %{ $answer->{headers} // {} } };
    return $answer;
}

# Fixed windows, and a block once they are over the limit.
sub count ($server, $name) {
    my $limit = $server->{limits}{$name} // { requests => 1_000_000, window => 60, since => 0 };
    my $now = time;
    my $blocked = ($limit->{blocked_until} // 0) > $now;
    @$limit{qw(since used)} = ($now, 0) if !$blocked && $now >= $limit->{since} + $limit->{window};
    if (!$blocked && ++$limit->{used} > $limit->{requests}) {
        $blocked = 1;
        $limit->{blocked_until} = $now + ($limit->{block} // $limit->{window});
        $limit->{since} = 0;
    }
    my $reset = ceiling(($blocked ? $limit->{blocked_until} : $limit->{since} + $limit->{window}) - $now);
    my $left  = $blocked ? 0 : $limit->{requests} - $limit->{used};
    my $label = $name eq 'calcom' ? '-Default' : '';
    return {
        "X-RateLimit-Limit$label" => $limit->{requests}, "X-RateLimit-Remaining$label" => $left,
        ($label ? ("X-RateLimit-Reset$label" => $reset) : ()),
        ($blocked && ($limit->{retry_after} || !$label) ? ('Retry-After' => $reset) : ()),
    }, $blocked;
}

sub ceiling ($seconds) { POSIX::ceil($seconds) }

sub change ($server, $request) {
    for my $change (grep { "$request->{method} $request->{target}" =~ $_->{regex} } @{ $server->{changes} }) {
        next if --$change->{left} != 0;
        for my $step (@{ $change->{what} }) {
            my ($method, @arguments) = @$step;
            eval { $server->obey($method, @arguments); 1 } or print STDERR "the stand-in could not \"$method\": $@";
        }
    }
    @{ $server->{changes} } = grep { $_->{left} > 0 } @{ $server->{changes} };
}

sub unescape ($text) { my $plain = $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger; utf8::decode($plain); return $plain }

# a[b]=1 stays "a[b]"; a name that is there more than once, or ends in [], has an array.
sub questions ($text) {
    my %query;
    for my $pair (split /&/, $text) {
        my ($name, $value) = map { unescape(tr/+/ /r) } split(/=/, $pair, 2), '';
        if ($name =~ s/\[\d*\]$//)    { push @{ $query{$name} }, $value }
        elsif (exists $query{$name})  { $query{$name} = [ ref $query{$name} ? @{ $query{$name} } : $query{$name}, $value ] }
        else                          { $query{$name} = $value }
    }
    return \%query;
}

1;

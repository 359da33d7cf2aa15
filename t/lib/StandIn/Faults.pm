# StandIn::Faults - what goes wrong on purpose: which requests it meets, and what becomes of their answers.
package StandIn::Faults;
use v5.36;

use JSON::PP ();
use StandIn::Json;

my %known = map { $_ => 1 } qw(status headers body delay drip cut garbage huge chunked times skip);

sub new ($class) { bless { list => [], hits => {}, last => 0 }, $class }

sub methods { () }

sub add ($faults, $regex, %how) {
    my @unknown = grep { !$known{$_} } sort keys %how;
    die "there is no fault \"$unknown[0]\"\n" if @unknown;
    push @{ $faults->{list} }, { %how, regex => qr/$regex/, text => $regex, number => ++$faults->{last} };
    return $faults->{last};
}

sub lift ($faults, $regex) {
    $faults->{list} = defined $regex ? [ grep { $_->{text} ne $regex } @{ $faults->{list} } ] : [];
    return;
}

sub hits ($faults, $number) { $faults->{hits}{$number} // 0 }

# The first that is for this request, or undef.
sub meet ($faults, $request) {
    for my $fault (grep { "$request->{method} $request->{target}" =~ $_->{regex} } @{ $faults->{list} }) {
        next if ($fault->{skip} // 0) > 0 && $fault->{skip}--;
        next if defined $fault->{times} && $fault->{times}-- <= 0;
        $faults->{hits}{ $fault->{number} }++;
        return $fault;
    }
    return undef;
}

# Changes the answer; true (the pieces themselves) when nothing of HTTP is to be sent.
sub deform ($faults, $fault, $answer, $now) {
    return undef if !$fault;
    $answer->{headers} = { %{ $answer->{headers} }, %{ $fault->{headers} // {} } };
    $answer->{body} = $fault->{body} if defined $fault->{body};
    my $start = $now + ($fault->{delay} // 0);
    return [ [ $start, undef, 1 ] ] if ($fault->{cut} // '') eq 'before';
    garble($fault->{garbage}, $answer) if $fault->{garbage};
    return undef;
}

sub garble ($kind, $answer) {
    my %make = (
        html      => sub { $answer->{headers}{'Content-Type'} = 'text/html';
                           '<!DOCTYPE html><html><body><h1>Just a moment...</h1></body></html>' },
        text      => sub { 'upstream connect error or disconnect/reset before headers' },
        truncated => sub { substr $answer->{body}, 0, int(length($answer->{body}) / 2) },
        types     => sub { encode(wrong(JSON::PP->new->utf8->decode($answer->{body}))) },
        deep      => sub { '{"status":"success","data":' . '[' x 200_000 . ']' x 200_000 . '}' },
        numbers   => sub { $answer->{body} =~ s/([:,])\d+(?=[,\]}])/${1}12345678901234567890123/gr },
        bytes     => sub { "\x00\xff\xfe{\"data\":[\"\xc3\x28\"]}" },
        empty     => sub { '' },
        null      => sub { 'null' },
    );
    $answer->{body} = ($make{$kind} // die "there is no garbage \"$kind\"\n")->();
}

# The outer object keeps its fields, so that it looks right at first; below that nothing has the type it should have.
sub wrong ($data, $level = 0) {
    return { map { $_ => wrong($data->{$_}, $level + 1) } keys %$data } if ref $data eq 'HASH' && $level < 3;
    return [ map { wrong($_, $level + 1) } @$data ] if ref $data eq 'ARRAY' && $level < 3;
    return 17.5    if ref $data eq 'ARRAY';
    return [ 'x' ] if ref $data eq 'HASH';
    return { value => $data } if !ref $data && defined $data && $data =~ /^[\d.]+$/;
    return defined $data ? ref $data ? 'maybe' : -1e300 : [];
}

# What goes out, and when: [ due, bytes ]; bytes undef: the connection ends.
sub pieces ($faults, $fault, $head, $body, $now) {
    my $start = $now + ($fault && $fault->{delay} // 0);
    return [ [ $start, whole($head, $body) ] ] if !$fault;
    if ($fault->{huge}) {
        my $count = int($fault->{huge} / 1_000_000) + 1;
        my $text  = 'x' x 1_000_000;
        return [ [ $start, $head . 'Content-Length: ' . ($count * 1_000_000 + 2) . "\r\n\r\n\"" ],
            (map { [ $start, $text ] } 1 .. $count), [ $start, '"' ] ];   # one copy, until it is sent
    }
    if ($fault->{chunked}) {
        my @chunks = $body =~ /(.{1,1000})/gs;
        return [ [ $start, join '', "${head}Transfer-Encoding: chunked\r\n\r\n",
            (map { sprintf("%x\r\n", length) . "$_\r\n" } @chunks), "0\r\n\r\n" ] ];
    }
    my $message = whole($head, $body);
    if (($fault->{cut} // '') eq 'amid') {
        my $kept = length($message) - int((length($body) + 1) / 2);
        return [ [ $start, substr $message, 0, $kept ], [ $start, undef ] ];
    }
    return [ [ $start, $message ] ] if !$fault->{drip};
    my $step = int(length($body) / 10) + 1;
    my ($first, @rest) = (substr($message, 0, length($message) - length $body), $body =~ /(.{1,$step})/gs);
    my $n = 0;
    return [ [ $start, $first ], map { [ $start + $fault->{drip} * ++$n, $_ ] } @rest ];
}

sub whole ($head, $body) { $head . 'Content-Length: ' . length($body) . "\r\n\r\n" . $body }

1;

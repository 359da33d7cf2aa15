# Turnout - a private instance for a test: real nginx, real programs, real PostgreSQL, in a directory of its own.
#
#     my $t = Turnout->start;
#     is $t->deliver('created')->{status}, 'processed', 'a signed delivery is processed';
#     is $t->funnel->{total}{booked}, 1, 'and the funnel counts it';
#     $t->finish;
#
# The programs are those of TURNOUT_BUILD (default: build). The instance ends with the test; its directory stays when
# the test failed.
package Turnout;
use v5.36;

use Carp qw(croak);
use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir tempfile);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use List::Util qw(min);
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Test::More ();
use Time::HiRes qw(sleep time);

my $root  = abs_path(dirname(__FILE__) . '/../..');
my $build = abs_path($ENV{TURNOUT_BUILD} // "$root/build") // die "there is no build directory; run t/run first\n";
my $json  = JSON::PP->new->utf8->canonical;
my @started;

# A shell of the person who runs the test may know another instance.
delete @ENV{qw(DATABASE_URL DATABASE_OWNER_URL TURNOUT_KEY TURNOUT_KEY_FILE CALCOM_WEBHOOK_SECRET CAL_WEBHOOK_SECRET)};
$ENV{TURNOUT_TEMPLATE} //= "$build/cluster";
$SIG{INT} = $SIG{TERM} = sub { exit 1 };

# --- The instance

# Options: sample (load it), workers (processes per program), env (more settings of the programs).
sub start ($class, %option) {
    my $t = bless { dir => tempdir('turnout-XXXXXX', TMPDIR => 1), started_by => $$ }, $class;
    chmod 0755, $t->{dir};   # the users of PostgreSQL and of the programs must get there
    push @started, $t;
    $t->up(%option);
    @$t{qw(workspace connection secret)} = @{ $t->{env} }{qw(TURNOUT_WORKSPACE TURNOUT_CONNECTION CALCOM_WEBHOOK_SECRET)};
    chomp($t->{token} = slurp("$t->{dir}/token"));
    return $t;
}

# Once more on the same directory, after stop.
sub up ($t, %option) {
    local %ENV = (%ENV, %{ $option{env} // {} });
    $ENV{TURNOUT_WORKERS} = $option{workers} if $option{workers};
    my ($exit, $out, $err) = run("$root/nginx/up", '--background', '--port', 0, '--dir', $t->{dir}, '--build', $build,
        $option{sample} ? () : '--empty');
    die "nginx/up failed:\n$err$out" if $exit;
    $t->{env}  = { map { /^(\w+)='(.*)'$/ ? ($1 => $2) : () } split /\n/, slurp("$t->{dir}/env") };
    $t->{url}  = $t->{env}{TURNOUT_URL};
    $t->{http} = http();
    return $out;
}

sub stop ($t) { run("$root/nginx/down", '--dir', $t->{dir}) }

# Whether the programs hold this: what sanitizers and counters of lines bring along.
sub built_with ($what) { slurp("$build/bin/turnout") =~ $what }

# The last line of a test: ends the instance, looks through its logs.
sub finish ($t) { $t->clean_logs; Test::More::done_testing() }

# Sanitizers report leaks when a program ends, so everything ends first.
sub clean_logs ($t) {
    $t->stop;
    my @lines = map { my $file = $_; map { "$file: $_\n" } split /\n/, slurp($file) } glob "$t->{dir}/log/*";
    my %dirt  = (
        'an alert'           => qr/\[(?:alert|crit|emerg)\]/,
        'a sanitizer report' => qr/(?:Address|Leak|UndefinedBehavior)Sanitizer|runtime error:/,
        'an e-mail address'  => qr/[\w.+-]+(?:@|%40)[\w-]+\.\w/,
    );
    for my $what (sort keys %dirt) {
        my @found = grep { $_ =~ $dirt{$what} } @lines;
        Test::More::is(join('', splice @found, 0, 5), '', "no log holds $what");
    }
}

END {
    my $status = $?;
    for my $t (grep { $_->{started_by} == $$ } @started) {
        $t->stop;
        if ($status == 0 && Test::More->builder->is_passing) {
            my $state = readlink "$t->{dir}/state";
            remove_tree(grep { defined } $t->{dir}, $state);
        } else {
            Test::More::diag("what was left of the instance is in $t->{dir}");
        }
    }
    $? = $status;
}

# Another workspace in the same instance, with a connection and a token of its own: whatever takes no `to` or
# workspace acts on it. Options: name, timezone, attendance, unsigned.
sub workspace ($t, %option) {
    my $w = bless { %$t, started_by => 0 }, ref $t;
    $w->{workspace} = $t->said('workspace', 'add', '--name', $option{name} // 'Another',
        map { $option{$_} ? ("--$_", $option{$_}) : () } qw(timezone attendance));
    $w->connect(%option);
    $w->{token} = $w->new_token('--write');
    return $w;
}

# Another connection of the workspace, used from here on.
sub connect ($w, %option) {
    ($w->{connection}, my $secret) =
        split /\n/, $w->said('connection', 'add', '--workspace', $w->{workspace}, $option{unsigned} ? '--unsigned' : ());
    $w->{secret} = $secret // $w->{env}{CALCOM_WEBHOOK_SECRET};
    $w->{known_from} = time + 0.6;   # a program looks for connections that it does not know at most every half second
    return $w;
}

# A connection of the workspace that asks a stand-in (StandIn) by its API, as one of its URLs names it; returns its number.
sub source ($w, $stand_in, $name = 'calcom') {
    my $kind = $name =~ s/_v1$//r;
    my ($connection) = split /\n/, $w->said('connection', 'add', '--workspace', $w->{workspace}, '--kind', $kind,
        '--api-key-file', '-', '--api-base', $stand_in->url($name), { stdin => $stand_in->key($kind) });
    return $connection;
}

sub new_token ($w, @how) { $w->said('token', 'add', '--workspace', $w->{workspace}, @how) }

# --- HTTP

# HTTP::Tiny sends headers and body apart: without this a request on a kept connection waits 40 ms for the first's receipt.
{
    no warnings 'redefine';
    my $connect = \&HTTP::Tiny::Handle::connect;
    *HTTP::Tiny::Handle::connect =
        sub { my $handle = $connect->(@_); setsockopt $handle->{fh}, IPPROTO_TCP, TCP_NODELAY, 1; $handle };
}

sub http { HTTP::Tiny->new(timeout => 60, max_redirect => 0, proxy => undef, http_proxy => undef) }

# What came back: the fields of its JSON, and beside them http (status), headers, body.
sub request ($t, $method, $path, %option) {
    my $token   = exists $option{token} ? $option{token} : $t->{token};
    my $answer  = $t->{http}->request($method, "$t->{url}$path", {
        headers => { (defined $token ? (Authorization => "Bearer $token") : ()), %{ $option{headers} // {} } },
        (defined $option{body} ? (content => $option{body}) : ()),
    });
    my $fields = eval { $json->decode($answer->{content}) };
    return {
        (ref $fields eq 'HASH' ? %$fields : ()),
        http => $answer->{status}, headers => $answer->{headers}, body => $answer->{content},
    };
}

sub get ($t, $path, %option) { $t->request('GET', $path, %option) }

# Of a workspace, this one unless told otherwise. A query is a text such as "limit=1".
sub bookings ($t, $of = $t, $query = '') { $of->get("/api/clients/$of->{workspace}/bookings?$query")->{bookings} }
sub funnel ($t, $of = $t, $query = '')   { $of->get("/api/clients/$of->{workspace}/funnel?$query") }

# A delivery of Cal.com. The event: fields, a reference to the bytes themselves, or the name of a folder in t/payloads.
# Options: to (a workspace), secret, signature (undef: none), path, headers.
sub deliver ($t, $event, %option) {
    my $to = $option{to} // $t;
    sleep 0.05 while time < ($to->{known_from} // 0);
    my $body = ref $event eq 'SCALAR' ? $$event
             : ref $event             ? $json->encode($event)
             :                          slurp("$root/t/payloads/$event/event.json");
    my $signature = exists $option{signature} ? $option{signature} : hmac_sha256_hex($body, $option{secret} // $to->{secret});
    return $to->request('POST', $option{path} // "/api/webhooks/calcom/$to->{connection}",
        token   => undef,
        body    => $body,
        headers => {
            'Content-Type' => 'application/json',
            (defined $signature ? ('X-Cal-Signature-256' => $signature) : ()),
            %{ $option{headers} // {} },
        });
}

# Sends these bytes, whatever they are, and returns all that comes back.
sub raw ($t, $bytes) {
    my ($port) = $t->{url} =~ /(\d+)$/;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 30) or die "no nginx: $@";
    local $SIG{PIPE} = 'IGNORE';
    print $socket $bytes;
    local $/;
    return <$socket> // '';
}

# Runs the code that often at the same time, each time in a process of its own; returns what each returned, in order.
sub at_once ($t, $times, $code) {
    my @others = map { my $number = $_; $t->meanwhile(sub { $code->($number) }) } 1 .. $times;
    return map { $_->() } @others;
}

# What goes on meanwhile: call the result for what it said.
sub meanwhile ($t, $code) {
    pipe my $reader, my $writer or die "could not make a pipe: $!";
    my $pid = fork // die "could not fork: $!";
    if (!$pid) {
        $t->{http} = http();
        print $writer $json->encode([ $code->() ]);
        close $writer;
        POSIX::_exit(0);
    }
    close $writer;
    return sub { local $/; my @said = @{ $json->decode(scalar <$reader>) }; waitpid $pid, 0; return wantarray ? @said : $said[0] };
}

# A session that holds a table, or the rows of one, until it is told to let go.
sub hold_table ($t, $table) { $t->hold("LOCK TABLE $table") }
sub hold_rows ($t, $query)  { $t->hold("$query FOR UPDATE") }

sub hold ($t, $statement) {
    open my $psql, '|-', 'psql', '-X', '-q', '-o', '/dev/null', $t->{env}{DATABASE_OWNER_URL} or die "no psql: $!";
    $psql->autoflush;
    my $holder = "holder $psql";
    print $psql "SET application_name = '$holder'; BEGIN; $statement;\n";
    $t->wait_until("$statement is done",
        sub { $t->value("SELECT count(*) FROM pg_stat_activity WHERE application_name = '$holder' AND state = 'idle in transaction' AND query LIKE '%' || \$\$$statement\$\$ || '%'") });
    return sub { print $psql "COMMIT;\n"; close $psql };
}

# How many sessions of a program wait for a lock.
sub waiting ($t, $program) { $t->value("SELECT count(*) FROM pg_stat_activity WHERE application_name = '$program' AND wait_event_type = 'Lock'") }

# --- The command line and the database

# (exit status, stdout, stderr) of the command line program. A last { stdin => ..., env => {...} } is for it.
sub turnout ($t, @words) {
    my $how = ref $words[-1] ? pop @words : {};
    local %ENV = (%ENV, %{ $t->{env} }, %{ $how->{env} // {} });
    return run({ stdin => $how->{stdin} }, "$build/bin/turnout", @words);
}

# Its stdout, when it must not fail.
sub said ($t, @words) {
    my ($exit, $out, $err) = $t->turnout(@words);
    $exit == 0 or croak "turnout @words[0, 1] failed: $err";
    chomp $out;
    return $out;
}

# import_csv(leads => $text, campaigns => $text), in this order.
sub import_csv ($t, @files) {
    while (my ($kind, $text) = splice @files, 0, 2) {
        my ($out, $file) = tempfile("$kind-XXXXXX", DIR => $t->{dir}, UNLINK => 0);
        print $out $text;
        close $out;
        $t->said('import', $kind, $file, '--workspace', $t->{workspace});
        unlink $file;
    }
}

# The rows, each an array; NULL is undef. The owner of the schema asks. `value`: the first field of the first row.
sub sql ($t, $query) {
    my ($exit, $out, $err) = run('psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-P', 'null=\N', '-F', "\x1f",
        '-R', "\x1e", '-c', $query, $t->{env}{DATABASE_OWNER_URL});
    $exit == 0 or croak "the query failed: $err";
    $out =~ s/\n\z//;
    return map { [ map { $_ eq '\N' ? undef : $_ } split /\x1f/, $_, -1 ] } split /\x1e/, $out;
}

sub value ($t, $query) { ($t->sql($query))[0][0] }

# How: fast, or immediate, which is a crash.
sub postgres_stop ($t, $how = 'fast') { $t->part("postgres_stop $how") }
sub postgres_start ($t)               { $t->part('postgres_start') }

sub part ($t, $command) {
    my ($exit, $out, $err) = run('bash', '-ec', 'cd /; . "$0/nginx/instance.sh"; locate "$1"; ' . $command, $root, $t->{dir});
    $exit == 0 or die "$command failed: $err";
}

# --- Processes and logs

# The processes of a program: the children of its supervisor.
sub pids ($t, $program) {
    my $state        = -e "$t->{dir}/state" ? "$t->{dir}/state" : $t->{dir};
    my ($supervisor) = slurp("$state/pids/$program") =~ /^(\d+)/;
    my @children;
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $file or next;   # gone already
        my ($pid, $state, $parent) = (<$in> // '') =~ /^(\d+) .*\) (\w) (\d+)/ or next;
        push @children, $pid if $parent == $supervisor && $state ne 'Z';
    }
    return @children;
}

# A worker does each of its jobs when it starts; some of them wait a minute otherwise.
sub another_worker ($t) {
    my ($before) = $t->pids('worker');
    kill TERM => $before;
    $t->wait_until('another worker runs', sub { my ($now) = $t->pids('worker'); $now && $now != $before });
}

# What a program logged: a hash for each line of JSON.
sub log_lines ($t, $program) {
    return map { eval { $json->decode($_) } // { text => $_ } } split /\n/, slurp("$t->{dir}/log/$program.log");
}

# Returns what the code returns as soon as that is true; a test that waits too long dies, and says for what.
sub wait_until ($t, $what, $code, $seconds = 120) {
    my $deadline = time + $seconds;
    for (my $pause = 0.02; ; $pause = min(0.5, 1.3 * $pause)) {
        my $done = $code->();
        return $done if $done;
        die "waited $seconds s in vain until $what\n" if time > $deadline;
        sleep $pause;
    }
}

sub slurp ($file) {
    open my $in, '<:raw', $file or croak "could not read \"$file\": $!";
    local $/;
    return <$in> // '';
}

# (exit status, stdout, stderr); through files, so that nothing blocks. 256 and more: a signal.
sub run (@command) {
    my $how = ref $command[0] ? shift @command : {};
    my ($in, $out, $err) = map { scalar tempfile(UNLINK => 1) } 1 .. 3;
    print $in $how->{stdin} // '';
    seek $in, 0, 0;   # also flushes
    my $pid = fork // die "could not fork: $!";
    if (!$pid) {
        open STDIN,  '<&', $in;
        open STDOUT, '>&', $out;
        open STDERR, '>&', $err;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    my $exit = $? & 127 ? 256 + ($? & 127) : $? >> 8;
    return $exit, map { seek $_, 0, 0; local $/; <$_> // '' } $out, $err;
}
1;

# up and down: one command to a running Turnout with a sample, one to end it, and nothing left behind.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(WNOHANG);
use Turnout;

my $root  = "$FindBin::Bin/..";
my $build = $ENV{TURNOUT_BUILD} // "$root/build";
my $base  = tempdir('turnout-up-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $base;
my $owner = $$;
my @directories;

sub up ($directory, @options) {
    push @directories, $directory unless grep { $_ eq $directory } @directories;
    return Turnout::run("$root/nginx/up", '--build', $build, '--dir', $directory, @options);
}
sub down ($directory) { Turnout::run("$root/nginx/down", '--dir', $directory) }

END {
    my $status = $?;
    if ($$ == ($owner // 0)) {
        down($_) for @directories;
        remove_tree(grep { defined } map { readlink "$_/state" } @directories);
    }
    $? = $status;
}

# Processes that belong to the directory: they name it in their arguments or in their settings.
sub alive ($directory) {
    my ($names) = map { qr/(?:$_)(?:[\/\0]|$)/ } join '|', map { quotemeta } grep { defined } $directory, readlink "$directory/state";
    my @pids;
    for my $process (glob '/proc/[0-9]*') {
        my ($pid) = $process =~ /(\d+)$/;
        next if $pid == $$;
        my $known = join "\0", map { contents("$process/$_") } qw(cmdline environ);
        push @pids, $pid if $known =~ $names;
    }
    return @pids;
}

# Nothing, when the process is gone already.
sub contents ($file) {
    open my $in, '<', $file or return '';
    local $/;
    return <$in> // '';
}

# The clock that up in front looks at may tick once more.
sub nothing_is_left ($directory, $what) {
    ok eval { Turnout->wait_until('nothing is left', sub { !alive($directory) }, 3) }, $what
        or diag `ps -o pid,ppid,args -p @{[ join ',', $$, alive($directory) ]}`;
}

sub settings ($directory) { return { map { /^(\w+)='(.*)'$/ ? ($1 => $2) : () } split /\n/, Turnout::slurp("$directory/env") } }

# Bash, as a person has it who copies a line.
sub pasted (@lines) { Turnout::run('bash', '-c', join "\n", 'set -e', @lines) }

sub answer ($directory, $path) {
    my $token = Turnout::slurp("$directory/token") =~ s/\s//gr;
    my ($exit, $out) = Turnout::run('curl', '-sS', '--noproxy', '*', '-H', "Authorization: Bearer $token", settings($directory)->{TURNOUT_URL} . $path);
    return JSON::PP->new->utf8->decode($out);
}

sub port_of ($directory) { (settings($directory)->{TURNOUT_URL} =~ /:(\d+)$/)[0] }
sub answers ($port) { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 2) ? 1 : 0 }

# --- What it understands

for my $row (
    [ ['--colour'], qr/unknown option "--colour"/ ], [ ['extra'], qr/unknown option "extra"/ ], [ ['--port'], qr/--port needs a value/ ],
    [ [qw(--port http)], qr/--port is "http"/ ], [ [qw(--port 65536)], qr/--port is "65536"/ ], [ [qw(--port -1)], qr/--port is "-1"/ ],
) {
    my ($options, $about) = @$row;
    my ($exit, $out, $err) = up("$base/never", @$options);
    is $exit, 2, "up @$options is not understood";
    like $err, $about, 'it says what';
    like $err, qr/^usage: nginx\/up/m, 'and how it is used';
}
ok !-e "$base/never", 'and made nothing';
{
    my ($exit, $out) = up("$base/never", '--help');
    is $exit, 0, 'up --help';
    like $out, qr/$_/, "explains $_" for qw(--background --port --dir --empty);
    is((Turnout::run("$root/nginx/down", '--help'))[0], 0, 'down --help');
    is((Turnout::run("$root/nginx/down", '--colour'))[0], 2, 'down --colour is not understood');
}

# --- With the sample

my $one = "$base/one";
my ($exit, $out, $err) = up($one, '--background', '--port', 0);
is $exit, 0, 'up' or BAIL_OUT($err);
my ($head) = $out =~ /^(campaign .*)$/m;
my @stages = qw(sent delivered replied interested booked showed);
my ($total) = $out =~ /^total\s+(.*)$/m;
my @numbers = (split ' ', $total)[ 0 .. 5 ];
like $head, qr/\b$stages[$_]\b/, "the table has $stages[$_]" for 0 .. 5;
is_deeply [ grep { $_ <= 0 } @numbers ], [], "all six stages happened (@numbers)";
is_deeply [ sort { $b <=> $a } @numbers ], \@numbers, 'each less than the one before';
is scalar(keys %{ { map { $_ => 1 } @numbers } }), 6, 'and none like another';
cmp_ok scalar(() = $out =~ /^(?!campaign |total )\S.*?(?:\s+\d+){6}\s/mg), '>=', 2, 'campaign by campaign';
my $url = settings($one)->{TURNOUT_URL};
like $out, qr/\Q$url\E/, 'it says where it is';
my $funnel = answer($one, '/api/clients/1/funnel');
is_deeply [ @{ $funnel->{total} }{@stages} ], \@numbers, 'the funnel over HTTP is the one on the terminal';

subtest 'what DIR holds' => sub {
    my %env = %{ settings($one) };
    ok $env{$_}, $_ for qw(TURNOUT_URL DATABASE_URL CALCOM_WEBHOOK_SECRET TURNOUT_KEY_FILE TURNOUT_WORKSPACE TURNOUT_CONNECTION);
    my ($exit, $sourced) = pasted(". $one/env", 'env -u PWD sh -c \'echo $TURNOUT_URL $CALCOM_WEBHOOK_SECRET\'');
    is $sourced, "$env{TURNOUT_URL} $env{CALCOM_WEBHOOK_SECRET}\n", 'a shell can read env';
    like Turnout::slurp("$one/token"), qr/^turnout_[\w-]{43}\n\z/, 'token is a token';
    is sprintf('%04o', (stat "$one/$_")[2] & 07777), '0600', "$_ is for its owner alone" for qw(env token);
    is((stat $env{TURNOUT_KEY_FILE})[2] & 077, 0, 'so is the key');
};

subtest 'the printed lines really work' => sub {
    my @curl = map { s/^\s+//r } grep { /^\s+curl / && !/\$body/ } split /\n/, $out;
    is scalar @curl, 2, 'two reports';
    for my $line (@curl) {
        my ($exit, $said, $err) = pasted($line);
        is $exit, 0, $line =~ s/.*1://r or diag $err;
        ok eval { JSON::PP->new->utf8->decode($said) }, 'answers JSON';
        unlike $said, qr/"code"/, 'and no problem';
    }
    my @script = map { s/^\s+//r } $out =~ /^(  \. .*?^  \S*TURNOUT_BIN\S* [^\n]*)/ms ? split /\n/, $1 : ();
    cmp_ok scalar @script, '>=', 4, 'and a webhook, step by step';
    my ($exit, $said, $err) = pasted(@script);
    is $exit, 0, 'which run' or diag $err;
    like $said, qr/"status":"processed"/, 'the webhook is processed';
    my ($row) = $said =~ /^total\s+(.*)$/m;
    is((split ' ', $row // '0 0 0 0 0')[4], $numbers[4] + 1, 'and the funnel counts one booking more');
};

{
    my ($exit, undef, $err) = up($one, '--background', '--port', 0);
    is $exit, 1, 'a second up on what runs already is refused';
    like $err, qr/already running.*nginx\/down/, 'with what to do';
    is answer($one, '/healthz')->{status}, 'ok', 'and disturbs nothing';
}

subtest 'another one beside it' => sub {
    my $two = "$base/two with spaces";
    my ($exit, $out, $err) = up($two, '--background', '--port', 0, '--empty');
    is $exit, 0, 'in a directory with spaces' or return diag $err;
    isnt port_of($two), port_of($one), 'at a port of its own';
    unlike $out, qr/^total/m, 'without a sample there is no table';
    my $empty = answer($two, '/api/clients/1/funnel');
    is_deeply [ @{ $empty->{total} }{@stages} ], [ (0) x 6 ], 'and no numbers';
    is_deeply $empty->{campaigns}, [], 'nor campaigns';
    is $empty->{data}{calcom}{state}, 'ok', 'but a connection';
    isnt settings($two)->{CALCOM_WEBHOOK_SECRET}, settings($one)->{CALCOM_WEBHOOK_SECRET}, 'with a secret of its own';
    my ($script) = map { s/^\s+//r } grep { /^\s+curl .*funnel/ } split /\n/, $out;
    is((pasted($script))[0], 0, 'the printed line works here too');

    ($exit, undef, $err) = up("$base/three", '--background', '--port', port_of($one));
    is $exit, 1, 'a port that is taken is refused';
    like $err, qr/port @{[ port_of($one) ]}.*--port/, 'with what to do';
    nothing_is_left("$base/three", 'and nothing was left running');

    is((down($two))[0], 0, 'one is stopped');
    nothing_is_left($two, 'and leaves nothing');
    is answer($one, '/healthz')->{status}, 'ok', 'the other goes on';
};

subtest 'down, and up again' => sub {
    my $token  = Turnout::slurp("$one/token");
    my %before = %{ settings($one) };
    my $bookings = answer($one, '/api/clients/1/bookings?limit=1000');
    my $port = port_of($one);
    my ($exit, $out, $err) = down($one);
    is $exit, 0, 'down';
    like $err, qr/stopped/, 'says that it did';
    nothing_is_left($one, 'nothing runs');
    is answers($port), 0, 'nobody answers';
    ok -s "$one/token" && -d "$one/db/data", 'the data stays';
    ($exit, undef, $err) = down($one);
    is $exit, 0, 'down once more';
    like $err, qr/nothing runs/, 'finds nothing to do';

    ($exit, $out, $err) = up($one, '--background', '--port', $port);
    is $exit, 0, 'up again, at the port of before' or diag $err;
    is port_of($one), $port, 'is there';
    is Turnout::slurp("$one/token"), $token, 'with the same token';
    is settings($one)->{$_}, $before{$_}, "the same $_" for qw(CALCOM_WEBHOOK_SECRET TURNOUT_KEY_FILE TURNOUT_WORKSPACE TURNOUT_CONNECTION);
    is_deeply answer($one, '/api/clients/1/bookings?limit=1000')->{bookings}, $bookings->{bookings}, 'and the same bookings';
    is_deeply [ @{ answer($one, '/api/clients/1/funnel')->{total} }{@stages} ], [ @numbers[ 0 .. 3 ], $numbers[4] + 1, $numbers[5] ], 'the sample was not loaded twice';
};

subtest 'a database of the operator' => sub {
    my $four = "$base/four";
    # A login with a password, such as an operator is given; the cluster of the first instance lends it.
    my $hba = settings($one)->{DATABASE_URL} =~ /host=(\S+)/ ? "$1/data/pg_hba.conf" : die 'no cluster';
    my $rules = Turnout::slurp($hba);
    open my $out_hba, '>', $hba or die "could not write \"$hba\": $!";
    print $out_hba "local all operator scram-sha-256\n", $rules;
    close $out_hba;
    my $owner_url = settings($one)->{DATABASE_OWNER_URL};
    for my $statement ("CREATE ROLE operator LOGIN PASSWORD 'theirs'", 'CREATE DATABASE theirs OWNER operator', 'SELECT pg_reload_conf()') {
        is((Turnout::run('psql', '-Xqc', $statement, $owner_url))[0], 0, $statement =~ s/ PASSWORD.*//r);
    }
    my $theirs = $owner_url =~ s{//turnout@/turnout\?}{//operator:theirs@/theirs?}r;
    local $ENV{DATABASE_URL} = $theirs;
    my ($exit, $out, $err) = up($four, '--background', '--port', 0);
    is $exit, 0, 'up with DATABASE_URL' or return diag $err;
    ok !-d "$four/db/data", 'makes no cluster';
    is((Turnout::run('psql', '-XAtc', 'SELECT count(*) > 5 FROM bookings', $theirs))[1], "t\n", 'the sample is in that database');
    is_deeply [ @{ answer($four, '/api/clients/1/funnel')->{total} }{@stages} ], \@numbers, 'with the same funnel';
    down($four);
    nothing_is_left($four, 'down leaves nothing');
    is((Turnout::run('psql', '-XAtc', 'SELECT 1', $theirs))[1], "1\n", 'but the database, which is not ours');
};

# In front, until Ctrl-C.
for my $signal (qw(INT TERM)) {
    my $five = "$base/five";
    push @directories, $five unless grep { $_ eq $five } @directories;
    my $log = "$base/five.log";
    unlink $log;
    my $pid = fork // die "could not fork: $!";
    if (!$pid) {
        setpgrp;
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', $log;
        open STDERR, '>&', \*STDOUT;
        exec "$root/nginx/up", '--build', $build, '--dir', $five, '--port', 0, '--empty' or POSIX::_exit(127);
    }
    Turnout->wait_until('up is ready', sub { -e $log && Turnout::slurp($log) =~ /Ctrl-C/ });
    is answer($five, '/healthz')->{status}, 'ok', 'up in front answers';
    kill $signal => $pid;
    ok Turnout->wait_until('up has ended', sub { waitpid($pid, WNOHANG) == $pid }), "SIG$signal ends it";
    is $?, 0, 'in peace';
    nothing_is_left($five, 'with all that it had started');
}

down($_) for @directories;
nothing_is_left($base, 'in the end nothing runs');
done_testing;

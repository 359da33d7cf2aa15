# StandIn - Cal.com and EmailBison for a test: a real HTTP server in a process of its own that holds the truth.
#
#     my $s = StandIn->start;
#     $s->booking({ uid => 'u1', start => '2026-03-10T10:00:00Z', attendees => ['ann@lead.test'] });
#     $s->fault(qr{/v2/bookings}, status => 503, times => 2);
#     ... a round with $s->url('calcom') and $s->key('calcom') ...
#     is scalar $s->requests(qr{/v2/bookings}), 3, 'two were refused';
#
# It ends with the test. Times are ISO 8601 texts, or seconds since 1970. Every method takes effect before it returns.
#
# The server
#   url(NAME)                        calcom (".../v2"), calcom_v1 (".../v1"), emailbison (no path; its own begin with /api)
#   key(calcom|emailbison)           the key that is right; set_key(NAME, KEY) makes another right: the old one is revoked
#   clock(TIME)                      what time the server thinks it is; runs on from there. Its Date header says it
#   limit(NAME, REQUESTS, more)      per `window` seconds (60); over it 429 for `block` seconds (the window);
#                                    retry_after => 1 says that in Retry-After as well. REQUESTS undef: none
#   down, up                         the port refuses connections, on the way ones are cut; and is back on the same port
#   stop                             earlier than the end of the test
#   requests(REGEX)                  what was asked, in order: { at (seconds, to the microsecond), method, target, path,
#                                    query (a hash), headers (names in lower case), body, status (0: no answer), through (the
#                                    server that was meant, when we were taken for a proxy) }. The regex is for "GET /v2/bookings?take=250". forget: from here on
#
# Faults: fault(REGEX, ...) is for requests that match, until lift(REGEX or nothing for all) or `times` were hit; the
# first `skip` that match are spared. It returns a number for hits(NUMBER), how many it met.
#   status => 429, headers => { 'Retry-After' => 2 }, body => TEXT      body: what that status truly looks like
#   delay => SECONDS                                                    with the true answer, or with any of these
#   drip => SECONDS                                                     the body comes in ten pieces, so far apart
#   cut => 'before' | 'amid'                                            the connection ends: no answer, half the body
#   garbage => 'html' | 'text' | 'truncated' | 'types' | 'numbers' | 'deep' | 'bytes' | 'empty' | 'null'
#   huge => BYTES                                                       a body of that size
#   chunked => 1                                                        the true answer without Content-Length
# after(REGEX, N, [METHOD => ARGUMENTS], ...): when the N-th request from now that matches was answered, these methods
# happen: what changes between two pages.
#
# Cal.com
#   booking({ uid => ..., more })    a row of API v2: new, or the fields of one that is known. Attendees are addresses or
#                                    hashes (name, absent, seatUid ...). updatedAt: given, or the server's clock
#   bookings([{...}, ...])           many; 50,000 take a few seconds
#   quietly({ uid => ..., more })    as booking, without moving updatedAt
#   mark(UID, ADDRESS, ABSENT)       marked absent, or not; does not move updatedAt, as in Cal.com
#   take_seat(UID, ADDRESS, more), leave_seat(UID, ADDRESS)             nor do these
#   remove(UID)                      the API no longer knows it
#   row(UID)                         as the API shows it now
#   booking({ uid => ..., json => TEXT })    shown as this text, whatever it is
#   account({ id, email, ... })      whose key it is (GET /me)
# Cal.com's own ways: a list without `status` is of upcoming ones only; after... and before... include their end; take is
# at most 250 (400 else), a cal-api-version that is unknown or missing gets the shape of 2024-04-15.
#
# EmailBison; ids are the caller's, or counted, and returned. `in => ID` puts a thing into another workspace
#   workspace({ id, name })          one more; the token shows workspace 3, "Acme". switch_workspace(ID): now it shows that
#   campaign({ id, name, status, ... })                                 totals are as given, or 0. remove_campaign(ID)
#   series(CAMPAIGN, LABEL => { '2026-03-01' => 5, ... }, ...)          days that are not given stay as they were
#   lead({ id, email, lead_campaign_data => [{ campaign_id, status, ... }], ... })    updated_at: given, or the clock.
#                                    remove_lead(ID)
#   reply({ id, campaign_id, lead_id, date_received, interested, ... })               remove_reply(ID)
#   sent({ id, campaign_id, lead_id, sent_at, ... })                    an e-mail that went out (scheduled-emails)
#   webhook(TYPE, campaign => ID, lead => ID, reply => ID, sent => ID, at => TIME)    the body EmailBison would deliver,
#                                    made of the truth, and in its event log from now on; unlogged => 1: not there
#   ways(...)                        of the instance: cursors => 0 (an older one), page_limit => 1000, page_end => 'empty'
#                                    (no 422 beyond it), looping_cursor => 1 (it returns itself), texts => 1 (numbers as strings)
# Lists have 15 rows whatever per_page says; replies and events come newest first, everything else by id.
package StandIn;
use v5.36;

use Carp qw(croak);
use IO::Handle;
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use StandIn::Server;
use Storable qw(freeze thaw);

my @started;

sub start ($class) {
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "could not make a pair of sockets: $!";
    my $server = StandIn::Server->new;
    my $pid    = fork // die "could not fork: $!";
    if (!$pid) {
        close $_ for $ours, map { $_->{control} // () } @started;   # or another would outlive its test
        $SIG{$_} = 'DEFAULT' for qw(INT TERM);
        $SIG{PIPE} = 'IGNORE';
        eval { $server->serve($theirs); 1 } or print STDERR "the stand-in ended: $@";
        POSIX::_exit(0);
    }
    close $theirs;
    $server->let_go;
    my $s = bless { control => $ours, pid => $pid, started_by => $$, port => $server->{port} }, $class;
    push @started, $s;
    return $s;
}

sub stop ($s) {
    my $control = delete $s->{control} or return;
    close $control;   # the server ends when nobody is left to tell it anything
    waitpid delete $s->{pid}, 0;
}

END {
    my $status = $?;
    $_->stop for grep { $_->{started_by} == $$ } @started;
    $? = $status;
}

sub url ($s, $name) {
    my %path = (calcom => '/v2', calcom_v1 => '/v1', emailbison => '');
    return "http://127.0.0.1:$s->{port}" . ($path{$name} // croak "there is no source \"$name\"");
}

# Regexes go over as text: their flags are in it.
sub fault ($s, $regex, %how)       { $s->ask(fault => "$regex", %how) }
sub lift ($s, $regex = undef)      { $s->ask(lift => defined $regex ? "$regex" : undef) }
sub after ($s, $regex, $n, @what)  { $s->ask(after => "$regex", $n, @what) }
sub requests ($s, $regex = qr/^/)  { my @asked = $s->ask(requests => "$regex"); return @asked }   # or their number

for my $method (StandIn::Server->methods) {
    no strict 'refs';
    *$method = sub ($s, @arguments) { $s->ask($method, @arguments) } unless defined &$method;
}

# Both sides frame what they say by its length.
sub ask ($s, @words) {
    croak 'the stand-in was stopped' unless $s->{control};
    croak 'only the process that started the stand-in may talk to it' if $s->{started_by} != $$;
    StandIn::Server::say_to($s->{control}, \@words);
    my ($fine, @said) = @{ StandIn::Server::hear_from($s->{control}) // croak 'the stand-in is gone' };
    croak $said[0] unless $fine;
    return wantarray ? @said : $said[0];
}

1;

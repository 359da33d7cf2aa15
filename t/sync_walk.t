# How a round walks Cal.com's list: whatever changes while it is read, however often it is broken off, and whatever the rows look like,
# no booking is lost, and memory does not grow with their number.
#
# SYNC_BOOKINGS is how many bookings the backfill has (t/sync_walk.t prints its rate).
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use File::Temp qw(tempfile);
use JSON::PP;
use StandIn;
use StandIn::Json qw(iso);
use Sync;
use Time::HiRes qw(sleep time);
use Turnout;

my $sanitized = Turnout::built_with(qr/__asan_init/);
my $many = $ENV{SYNC_BOOKINGS} // ($sanitized ? 400 : 1_000);
my $t = Turnout->start;
$t->part('stop worker TERM');   # rounds begin when we say so
my $now = 1_772_452_800;        # 2026-03-02T12:00:00Z

# What stands here of a workspace: { uid => status }.
sub stands ($w) { return { map { @$_ } $t->sql("SELECT uid, status FROM bookings WHERE workspace_id = $w->{workspace}") } }

# And what the API shows.
sub shown ($s, @uids) { return { map { my $row = $s->row($_); $row ? ($_ => $row->{status}) : () } @uids } }
sub uids ($count)     { map { sprintf 'b%04d', $_ } 1 .. $count }
sub row ($n, %more)   { return { uid => sprintf('b%04d', $n), start => $now + 3600 * $n, createdAt => $now - 90_000 + $n, updatedAt => $now - 90_000 + $n,
    attendees => ["p$n\@lead.test"], %more } }

sub walks ($s, $sort) { grep { $_->{path} eq '/v2/bookings' && $_->{query}{$sort} } $s->requests(qr/./) }

subtest 'a list that changes while it is read' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 620 ]);
    # One that was read, one that was not, a new one; and one that goes shifts all pages behind it.
    $s->after(qr{/bookings\?.*sortCreated}, 1, [ booking => { uid => 'b0010', status => 'cancelled' } ], [ booking => { uid => 'b0600', status => 'rejected' } ],
        [ booking => { uid => 'new', attendees => ['new@lead.test'] } ], [ remove => 'b0001' ], [ remove => 'b0002' ]);
    $s->after(qr{/bookings\?.*sortCreated}, 2, [ remove => 'b0003' ], [ booking => { uid => 'b0251', status => 'pending' } ]);
    like round($w), qr/ 0 not understood/, 'all are read for the first time';
    my %shown = (%{ shown($s, uids(620), 'new') }, map { $_ => 'cancelled' } qw(b0001 b0002 b0003));   # those that are gone were missed
    is_deeply stands($w), \%shown, 'none is lost, and those that changed meanwhile are as they are now';

    # All change, and some again while the changes are read: they move behind where the walk is.
    $s->clock($now + 7200);
    $s->bookings([ map { row($_, status => 'pending', updatedAt => $now + 3600 + $_) } 4 .. 620 ]);
    $s->after(qr{/bookings\?.*sortUpdatedAt}, 1, map { [ booking => { uid => $_, status => 'cancelled' } ] } map { sprintf 'b%04d', $_ } 4 .. 80);
    $s->after(qr{/bookings\?.*sortUpdatedAt}, 2, map { [ booking => { uid => $_, status => 'rejected' } ] } map { sprintf 'b%04d', $_ } 200 .. 280, 610);
    $s->forget;
    round($w);
    is_deeply stands($w), { %shown, %{ shown($s, uids(620), 'new') } }, 'no change is lost either';
    cmp_ok scalar(walks($s, 'sortUpdatedAt')), '>', 2, 'of several pages';

    # More than fit into a page have the same time, so they are read by number, and those that change shift them.
    $s->clock($now + 14_400);
    $s->bookings([ map { row($_, status => 'accepted', updatedAt => $now + 10_800) } 4 .. 620 ]);
    $s->after(qr{/bookings\?.*sortUpdatedAt}, $_->[0], map { [ booking => { uid => $_, status => 'cancelled' } ] } map { sprintf 'b%04d', $_ } @{ $_->[1] })
        for [ 1, [ 4 .. 60 ] ], [ 2, [ 130 .. 180 ] ], [ 3, [ 300 .. 390 ] ];
    round($w);
    is_deeply stands($w), { %shown, %{ shown($s, uids(620), 'new') } }, 'nor where time does not tell rows apart';
    like round($w), qr/ 0 applied/, 'and nothing was left for later';
    $s->stop;
};

subtest 'a round that is broken off' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 700 ]);
    my $right = $s->key('calcom');
    $s->after(qr{/bookings\?}, 2, [ set_key => 'calcom', 'another' ]);
    like round($w), qr/failed: .*Cal\.com refused the API key/s, 'a key that is revoked in the middle ends the round';
    is scalar(keys %{ stands($w) }), 499, 'what was read until then stays';   # pages overlap by the last row
    my $mark = $t->value("SELECT mark ->> 'created' FROM source_syncs WHERE workspace_id = $w->{workspace}");
    is $mark, iso($now - 90_000 + 499) =~ s/\.000Z/Z/r, 'so does how far it got';
    $s->set_key(calcom => $right);
    $s->forget;
    like round($w), qr/ 201 applied/, 'the next round applies the rest';
    my ($first) = walks($s, 'sortCreated');
    is $first->{query}{afterCreatedAt}, iso($now - 90_000 + 499 - 600) =~ s/\.000Z/Z/r, 'and begins some minutes before the last one ended';
    is scalar(keys %{ stands($w) }), 700, 'all are there';

    my $contents = contents($t, $w);
    $s->account({ id => 6 });
    $s->booking({ uid => 'b0001', status => 'cancelled' });
    like round($w), qr/failed: .*another account/s, 'the key of another account is refused';
    is_deeply contents($t, $w), $contents, 'and nothing of that is stored';
    $s->stop;
};

subtest 'two connections that show the same bookings' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 30 ]);
    $w->connect;
    $w->turnout('connection', 'api', $w->{connection}, '--api-key-file', '-', '--api-base', $s->url('calcom'), { stdin => $s->key('calcom') });
    is scalar(() = round($w) =~ / 0 not understood/g), 2, 'both are asked';
    my $contents = contents($t, $w);
    is $t->value("SELECT count(*) FROM webhook_events WHERE workspace_id = $w->{workspace}"), 30, 'what both say is said once';
    round($w);
    is_deeply contents($t, $w), $contents, 'and neither is news to the other';
    $s->mark('b0001', 'p1@lead.test', 1);
    round($w);
    $contents = contents($t, $w);
    round($w);
    is_deeply contents($t, $w), $contents, 'nor is a change, once both have seen it';
    $s->stop;
};

subtest 'bookings that the API no longer shows' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 300 ]);
    $s->booking({ uid => 'past', start => $now - 3 * 86_400, attendees => ['past@lead.test'], updatedAt => $now - 5 * 86_400 });
    $s->booking({ uid => 'long-ago', start => $now - 30 * 86_400, attendees => ['past@lead.test'] });
    round($w);
    my $before = stands($w);
    $s->clock($now + 3600);
    $s->remove($_) for qw(b0010 b0290 past long-ago);
    like round($w), qr/ 0 corrected/, 'within a day nobody asks';
    $s->clock($now + 90_000);
    $s->booking({ uid => 'b0200', start => $now + 40 * 3600 });   # moved while nobody looked
    $s->forget;
    like round($w), qr/ 3 corrected/, 'a day later those are missed whose meetings are near';
    is_deeply [ sort map { $_->{path} =~ m{/bookings/(.+)} } $s->requests(qr{/bookings/}) ], [qw(b0010 b0290 past)], 'each is asked for by itself';
    is_deeply stands($w), { %$before, map { $_ => 'cancelled' } qw(b0010 b0290 past) }, 'and they are cancelled, but those of long ago';
    is_deeply [ $t->sql("SELECT e.trigger, e.source, a.kind FROM webhook_events e JOIN activities a ON a.workspace_id = e.workspace_id AND a.uid = e.uid AND a.kind = 'gone'
        WHERE e.workspace_id = $w->{workspace} AND e.uid = 'past' AND e.trigger = 'BOOKING_GONE'") ], [ [qw(BOOKING_GONE poll gone)] ], 'an event and the timeline say so';
    my $contents = contents($t, $w);
    like round($w), qr/ 0 applied, 0 corrected/, 'another round has nothing to correct';
    is_deeply contents($t, $w), $contents, 'and stores nothing';

    $s->clock($now + 100_000);
    $s->booking(row(10, updatedAt => $now - 90_000 + 10));
    $s->booking(row(290, updatedAt => $now - 90_000 + 290));
    round($w);
    is stands($w)->{b0010}, 'accepted', 'one that is shown again stands again, though nothing of it changed';
    $t->deliver(event('BOOKING_CREATED', 'past', at => iso($now + 95_000), people => ['past@lead.test']), to => $w);
    is stands($w)->{past}, 'accepted', 'so does one that is heard of again';
    like $w->said('events', 'replay', '--workspace', $w->{workspace}), qr/ 0 differences$/, 'a replay comes to the same';

    # One that the key may not see is not gone; a key that may see nothing at all is another matter.
    $s->clock($now + 200_000);
    $s->remove('b0020');
    $s->fault(qr{/v2/bookings/b0020}, status => 403);
    like round($w), qr/ 1 corrected/, 'one that is still not there is missed again';
    is_deeply [ @{ stands($w) }{qw(past b0020)} ], [qw(cancelled accepted)], 'what may not be seen is not gone';
    $s->stop;
};

subtest 'bookings that the API never showed' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 5 ]);
    $t->deliver(event('BOOKING_CREATED', "told$_", at => iso($now - 3600), starts => iso($now + 7200)), to => $w) for 1 .. 3;
    for my $day (0, 1) {
        $s->clock($now + 90_000 * $day);
        like round($w), qr/ 0 corrected/, 'a key that knows none of the bookings that webhooks told of may be that of another account';
    }
    is stands($w)->{told1}, 'accepted', 'so they stand';
    $s->booking({ uid => 'told2', start => $now + 7200, attendees => ['ann@lead.test'] });
    $s->clock($now + 180_000);
    like round($w), qr/ 2 corrected/, 'when it knows one of them the others are missed';
    is_deeply [ @{ stands($w) }{qw(told1 told2 told3)} ], [qw(cancelled accepted cancelled)], 'and cancelled';
    $s->stop;
};

subtest 'marks that neither a webhook nor a change tells of' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->booking({ uid => 'm', start => $now - 7200, updatedAt => $now - 90_000, createdAt => $now - 90_000, attendees => ['m@lead.test'] });
    $s->booking({ uid => 'seats', start => $now + 86_400, updatedAt => $now - 90_000, createdAt => $now - 90_000,
        attendees => [ map { { email => "s$_\@lead.test", seatUid => "s$_" } } 1 .. 3 ] });
    round($w);
    my $marked = sub { $t->value("SELECT coalesce(showed::text, 'unknown') FROM attendees WHERE workspace_id = $w->{workspace} AND uid = 'm'") };
    my @steps = ([ 1, 'false', 'marked absent' ], [ 0, 'true', 'the mark taken back' ], [ 1, 'false', 'marked again' ], [ 0, 'true', 'and taken back again' ]);
    my $clock = $now;
    for (@steps) {
        my ($absent, $showed, $what) = @$_;
        $s->clock($clock += 900);
        $s->mark('m', 'm@lead.test', $absent);
        like round($w), qr/ 1 applied/, "$what: read";
        is $marked->(), $showed, "$what: known";
        like round($w), qr/ 0 applied/, "$what: once";
    }
    # A-B-A: what is heard in between makes the same row news.
    $t->deliver(mark('m', 'm@lead.test', 1, iso($clock + 60)), to => $w);
    is $marked->(), 'false', 'a webhook marks';
    $s->clock($clock += 900);
    round($w);
    is $marked->(), 'true', 'a row that reads as before takes it back';

    $s->leave_seat('seats', 's2@lead.test');
    $s->take_seat('seats', 's4@lead.test');
    $s->clock($clock += 900);
    round($w);
    my $seats = sub { join ' ', map { "$_->[0]=$_->[1]" } $t->sql("SELECT split_part(email_key, chr(64), 1), status FROM attendees WHERE workspace_id = $w->{workspace} AND uid = 'seats' ORDER BY 1") };
    is $seats->(), 's1=accepted s2=cancelled s3=accepted s4=accepted', 'who is not on the list of seats any more has left';
    $s->take_seat('seats', 's2@lead.test');
    $s->clock($clock += 900);
    round($w);
    is $seats->(), 's1=accepted s2=accepted s3=accepted s4=accepted', 'and sits again when he is';
    $s->stop;
};

subtest 'rows that nobody understands' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_) } 1 .. 300 ]);
    my $n = 0;
    my $json = JSON::PP->new->canonical;
    my $bad  = sub ($text) { $n++; $s->booking(row(25 * $n, uid => "bad$n", json => $text)) };
    $bad->($_) for '7', '{}', '{"uid":7,"status":"accepted"}', '{"uid":"number:1:2","status":"accepted"}', '{"uid":"bad5","status":"flying"}',
        '{"uid":"bad6","status":"accepted","updatedAt":17,"attendees":{}}';
    like round($w), qr/ 6 not understood/, 'rows of wrong types are counted';
    my ($remark, $error) = @{ ($t->sql("SELECT remark, error FROM source_syncs WHERE workspace_id = $w->{workspace}"))[0] };
    like $remark, qr/^row \d+ of a page of bookings could not be understood and was left out: /, 'the first is named in words';
    is $error, undef, 'and the round is whole';
    is scalar(keys %{ stands($w) }), 300, 'the others went on';

    # These make the page itself unreadable.
    my $v = asking($t, $s);
    $bad->($_) for '{"uid":"deep","metadata":' . '[' x 100 . ']' x 100 . '}', '{"uid":"huge","id":1e999}', '{"uid":"twice","uid":"twice"}', '{"uid":"bytes","title":"' . "\xff" . '"}';
    like round($v), qr/ 3\d\d applied, 0 corrected, [1-9]\d* not understood/, 'rows that break their page are left out';
    is scalar(keys %{ stands($v) }), 300, 'and the other rows of it are read';
    $s->stop;
};

subtest 'API v1' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s, version => 'v1');
    $s->clock($now);
    $s->bookings([ map { row($_, status => (qw(accepted pending cancelled rejected))[ $_ % 4 ]) } 1 .. 230 ]);
    like round($w), qr/ 230 applied, 0 corrected, 0 not understood/, 'all pages are read';
    is_deeply stands($w), shown($s, uids(230)), 'and stand as they are shown';
    is_deeply $w->bookings($w, 'matched=all&limit=1')->[0]{showed_up}, undef, 'nobody is said to have come or not';
    my $contents = contents($t, $w);
    like round($w), qr/ 0 applied/, 'the same again is nothing new';
    is_deeply contents($t, $w), $contents, 'and stores nothing';
    $s->clock($now + 900);
    $s->booking({ uid => 'b0004', status => 'cancelled' });
    like round($w), qr/ 1 applied/, 'a change is found';
    is stands($w)->{b0004}, 'cancelled', 'and holds, as of when it was read';
    $s->stop;
};

subtest 'from a time on' => sub {
    my $s = StandIn->start;
    my $w = asking($t, $s);
    $s->clock($now);
    $s->bookings([ map { row($_, start => $now - 40 * 86_400 + $_, createdAt => $now - 3600 * $_, updatedAt => $now - 3600 * $_) } 1 .. 60 ]);
    like round($w, '--since', iso($now - 3600 * 10)), qr/ 10 applied/, 'what was made or changed since then is read';
    $s->booking({ uid => 'b0020', status => 'cancelled', updatedAt => $now - 7200 });
    like round($w), qr/ 0 applied/, 'what changed before the last round without it showing is not';
    like round($w, '--since', iso($now - 10_000)), qr/ 1 applied/, 'but when it is asked for';
    is scalar(keys %{ stands($w) }), 11, 'and nothing else';
    $s->stop;
};

# --- Many

# (what was said, its lines of progress, most memory in KiB)
sub watched ($w, @words) {
    my ($out, $file) = tempfile(UNLINK => 1);
    my ($err, $lines) = tempfile(UNLINK => 1);
    my $pid = fork // die "could not fork: $!";
    if (!$pid) {
        local %ENV = (%ENV, %{ $w->{env} });
        open STDOUT, '>&', $out;
        open STDERR, '>&', $err;
        exec "$w->{env}{TURNOUT_BIN}/turnout", @words or POSIX::_exit(127);
    }
    my $peak = 0;
    until (waitpid $pid, POSIX::WNOHANG) {
        # Before it is the program it is a copy of us.
        my ($most) = (eval { Turnout::slurp("/proc/$pid/status") } // '') =~ /^Name:\tturnout\n.*^VmHWM:\s*(\d+) kB/ms;
        $peak = $most if ($most // 0) > $peak;
        sleep 0.02;
    }
    return (Turnout::slurp($file), [ split /[\r\n]+/, Turnout::slurp($lines) ], $peak);
}

subtest 'a backfill' => sub {
    my $s = StandIn->start;
    my @peaks;
    for my $count (int $many / 3, $many) {
        my $w = asking($t, $s);
        $s->clock($now);
        $s->bookings([ map { row($_, start => $now - 86_400 * 100 + $_) } 1 .. $count ]);
        my ($said, $lines, $peak) = watched($w, 'sync', 'calcom', '--workspace', $w->{workspace});
        like $said, qr/ $count applied, 0 corrected, 0 not understood/, "$count bookings are read";
        is $t->value("SELECT count(*) FROM bookings WHERE workspace_id = $w->{workspace}"), $count, 'and stored';
        like $lines->[-1], qr/\b\d+ of \d+/, 'how far it got is shown';
        note join "\n", $said =~ s/\n//r, "most memory: $peak KiB", grep { defined } @$lines[ 0, int @$lines / 2, -1 ];
        push @peaks, $peak;
    }
    cmp_ok $peaks[1], '<', $peaks[0] * 1.25, 'memory does not grow with the number' if !$sanitized && $many >= 1_000;
    $s->stop;
};

$t->finish;

# Attendees with another address than their lead's: found by name and company, linked when it is likely enough, never by guess; and
# the order in which leads and events arrive does not matter.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Turnout;

my $t = Turnout->start;

sub lead ($id, $first, $last, $company, $email, %more) { return { lead_id => $id, first_name => $first, last_name => $last, company => $company, email => $email, %more } }
sub guest ($email, $name, $company = undef, %more) {
    return people => [ person($email, name => $name, %more) ], responses => { email => { value => $email }, defined $company ? (company => { value => $company }) : () };
}
sub matches ($w, $uid) { join ', ', map { join ' ', map { $_ // '-' } @$_ } $w->sql("SELECT lead_id, match_method FROM attendees WHERE workspace_id = $w->{workspace} AND uid = '$uid' ORDER BY email_key") }
sub waiting ($w, $uid) { (grep { $_->{booking_uid} eq $uid } @{ $w->get("/api/clients/$w->{workspace}/unmatched?limit=100")->{unmatched} })[0] }
sub candidates ($w, $uid) { my $item = waiting($w, $uid) or return 'not on the list'; join ' ', sort map { $_->{lead_id} } @{ $item->{candidates} } }

# Leads that everybody has, so that names are as rare as names are.
my @crowd = map { lead("crowd-$_", qw(Mary John Linda James Susan)[ $_ % 5 ], qw(Smith Jones Miller Brown Davis Wilson)[ $_ % 6 ], "Crowd $_ Inc", "c$_\@crowd$_.test") } 1 .. 300;

# --- One that is likely, through the front door

my $w = $t->workspace(name => 'Likely');
$w->import_csv(leads => leads_csv(@crowd, lead('kate', 'Katherine', 'Hollenbeck', 'Copper Global GmbH', 'khollenbeck@copperglobal.test', campaign_id => 'c1', last_contacted_at => '2026-02-01T08:00:00Z')));
$w->deliver(event('BOOKING_CREATED', 'likely', guest('katie.hollenbeck@mailbox.test', 'Katie Hollenbeck', 'Copper Global')));
is matches($w, 'likely'), 'kate likely_person', 'who has another address is known by name and company';
my ($row) = @{ $w->bookings };
is $row->{match}{method}, 'likely_person', 'the bookings say how';
cmp_ok $row->{match}{probability}, '>', 0.9, 'and how likely it is';
cmp_ok $row->{match}{probability}, '<', 1, 'which is not certain';
like $w->value("SELECT match_because FROM attendees WHERE workspace_id = $w->{workspace} AND uid = 'likely'"), qr/Hollenbeck.*Copper/i, 'the evidence is kept in words';
is $w->funnel->{total}{booked}, 1, 'and it counts';
ok !waiting($w, 'likely'), 'nobody has to decide';

# --- None is linked by guess

my %cases = (
    'the same name at another company' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'kh@copperglobal.test') ],
        guest => [ 'katherine@tinworks.test', 'Katherine Hollenbeck', 'Tin Works' ],
    },
    'father and son' => {
        leads => [ lead('a', 'Peter', 'Hollenbeck', 'Hollenbeck Ltd', 'peter@hollenbeck.test', phone => '+1 555 1234567') ],
        guest => [ 'paul@hollenbeck.test', 'Paul Hollenbeck', 'Hollenbeck Ltd' ],
    },
    'info@ of nobody' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'kh@copperglobal.test') ],
        guest => [ 'info@copperglobal.test', 'Sam Porter' ],
    },
    'info@ of two, and neither is called so' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'info@copperglobal.test'), lead('b', 'Ulf', 'Brandt', 'Copper Global', 'info@copperglobal.test') ],
        guest => [ 'info@copperglobal.test', 'Sam Porter' ], listed => 'a b',
    },
    'info@ of two without a name' => {
        leads => [ lead('a', '', '', '', 'info@copperglobal.test'), lead('b', '', '', '', 'info@copperglobal.test') ],
        guest => [ 'info@copperglobal.test', 'Sam Porter' ],
    },
    'two leads with one address, and neither is called so' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'office7@copperglobal.test'), lead('b', 'Ulf', 'Brandt', 'Copper Global', 'office7@copperglobal.test') ],
        guest => [ 'office7@copperglobal.test', 'Sam Porter' ], listed => 'a b',
    },
    'three about equal' => {
        leads => [ map { lead($_, 'Katherine', 'Hollenbeck', "Company of $_", "kh\@$_.test") } qw(aaa bbb ccc) ],
        guest => [ 'kate@mailbox.test', 'Katherine Hollenbeck' ], listed => 'aaa bbb ccc',
    },
    'only a company' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'kh@copperglobal.test') ],
        guest => [ 'sam@copperglobal.test', 'Sam Porter', 'Copper Global' ],
    },
    'only a first name' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', '', 'kh@copperglobal.test') ],
        guest => [ 'kate@mailbox.test', 'Katherine' ],
    },
    'a placeholder' => {
        leads => [ lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', 'kh@copperglobal.test') ],
        guest => [ 'x@mailbox.test', 'asdf' ],
    },
);
for my $what (sort keys %cases) {
    my $case = $cases{$what};
    my $of   = $t->workspace(name => $what =~ s/\W/ /gr);
    $of->import_csv(leads => leads_csv(@crowd, @{ $case->{leads} }));
    $of->deliver(event('BOOKING_CREATED', 'guess', guest(@{ $case->{guest} })));
    is matches($of, 'guess'), '- -', "$what: nobody is linked";
    is candidates($of, 'guess'), $case->{listed}, "$what: a person is to decide" if $case->{listed};
}

# What is no guess: the name tells the two apart.
for my $address ('info@copperglobal.test', 'office7@copperglobal.test') {
    my $of = $t->workspace(name => 'Told apart');
    $of->import_csv(leads => leads_csv(@crowd, lead('a', 'Katherine', 'Hollenbeck', 'Copper Global', $address), lead('b', 'Ulf', 'Brandt', 'Copper Global', $address)));
    $of->deliver(event('BOOKING_CREATED', 'told', guest($address, 'Ulf Brandt')));
    is matches($of, 'told'), 'b likely_person', "of two at $address the one who is called so";
    $of->deliver(event('BOOKING_CREATED', 'other', people => [ person('info@elsewhere.test', name => 'Nobody Atall') ]));
    is matches($of, 'other'), '- -', 'and nobody of elsewhere';
}
my $twice = $t->workspace(name => 'Twice');
$twice->import_csv(leads => leads_csv(lead(1, 'Ulf', 'Brandt', 'A', 'ulf@a.test')));
$twice->import_csv(leads => leads_csv(lead(2, 'Ulf', 'Brandt', 'A', 'ulf@a.test')));
$twice->deliver(event('BOOKING_CREATED', 'same', guest('ulf@a.test', 'U. B.')));
is matches($twice, 'same'), '2 exact', 'one person who is listed twice is the one that changed last';

# --- A workspace sees its own leads only

my $lonely = $t->workspace(name => 'Lonely');
$lonely->deliver(event('BOOKING_CREATED', 'likely', guest('katie.hollenbeck@mailbox.test', 'Katie Hollenbeck', 'Copper Global')));
is matches($lonely, 'likely'), '- -', 'leads of another workspace are nobody here';
is candidates($lonely, 'likely'), '', 'nor shown';

# --- Any order

my @leads  = (@crowd, lead('kate', 'Katherine', 'Hollenbeck', 'Copper Global GmbH', 'khollenbeck@copperglobal.test'), lead('ulf', 'Ulf', 'Brandt', 'Tin Works', 'ulf@tinworks.test'));
my @events = (
    event('BOOKING_CREATED', 'one', guest('somebody@mailbox.test', 'S.')),
    event('BOOKING_RESCHEDULED', 'one', at => '2026-03-02T08:00:00Z', guest('somebody@mailbox.test', 'Katie Hollenbeck', 'Copper Global')),
    event('BOOKING_CREATED', 'two', at => '2026-03-01T08:00:00Z', guest('brandt@mailbox.test', 'Ulf Brandt', 'Tin Works')),
    event('BOOKING_CANCELLED', 'two', at => '2026-03-03T08:00:00Z', guest('brandt@mailbox.test', 'Kim Nobody')),
    mark('one', 'somebody@mailbox.test' => 0),
);
my %seen;
for my $order ([ 0 .. 4 ], [ reverse 0 .. 4 ], [ 2, 0, 4, 1, 3 ], [ 3, 1, 4, 0, 2 ], [ 1, 1, 3, 2, 0, 4, 4, 0 ]) {
    for my $when ('before', 'behind', 'half') {
        my $of   = $t->workspace(name => "Order $when");
        my @mine = $when eq 'before' ? @leads : reverse @leads;
        $of->import_csv(leads => leads_csv(@mine)) if $when eq 'before';
        $of->import_csv(leads => leads_csv(@mine[ 0 .. $#mine / 2 ])) if $when eq 'half';
        $of->deliver($events[$_]) for @$order;
        $of->import_csv(leads => leads_csv(@mine)) if $when ne 'before';
        $seen{ join ', ', map { join ' ', map { $_ // '-' } @$_ } $of->sql("SELECT uid, lead_id, match_method, round(match_probability::numeric, 6), match_because
            FROM attendees WHERE workspace_id = $of->{workspace} ORDER BY 1") }++;
        like $of->said('events', 'replay', '--workspace', $of->{workspace}), qr/ 0 differences$/, "leads $when the events, order @$order: a replay changes nothing";
    }
}
is scalar(keys %seen), 1, 'whatever the order of leads and events, the links are the same' or diag join "\n", sort keys %seen;
like +(keys %seen)[0], qr/^one kate likely_person [\d.]+ .*, two - -/, 'a link follows what is known at last';

# --- Late leads

my $late = $t->workspace(name => 'Late');
$late->import_csv(leads => leads_csv(@crowd));
$late->deliver(event('BOOKING_CREATED', 'late', guest('katie.hollenbeck@mailbox.test', 'Katie Hollenbeck', 'Copper Global')));
$late->deliver(event('BOOKING_CREATED', 'dismissed', guest('katie.h@mailbox.test', 'Katie Hollenbeck', 'Copper Global')));
is matches($late, 'late'), '- -', 'nobody is known';
$late->request('POST', "/api/clients/$late->{workspace}/unmatched/" . waiting($late, 'dismissed')->{item} . '/dismiss');
my ($status, $said) = $late->turnout('import', 'leads', '-', '--workspace', $late->{workspace},
    { stdin => leads_csv(lead('kate', 'Katherine', 'Hollenbeck', 'Copper Global GmbH', 'khollenbeck@copperglobal.test')) });
like $said, qr/^attendees linked: 1$/m, 'an import tells whom it was waited for';
is matches($late, 'late'), 'kate likely_person', 'who is linked';
is matches($late, 'dismissed'), '- -', 'but not who was dismissed';
$late->import_csv(leads => leads_csv(lead('other', 'Katherine', 'Hollenbeck', 'Copper Global', 'katie.hollenbeck@mailbox.test')));
is matches($late, 'late'), 'other exact', 'a lead with the very address beats what was likely';

# An import takes its time; whoever books meanwhile does not wait for it.
my $busy = $t->workspace(name => 'Busy');
$busy->import_csv(leads => leads_csv(@crowd, lead('kate', 'Katherine', 'Hollenbeck', 'Copper Global GmbH', 'khollenbeck@copperglobal.test')));
open my $holder, '|-', 'psql', '-X', '-q', '-o', '/dev/null', $t->{env}{DATABASE_OWNER_URL} or die "no psql: $!";
$holder->autoflush;
print $holder "BEGIN; SELECT FROM leads WHERE workspace_id = $busy->{workspace} AND lead_id = 'crowd-7' FOR NO KEY UPDATE; SELECT 1 AS held;\n";
$t->wait_until('a lead is held', sub { $t->value("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'psql' AND query LIKE 'SELECT 1 AS held%'") });
my @said = $t->at_once(2, sub ($number) {
    return ($busy->turnout('import', 'leads', '-', '--workspace', $busy->{workspace}, { stdin => leads_csv(map { { %$_, company => 'Renamed Inc' } } @crowd) }))[0] if $number == 1;
    $t->wait_until('the import waits', sub { $t->value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'turnout' AND wait_event_type = 'Lock'") });
    my @answers = map { $busy->deliver(event('BOOKING_CREATED', "busy-$_", guest("c$_\@crowd$_.test", "Crowd $_")))->{status} } 1 .. 40;
    push @answers, $busy->deliver(event('BOOKING_CREATED', 'busy-kate', guest('katie.hollenbeck@mailbox.test', 'Katie Hollenbeck', 'Copper Global')))->{status};
    my $state = matches($busy, 'busy-3') . ', ' . matches($busy, 'busy-kate');
    print $holder "COMMIT;\n";
    return join ' ', $state, sort { $a cmp $b } keys %{ { map { $_ => 1 } @answers } };
});
is_deeply \@said, [ 0, 'crowd-3 exact, kate likely_person processed' ], 'while an import is held up, deliveries are processed, matched and guessed';

# Behind the back of an import: the worker does what was missed.
my $missed = $t->workspace(name => 'Missed');
$missed->import_csv(leads => leads_csv(@crowd, lead('kate', 'Katherine', 'Hollenbeck', 'Copper Global GmbH', 'khollenbeck@copperglobal.test')));
$missed->deliver(event('BOOKING_CREATED', 'missed', guest('katie.hollenbeck@mailbox.test', 'Katie Hollenbeck', 'Copper Global')));
$t->sql("UPDATE attendees SET lead_id = NULL, match_method = NULL, match_probability = NULL, match_because = NULL WHERE workspace_id = $missed->{workspace};
         DELETE FROM match_guesses WHERE workspace_id = $missed->{workspace};
         INSERT INTO unmatched_bookings SELECT workspace_id, uid, email_key, mailbox_key FROM attendees WHERE workspace_id = $missed->{workspace}");
$t->another_worker;
$t->wait_until('the worker has looked', sub { matches($missed, 'missed') eq 'kate likely_person' });
pass 'what was missed is made up for';

my $group = $t->workspace(name => 'Group');
my @named = map { my $n = $_; join '', map { (qw(ba ke di lo mu ta re si vo nu))[$_] } split //, sprintf '%04d', $n * 7919 % 10_000 } 1 .. 60;
$group->import_csv(leads => leads_csv(map { lead("g$_", "Al$named[$_]", "Br$named[ 59 - $_ ]", "Copper $named[$_]", "g$_\@copper$_.test") } 0 .. 59));
is $group->deliver(event('BOOKING_CREATED', 'group', people => [ map { person("al$named[$_].br$named[ 59 - $_ ]\@copper$_.test", name => "Al$named[$_] Br$named[ 59 - $_ ]") } 0 .. 59 ]))->{status},
    'processed', 'a large group is taken in';
my $linked = "SELECT count(*) FROM attendees WHERE workspace_id = $group->{workspace} AND match_method = 'likely_person'";
is $group->value($linked), 20, 'the first of it are looked for at once, since the sender waits';
$t->another_worker;
$t->wait_until('the worker has looked for the others', sub { $group->value($linked) == 60 });
pass 'the others soon';

# --- Leads change and go

$missed->import_csv(leads => leads_csv(lead('kate', 'Ulrike', 'Sommer', 'Tin Works', 'ulrike@tinworks.test')));
is matches($missed, 'missed'), '- -', 'a lead who is called otherwise now is no likely person any more';
is $missed->value("SELECT count(*) FROM unmatched_bookings WHERE workspace_id = $missed->{workspace}"), 1, 'and the attendee waits again';
$missed->deliver(event('BOOKING_CREATED', 'found', guest('us@mailbox.test', 'Ulrike Sommer', 'Tin Works')));
is matches($missed, 'found'), 'kate likely_person', 'but is found by the new name';
is $missed->value("SELECT count(*) FROM lead_keys k WHERE workspace_id = $missed->{workspace} AND lead_id = 'kate'"),
    do { my $x = $t->workspace; $x->import_csv(leads => leads_csv(lead('kate', 'Ulrike', 'Sommer', 'Tin Works', 'ulrike@tinworks.test')));
         $x->value("SELECT count(*) FROM lead_keys k WHERE workspace_id = $x->{workspace}") }, 'by nothing else';
my $state = sub ($of) { [ map { [ $of->sql($_ =~ s/\?/$of->{workspace}/r) ] } 'SELECT key, lead_id FROM lead_keys WHERE workspace_id = ? ORDER BY 1, 2',
    'SELECT name, first_count, last_count FROM lead_names WHERE workspace_id = ? AND (first_count, last_count) <> (0, 0) ORDER BY 1', 'SELECT leads FROM lead_indexes WHERE workspace_id = ?' ] };
my $kept = $state->($missed);
like $missed->said('leads', 'rekey', '--workspace', $missed->{workspace}), qr/^301 leads can be found/, 'all leads can be indexed again';
is_deeply $state->($missed), $kept, 'which comes to what imports had kept';
$missed->said('leads', 'drop', '--workspace', $missed->{workspace}, '--lead', 'kate');
is matches($missed, 'found'), '- -', 'a lead that goes leaves no booking pointing nowhere';
is $missed->funnel->{total}{booked}, 0, 'nor a count behind';
is $missed->value("SELECT count(*) FROM lead_keys WHERE workspace_id = $missed->{workspace} AND lead_id = 'kate'"), 0, 'nor a key';
my $dropped = $state->($missed);
$missed->said('leads', 'rekey', '--workspace', $missed->{workspace});
is_deeply $state->($missed), $dropped, 'nor a name';

# An index of another version is made anew by the next import.
$t->sql("UPDATE lead_indexes SET version = 0 WHERE workspace_id = $missed->{workspace}; DELETE FROM lead_keys WHERE workspace_id = $missed->{workspace}");
$missed->import_csv(leads => leads_csv(lead('kate', 'Ulrike', 'Sommer', 'Tin Works', 'ulrike@tinworks.test')));
is matches($missed, 'found'), 'kate likely_person', 'an index of another version is made anew by the next import';
is $missed->value("SELECT leads FROM lead_indexes WHERE workspace_id = $missed->{workspace}"), 301, 'of all leads';

$t->sql("DELETE FROM lead_keys WHERE workspace_id = $missed->{workspace} AND lead_id = 'crowd-7'; DELETE FROM leads WHERE workspace_id = $missed->{workspace} AND lead_id IN ('crowd-7', 'crowd-8')");
$missed->import_csv(leads => leads_csv(@crowd));
is_deeply $state->($missed), do { $missed->said('leads', 'rekey', '--workspace', $missed->{workspace}); $state->($missed) }, 'and so is one from which leads were removed by hand';

# --- The search uses nothing but indexes

my $plan = join "\n", map { $_->[0] } do {
    my ($sql) = Turnout::slurp("$FindBin::Bin/../schema/queries/known_leads.sql") =~ /^-- name: known_leads_candidates [^\n]*\n(.*?;)/ms;
    $t->sql("INSERT INTO leads (workspace_id, lead_id, email, email_key, mailbox_key, first_name, last_name)
             SELECT $w->{workspace}, 'plan-' || n, 'p' || n || '\@plan.test', 'p' || n || '\@plan.test', 'p' || n || '\@plan.test', 'P', 'L' || n FROM generate_series(1, 50000) n;
             INSERT INTO lead_keys SELECT $w->{workspace}, hashtextextended('k' || k, n % (k * 7919)), 'plan-' || n FROM generate_series(1, 50000) n, generate_series(1, 14) k;
             INSERT INTO lead_campaigns (workspace_id, lead_id, campaign_id, last_contacted_at) SELECT $w->{workspace}, 'plan-' || n, 'c1', now() FROM generate_series(1, 50000) n");
    $t->sql('VACUUM ANALYZE lead_keys');
    $t->sql('VACUUM ANALYZE leads');
    $t->sql('VACUUM ANALYZE lead_campaigns');
    my $keys = join ',', map { $_->[0] } $t->sql("SELECT key FROM lead_keys WHERE workspace_id = $w->{workspace} AND lead_id = 'plan-77' ORDER BY 1");
    $t->sql("SET plan_cache_mode = force_generic_plan; PREPARE candidates AS $sql EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)
             EXECUTE candidates($w->{workspace}, '{$keys}', 'p77\@plan.test', now(), 65, 100)");
};
unlike $plan, qr/Seq Scan/, 'candidates are found without a sequential scan' or diag $plan;
like $plan, qr/Index Only Scan using lead_keys_pkey on lead_keys/, 'by the keys alone, from the index alone';
like $plan, qr/Heap Fetches: 0/, 'without a look at the table';
my ($looked) = $plan =~ /lead_keys_pkey on lead_keys \w+ \(actual rows=(\d+)/;
cmp_ok $looked, '<=', 65, 'and no key gives more than its share';

$t->finish;

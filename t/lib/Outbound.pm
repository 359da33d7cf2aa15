# Outbound - workspaces with a connection to EmailBison: rounds with it, its webhooks, and what is stored of what it says.
package Outbound;
use v5.36;

use Exporter qw(import);
use POSIX ();
use Test::More ();
use Time::HiRes qw(sleep time);

our @EXPORT = qw(day at linked round hook rows days members corrections stored verified);

sub day ($back)               { POSIX::strftime('%Y-%m-%d', gmtime(time - $back * 86400)) }
sub at ($back, $clock = '10:00') { day($back) . "T$clock:00.000000Z" }

# A workspace with a connection to an instance; returns it.
sub linked ($t, $instance, %option) {
    # Rounds are when the test wants them: the worker is to find none due.
    $t->sql("ALTER TABLE source_syncs ALTER next_at SET DEFAULT now() + interval '1 year'");
    my $w = $t->workspace(name => 'Outbound', %option);
    my ($exit, $out, $err) = $w->turnout('connection', 'add', '--workspace', $w->{workspace}, '--kind', 'emailbison', '--api-key-file', '-',
        '--api-base', $instance->url('emailbison'), { stdin => $instance->key('emailbison') });
    die $err if $exit;
    $w->{known_from} = time + 0.6;
    ($w->{bison}, $w->{hook}) = split /\n/, $out;
    return $w;
}

# With the rights that the programs have.
sub round ($w, @more) {
    my ($exit, $out, $err) = $w->turnout('sync', 'emailbison', '--workspace', $w->{workspace}, @more, { env => { DATABASE_OWNER_URL => $w->{env}{DATABASE_URL}, SYNC_SECONDS => 80_000 } });
    $w->sql("UPDATE source_syncs SET next_at = now() + interval '1 year' WHERE workspace_id = $w->{workspace}");
    return { exit => $exit, out => $out, err => $err };
}

sub rows ($w, $query) { join "\n", map { join '|', map { $_ // '' } @$_ } $w->sql($query) }

sub days ($w) { rows($w, "SELECT campaign_id, day, sent, bounced, replied, interested FROM campaign_days
    WHERE workspace_id = $w->{workspace} AND (sent, bounced, replied, interested) <> (0, 0, 0, 0) ORDER BY 1, 2") }

sub members ($w, $columns = 'state, emails_sent, first_contacted_at, last_contacted_at, replied_at, interested_at, bounced_at') {
    return rows($w, 'SELECT lead_id, campaign_id, ' . join(', ', map { /_at$/ ? "to_char($_ AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')" : $_ } split /, /, $columns)
        . " FROM lead_campaigns WHERE workspace_id = $w->{workspace} ORDER BY 1, 2");
}

# Everything that is stored, but for how rounds went; with the transactions that wrote and locked it.
my @kept = qw(campaigns campaign_days campaign_months campaign_series campaign_replies campaign_corrections leads lead_campaigns
    lead_keys lead_names lead_indexes outreach_events outreach_words funnel_items item_changes busy_leads funnel_counts standing_changes);
sub stored ($w) { rows($w, join(' UNION ALL ', map { "SELECT '$_', x.xmin::text || ' ' || x.xmax, x::text FROM $_ x WHERE workspace_id = $w->{workspace}" } @kept)
    . ' ORDER BY 1, 3') }

# The counts that reports read equal a recount.
sub verified ($w, $what) {
    my ($exit, $out, $err) = $w->turnout('verify', '--workspace', $w->{workspace});
    Test::More::is($exit, 0, "$what: counts equal a recount") or Test::More::diag($out, $err);
}

# Numbers that went down.
sub corrections ($w) { rows($w, "SELECT source, campaign_id, label, day, was, now FROM campaign_corrections
    WHERE workspace_id = $w->{workspace} ORDER BY 1, 2, 3, 4") }

# A delivery of these bytes. Options: secret, connection.
sub hook ($w, $body, %option) {
    sleep 0.05 while time < $w->{known_from};
    my ($connection, $secret) = ($option{connection} // $w->{bison}, $option{secret} // $w->{hook});
    return $w->request('POST', "/api/webhooks/emailbison/$connection/$secret", token => undef, body => $body,
        headers => { 'Content-Type' => 'application/json' });
}

1;

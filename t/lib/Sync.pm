# Sync - workspaces that ask the API of a stand-in, for tests of rounds.
package Sync;
use v5.36;

use Exporter 'import';
use Test::More;
our @EXPORT = qw(asking round contents);

# A workspace whose connection may ask Cal.com's API of this stand-in, v2 or v1 (version => 'v1').
sub asking ($t, $s, %option) {
    my $version = delete $option{version} // 'v2';
    my $w = $t->workspace(name => 'Asking', %option);
    my ($exit, undef, $err) = $w->turnout('connection', 'api', $w->{connection}, '--api-key-file', '-', '--api-version', $version,
        '--api-base', $s->url($version eq 'v1' ? 'calcom_v1' : 'calcom'), { stdin => $s->key('calcom') });
    is $exit, 0, 'the key is taken' or diag $err;
    return $w;
}

# A round with Cal.com, and what was said of it: its counts, or why it failed.
sub round ($w, @more) {
    my ($exit, $out, $err) = $w->turnout('sync', 'calcom', '--workspace', $w->{workspace}, @more);
    return $exit == 0 ? $out : "failed: $err";
}

# Of every table how many rows the workspace has, and what they say together; how its rounds went is left out.
sub contents ($t, $w) {
    my @tables = map { $_->[0] } $t->sql(q{SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'source_syncs' ORDER BY 1});
    my ($query) = join ' UNION ALL ', map {
        "SELECT '$_', count(*)::text, md5(string_agg(x::text, '|' ORDER BY x::text)) FROM $_ x WHERE workspace_id = $w->{workspace}" } @tables;
    return { map { $_->[0] => join ' ', map { $_ // '' } @$_[ 1, 2 ] } $t->sql($query) };
}

1;

# Importing leads and campaigns from CSV: what is kept, what is refused and told, and that the same file twice changes nothing.
use v5.36;
use utf8;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use File::Temp qw(tempdir);
use Turnout;

my $t = Turnout->start;

# A workspace that nothing is delivered to.
sub fresh () { bless { %$t, workspace => $t->said('workspace', 'add', '--name', 'Import') }, ref $t }

# Imports the text as a file of that kind and returns what the command left: exit, out, err.
sub import_text ($w, $kind, $text, @options) {
    utf8::encode($text) if utf8::is_utf8($text);
    my ($exit, $out, $err) =
        $w->turnout('import', $kind, '-', '--workspace', $w->{workspace}, @options, { stdin => $text });
    utf8::decode($_) for $out, $err;
    return { exit => $exit, out => $out, err => $err };
}

sub leads ($w) {
    return join '', map { "$_->[0]\n" } $w->sql(
        "SELECT concat_ws('|', lead_id, email, first_name, last_name, company, title, phone, website) FROM leads
          WHERE workspace_id = $w->{workspace} ORDER BY lead_id");
}

sub members ($w) {
    my $time = sub ($column) { "to_char($column AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')" };
    return join '', map { join('|', map { $_ // '' } @$_) . "\n" } $w->sql(
        'SELECT lead_id, campaign_id, ' . join(', ', map { $time->($_) } qw(first_contacted_at last_contacted_at replied_at interested_at))
        . " FROM lead_campaigns WHERE workspace_id = $w->{workspace} ORDER BY lead_id, campaign_id");
}

sub campaigns ($w) {
    return join '', map { join('|', map { $_ // '' } @$_) . "\n" } $w->sql(
        "SELECT c.campaign_id, c.name, d.day, d.sent, d.bounced, d.replied, d.interested
           FROM campaigns c LEFT JOIN campaign_days d USING (workspace_id, campaign_id)
          WHERE workspace_id = $w->{workspace} ORDER BY c.campaign_id, d.day");
}

# Every row as PostgreSQL stores it, with the transaction that wrote it and the one that last locked it.
sub stored ($w) {
    return join "\n", map { my $table = $_; map { "$table @$_" } $w->sql(
        "SELECT x.xmin, x.xmax, x::text FROM $table x WHERE workspace_id = $w->{workspace} ORDER BY x::text")
    } qw(campaigns campaign_days leads lead_campaigns);
}

# --- What is kept

my @files = (
    [ 'columns in any order and case, quotes, CRLF, a byte order mark, fields of all kinds',
      leads => "\x{FEFF}COMPANY,Email,lead_id,campaign_id,first_name,Last_Name,title,phone,website,replied_at\r\n"
             . "\"Acme, \"\"Inc.\"\"\",Ann.Lee\@Acme.test,7,c1,Zoë,Lee,\"Head\nof Things\",+49 30 1,https://acme.test,2026-04-14T19:12:00.5+02:00\r\n"
             . "C:\\temp\\N,bob\@x.test,8,,  Bob\t,,,,,\r\n",
      "7|Ann.Lee\@Acme.test|Zoë|Lee|Acme, \"Inc.\"|Head\nof Things|+49 30 1|https://acme.test\n8|bob\@x.test|Bob||C:\\temp\\N|||\n",
      "7|c1|||2026-04-14 17:12:00|\n" ],
    [ 'one lead in several campaigns; the later line wins, an empty cell says nothing',
      leads => "lead_id,campaign_id,email,first_name,company\n1,a,x\@x.test,Old,Firm\n1,b,x\@x.test,New,\n1,a,x\@x.test,,\n",
      "1|x\@x.test|New||Firm|||\n", "1|a||||\n1|b||||\n" ],
    [ 'contacts are from the earliest to the latest, replies and interest the first',
      leads => "lead_id,campaign_id,email,first_contacted_at,last_contacted_at,replied_at,interested_at\n"
             . "1,a,x\@x.test,,2026-03-02T19:12Z,2026-03-05,2026-03-06\n1,a,x\@x.test,2026-03-04,,2026-03-03,2026-03-07\n",
      "1|x\@x.test||||||\n", "1|a|2026-03-02 19:12:00|2026-03-04 00:00:00|2026-03-03 00:00:00|2026-03-06 00:00:00\n" ],
    [ 'without lead_id the address tells who it is',
      leads => "email,first_name\nAnn\@X.test,Ann\n ann\@x.test ,Anna\n",
      "mail-ID|ann\@x.test|Anna|||||\n", '' ],
    [ 'a line without lead_id belongs to the lead that the file names by this address',
      leads => "lead_id,campaign_id,email,first_name\n,b,ann\@x.test,Early\n5,a,ANN\@x.test,\n,c,ann\@x.test,Late\n",
      "5|ann\@x.test|Late|||||\n", "5|a||||\n5|b||||\n5|c||||\n" ],
    [ 'empty lines and lines of commas are passed over',
      leads => "email,lead_id\n\n,\nx\@x.test,1\n,\n\n", "1|x\@x.test||||||\n", '' ],
    [ 'what SQL and COPY would understand is text',
      leads => "lead_id,email,first_name,last_name\n\\.,x\@x.test,\\N,'); DROP TABLE leads; --\n",
      "\\.|x\@x.test|\\N|'); DROP TABLE leads; --||||\n", '' ],
);
for (@files) {
    my ($what, $kind, $text, $leads, $members) = @$_;
    my $w = fresh;
    subtest $what => sub {
        my $first = import_text($w, $kind, $text);
        is $first->{exit}, 0, 'is imported' or diag $first->{err};
        (my $got = leads($w)) =~ s/^mail-[0-9a-f]{24}\|/mail-ID|/mg;
        utf8::decode($got);
        is $got,        $leads,   'the leads';
        is members($w), $members, 'and their campaigns';
        my $before = stored($w);
        my $second = import_text($w, $kind, $text);
        like $second->{out}, qr/^leads: 0 new, 0 changed, [1-9]\d* unchanged\nmemberships: 0 new, 0 changed/, 'the same again';
        is stored($w), $before, 'touches no row';
    };
}

subtest 'campaigns with their days' => sub {
    my $w    = fresh;
    my $text = "day,campaign_id,name,sent,bounced,replied,interested\n2026-01-13,c1,First,100,1,2,3\n,c2,Second,,,,\n"
        . "2026-01-14,c1,,50,,,\n2026-01-13,c1,Renamed,120,,9,\n2026-01-15,c3,,1000000000000,2,,\n";
    my $said = import_text($w, campaigns => $text);
    is $said->{exit}, 0, 'are imported';
    is campaigns($w), "c1|Renamed|2026-01-13|120|0|9|0\nc1|Renamed|2026-01-14|50|0|0|0\nc2|Second|||||\n"
        . "c3|c3|2026-01-15|1000000000000|2|0|0\n", 'the later line of a day counts';
    is $said->{err}, "stdin:2: the same campaign and day stand again on line 5, which counts\n", 'which is said';
    is $said->{out}, "campaigns: 3 new, 0 changed, 0 unchanged\ndays: 3 new, 0 changed, 0 unchanged\n5 loaded, 0 lines refused\n",
        'and counted';
    my $before = stored($w);
    import_text($w, campaigns => $text);
    is stored($w), $before, 'the same again touches no row';
    import_text($w, campaigns => "campaign_id,day,sent\nc1,2026-01-14,7\n");
    like campaigns($w), qr/^c1\|Renamed\|2026-01-14\|7\|0\|0\|0$/m, 'other counts replace the day, the name stays';
};

subtest 'a second file adds to what the first said' => sub {
    my $w = fresh;
    import_text($w, leads => "lead_id,campaign_id,email,first_name,company,first_contacted_at,last_contacted_at,replied_at\n"
        . "1,a,x\@x.test,Xaver,Firm,2026-02-01,2026-02-02,2026-02-03\n2,a,y\@y.test,Yara,,,,\n");
    my ($before) = $w->sql("SELECT changed_at FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '2'");
    my $said = import_text($w, leads => "email,campaign_id,company,last_contacted_at,replied_at,first_name\n"
        . "X\@x.test,a,Other,2026-01-01,2026-03-01,\ny\@y.test,new,,,,Yara\n");
    is leads($w), "1|X\@x.test|Xaver||Other|||\n2|y\@y.test|Yara|||||\n", 'the address finds the lead, empty cells erase nothing';
    is members($w), "1|a|2026-01-01 00:00:00|2026-02-02 00:00:00|2026-02-03 00:00:00|\n2|a||||\n2|new||||\n", 'times only widen';
    like $said->{out}, qr/^leads: 0 new, 1 changed, 1 unchanged\nmemberships: 1 new, 1 changed, 0 unchanged$/m, 'the summary knows';
    is_deeply [ $w->sql("SELECT changed_at FROM leads WHERE workspace_id = $w->{workspace} AND lead_id = '2'") ], [$before],
        'a lead that only joined a campaign did not change';
    is campaigns($w), "a|a|||||\nnew|new|||||\n", 'campaigns unheard of are called by their ids';
    import_text($w, campaigns => "campaign_id,name\nnew,Spring\n");
    like campaigns($w), qr/^new\|Spring\|/m, 'until they are named';
};

subtest 'any file once more changes nothing, whatever came before' => sub {
    my $w    = fresh;
    my $seed = srand;
    my $any  = sub (@of) { $of[ rand @of ] };
    for my $round (1 .. 12) {
        my $text = "lead_id,campaign_id,email,first_name,replied_at\n" . join '', map {
            join(',', $any->('', '', 1 .. 6), $any->('', 'a', 'b'), $any->(map { $_ . '@x.test' } qw(u v w W x+1 x+2)), $any->('', qw(A B C)),
                $any->('', '2026-01-01', '2026-01-02')) . "\n"
        } 1 .. 1 + rand 12;
        import_text($w, leads => $text);
        my $before = stored($w);
        my $again  = import_text($w, leads => $text);
        is stored($w), $before, "round $round" or diag "seed $seed, the file:\n$text";
    }
};

# --- What is refused, and how it is told

my $long = 'x' x 1001;
my @bad = (
    [ leads => 'email', 'nobody', 'email "nobody" is not an address' ],
    [ leads => 'email', 'a b@x.test', 'email "a b@x.test" is not an address' ],
    [ leads => 'lead_id,email', '1,', 'email is empty' ],
    [ leads => 'email,lead_id', 'x@x.test', 'there are 1 fields, and the header has 2' ],
    [ leads => 'email,lead_id', 'x@x.test,1,2', 'there are 3 fields, and the header has 2' ],
    [ leads => 'email,first_name', "x\@x.test,$long", 'first_name has 1001 characters, at most 1000 are kept' ],
    [ leads => 'email,lead_id', 'x@x.test,' . 'i' x 201, 'lead_id has 201 characters, at most 200 are kept' ],
    [ leads => 'email,first_name', "x\@x.test,\xE9", 'first_name is not UTF-8' ],
    [ leads => 'email,first_name', "x\@x.test,a\0b", 'a NUL character stands in the line; if the file is UTF-16, save it as UTF-8' ],
    [ leads => 'email,first_name', 'x@x.test,"a', 'a quote is opened and never closed' ],
    [ leads => 'email,first_name', 'x@x.test,a"b"', 'a quote stands inside a field that does not begin with one; write such a field as "6"" pipe"' ],
    [ leads => 'email,campaign_id,replied_at', 'x@x.test,a,yesterday', 'replied_at is "yesterday", expected 2026-04-14T19:12:00Z or 2026-04-14' ],
    [ leads => 'email,campaign_id,replied_at', 'x@x.test,a,2026-04-14 19:12:00', 'replied_at is "2026-04-14 19:12:00", expected 2026-04-14T19:12:00Z or 2026-04-14' ],
    [ leads => 'email,campaign_id,replied_at', "x\@x.test,a,\e[31m" . 'é' x 80, 'replied_at is "?[31m' . 'é' x 55 . '...", expected 2026-04-14T19:12:00Z or 2026-04-14' ],
    [ campaigns => 'campaign_id,day', 'c,2026-02-30', 'day is "2026-02-30", expected a day such as 2026-04-14' ],
    [ campaigns => 'campaign_id,day,sent', 'c,2026-02-03,-1', 'sent is "-1", expected a whole number from 0 to 10^12' ],
    [ campaigns => 'campaign_id,day,sent', 'c,2026-02-03,1000000000001', 'sent is "1000000000001", expected a whole number from 0 to 10^12' ],
    [ campaigns => 'campaign_id,day,sent', 'c,2026-02-03,1.5', 'sent is "1.5", expected a whole number from 0 to 10^12' ],
    [ campaigns => 'campaign_id,name', ',A', 'campaign_id is empty' ],
);
for (@bad) {
    my ($kind, $header, $line, $why) = @$_;
    my $w    = fresh;
    my $said = import_text($w, $kind, "$header\n$line\n");
    is $said->{err}, "stdin:2: $why\nturnout: nothing was loaded, because every line was refused\n", $why;
    is "$said->{exit} $said->{out}", "1 0 loaded, 1 lines refused\n", 'alone in a file it makes the import fail';
}

subtest 'good lines load beside bad ones, unless strictness is asked for' => sub {
    my $w    = fresh;
    my $text = "email,lead_id\na\@x.test,1\nnobody,2\n\"b\@x.test,3\nc\@x.test,4\n\n\"d\@x.test\",5\ne\@x.test\n";
    my $told = join '', map { "stdin:$_\n" } '3: email "nobody" is not an address',
        '4: text stands behind the closing quote of a field', '8: there are 1 fields, and the header has 2';
    my $strict = import_text($w, leads => $text, '--strict');
    is $strict->{exit}, 1, 'strict: the import fails';
    is $strict->{err}, $told . "turnout: nothing was loaded, because lines were refused and --strict was asked for\n", 'and says why';
    is leads($w), '', 'and nothing is kept';
    my $loose = import_text($w, leads => $text);
    is $loose->{exit}, 0, 'otherwise it does not';
    is $loose->{err}, $told, 'says the same';
    like $loose->{out}, qr/^3 loaded, 3 lines refused$/m, 'counts them';
    is leads($w), "1|a\@x.test||||||\n4|c\@x.test||||||\n5|d\@x.test||||||\n", 'and keeps the others';
    is import_text($w, leads => "email,lead_id\nz\@x.test,9\n", '--strict')->{exit}, 0, 'strict is content with a good file';
};

subtest 'at most 100 lines are told' => sub {
    my $said = import_text(fresh, leads => "email\n" . "nobody\n" x 250 . "x\@x.test\n");
    is scalar(() = $said->{err} =~ /is not an address/g), 100, 'one by one';
    like $said->{err}, qr/^stdin: 150 more lines were refused$/m, 'and then counted';
};

subtest 'cells that cannot be kept are told' => sub {
    my $w = fresh;
    is import_text($w, leads => "email,colour,replied_at\nx\@x.test,red,2026-01-01\n")->{err},
        "stdin:1: column \"colour\" is not known and is ignored\n"
        . "stdin:1: column \"replied_at\" is ignored, because there is no column \"campaign_id\"\n", 'once for a column';
    is import_text($w, leads => "email,campaign_id,replied_at\nx\@x.test,,2026-01-01\n")->{err},
        "stdin:2: replied_at is not kept, because campaign_id is empty\n", 'for a line';
    is import_text($w, campaigns => "campaign_id,day,sent,bounced\nc,,0,\nc,,5,\n")->{err},
        "stdin:3: sent is not kept, because day is empty\n", 'nothing is lost with a zero';
};

my @hopeless = (
    [ 'an empty file', '', qr/^turnout: the file is empty; its first line is to name the columns: lead_id, .*interested_at$/ ],
    [ 'a missing column', "lead_id,first_name\n1,A\n", qr/^turnout: the header lacks column "email"; the columns are .*email \(needed\).*interested_at$/ ],
    [ 'a column named twice', "email,EMAIL\n", qr/^turnout: the header names column "email" twice$/ ],
    [ 'semicolons', "email;lead_id\nx\@x.test;1\n", qr/^turnout: the header has no comma; columns are to be separated by commas$/m ],
    [ 'UTF-16', "\xFF\xFEe\0m\0a\0i\0l\0\n\0", qr/^turnout: a NUL character stands in the line; if the file is UTF-16, save it as UTF-8$/ ],
    [ 'a header in Latin-1', "email,pr\xE9nom\n", qr/^turnout: the header is not UTF-8; save the file as UTF-8$/ ],
    [ 'an open quote in the header', "\"email\nx\@x.test\n", qr/^turnout: .*quote/ ],
);
for (@hopeless) {
    my ($what, $text, $why) = @$_;
    my $said = import_text($t, leads => $text);
    is $said->{exit}, 1, "$what is an error";
    like $said->{err} =~ s/\n\z//r, $why, 'that says what to do';
    is $said->{out}, '', 'without a result';
}

my $said = import_text($t, leads => "email,lead_id\n");
is "$said->{exit} $said->{err}", "0 stdin: there is a header and no line below it\n", 'a file without lines is no error, but is told';

my $dir  = tempdir(CLEANUP => 1);
my $file = "$dir/people.csv";
open my $out, '>', $file or die "could not write: $!";
print $out "email\nnobody\nx\@x.test\n";
close $out;
my @commands = (
    [ 1, qr/^turnout: could not open ".*none\.csv": No such file or directory$/, "$dir/none.csv", '--workspace', $t->{workspace} ],
    [ 1, qr/^turnout: ".*" is a directory, expected a file$/,                   $dir, '--workspace', $t->{workspace} ],
    [ 1, qr/^turnout: there is no workspace 999999; /m,                         $file, '--workspace', 999999 ],
    [ 2, qr/^turnout: --workspace is missing/,                                  $file ],
    [ 2, qr/^turnout: the operand is missing/,                                  '--workspace', $t->{workspace} ],
    [ 2, qr/^turnout: "again" is not expected here/,                            $file, 'again', '--workspace', $t->{workspace} ],
    [ 0, qr/^\Q$file\E:2: email "nobody" is not an address$/,                   $file, '--workspace', fresh->{workspace} ],
);
for (@commands) {
    my ($status, $why, @words) = @$_;
    my ($exit, undef, $err) = $t->turnout('import', 'leads', @words);
    is $exit, $status, "exit $status";
    like $err =~ s/\n\z//r, $why, 'and a sentence';
}

# --- Attendees who waited for a lead

subtest 'a lead that turns up is linked to the attendees who waited' => sub {
    my $w = $t->workspace;
    is $t->deliver(event('BOOKING_CREATED', 'early', people => [ 'ann@x.test', 'bob+cal@x.test', 'info@x.test', 'eve@x.test' ]), to => $w)->{status},
        'processed', 'a booking comes first';
    my $waiting = sub { join ' ', map { $_->[0] } $w->sql("SELECT email_key FROM unmatched_bookings WHERE workspace_id = $w->{workspace} ORDER BY 1") };
    is $waiting->(), 'ann@x.test bob+cal@x.test eve@x.test info@x.test', 'nobody knows them yet';
    my $text = leads_csv({ lead_id => 1, email => 'Ann@x.test' }, { lead_id => 2, email => 'bob@x.test' },
        { lead_id => 3, email => 'info@x.test' }, { lead_id => 4, email => 'info@x.test' });
    like import_text($w, leads => $text)->{out}, qr/^attendees linked: 2$/m, 'the summary counts them';
    is_deeply [ $w->sql("SELECT email_key, lead_id, match_method, match_probability, match_because, matched_at IS NOT NULL
            FROM attendees WHERE workspace_id = $w->{workspace} AND lead_id IS NOT NULL ORDER BY email_key") ],
        [ [ 'ann@x.test', 1, 'exact', 1, 'the same address', 't' ],
          [ 'bob+cal@x.test', 2, 'same_mailbox', 1, 'another spelling of the same mailbox', 't' ] ], 'the link says why';
    is $waiting->(), 'eve@x.test info@x.test', 'the others go on waiting: a mailbox that several leads share is nobody';
    is scalar @{ $t->bookings($w) }, 2, 'and the bookings list shows two';
};

subtest 'imports of one workspace at the same time wait for each other' => sub {
    my $w    = fresh;
    my $text = "email,campaign_id\n" . join '', map { "person$_\@x.test,c\n" } 1 .. 300;
    my @exit = $t->at_once(4, sub ($number) { import_text($w, leads => $text)->{exit} });
    is_deeply \@exit, [ 0, 0, 0, 0 ], 'all succeed';
    is $w->value("SELECT count(*) FROM leads WHERE workspace_id = $w->{workspace}"), 300, 'and each lead is there once';
};

# --- Size

sub many ($from, $to) { join '', map { "$_,c1,person$_\@company$_.test,First$_,\"Company, $_\"\n" } $from .. $to }

subtest 'memory does not grow with the file' => sub {
    my $w = fresh;
    local %ENV = (%ENV, %{ $t->{env} });
    my $program = "$ENV{TURNOUT_BIN}/turnout";
    my $pid     = open my $in, '|-', 'sh', '-c', 'exec "$@" >/dev/null', 'sh', $program, qw(import leads - --workspace), $w->{workspace}
        or die "could not start: $!";
    my $peak    = sub { Turnout::slurp("/proc/$pid/status") =~ /^VmHWM:\s*(\d+) kB/m; $1 };
    $in->autoflush;
    print $in "lead_id,campaign_id,email,first_name,company\n", many(1, 10_000);
    my $early = $peak->();
    print $in many($_ * 10_000 + 1, $_ * 10_000 + 10_000) for 1 .. 9;
    my $late = $peak->();
    ok close $in, '100,000 leads are imported';
    is $w->value("SELECT count(*) FROM lead_campaigns WHERE workspace_id = $w->{workspace}"), 100_000, 'all of them';
    SKIP: {
        skip 'a sanitizer keeps what was given back', 1 if Turnout::slurp($program) =~ /__asan_init/;
        cmp_ok $late - $early, '<', 1024, "KiB more at the end than after 10,000 ($early, $late)";
    }
};

subtest 'a terminal is told how far it is' => sub {
    my $w = fresh;
    open my $to, '>', $file or die "could not write: $!";
    print $to "lead_id,campaign_id,email,first_name,company\n", many(1, 2000), "bad\n";
    close $to;
    local %ENV = (%ENV, %{ $t->{env} });
    my ($exit, $shown) = Turnout::run('script', '-qec', "$ENV{TURNOUT_BIN}/turnout import leads $file --workspace $w->{workspace}", '/dev/null');
    is $exit, 0, 'the import succeeds';
    like $shown, qr/\rreading: \d+ lines, \d+ lines\/s\e\[K/, 'lines and speed';
    like $shown, qr/\r\e\[K\Q$file\E:2002: /, 'what is wrong stands on a line of its own';
    like $shown, qr/^2000 loaded, 1 lines refused\r?$/m, 'and the summary too';
};

$t->finish;

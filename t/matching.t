# The right lead for every attendee: `turnout match` over labelled files, measured against what is true.
use v5.36;
use Test::More;
use FindBin;
use File::Temp qw(tempdir);

my $root    = "$FindBin::Bin/..";
my $turnout = ($ENV{TURNOUT_BUILD} // "$root/build") . '/bin/turnout';
my $dir     = tempdir(CLEANUP => 1);

# Quoted cells may hold commas and quotes, not line ends: these files are our own.
sub rows ($file) {
    open my $in, '<:encoding(UTF-8)', $file or die "could not open \"$file\": $!\n";
    my (@names, @rows);
    while (my $line = <$in>) {
        chomp $line;
        my @cells;
        push @cells, defined $1 ? $1 =~ s/""/"/gr : $2 while $line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g && (@cells < @names || !@names);
        if (@names) { my %row; @row{@names} = @cells; push @rows, \%row }
        else { pop @cells if $cells[-1] eq '' && $line !~ /,$/; @names = @cells }
    }
    return @rows;
}

sub run (@words) { return system($turnout, @words) >> 8 }

sub predict ($from, $name = 'out', %files) {
    my $out = "$dir/$name.csv";
    is run('match', '--leads', $files{leads} // "$from/leads.csv", '--bookings', $files{bookings} // "$from/bookings.csv", '--out', $out), 0, "decides over $name";
    return $out;
}

sub spit ($file, @lines) {
    open my $out, '>:raw', $file or die "could not write \"$file\": $!\n";
    print $out @lines;
    close $out or die "could not write \"$file\": $!\n";
    return $file;
}

sub slurp ($file) { open my $in, '<:raw', $file or die "could not open \"$file\": $!\n"; local $/; return scalar <$in> }

sub percent ($part, $all) { $all ? 100 * $part / $all : 100 }

# Links right, links, true pairs, found or at hand, in review, and what crossed the border of a workspace.
sub measure ($from, $out, $fuzzy = 0) {
    my %answer    = map { $_->{booking_id} => $_ } rows($out);
    my %workspace = map { $_->{lead_id} => $_->{workspace_id} } rows("$from/leads.csv");
    my %of        = map { $_->{booking_id} => $_->{workspace_id} } rows("$from/bookings.csv");
    my %n         = map { $_ => 0 } qw(all links right true at_hand review first_three reviewed_true abroad);
    for my $truth (rows("$from/truth.csv")) {
        my $answer = $answer{ $truth->{booking_id} } // die "no answer for $truth->{booking_id}\n";
        my %right  = map { $_ => 1 } grep { length } $truth->{lead_id}, split /;/, $truth->{same_person};
        my @shown  = split /;/, $answer->{candidates};
        my $decision = $answer->{decision};
        $n{abroad} += grep { $workspace{$_} ne $of{ $truth->{booking_id} } } @shown;
        next if $fuzzy && ($truth->{kind} eq 'same_email' || $truth->{variant} =~ /^listed/);
        $n{all}++;
        $n{true}++ if %right;
        if ($decision eq 'link') { $n{links}++; $right{ $answer->{lead_id} } ? do { $n{right}++; $n{at_hand}++ } : diag "wrong: $truth->{booking_id} $truth->{kind} $truth->{variant}" }
        if ($decision eq 'review') {
            $n{review}++;
            if (%right) {
                $n{reviewed_true}++;
                $n{at_hand}++     if grep { $right{$_} } @shown;
                $n{first_three}++ if grep { $right{$_} } @shown[ 0 .. (@shown < 3 ? $#shown : 2) ];
            }
        }
    }
    return \%n;
}

sub at_least ($part, $all, $least, $what) { cmp_ok percent($part, $all), '>=', $least, sprintf '%s: %.2f %%, at least %s', $what, percent($part, $all), $least }

my $own = "$root/t/data/matching";
my $out = predict($own, 'our own set');

subtest 'our own set' => sub {
    my ($n, $fuzzy) = (measure($own, $out), measure($own, $out, 1));
    is $n->{links} - $n->{right}, 0, 'nobody is linked who is somebody else';
    at_least $n->{right}, $n->{true}, 95, 'linked';
    at_least $fuzzy->{right}, $fuzzy->{true}, 90, 'linked by another address';
    at_least $n->{at_hand}, $n->{true}, 99, 'linked or at hand in review';
    cmp_ok percent($n->{review}, $n->{all}), '<=', 8, 'few are left to the reviewer';
    is $n->{abroad}, 0, 'no lead of another workspace is shown';
    is_deeply [ sort map { $_->{booking_id} } rows($out) ], [ sort map { $_->{booking_id} } rows("$own/bookings.csv") ], 'each booking has one answer';
};

subtest 'the order of the files does not matter' => sub {
    my %turned;
    for my $name (qw(leads bookings)) {
        my ($header, @lines) = slurp("$own/$name.csv") =~ /^.*\n/mg;
        $turned{$name} = spit("$dir/turned_$name.csv", $header, reverse @lines);
    }
    my $again = predict($own, 'the set turned round', %turned);
    is_deeply [ sort split /\n/, slurp($again) ], [ sort split /\n/, slurp($out) ], 'the same answers';
};

subtest 'columns may stand in any order, and most may be missing' => sub {
    my $leads    = spit("$dir/few_leads.csv", "email,lead_id,workspace_id\nann\@acme.test,\"L,1\",W\nann\@acme.test,L2,V\n");
    my $bookings = spit("$dir/few_bookings.csv", "workspace_id,email,booking_id\nW,Ann\@Acme.test,B1\nX,ann\@acme.test,B2\n");
    my @answers  = rows(predict($own, 'few columns', leads => $leads, bookings => $bookings));
    is "$answers[0]{decision} $answers[0]{lead_id}", 'link L,1', 'a lead of its own workspace';
    is $answers[1]{decision}, 'none', 'and none of another';
};

subtest 'what cannot be read is said' => sub {
    open my $kept, '>&', \*STDERR or die "could not keep stderr: $!";
    open STDERR, '>', "$dir/said" or die "could not redirect stderr: $!";
    my $bad = spit("$dir/bad.csv", "name,email\nx,y\n");
    my @ends = (run('match'), run('match', '--leads', "$dir/none.csv", '--bookings', $bad, '--out', "$dir/x"),
        run('match', '--leads', $bad, '--bookings', $bad, '--out', "$dir/x"),
        run('match', '--leads', "$own/leads.csv", '--bookings', "$own/bookings.csv", '--out', "$dir/no/such/place"),
        run('match', '--leads', spit("$dir/empty.csv"), '--bookings', $bad, '--out', "$dir/x"));
    open STDERR, '>&', $kept or die "could not put stderr back: $!";
    is "@ends", '2 1 1 1 1', 'exit status';
    like slurp("$dir/said"), qr/leads is missing.*could not open.*has no column "lead_id".*could not open.*is empty/s, 'sentences';
};

# The larger labelled sets stand beside the checkout where they are worked with; they are not part of it.
SKIP: {
    my $set = "$root/../shared/data/matching";
    skip 'set A is not here', 1 unless -e "$set/truth.csv";
    subtest 'set A' => sub {
        my $answers = predict($set, 'set A');
        my ($n, $fuzzy) = (measure($set, $answers), measure($set, $answers, 1));
        at_least $n->{right}, $n->{links}, 99.8, 'links right';
        at_least $fuzzy->{right}, $fuzzy->{links}, 99.3, 'links by another address right';
        at_least $n->{right}, $n->{true}, 95.5, 'linked';
        at_least $n->{at_hand}, $n->{true}, 99, 'linked or at hand in review';
        at_least $n->{first_three}, $n->{reviewed_true}, 95, 'among the first three in review';
        cmp_ok percent($n->{review}, $n->{all}), '<=', 8, 'few are left to the reviewer';
        is $n->{abroad}, 0, 'no lead of another workspace is shown';
    };
}
SKIP: {
    my $set = "$root/../shared/data/febrl4";
    skip 'set C is not here', 1 unless -e "$set/truth.csv";
    subtest 'set C, made by others' => sub {
        my $n = measure($set, predict($set, 'set C'));
        at_least $n->{right}, $n->{links}, 99.8, 'links right';
        at_least $n->{right}, $n->{true}, 80, 'linked';
        at_least $n->{at_hand}, $n->{true}, 96, 'linked or at hand in review';
    };
}

done_testing;

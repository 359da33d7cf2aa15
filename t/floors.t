# Every floor includes only itself and the floors below it, does only what is its own, and looks like the others.
use v5.36;
use Test::More;
use FindBin;

chdir "$FindBin::Bin/.." or die "could not go to the top: $!";
my $build = $ENV{TURNOUT_BUILD} // 'build';

# base is at the bottom; world and domain stand side by side on it and do not know each other.
my %below = (
    base  => '',
    world => 'base', domain => 'base',
    store => 'base world domain',
    work  => 'base world domain store',
    cgi   => 'base world domain store work command',
);

sub slurp ($file) {
    open my $in, '<:raw', $file or die "could not open \"$file\": $!";
    local $/;
    return <$in> // '';
}

# Code alone: comments and what stands in quotes are blank.
sub code ($file) {
    my $text = slurp($file);
    $text =~ s{(/\*.*?\*/)|("(?:\\.|[^"\\\n])*")|('(?:\\.|[^'\\\n])+')}
              {defined $1 ? $1 =~ s/[^\n]+/ /gr : defined $2 ? '""' : "''"}gse;
    return $text;
}

# Lines that match, as "file:number: what"; of all files but those in the list.
sub places ($what, $files, @except) {
    my %except = map { $_ => 1 } @except;
    my @found;
    for my $file (grep { !$except{$_} } @$files) {
        my $number = 0;
        for my $line (split /\n/, code($file)) {
            $number++;
            push @found, "$file:$number: $1" if $line =~ /($what)/;
        }
    }
    return "@found";
}

sub floor_of ($file) { return $file =~ m{^lib/(\w+)/} ? $1 : 'cgi' }

my @lib   = glob 'lib/*/*.[ch]';
my @cgi   = glob 'cgi/*.[ch] cgi/*/*.[ch]';
my @tests = glob 't/*.[ch] t/*/*.[ch]';
ok @lib > 40 && @cgi > 5 && @tests > 10, 'the files are there';

for my $file (@lib, @cgi) {
    my $floor = floor_of($file);
    my %allowed = map { $_ => 1 } $floor, split ' ', $below{$floor} // die "\"$file\" is on no floor";
    my @upward  = grep { m{(\w+)/} ? !$allowed{$1} : !/^\w+\.inc$/ } slurp($file) =~ /^#include "([^"]+)"/mg;
    is "@upward", '', "$file includes nothing from above";
}

for my $file (grep { m{^lib/.*\.c$} } @lib) {
    my ($own)   = $file =~ m{^lib/(.*)\.c$};
    my ($first) = slurp($file) =~ /^#include ["<]([^">]+)/m;
    is $first, "$own.h", "$file includes its own header first";
}

# The path makes the guard, so that no two are alike.
for my $file (grep { /\.h$/ } @lib, @cgi, @tests) {
    my ($path) = $file =~ m{^(?:lib/|cgi/)?(.*)\.h$};
    $path = "command/$1" if $path =~ m{^command/(.*)};
    my $guard = uc $path =~ s{[/.]}{_}gr . '_H';
    like slurp($file), qr/^#ifndef $guard\n#define $guard\n.*\n#endif\n\z/ms, "$file has its guard";
}

for my $file (@lib, @cgi, @tests) {
    my ($name)    = $file =~ m{(\w+)\.[ch]$};
    my ($purpose) = slurp($file) =~ m{\A/\* (.*?)\*/}s;
    $purpose = ($purpose // '') =~ s/\s*\n \*?/ /gr;
    my ($named) = $file =~ m{^t/fuzz/} ? "fuzz/$name" : $name;
    like $purpose, qr/^\Q$named\E - \S.{10,}?[.?](?:\s|$)/, "$file begins with its name and its purpose";
}

# --- What no floor may call, and what is one file's own

my @all = (@lib, @cgi, @tests);
my $calls = sub (@names) { my $any = join '|', @names; qr/\b(?:$any)\s*(?=\()/ };

is places($calls->(qw(strcpy stpcpy strcat strncpy strncat sprintf vsprintf gets scanf sscanf fscanf strtok alloca)), \@all), '',
    'no call writes without knowing how much room there is';
is places($calls->(qw(atoi atol atoll atof strtol strtoul strtod)), \@all), '', 'no call reads a number without saying what is none';
is places($calls->(qw(gmtime localtime asctime ctime strerror_r rand random srand drand48 tmpnam mktemp tempnam)), \@all), '',
    'no call shares hidden state, or draws numbers that can be guessed';
is places($calls->(qw(system popen)), \@all), '', 'no program starts a shell';
is places($calls->(qw(malloc calloc realloc strdup strndup asprintf vasprintf getline)), [ @lib, @cgi ], 'lib/base/arena.c', 'lib/world/db.c'), '',
    'memory comes from an arena';   # a connection of db.c outlives every arena
is places($calls->(qw(PQexec PQexecParams PQprepare PQexecPrepared PQsendQuery PQsendQueryParams PQsendQueryPrepared PQconnectdb PQconnectdbParams)),
    [ @lib, @cgi ], 'lib/world/db.c', 'lib/world/link.c'), '', 'statements are sent by db and link alone';
is places($calls->('getenv'), [ @lib, @cgi ], 'lib/base/settings.c'), '', 'settings alone reads the environment';
is places($calls->(qw(clock_gettime gettimeofday clock)), [ @lib, @cgi ], 'lib/base/clock.c', 'lib/base/instant.c'), '', 'what time it is, clock and instant know';
is places($calls->(qw(exit _exit)), [ @lib ], 'lib/world/http_server.c'), '', 'a library does not end its program';

my @domain = grep { m{^lib/domain/} } @lib;
is places($calls->(qw(instant_now time clock_gettime gettimeofday getrandom randombytes_buf randombytes_uniform log_line fopen open read write
    printf fprintf puts socket connect)), \@domain), '', 'the domain reads no clock, draws no numbers, writes nothing';
is places(qr/^static (?!const|inline|_Noreturn)[^(]*(?:=|;)/, \@domain), '', 'the domain remembers nothing';

my @headers_of_work = grep { m{^lib/(?:base|domain)/} } @lib;
is join(' ', grep { slurp($_) =~ /#include <(?:libpq-fe|fcgiapp|fcgi_stdio)\.h>/ } @headers_of_work), '', 'base and domain know neither PostgreSQL nor FastCGI';
is join(' ', grep { slurp($_) =~ /#include <(?:libpq-fe)\.h>/ } grep { !m{^lib/world/} } @lib, @cgi), '', 'nobody above world knows libpq';

# --- Names

# A function called like one of a library that the programs load would be called by that library instead of its own.
my %ours;
for (`nm --defined-only --extern-only --format=posix $build/libturnout.a 2>/dev/null`) {
    my ($name, $kind) = split or next;
    $ours{$name} = 1 if defined $kind && $kind =~ /^[A-Z]$/ && $name !~ /^__/;
}
ok keys %ours > 100, 'the library has its functions';
my %libraries = map { $_ => 1 } map { m{=> (/\S+)} ? $1 : () } map { `ldd $_` } glob "$build/bin/*";
my @theirs = grep { !m{/lib(?:asan|ubsan|gcov|gcc_s)\.} } sort keys %libraries;
ok +(grep { m{/libc\.so} } @theirs), 'the programs load the C library';
for my $library (@theirs) {
    my %seen;
    my @both = grep { $ours{$_} && !$seen{$_}++ } map { (split)[0] =~ s/@.*//r } grep { /\S/ } `nm --dynamic --defined-only --format=posix $library`;
    is "@both", '', "no function of ours has the name of one of $library";
}

done_testing;

# StandIn::Json - writes JSON quickly, and times as other systems write them. Fifty thousand bookings are a lot for JSON::PP.
package StandIn::Json;
use v5.36;
no warnings 'experimental::builtin';

use Exporter 'import';
use Time::HiRes ();
use Time::Local qw(timegm_modern);

our @EXPORT = qw(encode iso iso_micro seconds day yes_no);

my %short = ("\n" => '\n', "\r" => '\r', "\t" => '\t', '"' => '\"', '\\' => '\\\\');

# Bytes. Booleans are \1, \0, Perl's own, or JSON::PP's; a number is what was made as one.
sub encode ($data) {
    my $text = text($data);
    utf8::encode($text);
    return $text;
}

my %names;

sub text ($data) {
    my $ref = ref $data;
    if (!$ref) {
        return 'null' if !defined $data;
        return $data ? 'true' : 'false' if builtin::is_bool($data);
        return builtin::created_as_number($data) ? "$data" : $data =~ /["\\\x00-\x1f]/ ? quoted($data) : qq("$data");
    }
    return '{' . join(',', map { ($names{$_} //= quoted($_) . ':') . text($data->{$_}) } sort keys %$data) . '}' if $ref eq 'HASH';
    return '[' . join(',', map { text($_) } @$data) . ']' if $ref eq 'ARRAY';
    return $$data ? 'true' : 'false';
}

sub quoted ($text) {
    $text =~ s/(["\\\x00-\x1f])/$short{$1} \/\/ sprintf '\u%04x', ord $1/ge;
    return qq("$text");
}

sub yes_no ($value) { ref $value ? ($$value ? \1 : \0) : $value ? \1 : \0 }

# Seconds since 1970 of what a caller gave: undef when that is no time.
sub seconds ($time) {
    return undef if !defined $time || ref $time;
    return $time if $time =~ /^\d+(?:\.\d+)?$/ && $time !~ /^\d{4}$/;
    my ($year, $month, $day, $hour, $minute, $second, $part, $sign, $off_hours, $off_minutes) =
        $time =~ /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(?:Z|([+-])(\d\d):?(\d\d))?)?$/ or return undef;
    my $at = eval { timegm_modern($second // 0, $minute // 0, $hour // 0, $day, $month - 1, $year) } // return undef;
    $at -= ($sign . 1) * ($off_hours * 3600 + $off_minutes * 60) if $sign;
    return $at + ($part // 0);
}

# A time that was given as text stays that text.
sub iso ($time) {
    return $time if $time !~ /^\d+(?:\.\d+)?$/;
    my $ms = int($time * 1000 + 0.5);
    my @at = gmtime int($ms / 1000);
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', $at[5] + 1900, $at[4] + 1, @at[3, 2, 1, 0], $ms % 1000;
}

sub iso_micro ($time) { $time =~ /^\d+(?:\.\d+)?$/ ? iso($time) =~ s/Z$/000Z/r : $time }

sub day ($time) { substr iso($time), 0, 10 }

1;

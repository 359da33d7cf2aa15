# StandIn::Pages - the lists of EmailBison: fifteen rows a page, by number or by cursor, and the filters of leads.
package StandIn::Pages;
use v5.36;

use MIME::Base64 qw(decode_base64url encode_base64url);
use StandIn::Json;

my $size = 15;

sub page ($bison, $request, $rows) {
    my $path = "$bison->{url}$request->{path}";
    return by_cursor($bison, $request, $path, $rows)
        if $bison->{ways}{cursors} && ($request->{query}{pagination_type} // '') eq 'cursor';
    return by_number($bison, $request, $path, $rows);
}

# A cursor names the last row that was seen, so that rows which come and go shift nothing.
sub by_cursor ($bison, $request, $path, $rows) {
    my $cursor = $request->{query}{cursor} // '';
    my ($name) = $request->{path} =~ m{([\w-]+)$};
    my $first  = 0;
    if (length $cursor) {
        my ($id) = decode_base64url($cursor) =~ /^\{"\Q$name\E\.id":(\d+)/ or
            return { status => 422, body => { message => 'The cursor is invalid.', errors => { cursor => ['The cursor is invalid.'] } } };
        my $down = @$rows > 1 && $rows->[0]{id} > $rows->[-1]{id};
        $first++ while $first < @$rows && ($down ? $rows->[$first]{id} >= $id : $rows->[$first]{id} <= $id);
    }
    my $last = $first + $size - 1 < $#$rows ? $first + $size - 1 : $#$rows;
    my $mark = sub ($id, $more) { encode_base64url("{\"$name.id\":$id$more}") };
    my $next = $last < $#$rows ? $mark->($rows->[$last]{id}, ',"_pointsToNextItems":true') : undef;
    my $prev = $first > 0 && $first < @$rows ? $mark->($rows->[$first]{id}, '') : undef;
    $next = $cursor if $bison->{ways}{looping_cursor} && length $cursor;
    return { status => 200, body => {
        data  => [ @$rows[ $first .. $last ] ],
        links => { first => undef, last => undef, prev => $prev && "$path?cursor=$prev", next => $next && "$path?cursor=$next" },
        meta  => { path => $path, per_page => $size, next_cursor => $next, prev_cursor => $prev },
    } };
}

sub by_number ($bison, $request, $path, $rows) {
    my $page  = ($request->{query}{page} // 1) =~ /^(\d+)$/ && $1 > 0 ? $1 : 1;
    my $limit = $bison->{ways}{page_limit};
    if ($page > $limit) {
        my $message = "The page field must not be greater than $limit.";
        return { status => 422, body => { message => $message, errors => { page => [$message] } } } if $bison->{ways}{page_end} ne 'empty';
        $rows = [];
    }
    my $total = @$rows;
    my $pages = int(($total + $size - 1) / $size) || 1;
    my $first = ($page - 1) * $size;
    my $last  = $first + $size - 1 < $#$rows ? $first + $size - 1 : $#$rows;
    my $url   = sub ($number) { "$path?page=$number" };
    my $prev  = $page > 1 ? $url->($page - 1) : undef;
    my $next  = $page < $pages ? $url->($page + 1) : undef;
    my $some  = $first < $total;
    return { status => 200, body => {
        data  => $some ? [ @$rows[ $first .. $last ] ] : [],
        links => { first => $url->(1), last => $url->($pages), prev => $prev, next => $next },
        meta  => {
            current_page => 0 + $page, from => $some ? $first + 1 : undef, last_page => $pages, path => $path, per_page => $size,
            to => $some ? $last + 1 : undef, total => $total, links => [
                { url => $prev, label => '&laquo; Previous', active => \0 },
                (map { { url => $url->($_), label => "$_", active => $_ == $page ? \1 : \0 } } 1 .. ($pages > 10 ? 10 : $pages)),
                { url => $next, label => 'Next &raquo;', active => \0 },
            ],
        },
    } };
}

# The filters of a query, such as filters[updated_at][criteria]: { updated_at => { criteria, value } }, and lists.
sub filters ($target) {
    my %filters;
    my ($query) = $target =~ /\?(.*)/ or return {};
    for my $pair (split /&/, $query) {
        my ($name, $value) = map { StandIn::Server::unescape(tr/+/ /r) } split(/=/, $pair, 2), '';
        if    ($name =~ /^filters\[(\w+)\]\[(criteria|value)\]$/) { $filters{$1}{$2} = $value }
        elsif ($name =~ /^filters\[(\w+)\]\[\d*\]$/)             { push @{ $filters{$1} }, $value }
        elsif ($name =~ /^filters\[(\w+)\]$/)                    { $filters{$1} = $value }
        elsif ($name =~ /^(\w+)\[(criteria|value)\]$/)           { $filters{$1}{$2} = $value }
        elsif ($name eq 'search')                                { $filters{search} = $value }
    }
    return \%filters;
}

my %compare = ('>=' => sub ($c) { $c >= 0 }, '<=' => sub ($c) { $c <= 0 }, '>' => sub ($c) { $c > 0 },
    '<' => sub ($c) { $c < 0 }, '=' => sub ($c) { $c == 0 });

# undef: a criteria that does not exist.
sub lead_filter ($target) {
    my $filters = filters($target);
    my @tests;
    for my $name (grep { ref $filters->{$_} eq 'HASH' } qw(created_at updated_at emails_sent opens replies)) {
        my $value  = $filters->{$name}{value} // '';
        my $passes = $compare{ $filters->{$name}{criteria} // '=' } // return undef;
        push @tests, $name =~ /_at$/ ? sub ($lead) { $passes->(substr($lead->{$name}, 0, 10) cmp substr $value, 0, 10) }
                                     : sub ($lead) { $passes->(($lead->{overall_stats}{$name} // 0) <=> $value) };
    }
    if (defined(my $status = $filters->{lead_campaign_status})) {
        push @tests, sub ($lead) { grep { $_->{status} eq $status } @{ $lead->{lead_campaign_data} } };
    }
    if (defined(my $text = $filters->{search})) {
        push @tests, sub ($lead) { index(lc join(' ', map { $_ // '' } @$lead{qw(first_name last_name email)}), lc $text) >= 0 };
    }
    return sub ($lead) { for my $test (@tests) { return 0 if !$test->($lead) } return 1 };
}

# Whether an e-mail is of the day that scheduled_date_local asks for, if it asks.
sub local_day ($target, $row) {
    my $wanted = filters($target)->{scheduled_date_local} // return 1;
    my $passes = $compare{ $wanted->{criteria} // '=' } // return 1;
    return $passes->(substr($row->{scheduled_date_local}, 0, 10) cmp substr $wanted->{value} // '', 0, 10);
}

1;

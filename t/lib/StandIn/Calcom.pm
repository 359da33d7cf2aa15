# StandIn::Calcom - the truth of one account of Cal.com, and how its API v2 and v1 tell it.
package StandIn::Calcom;
use v5.36;

use MIME::Base64 qw(decode_base64url encode_base64url);
use StandIn::Json;

my @methods = qw(booking bookings quietly mark take_seat leave_seat remove row account);
my %host = (id => 5, name => 'Robin Host', email => 'robin@host.test', username => 'robin', timeZone => 'Europe/Berlin');
my %sorts = (sortStart => 'start', sortEnd => 'end', sortCreated => 'created', sortUpdatedAt => 'updated');
my %bounds = (afterStart => 'start', afterCreatedAt => 'created', afterUpdatedAt => 'updated',
    beforeEnd => 'end', beforeCreatedAt => 'created', beforeUpdatedAt => 'updated');

# `clock` says what time it is.
sub new ($class, $clock) {
    return bless {
        clock => $clock, key => 'cal_live_0123456789abcdef', entries => {}, last_id => 2000, sorted => {},
        account => { id => 5, username => 'robin', email => $host{email}, name => $host{name}, timeZone => $host{timeZone},
            weekStart => 'Monday', timeFormat => 24, defaultScheduleId => 1 },
    }, $class;
}

sub methods { @methods }

# --- The truth. An entry: its row, its times in seconds, and the row's JSON once it was asked for.

sub booking ($cal, $given, $quiet = 0) {
    my %given = %$given;
    my $uid   = $given{uid} // die "a booking needs a uid\n";
    my $known = $cal->{entries}{$uid};
    my $now   = iso($cal->{clock}->());
    $given{attendees} = [ map { attendee($_) } @{ $given{attendees} } ] if $given{attendees};
    $given{$_} = iso($given{$_}) for grep { defined $given{$_} } qw(start end createdAt updatedAt);
    $given{updatedAt} //= $now if $known && !$quiet;
    my $json  = delete $given{json};
    my $row   = { ($known ? %{ $known->{row} } : %{ $cal->defaults(\%given, $now) }), %given };
    $row->{absentHost} = yes_no($row->{absentHost});
    delete $row->{bookingFieldsResponses} if !exists $given{bookingFieldsResponses} && grep { exists $_->{seatUid} } @{ $row->{attendees} };
    $cal->{entries}{$uid} = {
        row => $row, start => seconds($row->{start}), end => seconds($row->{end}), created => seconds($row->{createdAt}),
        updated => seconds($row->{updatedAt}), (defined $json ? (json => $json) : ()),
    };
    $cal->{sorted} = {};
    return;
}

sub bookings ($cal, $rows)  { $cal->booking($_) for @$rows; return }
sub quietly ($cal, $given)  { $cal->booking($given, 1) }
sub remove ($cal, $uid)     { delete $cal->{entries}{$uid} // die "there is no booking \"$uid\"\n"; $cal->{sorted} = {}; return }
sub row ($cal, $uid)        { ($cal->{entries}{$uid} // return undef)->{row} }
sub account ($cal, $fields) { %{ $cal->{account} } = (%{ $cal->{account} }, %$fields); return }

sub mark ($cal, $uid, $address, $absent) {
    my $row   = $cal->row($uid) // die "there is no booking \"$uid\"\n";
    my @named = grep { lc $_->{email} eq lc $address } @{ $row->{attendees} };
    die "nobody has that address in \"$uid\"\n" if !@named;
    $_->{absent} = yes_no($absent) for @named;
    return $cal->quietly({ uid => $uid });
}

sub take_seat ($cal, $uid, $address, %more) {
    my $row  = $cal->row($uid) // die "there is no booking \"$uid\"\n";
    my $seat = $more{seatUid} // "seat-$uid-" . ++$cal->{seats};
    return $cal->quietly({ uid => $uid, attendees => [ @{ $row->{attendees} }, { email => $address, %more, seatUid => $seat } ] });
}

sub leave_seat ($cal, $uid, $address) {
    my $row = $cal->row($uid) // die "there is no booking \"$uid\"\n";
    return $cal->quietly({ uid => $uid, attendees => [ grep { lc $_->{email} ne lc $address } @{ $row->{attendees} } ] });
}

sub attendee ($given) {
    my %given = ref $given ? %$given : (email => $given);
    my ($name) = ($given{email} // '') =~ /^([^@+]*)/;
    my $row = { name => ucfirst $name, timeZone => 'UTC', language => 'en', phoneNumber => undef, %given };
    $row->{absent} = yes_no($row->{absent});
    $row->{bookingFieldsResponses} //= { name => $row->{name}, email => $row->{email} } if exists $row->{seatUid};
    $row->{metadata} //= {} if exists $row->{seatUid};
    return $row;
}

sub defaults ($cal, $given, $now) {
    my $start   = $given->{start} // iso(1800 * int($cal->{clock}->() / 1800) + 86400);
    my $end     = $given->{end} // (defined seconds($start) ? iso(seconds($start) + 1800) : $start);
    my $minutes = defined seconds($start) && defined seconds($end) ? int((seconds($end) - seconds($start)) / 60) : 30;
    my $people  = $given->{attendees} //= [];
    my $url     = "https://video.host.test/$given->{uid}";
    return {
        id => ++$cal->{last_id}, title => 'Intro', description => '', hosts => [ {%host} ], status => 'accepted',
        start => $start, end => $end, duration => $minutes, eventTypeId => 678, eventType => { id => 678, slug => 'intro' },
        meetingUrl => $url, location => $url, createdAt => $given->{createdAt} // $now, updatedAt => $now, metadata => {},
        rating => undef, icsUid => "$given->{uid}\@Cal.com", guests => [],
        bookingFieldsResponses => @$people ? { name => $people->[0]{name}, email => $people->[0]{email} } : {},
    };
}

# --- What HTTP asks

# { status, body }: the body is data, or text.
sub answer ($cal, $request) {
    return $cal->answer_v1($request) if $request->{path} =~ m{^/v1};
    return $cal->refusal($request, 401) if ($request->{headers}{authorization} // '') ne "Bearer $cal->{key}";
    my $version = $request->{headers}{'cal-api-version'} // '';
    my ($what, $which) = $request->{path} =~ m{^/v2/([\w-]+)(?:/([^/]+))?$} or return $cal->refusal($request, 404);
    return $cal->refusal($request, 404) if $request->{method} ne 'GET';
    return success($cal->{account}) if $what eq 'me' && !defined $which;
    return success($cal->event_types) if $what eq 'event-types' && $version eq '2024-06-14';
    return $cal->refusal($request, 404) if $what ne 'bookings';
    return $cal->one($request, $which) if defined $which;
    return $version eq '2026-05-01' ? $cal->by_cursor($request)
         : $version eq '2024-08-13' ? $cal->by_offset($request)
         :                            $cal->in_april;
}

sub success ($data, %more) { { status => 200, body => { status => 'success', data => $data, %more } } }

# Each event type that a booking is of.
sub event_types ($cal) {
    my %types = map { ($_->{row}{eventTypeId} // 0) => $_->{row} } values %{ $cal->{entries} };
    return [ map { my $row = $types{$_}; { id => $_, lengthInMinutes => $row->{duration}, title => $row->{title},
        slug => $row->{eventType}{slug}, description => '', hidden => \0 } } sort { $a <=> $b } keys %types ];
}

sub one ($cal, $request, $uid) {
    my $entry = $cal->{entries}{$uid}
        or return $cal->error($request, 404, 'NotFoundException', "Booking with uid=$uid was not found in the database", 'Not Found');
    return success($entry->{row});
}

# The list of 2024-08-13.
sub by_offset ($cal, $request) {
    my $query = $request->{query};
    my ($take, $skip) = ($query->{take} // 100, $query->{skip} // 0);
    return $cal->error($request, 400, 'BadRequestException', 'take must not be greater than 250', 'Bad Request')
        if $take !~ /^\d+$/ || $take < 1 || $take > 250 || $skip !~ /^\d+$/;
    my $status = $query->{status} // 'upcoming';
    return $cal->bad_status($request) if grep { !/^(?:upcoming|recurring|past|cancelled|unconfirmed)$/ } split /,/, $status;
    my $found = $cal->found($query, split /,/, $status);
    my $total = @$found;
    $skip = $total if $skip > $total;
    my $last  = $skip + $take > $total ? $total - 1 : $skip + $take - 1;
    my $count = $last - $skip + 1;
    my $pages = int(($total + $take - 1) / $take);
    return $cal->page([ @$found[ $skip .. $last ] ], {
        totalItems => $total, remainingItems => $total - $skip - $count, returnedItems => $count, itemsPerPage => 0 + $take,
        currentPage => int($skip / $take) + 1, totalPages => $pages, hasNextPage => $skip + $count < $total ? \1 : \0,
        hasPreviousPage => $skip > 0 ? \1 : \0,
    });
}

# The list of 2026-05-01: by creation, at most one status.
sub by_cursor ($cal, $request) {
    my $query = $request->{query};
    my $limit = $query->{limit} // 50;
    return $cal->error($request, 400, 'BadRequestException', 'limit must not be greater than 100', 'Bad Request')
        if $limit !~ /^\d+$/ || $limit < 1 || $limit > 100;
    my @status = grep { length } $query->{status} // '';
    return $cal->bad_status($request) if grep { !/^(?:upcoming|recurring|past|cancelled|unconfirmed)$/ } @status;
    my $found = $cal->found({ %$query, sortCreated => 'asc' }, @status);
    my $after = decode_base64url($query->{cursor} // '') || 0;
    my @rest  = grep { $_->{row}{id} > $after } @$found;
    my $more  = @rest > $limit;
    $#rest = $limit - 1 if $more;
    return $cal->page(\@rest, { nextCursor => $more ? encode_base64url($rest[-1]{row}{id}) : undef, hasMore => $more ? \1 : \0 });
}

# What a caller gets who names no version: another shape altogether.
sub in_april ($cal) {
    my @rows = map { $cal->row_v1($_) } @{ $cal->found({}, 'upcoming') };
    return success({ bookings => \@rows, recurringInfo => [], nextCursor => undef });
}

# Rows are kept as JSON: putting a page together is putting texts together.
sub page ($cal, $entries, $pagination) {
    my $rows = join ',', map { $_->{json} //= encode($_->{row}) } @$entries;
    return { status => 200, body => '{"status":"success","data":[' . $rows . '],"pagination":' . encode($pagination) . '}' };
}

# Entries in the order asked for. No status: all of them.
sub found ($cal, $query, @status) {
    my ($sort) = grep { $query->{$_} } qw(sortStart sortEnd sortCreated sortUpdatedAt);
    my $field  = $sort ? $sorts{$sort} : 'start';
    my $list   = $cal->in_order($field);
    my ($now, @tests) = $cal->{clock}->();
    my $first  = 0;
    for my $bound (grep { length($query->{$_} // '') } sort keys %bounds) {
        my ($of, $limit) = ($bounds{$bound}, seconds($query->{$bound}) // 0);
        if    ($bound =~ /^before/) { push @tests, sub ($entry) { ($entry->{$of} // 0) <= $limit } }
        elsif ($of eq $field)       { my $at = first_from($list, $field, $limit); $first = $at if $at > $first }
        else                        { push @tests, sub ($entry) { ($entry->{$of} // 0) >= $limit } }
    }
    my %wanted = map { $_ => 1 } @status;
    push @tests, sub ($entry) { grep { $wanted{$_} } states($entry, $now) }
        if %wanted && !($wanted{upcoming} && $wanted{past} && $wanted{cancelled});
    if (length(my $address = $query->{attendeeEmail} // '')) {
        push @tests, sub ($entry) { grep { $_->{email} eq $address } @{ $entry->{row}{attendees} } };
    }
    push @tests, sub ($entry) { $entry->{row}{uid} eq $query->{bookingUid} } if length($query->{bookingUid} // '');
    if (my @types = map { split /,/ } grep { length } map { ref ? @$_ : $_ // '' } @$query{qw(eventTypeId eventTypeIds)}) {
        my %type = map { $_ => 1 } @types;
        push @tests, sub ($entry) { $type{ $entry->{row}{eventTypeId} // '' } };
    }
    my @found = @$list[ $first .. $#$list ];
    for my $test (@tests) { @found = grep { $test->($_) } @found }
    return $sort && $query->{$sort} eq 'desc' ? [ reverse @found ] : \@found;
}

# All entries by a time, and by id where that is the same; made anew after a change.
sub in_order ($cal, $field) {
    return $cal->{sorted}{$field} //= [ sort { ($a->{$field} // 0) <=> ($b->{$field} // 0) || $a->{row}{id} <=> $b->{row}{id} }
        values %{ $cal->{entries} } ];
}

sub first_from ($list, $field, $limit) {
    my ($low, $high) = (0, scalar @$list);
    while ($low < $high) {
        my $middle = int(($low + $high) / 2);
        if (($list->[$middle]{$field} // 0) < $limit) { $low = $middle + 1 }
        else                                          { $high = $middle }
    }
    return $low;
}

sub states ($entry, $now) {
    my $row = $entry->{row};
    return 'cancelled' if $row->{status} =~ /^(?:cancelled|rejected)$/;
    return 'past' if ($entry->{end} // 0) <= $now;
    return ('upcoming', $row->{status} eq 'pending' ? 'unconfirmed' : (), exists $row->{recurringBookingUid} ? 'recurring' : ());
}

# --- API v1

sub answer_v1 ($cal, $request) {
    my $query = $request->{query};
    return { status => 401, body => { message => 'Your API key is not valid.' } } if ($query->{apiKey} // '') ne $cal->{key};
    return { status => 200, body => { user => { %{ $cal->{account} } } } } if $request->{path} eq '/v1/me';
    if (my ($id) = $request->{path} =~ m{^/v1/bookings/(\d+)$}) {
        my ($entry) = grep { $_->{row}{id} == $id } values %{ $cal->{entries} };
        return $entry ? { status => 200, body => { booking => $cal->row_v1($entry) } } : $cal->refusal($request, 404);
    }
    return $cal->refusal($request, 404) if $request->{path} ne '/v1/bookings' || $request->{method} ne 'GET';
    my ($page, $take) = map { $_ > 0 ? int : 1 } $query->{page} // 1, $query->{take} // 10;
    my @all  = sort { $a->{row}{id} <=> $b->{row}{id} } values %{ $cal->{entries} };
    my @some = splice @all, ($page - 1) * $take > @all ? scalar @all : ($page - 1) * $take, $take;
    return { status => 200, body => { bookings => [ map { $cal->row_v1($_) } @some ] } };
}

sub row_v1 ($cal, $entry) {
    my $row  = $entry->{row};
    my $host = $row->{hosts}[0];
    return {
        (map { $_ => $row->{$_} } qw(id uid eventTypeId title description metadata)),
        userId => $host->{id}, startTime => $row->{start}, endTime => $row->{end}, status => uc $row->{status},
        attendees => [ map { { email => $_->{email}, name => $_->{name}, timeZone => $_->{timeZone}, locale => $_->{language} } }
            @{ $row->{attendees} } ],
        user => { email => $host->{email}, name => $host->{name}, timeZone => $host->{timeZone}, locale => 'en' },
        payment => [], responses => $row->{bookingFieldsResponses} // {},
    };
}

# --- Refusals

my %failure = (
    400 => [ 'BadRequestException',         'Bad Request' ],
    401 => [ 'UnauthorizedException',       'Invalid API Key', 'Unauthorized' ],
    403 => [ 'ForbiddenException',          'Forbidden resource', 'Forbidden' ],
    404 => [ 'NotFoundException',           undef, 'Not Found' ],
    429 => [ 'ThrottlerException',          'ThrottlerException: Too Many Requests' ],
    500 => [ 'InternalServerErrorException', 'Internal server error' ],
    503 => [ 'ServiceUnavailableException', 'Service Unavailable' ],
);

# What a status truly looks like.
sub refusal ($cal, $request, $status) {
    my ($code, $message, $error) = @{ $failure{$status} // [ 'HttpException', "Status $status" ] };
    $message //= "Cannot $request->{method} $request->{path}";
    return { status => $status, body => encode({ message => $message }) } if $request->{path} =~ m{^/v1};
    my $answer = $cal->error($request, $status, $code, $message, $error);
    return { %$answer, body => encode($answer->{body}) };
}

sub error ($cal, $request, $status, $code, $message, $error = undef) {
    return { status => $status, body => { status => 'error', timestamp => iso($cal->{clock}->()), path => $request->{target},
        error => { code => $code, message => $message,
            (defined $error ? (details => { message => $message, error => $error, statusCode => $status }) : ()) } } };
}

sub bad_status ($cal, $request) {
    return $cal->error($request, 400, 'BadRequestException', 'Invalid status. Allowed are upcoming, recurring, past, '
        . 'cancelled and unconfirmed', 'Bad Request');
}

1;

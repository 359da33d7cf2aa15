# StandIn::EmailBison - the truth of one instance of EmailBison, and how its API tells it. Lists and their pages are in
# StandIn::Pages, bodies of webhooks in StandIn::Hooks.
package StandIn::EmailBison;
use v5.36;

use StandIn::Hooks;
use StandIn::Json;
use StandIn::Pages;
use Time::HiRes ();

my @methods = qw(workspace switch_workspace campaign remove_campaign series lead remove_lead reply remove_reply sent webhook ways);
my %sender  = (id => 7, email => 'robin@send.host.test', name => 'Robin Host');
my @labels  = (['Replied', '#10B981'], ['Total Opens', '#6366F1'], ['Unique Opens', '#8B5CF6'], ['Sent', '#3B82F6'],
    ['Bounced', '#EF4444'], ['Unsubscribed', '#F59E0B'], ['Interested', '#14B8A6']);

sub new ($class, $clock, $url) {
    my $bison = bless {
        clock => $clock, url => $url, key => '12|0123456789abcdef', now_in => 3, last_id => 50_000,
        ways => { cursors => 1, page_limit => 1000, page_end => 'refused', looping_cursor => 0, texts => 0 },
        map { $_ => {} } qw(workspaces campaigns leads replies sent events series),
    }, $class;
    $bison->workspace({ id => 3, name => 'Acme' });
    return $bison;
}

sub methods { @methods }

# --- The truth

sub now ($bison) { iso_micro($bison->{clock}->()) }

# New with these defaults, or changes to one that is known. Returns its id. Times may be seconds.
sub upsert ($bison, $kind, $given, $defaults) {
    my $id    = $given->{id} // ++$bison->{last_id};
    my $known = $bison->{$kind}{$id};
    my %given = %$given;
    $given{$_} = iso_micro($given{$_}) for grep { /_at$|^date_/ && defined $given{$_} && !ref $given{$_} } keys %given;
    $given{updated_at} //= $bison->now if $known && exists $known->{updated_at};
    $bison->{$kind}{$id} = { ($known ? %$known : (in => $bison->{now_in}, $defaults->($id))), %given, id => $id };
    return $id;
}

sub forget_one ($bison, $kind, $id) { delete $bison->{$kind}{$id} // die "there is no $id in $kind\n"; return }

sub workspace ($bison, $given) {
    return $bison->upsert(workspaces => $given, sub ($id) {
        (name => "Workspace $id", personal_team => \0, main => \1, parent_id => undef, $bison->stamps) });
}

sub switch_workspace ($bison, $id) { $bison->{workspaces}{$id} or die "there is no workspace $id\n"; $bison->{now_in} = $id; return }

sub stamps ($bison) { my $now = $bison->now; return (created_at => $now, updated_at => $now) }

sub campaign ($bison, $given) {
    return $bison->upsert(campaigns => $given, sub ($id) { (
        uuid => uuid($id), sequence_id => 100 + $id, name => "Outbound $id", type => 'outbound', status => 'active',
        completion_percentage => 83.3, (map { $_ => 0 } qw(emails_sent opened unique_opens replied unique_replies bounced
        unsubscribed interested total_leads_contacted total_leads)), max_emails_per_day => 500, max_new_leads_per_day => 100,
        plain_text => \1, open_tracking => \0, can_unsubscribe => \1, unsubscribe_text => 'Unsubscribe',
        include_auto_replies_in_stats => \0, sequence_prioritization => 'followups', tags => [], $bison->stamps,
    ) });
}

sub remove_campaign ($bison, $id) { $bison->forget_one(campaigns => $id) }

sub series ($bison, $campaign, %days) {
    for my $label (keys %days) {
        $bison->{series}{$campaign}{$label}{$_} = $days{$label}{$_} for keys %{ $days{$label} };
    }
    return;
}

sub lead ($bison, $given) {
    my %given = %$given;
    $given{lead_campaign_data} = [ map { {
        status => 'in_sequence', emails_sent => 1, replies => 0, opens => 0, interested => \0, %$_,
        (exists $_->{interested} ? (interested => yes_no($_->{interested})) : ()),
    } } @{ $given{lead_campaign_data} } ] if ref $given{lead_campaign_data} eq 'ARRAY';
    return $bison->upsert(leads => \%given, sub ($id) { (
        first_name => 'Jane', last_name => "Doe $id", email => "jane$id\@lead.test", title => undef, company => undef,
        notes => undef, status => 'verified', custom_variables => [], tags => [], lead_campaign_data => [],
        overall_stats => { emails_sent => 0, opens => 0, replies => 0, unique_replies => 0, unique_opens => 0 }, $bison->stamps,
    ) });
}

sub remove_lead ($bison, $id) { $bison->forget_one(leads => $id) }

sub reply ($bison, $given) {
    my %given = %$given;
    $given{$_} = yes_no($given{$_}) for grep { exists $given{$_} } qw(interested automated_reply read tracked_reply);
    my $lead = $bison->{leads}{ $given{lead_id} // '' } // {};
    return $bison->upsert(replies => \%given, sub ($id) { (
        uuid => uuid($id), folder => 'Inbox', subject => 'Re: Quick question', read => \0, interested => \0,
        automated_reply => \0, html_body => '<div>Sounds good.</div>', text_body => 'Sounds good.', raw_body => undef,
        headers => undef, date_received => $bison->now, type => 'Tracked Reply', tracked_reply => \1,
        scheduled_email_id => undef, campaign_id => undef, lead_id => undef, sender_email_id => $sender{id},
        raw_message_id => "<r$id\@mail.lead.test>", from_name => join(' ', map { $_ // () } @$lead{qw(first_name last_name)}),
        from_email_address => $lead->{email} // "somebody$id\@lead.test", primary_to_email_address => $sender{email},
        to => [ { name => $sender{name}, address => $sender{email} } ], cc => undef, bcc => undef, parent_id => undef,
        attachments => [], $bison->stamps,
    ) });
}

sub remove_reply ($bison, $id) { $bison->forget_one(replies => $id) }

sub sent ($bison, $given) {
    return $bison->upsert(sent => $given, sub ($id) {
        my $at = iso_micro($given->{sent_at} // $bison->now);
        return (sequence_step_id => 201, sequence_step_order => 1, thread_reply => \0, status => 'sent', scheduled_date => $at,
            scheduled_date_local => substr($at, 0, 19), sent_at => $at, opens => 0, unique_opens => 0, clicks => 0, replies => 0,
            interested => undef, raw_message_id => "<m$id\@send.host.test>", lead_id => undef, campaign_id => undef);
    });
}

# The body of a delivery, as text; the log of events has it from now on.
sub webhook ($bison, $type, %of) {
    my $event = StandIn::Hooks::event($bison, $type, %of);
    $bison->{events}{ $event->{id} } = $event if !$of{unlogged};
    return encode($event->{payload});
}

sub ways ($bison, %ways) {
    for my $name (keys %ways) {
        exists $bison->{ways}{$name} or die "an instance has no way \"$name\"\n";
        $bison->{ways}{$name} = $ways{$name};
    }
    return;
}

sub uuid ($id) { sprintf '9c0f0000-0000-4000-8000-%012d', $id =~ s/\D//gr || 0 }

# --- What HTTP asks

my @routes = (
    [ qr{^/users$},                                      'identity' ],
    [ qr{^/workspaces(?:/v1\.1)?$},                      'workspaces_list' ],
    [ qr{^/campaigns$},                                  'campaigns_list' ],
    [ qr{^/campaigns/(\d+)$},                            'campaign_one' ],
    [ qr{^/campaigns/(\d+)/line-area-chart-stats$},      'chart' ],
    [ qr{^/campaigns/(\d+)/leads$},                      'leads_list' ],
    [ qr{^/campaigns/(\d+)/replies$},                    'replies_list' ],
    [ qr{^/leads$},                                      'leads_list' ],
    [ qr{^/leads/([^/]+)$},                              'lead_one' ],
    [ qr{^/leads/(\d+)/replies$},                        'lead_replies' ],
    [ qr{^/replies$},                                    'replies_list' ],
    [ qr{^/scheduled-emails$},                           'sent_list' ],
    [ qr{^/events$},                                     'events_list' ],
);

sub answer ($bison, $request) {
    return $bison->refusal($request, 401) if ($request->{headers}{authorization} // '') ne "Bearer $bison->{key}";
    my $path = $request->{path} =~ s{^/api}{}r;
    return $bison->refusal($request, 404) if $request->{method} ne 'GET';
    for my $route (@routes) {
        my ($which) = $path =~ $route->[0] or next;
        my $method = $route->[1];
        my $answer = $bison->$method($request, defined $1 ? $which : undef);
        return ref $answer->{body} ? { %$answer, body => encode($bison->spelt($answer->{body})) } : $answer;
    }
    return $bison->refusal($request, 404);
}

# As an instance writes numbers that likes texts: all but ids.
sub spelt ($bison, $data, $name = '') {
    return $data if !$bison->{ways}{texts};
    return { map { $_ => $bison->spelt($data->{$_}, $_) } keys %$data } if ref $data eq 'HASH';
    return [ map { $bison->spelt($_, $name) } @$data ]                  if ref $data eq 'ARRAY';
    return $name !~ /^(?:id|current_page|last_page|per_page)$/ && defined $data && !ref $data && $data =~ /^-?\d+(?:\.\d+)?$/ ? "$data" : $data;
}

sub fine ($data, %more) { { status => 200, body => { data => $data, %more } } }

sub within ($bison, $kind) { grep { $_->{in} == $bison->{now_in} } values %{ $bison->{$kind} } }

# Without what is only ours.
sub shown ($row) { my %row = %$row; delete $row{in}; return \%row }

sub identity ($bison, $request, $which) {
    my $workspace = $bison->{workspaces}{ $bison->{now_in} };
    return fine({ id => 12, name => $sender{name}, email => 'robin@host.test', profile_photo_url => undef,
        workspace => { id => $workspace->{id}, name => $workspace->{name} }, created_at => '2025-01-10T08:00:00.000000Z',
        updated_at => '2025-01-10T08:00:00.000000Z' });
}

sub workspaces_list ($bison, $request, $which) { fine([ shown($bison->{workspaces}{ $bison->{now_in} }) ]) }

sub campaigns_list ($bison, $request, $which) {
    my ($status, $search) = @{ $request->{query} }{qw(status search)};
    my @rows = grep { !length($status // '') || lc $_->{status} eq lc $status } $bison->within('campaigns');
    @rows = grep { index(lc $_->{name}, lc $search) >= 0 } @rows if length($search // '');
    return $bison->listed($request, [ sort { $a->{id} <=> $b->{id} } @rows ]);
}

sub campaign_one ($bison, $request, $id) {
    my ($row) = grep { $_->{id} eq $id } $bison->within('campaigns');
    return $row ? fine(shown($row)) : $bison->refusal($request, 404);
}

# The days asked for, each with a number for each label; labels of an instance that knows more come after the usual ones.
sub chart ($bison, $request, $id) {
    grep { $_->{id} eq $id } $bison->within('campaigns') or return $bison->refusal($request, 404);
    my ($from, $to) = map { seconds($_) } @{ $request->{query} }{qw(start_date end_date)};
    return $bison->invalid('start_date', 'The start date field is required.') if !defined $from;
    return $bison->invalid('end_date', 'The end date field is required.') if !defined $to;
    my @days;
    for (my $at = $from; $at <= $to; $at += 86400) { push @days, day($at) }
    my $series = $bison->{series}{$id} // {};
    my %usual  = map { $_->[0] => 1 } @labels;
    return fine([ map { my ($label, $color) = @$_; { label => $label, color => $color,
        dates => [ map { [ $_, $series->{$label}{$_} // 0 ] } @days ] } }
        @labels, map { [ $_, '#000000' ] } grep { !$usual{$_} } sort keys %$series ]);
}

# By id or by address.
sub lead_one ($bison, $request, $which) {
    my ($row) = grep { $_->{id} eq $which || lc $_->{email} eq lc $which } $bison->within('leads');
    return $row ? fine(shown($row)) : $bison->refusal($request, 404);
}

sub leads_list ($bison, $request, $campaign) {
    my @rows = grep { my $row = $_; !defined $campaign || grep { $_->{campaign_id} == $campaign } @{ $row->{lead_campaign_data} } }
        $bison->within('leads');
    my $test = StandIn::Pages::lead_filter($request->{target}) // return $bison->invalid('filters', 'The selected filters are invalid.');
    return $bison->listed($request, [ sort { $a->{id} <=> $b->{id} } grep { $test->($_) } @rows ]);
}

sub replies_list ($bison, $request, $campaign) {
    my %query = %{ $request->{query} };
    $query{campaign_id} = $campaign if defined $campaign;
    my %same = (interested => sub { ${ $_->{interested} } }, automated_reply => sub { ${ $_->{automated_reply} } },
        not_automated_reply => sub { !${ $_->{automated_reply} } });
    my @rows = $bison->within('replies');
    for my $name (grep { length($query{$_} // '') } qw(campaign_id lead_id sender_email_id)) {
        @rows = grep { ($_->{$name} // '') eq $query{$name} } @rows;
    }
    if (length(my $status = $query{status} // '')) {
        my $test = $same{$status} // return $bison->invalid('status', 'The selected status is invalid.');
        @rows = grep { $test->() } @rows;
    }
    my $folder = lc($query{folder} // 'all');
    @rows = grep { lc $_->{folder} eq $folder } @rows if $folder ne 'all';
    return $bison->listed($request, [ sort { $b->{id} <=> $a->{id} } @rows ]);
}

sub lead_replies ($bison, $request, $lead) { $bison->replies_list({ %$request, query => { %{ $request->{query} }, lead_id => $lead } }, undef) }

sub sent_list ($bison, $request, $which) {
    my $query = $request->{query};
    my @rows  = grep { !length($query->{status} // '') || $_->{status} eq $query->{status} } $bison->within('sent');
    if (my $only = $query->{campaign_ids}) {
        my %only = map { $_ => 1 } ref $only ? @$only : $only;
        @rows = grep { $only{ $_->{campaign_id} // '' } } @rows;
    }
    @rows = sort { $a->{id} <=> $b->{id} } grep { StandIn::Pages::local_day($request->{target}, $_) } @rows;
    my @with = map {
        my %row = %$_;
        my %lead = %{ shown($bison->{leads}{ delete $row{lead_id} // '' } // {}) };
        delete $lead{lead_campaign_data};
        +{ %row, lead => %lead ? \%lead : undef, sender_email => {%sender} };
    } @rows;
    return $bison->listed($request, \@with);
}

# What was delivered, or should have been, in the last ten days.
sub events_list ($bison, $request, $which) {
    my $query = $request->{query};
    my ($from, $to) = map { seconds($_) } @$query{qw(start_date end_date)};
    my $oldest = $bison->{clock}->() - 10 * 86400;
    my @rows = grep {
        my $at = seconds($_->{created_at});
        $_->{payload}{event}{workspace_id} == $bison->{now_in} && $at >= $oldest && (!defined $from || $at >= $from)
            && (!defined $to || $at < $to + 86400) && (!length($query->{type} // '') || lc $_->{type} eq lc $query->{type})
    } values %{ $bison->{events} };
    return $bison->listed($request, [ sort { $b->{id} <=> $a->{id} } @rows ]);
}

sub listed ($bison, $request, $rows) {
    return StandIn::Pages::page($bison, $request, [ map { shown($_) } @$rows ]);
}

# --- Refusals

sub invalid ($bison, $field, $message) { { status => 422, body => { message => $message, errors => { $field => [$message] } } } }

# What a status truly looks like. Who does not say that he takes JSON is sent to where people log in.
sub refusal ($bison, $request, $status) {
    my %message = (401 => 'Unauthenticated.', 403 => 'This action is unauthorized.', 429 => 'Too Many Attempts.',
        500 => 'Server Error', 503 => 'Service Unavailable');
    return { status => 302, headers => { Location => "$bison->{url}/login", 'Content-Type' => 'text/html' }, body => '<html></html>' }
        if $status == 401 && ($request->{headers}{accept} // '') !~ m{application/json};
    return { status => 404, body => encode({ data => { success => \0, message => 'Record not found' } }) } if $status == 404;
    return { status => $status, body => encode({ message => $message{$status} // "Status $status" }) };
}

1;

# StandIn::Hooks - bodies of EmailBison's webhooks, made of the stand-in's truth.
package StandIn::Hooks;
use v5.36;

use StandIn::Json;

# What a type carries beside the lead and its campaign, and the word of its campaign_event.
my %carries = (
    EMAIL_SENT => 'sent', LEAD_FIRST_CONTACTED => 'sent', EMAIL_OPENED => 'opened', LEAD_UNSUBSCRIBED => 'unsubscribed',
    LEAD_REPLIED => 'replied', LEAD_INTERESTED => 'interested', EMAIL_BOUNCED => 'bounced', MANUAL_EMAIL_SENT => undef,
    UNTRACKED_REPLY_RECEIVED => undef,
);

# One row of the event log: { id, type, payload, deliveries, created_at }.
sub event ($bison, $type, %of) {
    my $kind      = uc $type;
    my $workspace = $bison->{workspaces}{ $of{workspace} // $bison->{now_in} };
    my $at        = iso_micro($of{at} // $bison->{clock}->());
    my $id        = $of{id} // ++$bison->{last_event};
    my %data;
    if (defined $carries{$kind}) {
        $data{campaign_event} = { id => $id + 9000, type => $carries{$kind}, created_at_local => $at, local_timezone => 'UTC', created_at => $at };
    }
    if (defined(my $lead = $bison->{leads}{ $of{lead} // '' })) {
        my $stats = $lead->{overall_stats};
        $data{lead} = { (map { $_ => $lead->{$_} } qw(id email first_name last_name status title company custom_variables)),
            (map { $_ => $stats->{$_} // 0 } qw(emails_sent opens unique_opens replies unique_replies)), bounces => 0 };
    }
    if (defined(my $campaign = $bison->{campaigns}{ $of{campaign} // '' })) {
        $data{campaign} = { id => $campaign->{id}, name => $campaign->{name} };
    }
    if (defined(my $reply = $bison->{replies}{ $of{reply} // '' })) {
        my %reply = %$reply;
        $reply{email_subject} = delete $reply{subject};
        delete @reply{qw(in campaign_id lead_id scheduled_email_id sender_email_id read tracked_reply)};
        $data{reply} = \%reply;
    }
    if (defined(my $mail = $bison->{sent}{ $of{sent} // '' })) {
        $data{scheduled_email} = { (map { $_ => $mail->{$_} } qw(id lead_id sequence_step_id sequence_step_order status sent_at
            opens replies unique_opens interested raw_message_id)), sequence_step_variant => undef, unique_replies => 0,
            email_subject => 'Quick question', email_body => '<p>Hello</p>', scheduled_date_est => $mail->{scheduled_date},
            scheduled_date_local => $mail->{scheduled_date}, local_timezone => 'UTC' };
    }
    $data{sender_email} = { id => 7, name => 'Robin Host', email => 'robin@send.host.test', status => 'connected',
        type => 'google_workspace_oauth', daily_limit => 50 };
    return {
        id => $id, type => lc $kind, created_at => $at, updated_at => $at, deliveries => [],
        payload => {
            event => { type => $kind, name => join(' ', map { ucfirst lc } split /_/, $kind), instance_url => $bison->{url},
                workspace_id => $workspace->{id}, workspace_name => $workspace->{name} },
            data => \%data,
        },
    };
}

1;

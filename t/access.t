# Who may read what: nothing without a token, and nobody learns which workspaces exist.
use v5.36;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/lib";
use CalEvents;
use Turnout;

my $t     = Turnout->start;
my $mine  = $t->workspace(name => 'Mine');
my $yours = $t->workspace(name => 'Yours & secret');
my @reports = qw(bookings funnel);

$_->import_csv(leads => leads_csv({ email => 'ann@lead.test' })) for $mine, $yours;
$_->deliver(event('BOOKING_CREATED', "of-$_->{workspace}")) for $mine, $yours;

sub report ($of, $report) { "/api/clients/$of->{workspace}/$report" }

# The refusal without what differs from request to request.
sub core ($answer) { $answer->{body} =~ s/"timestamp":"[^"]*"//r }

for my $report (@reports) {
    my $path = report($mine, $report);

    is $mine->get($path)->{http}, 200, "$report: the workspace's own token reads";
    is $mine->get($path, token => $mine->new_token)->{http}, 200, "$report: so does a token that may only read";
    is $mine->get($path, token => $t->{token})->{http}, 200, "$report: so does one for all workspaces";
    is $mine->get($path, token => undef, headers => { Authorization => "bearer $mine->{token}" })->{http}, 200, "$report: in any spelling of Bearer";

    my %refused = (
        'no token'         => $mine->get($path, token => undef),
        'an empty token'   => $mine->get($path, token => ''),
        'a wrong token'    => $mine->get($path, token => 'turnout_' . 'x' x 43),
        'a token cut off'  => $mine->get($path, token => substr $mine->{token}, 0, -1),
        'a longer token'   => $mine->get($path, token => "$mine->{token}x"),
        'another case'     => $mine->get($path, token => $mine->{token} =~ tr{a-zA-Z}{A-Za-z}r),
        'a token as query' => $mine->get("$path?token=$mine->{token}&access_token=$mine->{token}", token => undef),
        'a basic login'    => $mine->get($path, token => undef, headers => { Authorization => 'Basic dXNlcjpwYXNz' }),
    );
    for my $what (sort keys %refused) {
        my $answer = $refused{$what};
        is $answer->{http}, 401, "$report: $what is refused";
        like $answer->{headers}{'www-authenticate'} // '', qr/^Bearer\b/, 'and told what is needed';
        is $answer->{headers}{'content-type'}, 'application/problem+json', 'as a problem';
        like $answer->{code}, qr/^token_(?:missing|unknown)$/, 'with a code';
        unlike $answer->{body}, qr/ann\@|of-\d|Mine|\Q$mine->{token}\E/, 'and with nothing else';
    }
    is $refused{'no token'}{code}, 'token_missing', "$report: a missing token is called missing";
    is core($refused{'a wrong token'}), core($refused{'a token cut off'}), "$report: wrong tokens are all alike";
    is core($mine->get(report($yours, $report), token => 'wrong')), core($mine->get('/api/clients/424242/' . $report, token => 'wrong')),
        "$report: without a token nobody learns which workspace exists";

    my $foreign = $mine->get(report($yours, $report));
    is $foreign->{http}, 404, "$report: another workspace's is not found";
    for my $id (qw(424242 0 -1 abc 1x 1.0 0x1 9223372036854775807 9223372036854775808 99999999999999999999 all * null), "$mine->{workspace}%20", "+$mine->{workspace}") {
        my $answer = $mine->get("/api/clients/$id/$report");
        is $answer->{http}, 404, "$report: workspace \"$id\" is not found";
        is core($answer), core($foreign), 'in the same words' if $answer->{code} eq 'workspace_absent';
        is $t->get("/api/clients/$id/$report")->{http}, 404, 'nor with a token for all';
    }
    unlike core($foreign), qr/secret|Yours|ann\@/, "$report: the refusal tells nothing of it";
    is $mine->get(report($yours, $report), headers => { 'If-None-Match' => '*' })->{http}, 404, "$report: nor does a conditional request";
    is $mine->request('HEAD', report($yours, $report))->{http}, 404, "$report: nor HEAD";
    is $mine->get(report($yours, $report) . '?limit=x&timezone=x')->{http}, 404, "$report: nor a wrong parameter";
    is $mine->get("$path?limit=x&basis=x", token => undef)->{http}, 401, "$report: who may not read is told that first";
}
is $mine->get(report($yours, 'bookings') . '?format=csv')->{http}, 404, 'no CSV of another workspace';
is $mine->get(report($mine, 'bookings') . '?format=csv', token => undef)->{http}, 401, 'no CSV without a token';

subtest 'what belongs to others is in no report' => sub {
    is_deeply [ map { $_->{booking_uid} } @{ $mine->bookings($mine, 'matched=all') } ], ["of-$mine->{workspace}"], 'one booking';
    is $mine->funnel->{total}{booked}, 1, 'one lead';
};

subtest 'tokens end' => sub {
    my ($path, $short, $long) = (report($mine, 'funnel'), map { $mine->new_token('--expires', $_) } 1, 30);
    is $mine->get($path, token => $_)->{http}, 200, 'valid for now' for $short, $long;
    $t->sql("UPDATE tokens SET expires_at = now() - interval '1 second' WHERE expires_at < now() + interval '2 days'");
    my $answer = $mine->get($path, token => $short);
    is $answer->{http}, 401, 'an expired token is refused';
    is core($answer), core($mine->get($path, token => 'turnout_unknown')), 'in the words for an unknown one';
    is $mine->get($path, token => $long)->{http}, 200, 'another stays valid';

    my ($id) = $t->value('SELECT max(token_id) FROM tokens');
    is $mine->get($path, token => $long)->{http}, 200, 'not revoked yet';
    $mine->said('token', 'revoke', $id);
    is $mine->get($path, token => $long)->{http}, 401, 'a revoked token is refused at once';
    is $mine->get(report($yours, 'funnel'), token => $long)->{http}, 401, 'everywhere';
};

subtest 'what needs no token' => sub {
    is $t->get($_, token => undef)->{http}, 200, "GET $_" for qw(/healthz /api/cal/health /metrics /api/webhooks/calcom);
    unlike $t->get($_, token => undef)->{body}, qr/Yours|Mine|ann\@|\Q$t->{secret}\E|postgres/, "$_ tells nothing of the workspaces"
        for qw(/healthz /api/cal/health /metrics /api/webhooks/calcom);
};

subtest 'no answer is for a shared cache' => sub {
    for my $path (report($mine, 'bookings'), report($mine, 'funnel'), report($mine, 'bookings') . '?format=csv') {
        like $mine->get($path)->{headers}{'cache-control'}, qr/private|no-store/, $path;
        like $mine->get($path, token => undef)->{headers}{'cache-control'} // '', qr/no-store/, "$path refused";
    }
    is $mine->get(report($mine, 'funnel'))->{headers}{'x-content-type-options'}, 'nosniff', 'nor for guessing what it is';
};

$t->finish;

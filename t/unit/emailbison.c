/* emailbison - rows and webhooks are understood in each of their shapes; what is odd counts as not said. */
#include "domain/emailbison.h"

#include "base/text.h"
#include "quoted.h"

static const char *moment(struct arena *arena, struct instant at)
{
	return at.us ? instant_to_rfc3339(at, arena_alloc(arena, INSTANT_SIZE)) : "";
}

/* --- Values */

static void values(struct arena *arena)
{
	static const struct {
		const char *json, *id;
		long long count;
		const char *what;
	} rows[] = {
		{"7", "7", 7, "a number"},
		{"'310'", "310", 310, "a number as text"},
		{"'0'", NULL, 0, "zero is a count and no id"},
		{"0", NULL, 0, "as number, too"},
		{"-1", NULL, -1, "less is neither"},
		{"'-1'", "-1", -1, "an id may be any text"},
		{"7.0", NULL, 7, "a whole number with a fraction is a count"},
		{"7.5", NULL, -1, "others are not"},
		{"1e300", NULL, -1, "nor is what is too large"},
		{"'1000000000001'", "1000000000001", -1, "beyond 10^12"},
		{"'a b'", NULL, -1, "an id has no space"},
		{"'a\\nb'", NULL, -1, "and no control character"},
		{"''", NULL, -1, "and is not empty"},
		{"true", NULL, -1, "true is neither"},
		{"null", NULL, -1, "null is not said"},
		{"{'id': 7}", NULL, -1, "an object is neither"},
		{"[7]", NULL, -1, "nor is a list"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const json_t *value = json_array_get(quoted(arena, arena_print(arena, "[%s]", rows[i].json)), 0);

		is_text(bison_id(arena, value), rows[i].id, rows[i].what);
		is_number(bison_count(value), rows[i].count, rows[i].what);
	}
}

static void times(struct arena *arena)
{
	static const struct {
		const char *json, *expected, *what;
	} rows[] = {
		{"'2026-01-31T10:00:00.000000Z'", "2026-01-31T10:00:00Z", "a time"},
		{"'2026-01-31T10:00:00+01:00'", "2026-01-31T09:00:00Z", "with an offset"},
		{"'2026-01-31 10:00:00'", "2026-01-31T10:00:00Z", "as databases write it: UTC"},
		{"'2026-01-31T10:00:00'", "2026-01-31T10:00:00Z", "without a zone: UTC"},
		{"'2026-02-30T10:00:00Z'", "", "a day that does not exist"},
		{"'2026-01-31'", "", "a day is no time"},
		{"'0001-01-01T00:00:00Z'", "", "before EmailBison"},
		{"'9999-12-31T23:59:59Z'", "", "after all of us"},
		{"'2026-01-31T10:00:00 or so, if that is all right'", "", "more than a time"},
		{"1769853600", "", "a number"},
		{"null", "", "null"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bison_campaign c;
		bool read = bison_campaign_read(
			arena, quoted(arena, arena_print(arena, "{'id': 1, 'created_at': %s}", rows[i].json)), &c);

		is_text(read ? moment(arena, c.began_at) : "(none)", rows[i].expected, rows[i].what);
	}
}

/* --- Rows */

static void campaigns(struct arena *arena)
{
	struct bison_campaign c;

	ok(bison_campaign_read(arena, quoted(arena, "{'id': '2', 'name': ' Outbound', 'status': 'Active', 'emails_sent': '1555'}"), &c), "a campaign");
	ok(strcmp(c.id, "2") == 0 && strcmp(c.name, "Outbound") == 0 && strcmp(c.state, "Active") == 0 && c.emails_sent == 1555, "with what it says");
	ok(bison_knows(BISON_CAMPAIGN_STATE, "PENDING DELETION") && !bison_knows(BISON_CAMPAIGN_STATE, "on holiday"), "states are known in any case of letters");
	ok(bison_campaign_read(arena, quoted(arena, "{'id': 2, 'name': 7, 'status': [], 'emails_sent': -1}"), &c) && !c.name && !c.state && c.emails_sent == -1,
		"fields of other types are not said");
	ok(!bison_campaign_read(arena, quoted(arena, "{'name': 'x'}"), &c) && !bison_campaign_read(arena, quoted(arena, "[]"), &c)
			&& !bison_campaign_read(arena, NULL, &c), "without an id there is none");
}

static void leads(struct arena *arena)
{
	struct bison_lead l;

	ok(bison_lead_read(arena,
		   quoted(arena, "{'id': 835001, 'email': ' Jane1.Doe@Acme1.test ', 'first_name': 'Jane', 'company': null, 'updated_at': '2025-11-20T08:00:00.000000Z',"
				 " 'custom_variables': [{'name': 'Phone', 'value': '+1555'}, {'name': 'linkedin url', 'value': null}],"
				 " 'lead_campaign_data': [{'campaign_id': 2, 'status': 'Replied', 'emails_sent': '2'}, {'campaign_id': null}, {'campaign_id': '3', 'status': 'bounced'}, 7]}"),
		   &l),
		"a lead");
	ok(strcmp(l.id, "835001") == 0 && strcmp(l.address.email_key, "jane1.doe@acme1.test") == 0 && strcmp(l.phone, "+1555") == 0 && !l.company && !l.website,
		"with what it says");
	is_number((long long)l.membership_count, 2, "in the campaigns that are named");
	ok(l.memberships[0].replied && !l.memberships[0].bounced && l.memberships[0].emails_sent == 2, "it replied in one");
	ok(l.memberships[1].bounced && l.memberships[1].emails_sent == -1 && strcmp(l.memberships[1].campaign_id, "3") == 0, "and bounced in another");
	ok(bison_lead_read(arena, quoted(arena, "{'id': 1, 'email': 'a@b.test', 'custom_variables': {'phone': {'name': 'phone', 'value': '+1'}, 'WEBSITE': 'https://b.test'}}"), &l)
			&& strcmp(l.phone, "+1") == 0 && strcmp(l.website, "https://b.test") == 0, "variables as an object");
	ok(!bison_lead_read(arena, quoted(arena, "{'id': 1, 'email': 'nobody'}"), &l) && !bison_lead_read(arena, quoted(arena, "{'email': 'a@b.test'}"), &l)
			&& !bison_lead_read(arena, quoted(arena, "{'id': 1, 'email': null}"), &l), "without address or id there is none");
}

static void replies(struct arena *arena)
{
	static const struct {
		const char *fields;
		bool human, bounce, outgoing;
		const char *what;
	} rows[] = {
		{"'type': 'Tracked Reply', 'automated_reply': false, 'tracked_reply': true", true, false, false, "a person"},
		{"'type': 'Tracked Reply', 'automated_reply': true", false, false, false, "a machine"},
		{"'type': 'Tracked Reply', 'automated_reply': '1'", false, false, false, "a machine, told by a text"},
		{"'type': 'Untracked Reply'", false, false, false, "not to the campaign"},
		{"'type': 'Tracked Reply', 'tracked_reply': false", false, false, false, "nor that"},
		{"'type': 'Bounced', 'folder': 'Bounced', 'automated_reply': true", false, true, false, "a bounce"},
		{"'type': 'Tracked Reply', 'folder': 'bounced'", false, true, false, "moved among the bounces"},
		{"'type': 'Outgoing Email'", false, false, true, "our own"},
		{"'type': 'Tracked Reply', 'folder': 'Sent'", false, false, true, "among those sent"},
		{"'type': 'Voice Mail'", true, false, false, "an unknown type that nothing speaks against"},
		{"'type': null", true, false, false, "no type"},
	};
	struct bison_reply r;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const json_t *row = quoted(arena, arena_print(arena, "{'id': 51001, 'date_received': '2025-11-19T10:00:00Z', %s}", rows[i].fields));

		ok(bison_reply_read(arena, row, &r) && r.human == rows[i].human && r.bounce == rows[i].bounce && r.outgoing == rows[i].outgoing, rows[i].what);
	}
	ok(bison_reply_read(arena, quoted(arena, "{'id': 1, 'created_at': '2025-11-19T10:00:05Z', 'updated_at': '2025-11-19T10:09:05Z', 'lead_id': '835002', 'campaign_id': 3,"
						 " 'interested': 'yes'}"), &r)
			&& strcmp(moment(arena, r.received_at), "2025-11-19T10:00:05Z") == 0 && strcmp(moment(arena, r.changed_at), "2025-11-19T10:09:05Z") == 0
			&& strcmp(r.lead_id, "835002") == 0 && strcmp(r.campaign_id, "3") == 0 && r.interested == YES, "one time stands for the other");
	ok(bison_reply_read(arena, quoted(arena, "{'id': 1, 'date_received': '2025-11-19T10:00:00Z', 'interested': null}"), &r) && r.interested == NOT_KNOWN
			&& r.changed_at.us == r.received_at.us && !r.lead_id, "what is not said is not known");
	ok(!bison_reply_read(arena, quoted(arena, "{'id': 1}"), &r) && !bison_reply_read(arena, quoted(arena, "{'date_received': '2025-11-19T10:00:00Z'}"), &r),
		"without a time or an id there is none");
}

static const char *series(struct arena *arena, const char *answer)
{
	struct text text = text_new(arena, 1000);
	struct bison_value at = {0};
	const json_t *json = quoted(arena, answer);

	while (bison_value_next(arena, json, &at))
		text_add(&text, "%s %s %lld; ", at.label, at.day, (long long)at.value);
	text_add(&text, "%zu odd", at.odd);
	return text.bytes;
}

static void charts(struct arena *arena)
{
	is_text(series(arena, "{'data': [{'label': 'SENT', 'dates': [['2025-11-17', 80], ['2025-11-18', '82']]}, {'label': 'Clicks', 'dates': [['2025-11-17', 0]]}]}"),
		"Sent 2025-11-17 80; Sent 2025-11-18 82; Clicks 2025-11-17 0; 0 odd", "values under labels, known ones in one spelling");
	is_text(series(arena, "{'data': [{'label': 'Sent', 'dates': [['2025-02-30', 1], ['2025-11-17'], 7, ['2025-11-18', -1], ['2025-11-19', 3]]}, {'dates': []}, null, {'label': 'x'}]}"),
		"Sent 2025-11-19 3; 7 odd", "what is no day or no count is passed over");
	is_text(series(arena, "{'data': {}}"), "0 odd", "nothing in nothing");
	is_text(series(arena, "[{'label': 'Sent', 'dates': [['2025-11-17', 1]]}]"), "Sent 2025-11-17 1; 0 odd", "without an envelope");
}

static void identities(struct arena *arena)
{
	static const struct {
		const char *answer, *id, *what;
	} rows[] = {
		{"{'data': {'id': 12, 'workspace': {'id': 3, 'name': 'Acme'}}}", "3", "beside the user"},
		{"{'id': 12, 'workspace_id': '3'}", "3", "as a number of his, as text, unwrapped"},
		{"{'data': {'id': 12, 'current_team': {'id': 4}}}", "4", "called a team"},
		{"{'data': [{'id': 3, 'name': 'Acme'}]}", "3", "the only one of a list"},
		{"{'data': [{'id': 3}, {'id': 4}]}", NULL, "of several nobody can say"},
		{"{'data': {'id': 12}}", NULL, "the user's own id is not it"},
		{"[]", NULL, "nothing"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_text(bison_workspace(arena, quoted(arena, rows[i].answer)), rows[i].id, rows[i].what);
}

/* --- Webhooks */

#define DATA                                                                                                                               \
	"'data': {'reply': {'id': 51001, 'date_received': '2025-11-19T10:01:00Z', 'type': 'Tracked Reply', 'interested': null},"               \
	" 'campaign_event': {'id': 9002, 'created_at': '2025-11-19T10:01:06Z'}, 'lead': {'id': '835001', 'email': 'jane@acme.test',"           \
	" 'status': 'bounced', 'emails_sent': 9}, 'campaign': {'id': 2, 'name': 'Outbound 2'}, 'scheduled_email': {'sent_at': '2025-11-18T09:01:11Z'}}"

static bool is_whole(struct arena *arena, const char *body, const char *type)
{
	struct bison_event e;

	return bison_event_read(arena, quoted(arena, body), &e) && strcmp(e.type, type) == 0 && strcmp(e.workspace_id, "3") == 0 && strcmp(e.number, "9002") == 0
	       && e.has_lead && e.has_campaign && e.has_reply && strcmp(e.reply.lead_id, "835001") == 0 && strcmp(e.reply.campaign_id, "2") == 0
	       && e.lead.membership_count == 1 && !e.lead.memberships[0].state && e.lead.memberships[0].emails_sent == -1
	       && strcmp(moment(arena, e.sent_at), "2025-11-18T09:01:11Z") == 0;
}

static void events(struct arena *arena)
{
	struct bison_event e;

	ok(is_whole(arena, "{'event': {'type': 'LEAD_REPLIED', 'workspace_id': 3}, " DATA "}", "LEAD_REPLIED"), "as it is sent");
	ok(is_whole(arena, "{'event': {'type': 'lead_replied', 'workspace_id': '3'}, " DATA "}", "LEAD_REPLIED"), "in lower case, texts for numbers");
	ok(is_whole(arena, "{'data': {'event': {'type': 'LEAD_REPLIED', 'workspace_id': 3}, " DATA "}}", "LEAD_REPLIED"), "wrapped once more");
	ok(is_whole(arena, "{'id': 7, 'type': 'lead_replied', 'payload': {'event': {'type': 'LEAD_REPLIED', 'workspace_id': 3}, " DATA "}}", "LEAD_REPLIED"), "as a row of the list");
	ok(is_whole(arena, "{'type': 'lead.replied', 'workspace_id': 3, " DATA "}", "LEAD_REPLIED"), "with its type beside the data");
	ok(bison_event_read(arena, quoted(arena, "{'event': 'lead_replied', 'lead': {'id': 1, 'email': 'a@b.test'}, 'campaign': {'id': 2}, 'workspace': {'id': 3}}"), &e)
			&& e.has_lead && e.has_campaign && !e.has_reply && strcmp(e.workspace_id, "3") == 0 && e.lead.memberships[0].replied, "flat: he replied");
	ok(bison_event_read(arena, quoted(arena, "{'event': {'type': 'LEAD_INTERESTED'}, " DATA "}"), &e) && e.reply.interested == YES, "interest by the type alone");
	ok(bison_event_read(arena, quoted(arena, "{'event': {'type': 'EMAIL_SENT'}, 'data': {'campaign_event': {'id': 1, 'created_at': '2025-11-18T09:01:11Z'}}}"), &e)
			&& e.sent_at.us && !e.has_lead && !e.workspace_id, "sent when it happened, where the e-mail does not say");
	ok(bison_event_read(arena, quoted(arena, "{'event': {'type': 'SOMETHING_NEW'}, 'data': [1, 2]}"), &e) && !e.has_lead && !e.has_campaign && !e.has_reply,
		"unknown types in any shape");
	ok(!bison_event_read(arena, quoted(arena, "{}"), &e) && !bison_event_read(arena, quoted(arena, "{'event': {}}"), &e)
			&& !bison_event_read(arena, quoted(arena, "[]"), &e) && !bison_event_read(arena, quoted(arena, "{'event': {'type': 7}}"), &e), "a type is needed");
}

static void limits(struct arena *arena)
{
	struct text many = text_new(arena, 100000), name = text_new(arena, 10000);
	struct bison_lead l;

	for (int i = 0; i < 1000; i++)
		text_add_string(&name, "\xC3\xBC");
	ok(bison_lead_read(arena, quoted(arena, arena_print(arena, "{'id': 1, 'email': 'a@b.test', 'first_name': 'x%s'}", name.bytes)), &l)
			&& strlen(l.first_name) == BISON_TEXT_BYTES - 1 && text_is_utf8(l.first_name, strlen(l.first_name)), "a long name is cut at a whole character");
	text_add_string(&many, "{'id': 1, 'email': 'a@b.test', 'lead_campaign_data': [{'campaign_id': 1}");
	for (int i = 0; i < BISON_MEMBERSHIPS; i++)
		text_add(&many, ", {'campaign_id': %d}", i + 2);
	text_add_string(&many, "]}");
	ok(bison_lead_read(arena, quoted(arena, many.bytes), &l) && l.membership_count == BISON_MEMBERSHIPS, "campaigns of a lead are bounded");
}

int main(void)
{
	struct arena arena = {0};

	values(&arena);
	times(&arena);
	campaigns(&arena);
	leads(&arena);
	replies(&arena);
	charts(&arena);
	identities(&arena);
	events(&arena);
	limits(&arena);
	arena_end(&arena);
	return done_testing();
}

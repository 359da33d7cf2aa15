/* emailbison - rows and webhooks of EmailBison as typed structs, whichever of their shapes they came in. Pure. */
#include "domain/emailbison.h"

#include "base/arena.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const int64_t count_most = 1000000000000;

/* --- Words */

static const char *const labels[] = {
	"Sent", "Replied", "Bounced", "Unsubscribed", "Interested", "Total Opens", "Unique Opens"};
static const char *const campaign_states[] = {"draft", "launching", "active", "stopped", "completed", "paused",
	"failed", "queued", "archived", "pending deletion", "deleted"};
static const char *const lead_states[] = {"in_sequence", "sequence_finished", "sequence_stopped", "sending_paused",
	"never_contacted", "replied", "bounced", "stopped", "unsubscribed"};
static const char *const reply_types[] = {"Tracked Reply", "Untracked Reply", "Bounced", "Outgoing Email", "Outgoing"};
static const char *const event_types[] = {"EMAIL_SENT", "MANUAL_EMAIL_SENT", "LEAD_FIRST_CONTACTED", "LEAD_REPLIED",
	"LEAD_INTERESTED", "LEAD_UNSUBSCRIBED", "UNTRACKED_REPLY_RECEIVED", "EMAIL_OPENED", "EMAIL_BOUNCED",
	"EMAIL_ACCOUNT_ADDED", "EMAIL_ACCOUNT_REMOVED", "EMAIL_ACCOUNT_DISCONNECTED", "EMAIL_ACCOUNT_RECONNECTED",
	"TAG_ATTACHED", "TAG_REMOVED", "WARMUP_DISABLED_RECEIVING_BOUNCES", "WARMUP_DISABLED_CAUSING_BOUNCES"};

static const struct {
	const char *const *words;
	size_t count;
} vocabularies[] = {
	[BISON_LABEL] = {labels, COUNT(labels)},
	[BISON_CAMPAIGN_STATE] = {campaign_states, COUNT(campaign_states)},
	[BISON_LEAD_STATE] = {lead_states, COUNT(lead_states)},
	[BISON_REPLY_TYPE] = {reply_types, COUNT(reply_types)},
	[BISON_EVENT_TYPE] = {event_types, COUNT(event_types)},
};

/* As the table spells it; NULL when it is not there. */
static const char *known(enum bison_vocabulary vocabulary, const char *word)
{
	for (size_t i = 0; i < vocabularies[vocabulary].count; i++)
		if (strcasecmp(vocabularies[vocabulary].words[i], word) == 0)
			return vocabularies[vocabulary].words[i];
	return NULL;
}

bool bison_knows(enum bison_vocabulary vocabulary, const char *word)
{
	return known(vocabulary, word) != NULL;
}

/* --- Values */

/* Cut at a whole character. */
static const char *bounded(struct arena *arena, const char *text, size_t most)
{
	size_t length = text ? strlen(text) : 0;

	if (length == 0)
		return NULL;
	if (length <= most)
		return text;
	for (length = most; ((unsigned char)text[length] & 0xC0) == 0x80; length--)
		;
	return arena_copy(arena, text, length);
}

static const char *text_at(struct arena *arena, const json_t *object, const char *key, size_t most)
{
	const char *text = json_text_at(object, key);

	return text ? bounded(arena, text + strspn(text, " \t\r\n"), most) : NULL;
}

const char *bison_id(struct arena *arena, const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		return json_integer_value(value) > 0
			       ? arena_print(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value))
			       : NULL;
	if (!text || !*text || strlen(text) > BISON_ID_BYTES || strcmp(text, "0") == 0)
		return NULL;
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7F)
			return NULL;
	return text;
}

static const char *id_at(struct arena *arena, const json_t *object, const char *key)
{
	return bison_id(arena, json_object_get(object, key));
}

int64_t bison_count(const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t count = -1;
	double real = json_real_value(value);

	if (json_is_integer(value))
		count = json_integer_value(value);
	else if (json_is_real(value) && real >= 0 && real <= (double)count_most && floor(real) == real)
		count = (int64_t)real;
	else if (text && !i64_from_text(text, 0, count_most, &count))
		return -1;
	return count >= 0 && count <= count_most ? count : -1;
}

static int64_t count_at(const json_t *object, const char *key)
{
	return bison_count(json_object_get(object, key));
}

static enum maybe maybe_at(const json_t *object, const char *key)
{
	static const char *const yes[] = {"1", "true", "yes"}, *const no[] = {"0", "false", "no"};
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		return json_is_true(value) ? YES : NO;
	if (json_is_integer(value))
		return json_integer_value(value) != 0 ? YES : NO;
	for (size_t i = 0; text && i < COUNT(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return YES;
		if (strcasecmp(text, no[i]) == 0)
			return NO;
	}
	return NOT_KNOWN;
}

/* RFC 3339, or as databases write it: without a zone, which is UTC. EmailBison is younger than 2015; times outside of
 * what can be are not said. */
static struct instant time_at(const json_t *object, const char *key)
{
	static const int64_t least = 1420070400000000, most = 4102444800000000; /* 2015 to 2100 */
	enum { PLAIN = sizeof "2026-01-31T10:00:00" - 1, SEPARATOR = sizeof "2026-01-31" - 1 };
	const char *text = json_text_at(object, key);
	char zoned[sizeof "2026-01-31T10:00:00.000000Z"];
	struct instant at;

	if (!text || strlen(text) < PLAIN)
		return (struct instant){0};
	if (!instant_from_rfc3339(text, strlen(text), &at)) {
		if (strlen(text) + 2 > sizeof zoned || text[SEPARATOR + 3] != ':')
			return (struct instant){0};
		memcpy(zoned, text, strlen(text));
		memcpy(zoned + strlen(text), "Z", 2);
		zoned[SEPARATOR] = 'T';
		if (!instant_from_rfc3339(zoned, strlen(zoned), &at))
			return (struct instant){0};
	}
	return at.us >= least && at.us < most ? at : (struct instant){0};
}

static struct instant time_or(struct instant first, struct instant second)
{
	return first.us ? first : second;
}

/* --- Rows */

json_t *bison_rows(const json_t *answer)
{
	json_t *rows = json_array_at(answer, "data");

	if (!rows && json_is_array(answer))
		rows = (json_t *)(uintptr_t)answer; /* jansson's reading functions ask for a pointer that may write */
	return rows;
}

bool bison_campaign_read(struct arena *arena, const json_t *row, struct bison_campaign *c)
{
	*c = (struct bison_campaign){
		.id = id_at(arena, row, "id"),
		.name = text_at(arena, row, "name", BISON_TEXT_BYTES),
		.state = text_at(arena, row, "status", BISON_WORD_BYTES),
		.began_at = time_at(row, "created_at"),
		.emails_sent = count_at(row, "emails_sent"),
	};
	return c->id != NULL;
}

/* custom_variables: [{name, value}], or an object of such, or an object of texts. */
static const char *variable(struct arena *arena, const json_t *lead, const char *name)
{
	json_t *variables = json_object_get(lead, "custom_variables"), *one;
	const char *key;
	size_t i;

	json_array_foreach(variables, i, one)
	{
		const char *called = json_text_at(one, "name");

		if (called && strcasecmp(called, name) == 0)
			return text_at(arena, one, "value", BISON_TEXT_BYTES);
	}
	json_object_foreach(variables, key, one) if (strcasecmp(key, name) == 0) return json_is_object(one)
		? text_at(arena, one, "value", BISON_TEXT_BYTES)
		: bounded(arena, json_string_value(one), BISON_TEXT_BYTES);
	return NULL;
}

static void read_state(struct arena *arena, const json_t *row, struct bison_membership *m)
{
	m->state = text_at(arena, row, "status", BISON_WORD_BYTES);
	m->replied = m->state && strcasecmp(m->state, "replied") == 0;
	m->bounced = m->state && strcasecmp(m->state, "bounced") == 0;
	m->emails_sent = count_at(row, "emails_sent");
}

static void read_memberships(struct arena *arena, const json_t *row, struct bison_lead *lead)
{
	const json_t *list = json_array_at(row, "lead_campaign_data"), *one;
	size_t i, room = json_array_size(list) < BISON_MEMBERSHIPS ? json_array_size(list) : BISON_MEMBERSHIPS;

	lead->memberships = arena_alloc(arena, (room + 1) * sizeof *lead->memberships);
	json_array_foreach(list, i, one)
	{
		struct bison_membership *m = &lead->memberships[lead->membership_count];

		if (lead->membership_count < room && (m->campaign_id = id_at(arena, one, "campaign_id"))) {
			read_state(arena, one, m);
			lead->membership_count++;
		}
	}
}

bool bison_lead_read(struct arena *arena, const json_t *row, struct bison_lead *lead)
{
	const char *email = json_text_at(row, "email");

	*lead = (struct bison_lead){
		.id = id_at(arena, row, "id"),
		.first_name = text_at(arena, row, "first_name", BISON_TEXT_BYTES),
		.last_name = text_at(arena, row, "last_name", BISON_TEXT_BYTES),
		.company = text_at(arena, row, "company", BISON_TEXT_BYTES),
		.title = text_at(arena, row, "title", BISON_TEXT_BYTES),
		.phone = variable(arena, row, "phone"),
		.website = variable(arena, row, "website"),
		.changed_at = time_or(time_at(row, "updated_at"), time_at(row, "created_at")),
	};
	read_memberships(arena, row, lead);
	return lead->id && email && address_parse(arena, email, &lead->address);
}

/* A word of another making counts as a person's reply only when nothing speaks against it. */
static void read_kind(const json_t *row, struct bison_reply *r)
{
	const char *folder = json_text_at(row, "folder");

	r->outgoing = strncasecmp(r->type, "outgoing", 8) == 0 || (folder && strcasecmp(folder, "sent") == 0);
	r->bounce = strncasecmp(r->type, "bounce", 6) == 0 || (folder && strcasecmp(folder, "bounced") == 0);
	r->human = !r->outgoing && !r->bounce && r->automated != YES && strncasecmp(r->type, "untracked", 9) != 0
		   && maybe_at(row, "tracked_reply") != NO;
}

bool bison_reply_read(struct arena *arena, const json_t *row, struct bison_reply *r)
{
	const char *type = text_at(arena, row, "type", BISON_WORD_BYTES);
	struct instant made = time_at(row, "created_at"), changed = time_at(row, "updated_at");

	*r = (struct bison_reply){
		.id = id_at(arena, row, "id"),
		.lead_id = id_at(arena, row, "lead_id"),
		.campaign_id = id_at(arena, row, "campaign_id"),
		.received_at = time_or(time_at(row, "date_received"), time_or(made, changed)),
		.interested = maybe_at(row, "interested"),
		.automated = maybe_at(row, "automated_reply"),
		.type = type ? type : "",
	};
	r->changed_at = time_or(changed, time_or(made, r->received_at));
	read_kind(row, r);
	return r->id && r->received_at.us != 0;
}

bool bison_email_read(struct arena *arena, const json_t *row, struct bison_email *e)
{
	const json_t *lead = json_object_at(row, "lead");

	*e = (struct bison_email){
		.campaign_id = id_at(arena, row, "campaign_id"),
		.sent_at = time_at(row, "sent_at"),
	};
	return e->campaign_id && e->sent_at.us != 0 && bison_lead_read(arena, lead, &e->lead);
}

/* --- Daily series */

static bool value_of(const json_t *pair, struct bison_value *at)
{
	at->day = json_string_value(json_array_get(pair, 0));
	at->value = bison_count(json_array_get(pair, 1));
	return at->day && date_is_valid(at->day) && at->value >= 0;
}

bool bison_value_next(struct arena *arena, const json_t *answer, struct bison_value *at)
{
	const json_t *list = bison_rows(answer);

	for (; at->at_series < json_array_size(list); at->at_series++, at->at_day = 0) {
		const json_t *series = json_array_get(list, at->at_series);
		const json_t *days = json_array_at(series, "dates");
		const char *label = text_at(arena, series, "label", BISON_WORD_BYTES);

		if (!label || !days) {
			at->odd++;
			continue;
		}
		at->label = known(BISON_LABEL, label) ? known(BISON_LABEL, label) : label;
		while (at->at_day < json_array_size(days)) {
			if (value_of(json_array_get(days, at->at_day++), at))
				return true;
			at->odd++;
		}
	}
	return false;
}

/* --- Whose token it is */

const char *bison_workspace(struct arena *arena, const json_t *answer)
{
	static const char *const objects[] = {"workspace", "current_workspace", "team", "current_team"};
	static const char *const ids[] = {"workspace_id", "current_workspace_id", "team_id", "current_team_id"};
	const json_t *user = json_object_at(answer, "data"), *list = bison_rows(answer);
	const char *id = NULL;

	if (!user)
		user = answer;
	for (size_t i = 0; i < COUNT(objects) && !id; i++) {
		id = id_at(arena, json_object_at(user, objects[i]), "id");
		id = id ? id : id_at(arena, user, ids[i]);
	}
	/* A list with one workspace is what a token of one workspace sees; with several nobody can say. */
	if (!id && json_array_size(list) == 1)
		id = id_at(arena, json_array_get(list, 0), "id");
	return id;
}

/* --- Webhooks */

static const char *type_of(struct arena *arena, const char *said)
{
	char *type = arena_string(arena, said);

	for (char *at = type; *at; at++)
		*at = *at >= 'a' && *at <= 'z'                 ? (char)(*at - 'a' + 'A')
		      : *at == '.' || *at == ' ' || *at == '-' ? '_'
							       : *at;
	return type;
}

/* Relays and /events wrap it once more. */
const json_t *bison_envelope(const json_t *body)
{
	static const char *const wraps[] = {"payload", "data", "body"};

	for (int depth = 0; depth < 3 && !json_object_get(body, "event"); depth++) {
		const json_t *inner = NULL;

		for (size_t i = 0; i < COUNT(wraps) && !inner; i++)
			inner = json_object_at(body, wraps[i]);
		/* A variant without "event" names its type beside "data". */
		if (!inner || (!json_object_get(inner, "event") && json_object_get(body, "type")))
			break;
		body = inner;
	}
	return body;
}

static void read_people(struct arena *arena, const json_t *data, struct bison_event *e)
{
	const json_t *lead = json_object_at(data, "lead");

	e->has_lead = bison_lead_read(arena, lead, &e->lead);
	e->has_campaign = bison_campaign_read(arena, json_object_at(data, "campaign"), &e->campaign);
	/* The counters beside a lead are of all its campaigns, and its state is of its address. */
	e->lead.memberships = arena_alloc(arena, sizeof *e->lead.memberships);
	e->lead.memberships[0] = (struct bison_membership){.campaign_id = e->campaign.id, .emails_sent = -1};
	e->lead.membership_count = e->has_campaign;
}

static void read_reply(struct arena *arena, const json_t *data, struct bison_event *e)
{
	e->has_reply = bison_reply_read(arena, json_object_at(data, "reply"), &e->reply);
	if (!e->has_reply)
		return;
	e->reply.campaign_id = e->reply.campaign_id ? e->reply.campaign_id : e->campaign.id;
	e->reply.lead_id = e->reply.lead_id ? e->reply.lead_id : e->lead.id;
	if (e->reply.interested == NOT_KNOWN && e->type && strcmp(e->type, "LEAD_INTERESTED") == 0)
		e->reply.interested = YES;
}

bool bison_event_read(struct arena *arena, const json_t *body, struct bison_event *e)
{
	const json_t *envelope = bison_envelope(body), *event = json_object_at(envelope, "event"), *data, *happened;
	const char *type = json_text_at(event, "type");

	type = type ? type : json_text_at(envelope, "event");
	type = type ? type : json_text_at(envelope, "event_type");
	type = type ? type : json_text_at(envelope, "type");
	data = json_object_at(envelope, "data");
	data = data ? data : envelope;
	happened = json_object_at(data, "campaign_event");
	*e = (struct bison_event){
		.type = type && *type ? type_of(arena, bounded(arena, type, BISON_WORD_BYTES)) : NULL,
		.workspace_id = id_at(arena, event, "workspace_id"),
		.number = id_at(arena, happened, "id"),
		.happened = time_at(happened, "created_at"),
		.sent_at = time_at(json_object_at(data, "scheduled_email"), "sent_at"),
	};
	if (!e->workspace_id)
		e->workspace_id = id_at(arena, json_object_at(envelope, "workspace"), "id");
	if (!e->workspace_id)
		e->workspace_id = id_at(arena, envelope, "workspace_id");
	read_people(arena, data, e);
	read_reply(arena, data, e);
	if (!e->sent_at.us && e->type
		&& (strcmp(e->type, "EMAIL_SENT") == 0 || strcmp(e->type, "LEAD_FIRST_CONTACTED") == 0))
		e->sent_at = e->happened;
	/* The flat variant says no more than this. */
	if (e->type && strcmp(e->type, "LEAD_REPLIED") == 0 && !e->has_reply && e->lead.membership_count) {
		e->lead.memberships[0].state = "replied";
		e->lead.memberships[0].replied = true;
	}
	return e->type != NULL;
}

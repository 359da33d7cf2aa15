/* ingest_outreach - a delivery of EmailBison is stored, and what it carries comes in; all of it or nothing. */
#include "work/ingest_outreach.h"

#include "base/arena.h"
#include "domain/emailbison.h"
#include "store/known_leads.h"
#include "store/outreach.h"
#include "store/staging.h"
#include "work/outreach.h"
#include "world/db.h"

#include <stdlib.h>
#include <string.h>

static const char *printed(struct arena *arena, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	if (!text)
		abort();
	arena_later(arena, free, text);
	return text;
}

/* EmailBison gives no delivery id. What it numbers is the event of the campaign, or else the reply. */
static struct bytes delivery_key(struct arena *arena, const json_t *root, const struct bison_event *e)
{
	unsigned char *key = arena_alloc(arena, DIGEST_BYTES);
	const char *workspace = e->workspace_id ? e->workspace_id : "";
	const char *text = e->number      ? arena_print(arena, "event %s %s %s", workspace, e->type, e->number)
			   : e->has_reply ? arena_print(arena, "reply %s %s %s", workspace, e->type, e->reply.id)
					  : printed(arena, bison_envelope(root));

	digest((struct bytes){(const unsigned char *)text, strlen(text)}, key);
	return (struct bytes){key, DIGEST_BYTES};
}

static bool is_of_use(const struct bison_event *e)
{
	return (e->has_lead && e->has_campaign) || (e->has_reply && e->reply.campaign_id);
}

/* Of a lead that is known nothing but his membership is news. */
static bool add_lead(struct db *db, int64_t workspace, struct outreach_batch *batch, const struct bison_event *e,
	struct instant at, struct fail *f)
{
	struct bison_lead lead = e->lead;
	struct known_lead stored;
	struct fail absent = {0};

	if (known_leads_find(db, workspace, lead.id, &stored, &absent)) {
		lead.first_name = lead.last_name = lead.company = lead.title = lead.phone = lead.website = NULL;
		if (!address_parse(batch->arena, stored.email, &lead.address))
			lead.address = e->lead.address;
	} else if (absent.kind != FAIL_ABSENT) {
		return fail(f, absent.kind, absent.code, "%s", absent.detail);
	}
	outreach_add_lead(batch, &lead, at);
	if (e->sent_at.us)
		outreach_add_email(batch, &lead, e->campaign.id, e->sent_at);
	return true;
}

static bool bring_lead(struct arena *arena, struct db *db, const struct delivery *d, const struct bison_event *e,
	int64_t *changed, struct fail *f)
{
	struct outreach_batch batch = outreach_batch_new(arena);

	return add_lead(db, d->workspace_id, &batch, e, d->received_at, f)
	       && outreach_bring_in(db, d->workspace_id, &batch, changed, f);
}

/* A round has read the replies themselves before it asks what was missed, and the record knows replies that are there
 * no more. */
static bool brings_reply(const struct delivery *d, const struct bison_event *e)
{
	return e->has_reply && strcmp(d->source, "webhook") == 0;
}

static bool apply(
	struct arena *arena, struct db *db, const struct delivery *d, const struct bison_event *e, struct fail *f)
{
	const int64_t workspace = d->workspace_id;
	const char *campaign = e->has_campaign ? e->campaign.id : e->reply.campaign_id;
	const struct bison_campaign named = e->has_campaign ? e->campaign : (struct bison_campaign){.id = campaign};
	int64_t changed = 0, corrected = 0;

	return outreach_name_campaigns(db, arena, workspace, &named, 1, &changed, f)
	       && (!e->has_lead || !e->has_campaign || bring_lead(arena, db, d, e, &changed, f))
	       && (!brings_reply(d, e)
		       || outreach_put_replies(db, workspace, campaign, &e->reply, 1, false, &changed, f))
	       && outreach_settle_unsettled(db, arena, workspace, campaign, &changed, &corrected, f);
}

static bool keep(struct arena *arena, struct db *db, const struct outreach_event *stored, const struct delivery *d,
	const struct bison_event *e, bool *fresh, struct fail *f)
{
	AUTO(json_t) words = json_array();
	IN_TRANSACTION(tx, db, f);

	outreach_note_word(words, BISON_EVENT_TYPE, e->type);
	if (e->has_reply)
		outreach_note_word(words, BISON_REPLY_TYPE, e->reply.type);
	return tx.open && staging_begin(db, d->workspace_id, f) && outreach_event_put(db, stored, fresh, f)
	       && (!*fresh || strcmp(stored->status, "processed") != 0 || apply(arena, db, d, e, f))
	       && outreach_keep_words(db, d->workspace_id, d->connection_id, words, f) && tx_commit(&tx, f);
}

/* What a key of another workspace would be refused for is not taken from a webhook either. */
static bool is_ours(struct db *db, const struct delivery *d, const struct bison_event *e, bool *ours, struct fail *f)
{
	const char *account;

	if (!outreach_account(db, d->workspace_id, d->connection_id, &account, f))
		return false;
	*ours = !account || !e->workspace_id || strcmp(account, e->workspace_id) == 0;
	return true;
}

bool ingest_outreach(
	struct arena *arena, struct db *db, const struct secret_key *key, struct delivery *d, struct fail *f)
{
	struct outreach_event stored;
	struct bison_event event;
	json_t *root;
	bool fresh = false, ours = true;

	if (!json_parse_take((const char *)d->body.at, d->body.length, &root, f))
		return false;
	json_later(arena, root);
	if (!bison_event_read(arena, root, &event))
		return fail(f, FAIL_INPUT, "event_type_missing",
			"the body names no type of event; EmailBison sends it as event.type");
	d->trigger = event.type;
	if (!is_ours(db, d, &event, &ours, f))
		return false;
	stored = (struct outreach_event){.workspace_id = d->workspace_id,
		.connection_id = d->connection_id,
		.delivery_key = delivery_key(arena, root, &event),
		.source = d->source,
		.type = event.type,
		.status = ours && is_of_use(&event) ? "processed" : "ignored",
		.received_at = d->received_at,
		.sealed_body = secret_seal(arena, key, d->body)};
	if (!keep(arena, db, &stored, d, &event, &fresh, f))
		return false;
	d->outcome = !fresh                                    ? INGESTED_DUPLICATE
		     : strcmp(stored.status, "processed") == 0 ? INGESTED_PROCESSED
							       : INGESTED_IGNORED;
	return true;
}

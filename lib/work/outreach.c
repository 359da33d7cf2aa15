/* outreach - what EmailBison says of people and campaigns comes in, by whatever way it was heard. */
#include "work/outreach.h"

#include "base/arena.h"
#include "store/campaigns.h"
#include "store/outreach.h"
#include "work/merge_leads.h"

#include <stdlib.h>
#include <string.h>

const char *outreach_json(struct arena *arena, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	if (!text)
		abort();
	arena_later(arena, free, text);
	return text;
}

/* --- Leads and their memberships */

struct outreach_batch outreach_batch_new(struct arena *arena)
{
	struct outreach_batch batch = {.arena = arena, .facts = json_array()};

	json_later(arena, batch.facts);
	return batch;
}

static void add_lead(struct outreach_batch *b, const struct bison_lead *lead)
{
	if (b->count == b->room) {
		struct bison_lead *more = arena_alloc(b->arena, (2 * b->room + 16) * sizeof *more);

		if (b->count)
			memcpy(more, b->leads, b->count * sizeof *more);
		b->leads = more;
		b->room = 2 * b->room + 16;
	}
	b->leads[b->count++] = *lead;
}

static json_t *time_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return at.us ? json_string(instant_to_rfc3339(at, text)) : json_null();
}

static json_t *count_json(int64_t count)
{
	return count < 0 ? json_null() : json_integer(count);
}

void outreach_add_lead(struct outreach_batch *b, const struct bison_lead *lead, struct instant at)
{
	add_lead(b, lead);
	for (size_t i = 0; i < lead->membership_count; i++) {
		const struct bison_membership *m = &lead->memberships[i];

		json_array_append_new(
			b->facts, json_pack("{s:I, s:s, s:s, s:s?, s:b, s:b, s:o, s:o}", "n",
					  (json_int_t)json_array_size(b->facts), "lead_id", lead->id, "campaign_id",
					  m->campaign_id, "state", m->state, "replied", (int)m->replied, "bounced",
					  (int)m->bounced, "emails_sent", count_json(m->emails_sent), "at",
					  time_json(lead->changed_at.us ? lead->changed_at : at)));
	}
}

void outreach_add_email(
	struct outreach_batch *b, const struct bison_lead *lead, const char *campaign, struct instant sent)
{
	struct bison_lead member = *lead;

	member.memberships = arena_alloc(b->arena, sizeof *member.memberships);
	member.memberships[0] = (struct bison_membership){.campaign_id = campaign, .emails_sent = -1};
	member.membership_count = 1;
	add_lead(b, &member);
	json_array_append_new(
		b->facts, json_pack("{s:I, s:s, s:s, s:o}", "n", (json_int_t)json_array_size(b->facts), "lead_id",
				  lead->id, "campaign_id", campaign, "sent_at", time_json(sent)));
}

/* A line for each membership; one for a lead without any. */
static bool stage_lead(struct db *db, size_t *line, const struct bison_lead *lead, struct fail *f)
{
	struct arena scratch = {0};
	size_t lines = lead->membership_count ? lead->membership_count : 1;
	bool good = true;

	for (size_t i = 0; good && i < lines; i++)
		good = leads_stage_put(db, &scratch,
			&(struct lead_line){
				.line = ++*line,
				.email = lead->address.email,
				.email_key = lead->address.email_key,
				.mailbox_key = lead->address.mailbox_key,
				.lead_id = lead->id,
				.first_name = lead->first_name,
				.last_name = lead->last_name,
				.company = lead->company,
				.title = lead->title,
				.phone = lead->phone,
				.website = lead->website,
				.campaign_id = lead->membership_count ? lead->memberships[i].campaign_id : NULL,
			},
			f);
	arena_end(&scratch);
	return good;
}

bool outreach_bring_in(
	struct db *db, int64_t workspace, const struct outreach_batch *b, int64_t *changed, struct fail *f)
{
	const char *facts = outreach_json(b->arena, b->facts);
	struct leads_merged merged;
	int64_t noted = 0, followed = 0;
	size_t line = 0;

	if (!leads_stage_begin(db, f))
		return false;
	for (size_t i = 0; i < b->count; i++)
		if (!stage_lead(db, &line, &b->leads[i], f))
			return false;
	if (!leads_stage_end(db, f) || !merge_leads(db, workspace, NULL, NULL, &merged, f)
		|| !outreach_members_note(db, workspace, facts, &noted, f)
		|| !outreach_members_follow(db, workspace, facts, &followed, f) || !leads_settle(db, workspace, f))
		return false;
	*changed += merged.made + merged.changed + merged.joined + noted;
	return true;
}

/* --- Campaigns */

bool outreach_name_campaigns(struct db *db, struct arena *scratch, int64_t workspace, const struct bison_campaign *list,
	size_t count, int64_t *changed, struct fail *f)
{
	struct campaigns_merged merged;
	bool good = campaigns_stage_begin(db, f);

	for (size_t i = 0; good && i < count; i++)
		good = campaigns_stage_put(db, scratch,
			&(struct campaign_line){.line = i + 1, .campaign_id = list[i].id, .name = list[i].name}, f);
	if (!good || !campaigns_stage_end(db, f) || !campaigns_merge(db, workspace, &merged, f))
		return false;
	*changed += merged.made + merged.renamed;
	return true;
}

static json_t *maybe_json(enum maybe value)
{
	return value == NOT_KNOWN ? json_null() : json_boolean(value == YES);
}

bool outreach_put_replies(struct db *db, int64_t workspace, const char *campaign, const struct bison_reply *list,
	size_t count, bool listed, int64_t *changed, struct fail *f)
{
	struct arena scratch = {0};
	AUTO(json_t) rows = json_array();
	int64_t put = 0;
	bool good;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			rows, json_pack("{s:I, s:s, s:s?, s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:b}", "n", (json_int_t)i,
				      "reply_id", list[i].id, "lead_id", list[i].lead_id, "received_at",
				      time_json(list[i].received_at), "changed_at", time_json(list[i].changed_at),
				      "interested", maybe_json(list[i].interested), "automated",
				      maybe_json(list[i].automated), "type", list[i].type, "human", (int)list[i].human,
				      "bounce", (int)list[i].bounce, "outgoing", (int)list[i].outgoing));
	good = outreach_replies_put(db, workspace, campaign, outreach_json(&scratch, rows), listed, &put, f);
	*changed += put;
	arena_end(&scratch);
	return good;
}

bool outreach_settle(
	struct db *db, int64_t workspace, const char *campaign, int64_t *changed, int64_t *corrected, struct fail *f)
{
	struct campaigns_merged merged;
	const char *pairs;
	int64_t followed = 0, lower = 0;

	if (!leads_hold_contacts(db, workspace, f) || !leads_news(db, f)
		|| !outreach_members_answering(db, workspace, campaign, &pairs, f)
		|| !outreach_members_follow(db, workspace, pairs, &followed, f) || !campaigns_stage_empty(db, f)
		|| !outreach_days_follow(db, workspace, campaign, &lower, f)
		|| !campaigns_merge(db, workspace, &merged, f) || !leads_settle(db, workspace, f)
		|| !outreach_settled(db, workspace, campaign, f))
		return false;
	*changed += followed + merged.day_made + merged.day_changed;
	*corrected += lower;
	return true;
}

bool outreach_settle_unsettled(struct db *db, struct arena *arena, int64_t workspace, const char *only,
	int64_t *changed, int64_t *corrected, struct fail *f)
{
	const char **list;
	size_t count;
	bool good = outreach_unsettled(db, arena, workspace, &list, &count, f);

	for (size_t i = 0; good && i < count; i++)
		if (!only || strcmp(only, list[i]) == 0)
			good = outreach_settle(db, workspace, list[i], changed, corrected, f);
	return good;
}

/* --- Words that we do not know */

void outreach_note_word(json_t *words, enum bison_vocabulary vocabulary, const char *word)
{
	static const char *const kinds[] = {
		[BISON_LABEL] = "label",
		[BISON_CAMPAIGN_STATE] = "campaign_state",
		[BISON_LEAD_STATE] = "lead_state",
		[BISON_REPLY_TYPE] = "reply_type",
		[BISON_EVENT_TYPE] = "event_type",
	};
	enum { WORDS_AT_ONCE = 100 };
	json_t *one;
	size_t i;

	if (!word || !*word || bison_knows(vocabulary, word) || json_array_size(words) >= WORDS_AT_ONCE)
		return;
	json_array_foreach(words, i, one) if (strcmp(json_text_at(one, "word"), word) == 0
					      && strcmp(json_text_at(one, "kind"), kinds[vocabulary]) == 0) return;
	json_array_append_new(words, json_pack("{s:s, s:s}", "kind", kinds[vocabulary], "word", word));
}

bool outreach_keep_words(struct db *db, int64_t workspace, int64_t connection, const json_t *words, struct fail *f)
{
	struct arena scratch = {0};
	bool good = json_array_size(words) == 0
		    || outreach_words_put(db, workspace, connection, outreach_json(&scratch, words), f);

	arena_end(&scratch);
	return good;
}

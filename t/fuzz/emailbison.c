/* fuzz/emailbison - any JSON is read as every row there is; what is read may go into the database without a look. */
#include "domain/emailbison.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

static void is_bounded(const char *text, size_t most)
{
	must(!text || (strlen(text) <= most && text_is_utf8(text, strlen(text))));
}

/* Ids are keys, stand in paths, and are shown. */
static void is_id(const char *id)
{
	must(!id || (*id && strcmp(id, "0") != 0 && !strpbrk(id, " \t\r\n\v\f")));
	is_bounded(id, BISON_ID_BYTES);
}

static void is_time(struct instant at)
{
	must(at.us == 0 || (at.us > 1400000000000000 && at.us < 4102444800000000));
}

static void is_campaign(const struct bison_campaign *c)
{
	is_id(c->id), is_bounded(c->name, BISON_TEXT_BYTES), is_bounded(c->state, BISON_WORD_BYTES), is_time(c->began_at);
	must(c->emails_sent >= -1);
}

static void is_lead(struct arena *arena, const struct bison_lead *l)
{
	struct address again;

	must(l->id && address_parse(arena, l->address.email_key, &again) && strcmp(again.email_key, l->address.email_key) == 0);
	is_id(l->id), is_time(l->changed_at);
	is_bounded(l->first_name, BISON_TEXT_BYTES), is_bounded(l->last_name, BISON_TEXT_BYTES), is_bounded(l->company, BISON_TEXT_BYTES);
	is_bounded(l->title, BISON_TEXT_BYTES), is_bounded(l->phone, BISON_TEXT_BYTES), is_bounded(l->website, BISON_TEXT_BYTES);
	must(l->membership_count <= BISON_MEMBERSHIPS);
	for (size_t i = 0; i < l->membership_count; i++) {
		must(l->memberships[i].campaign_id && l->memberships[i].emails_sent >= -1 && !(l->memberships[i].replied && l->memberships[i].bounced));
		is_id(l->memberships[i].campaign_id), is_bounded(l->memberships[i].state, BISON_WORD_BYTES);
	}
}

static void is_reply(const struct bison_reply *r)
{
	must(r->id && r->type && r->received_at.us && r->changed_at.us);
	is_id(r->id), is_id(r->lead_id), is_id(r->campaign_id), is_time(r->received_at), is_time(r->changed_at), is_bounded(r->type, BISON_WORD_BYTES);
	must(!r->human || (!r->bounce && !r->outgoing && r->automated != YES));
}

static void read_row(struct arena *arena, const json_t *row)
{
	struct bison_campaign campaign;
	struct bison_lead lead;
	struct bison_reply reply;
	struct bison_email email;
	struct bison_event event;

	if (bison_campaign_read(arena, row, &campaign))
		must(campaign.id != NULL), is_campaign(&campaign);
	if (bison_lead_read(arena, row, &lead))
		is_lead(arena, &lead);
	if (bison_reply_read(arena, row, &reply))
		is_reply(&reply);
	if (bison_email_read(arena, row, &email))
		is_id(email.campaign_id), is_lead(arena, &email.lead), must(email.campaign_id && email.sent_at.us), is_time(email.sent_at);
	if (bison_event_read(arena, row, &event)) {
		must(event.type && *event.type);
		is_bounded(event.type, BISON_WORD_BYTES), is_id(event.workspace_id), is_id(event.number), is_time(event.sent_at);
		if (event.has_lead)
			is_lead(arena, &event.lead), must(event.lead.membership_count == event.has_campaign);
		if (event.has_campaign)
			is_campaign(&event.campaign), must(event.campaign.id != NULL);
		if (event.has_reply)
			is_reply(&event.reply);
	}
}

static void read_series(struct arena *arena, const json_t *answer)
{
	struct bison_value at = {0};

	while (bison_value_next(arena, answer, &at)) {
		must(date_is_valid(at.day) && at.value >= 0 && *at.label);
		is_bounded(at.label, BISON_WORD_BYTES);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct fail f = {0};
	json_t *root, *row;
	size_t i;

	if (json_parse_take((const char *)bytes, size, &root, &f)) {
		is_id(bison_workspace(&arena, root));
		read_series(&arena, root);
		read_row(&arena, root);
		json_array_foreach(bison_rows(root), i, row) read_row(&arena, row);
		json_decref(root);
	}
	arena_end(&arena);
	return 0;
}

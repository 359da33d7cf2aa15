/* bison_events - EmailBison's own record of its webhooks: what was missed is made up for. */
#include "work/bison_events.h"

#include "domain/emailbison.h"
#include "work/bison_pages.h"
#include "work/ingest_outreach.h"
#include "work/outreach.h"
#include "world/db.h"

#include <stdio.h>
#include <string.h>

/* How far the last walk got: newest first is how they come, and in that order a walk ends at what is known. */
struct event_walk {
	int64_t known, newest; /* ids; 0: none */
	bool at_known;
};

static bool take_event(struct bison *b, const json_t *row, struct fail *f)
{
	const char *body = outreach_json(b->sync->arena, bison_envelope(row));
	const struct source *source = b->sync->source;
	struct delivery delivery = {.workspace_id = source->workspace_id,
		.connection_id = source->connection_id,
		.source = "poll",
		.received_at = b->clock.now,
		.body = {(const unsigned char *)body, strlen(body)}};
	struct fail trouble = {0};

	if (ingest_outreach(b->sync->arena, b->sync->db, b->sync->key, &delivery, &trouble)) {
		b->sync->applied += delivery.outcome == INGESTED_PROCESSED;
		return true;
	}
	if (trouble.kind == FAIL_INPUT) {
		bison_odd(b, "an event without a type");
		return true;
	}
	return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
}

static bool take_events(struct bison *b, struct event_walk *w, const json_t *rows, struct fail *f)
{
	int64_t first = bison_count(json_object_get(json_array_get(rows, 0), "id")), id = -1;
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		id = bison_count(json_object_get(row, "id"));
		b->sync->seen++;
		if ((id < 0 || id > w->known) && !take_event(b, row, f))
			return false;
		w->newest = id > w->newest ? id : w->newest;
	}
	w->at_known = id >= 0 && id < first && id <= w->known;
	return true;
}

/* An instance that has no such list, or will not be asked like this, is one without it. */
static bool read_events(struct bison *b, struct event_walk *w, struct bison_pages *pages, struct fail *f)
{
	int64_t done = 0;

	while (!pages->end && !w->at_known) {
		AUTO(json_t) answer = NULL;
		struct fail trouble = {0};

		if (!bison_pages_next(pages, &answer, &trouble)) {
			if (trouble.kind == FAIL_ABSENT || trouble.kind == FAIL_INPUT)
				return true;
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
		}
		if (!bison_confirm(b, f) || !take_events(b, w, bison_rows(answer), f))
			return false;
		done += (int64_t)json_array_size(bison_rows(answer));
		if (!sync_page_done(b->sync, "events", done, -1, f))
			return false;
	}
	return true;
}

bool bison_events(struct bison *b, struct fail *f)
{
	const char *from = bison_mark(b, "events_from", NULL);
	struct bison_pages pages = {.sync = b->sync};
	struct event_walk w = {.known = bison_count(json_object_get(b->sync->mark, "events"))};

	if (!from || strcmp(from, b->clock.events) < 0 || !date_is_valid(from))
		from = b->clock.events;
	w.known = w.newest = w.known > 0 ? w.known : 0;
	snprintf(pages.path, sizeof pages.path, "/api/events?start_date=%s&end_date=%s", from, b->clock.today);
	if (!read_events(b, &w, &pages, f))
		return false;
	json_object_set_new(b->sync->mark, "events", json_integer(w.newest));
	json_object_set_new(b->sync->mark, "events_from", json_string(b->clock.settled));
	return true;
}

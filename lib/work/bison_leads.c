/* bison_leads - EmailBison's leads with their campaigns, by when they changed. */
#include "work/bison_leads.h"

#include "base/query.h"
#include "base/text.h"
#include "domain/emailbison.h"
#include "work/bison_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct lead_walk {
	const char *since, *began;
	char window[16], day[INSTANT_SIZE];
	/* When the window's first and last lead were made. */
	char first[sizeof "2026-01-31"], last[sizeof "2026-01-31"];
	bool up, down; /* one was made later, or earlier, than the one before */
	struct bison_pages pages;
	struct bison_portion portion;
	int64_t done;
};

static void add_lead(struct bison *b, struct lead_walk *w, const json_t *row)
{
	const char *made = json_text_at(row, "created_at");
	struct bison_lead lead;

	if (made) {
		int order = *w->first ? strncmp(w->last, made, sizeof w->last - 1) : 0;

		w->up |= order < 0;
		w->down |= order > 0;
		snprintf(w->last, sizeof w->last, "%s", made);
		if (!*w->first)
			memcpy(w->first, w->last, sizeof w->first);
	}
	if (!bison_lead_read(&w->portion.arena, row, &lead)) {
		bison_odd(b, "a lead without an id or an address");
		return;
	}
	for (size_t i = 0; i < lead.membership_count; i++)
		outreach_note_word(b->words, BISON_LEAD_STATE, lead.memberships[i].state);
	outreach_add_lead(&w->portion.batch, &lead, b->clock.now);
}

/* `window`: "<=2026-01-31" or ">=2026-01-31", of when leads were made; "" : all. */
static bool lead_path(const char *since, const char *window, struct bison_pages *pages, struct bison *b)
{
	struct text path = text_new(b->sync->arena, sizeof pages->path);

	text_add_string(&path, "/api/leads");
	if (since)
		text_add(&path,
			"?filters%%5Bupdated_at%%5D%%5Bcriteria%%5D=%%3E%%3D&filters%%5Bupdated_at%%5D%%5Bvalue%%5D=%s",
			since);
	if (*window) {
		text_add(&path, "%cfilters%%5Bcreated_at%%5D%%5Bcriteria%%5D=", since ? '&' : '?');
		query_add_escaped(&path, arena_print(b->sync->arena, "%.2s", window));
		text_add(&path, "&filters%%5Bcreated_at%%5D%%5Bvalue%%5D=%s", window + 2);
	}
	snprintf(pages->path, sizeof pages->path, "%s", path.bytes);
	return !path.broken;
}

/* Instances without cursors show a number of pages only. Those behind are reached by when leads were made: leads come
 * in that order, forwards or backwards. */
static bool next_window(struct lead_walk *w, struct fail *f)
{
	char next[sizeof w->window];

	snprintf(next, sizeof next, "%s%s", w->up ? ">=" : "<=", w->last);
	if (!date_is_valid(w->last) || w->up == w->down || strcmp(next, w->window) == 0)
		return fail(f, FAIL_INPUT, "source_pages",
			"EmailBison shows no more pages of leads, and by when they were made there is no way on: "
			"the instance is an old one; ask for its update, which brings cursors");
	memcpy(w->window, next, sizeof next);
	*w->first = '\0';
	w->up = w->down = false;
	return true;
}

/* From the day of the last walk, and one before: days are all that can be asked for, and whose they are is not known.
 * Somebody may ask for more. NULL: all. */
static const char *leads_since(struct bison *b, char day[static INSTANT_SIZE])
{
	const char *until = bison_mark(b, "leads_until", NULL);
	struct instant at;

	if (!until || !instant_from_rfc3339(until, strlen(until), &at))
		return NULL;
	at.us -= (int64_t)24 * 60 * 60 * 1000000;
	if (b->sync->since.us && before(b->sync->since, at))
		at = b->sync->since;
	instant_to_rfc3339(at, day);
	day[sizeof "2026-01-31" - 1] = '\0';
	return day;
}

/* Goes on where the last round was ended, unless somebody asks for an earlier day. */
static bool open_leads(struct bison *b, struct lead_walk *w, struct fail *f)
{
	const char *cursor = bison_mark(b, "leads", "cursor"), *window = bison_mark(b, "leads", "window");
	const char *began = bison_mark(b, "leads", "began"), *since = bison_mark(b, "leads", "since");
	int64_t page = bison_count(json_object_get(json_object_get(b->sync->mark, "leads"), "page"));
	char now[INSTANT_SIZE];

	w->pages.sync = b->sync;
	if (began && !b->sync->since.us) {
		w->began = arena_string(&b->lasting, began);
		w->since = arena_string(&b->lasting, since);
		snprintf(w->window, sizeof w->window, "%s", window ? window : "");
		snprintf(w->pages.cursor, sizeof w->pages.cursor, "%s", cursor ? cursor : "");
		w->pages.page = page > 0 ? page : 0;
	} else {
		w->began = arena_string(&b->lasting, instant_to_rfc3339(b->clock.now, now));
		w->since = leads_since(b, w->day);
	}
	return lead_path(w->since, w->window, &w->pages, b)
	       || fail(f, FAIL_BUG, "source_path", "the path of the leads is too long");
}

static bool keep_leads(struct bison *b, struct lead_walk *w, struct fail *f)
{
	json_t *mark = b->sync->mark;

	if (!bison_portion_write(b, &w->portion, f))
		return false;
	if (w->pages.end && !w->pages.limited) {
		json_object_set_new(mark, "leads_until", json_string(w->began));
		json_object_del(mark, "leads");
	} else {
		json_object_set_new(mark, "leads",
			json_pack("{s:s?, s:s, s:s, s:s, s:I}", "since", w->since, "began", w->began, "window",
				w->window, "cursor", w->pages.cursor, "page", (json_int_t)w->pages.page));
	}
	return sync_page_done(b->sync, "leads", w->done, w->pages.total ? w->pages.total : -1, f);
}

static bool read_leads(struct bison *b, struct lead_walk *w, struct fail *f)
{
	const json_t *row;
	json_t *answer;
	size_t i;

	while (!w->pages.end) {
		if (!bison_pages_next(&w->pages, &answer, f))
			return false;
		bison_portion_take(&w->portion, answer);
		json_array_foreach(bison_rows(answer), i, row) add_lead(b, w, row);
		w->done += (int64_t)json_array_size(bison_rows(answer));
		b->sync->seen += (int64_t)json_array_size(bison_rows(answer));
		if ((w->portion.pages == BISON_PORTION || w->pages.end) && !keep_leads(b, w, f))
			return false;
	}
	return true;
}

static bool walk_leads(struct bison *b, struct lead_walk *w, struct fail *f)
{
	if (!open_leads(b, w, f))
		return false;
	while (read_leads(b, w, f)) {
		if (!w->pages.limited)
			return true;
		w->pages = (struct bison_pages){.sync = b->sync};
		if (!next_window(w, f) || !lead_path(w->since, w->window, &w->pages, b))
			return fail(f, FAIL_BUG, "source_path", "the path of the leads is too long");
	}
	return false;
}

bool bison_leads(struct bison *b, struct fail *f)
{
	struct lead_walk w = {0};
	bool good;

	bison_portion_begin(&w.portion);
	good = walk_leads(b, &w, f);
	arena_end(&w.portion.arena);
	return good;
}

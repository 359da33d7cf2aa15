/* bison_replies - the replies to each of EmailBison's campaigns: all once, then those of the last weeks again and
 * again, because they are marked, moved and removed. */
#include "work/bison_replies.h"

#include "domain/emailbison.h"
#include "store/staging.h"
#include "work/bison_pages.h"
#include "work/outreach.h"
#include "world/db.h"

#include <stdio.h>
#include <string.h>

static const int64_t day_us = (int64_t)24 * 60 * 60 * 1000000;

enum { DAYS = 30, NIGHTLY_DAYS = 90 };

/* A page of one campaign; it lives until sync_page_done. */
struct page {
	struct bison_reply *list;
	size_t count;
	struct instant newest, first, last; /* us 0: it is empty */
	bool absent;                        /* there is no such campaign any more: what is known of it stays */
};

static void take_page(struct bison *b, const json_t *rows, struct page *page)
{
	const json_t *row;
	size_t i;

	*page = (struct page){.list = arena_alloc(b->sync->arena, (json_array_size(rows) + 1) * sizeof *page->list)};
	json_array_foreach(rows, i, row)
	{
		struct bison_reply *reply = &page->list[page->count];

		if (!bison_reply_read(b->sync->arena, row, reply)) {
			bison_odd(b, "a reply without an id or a time");
			continue;
		}
		outreach_note_word(b->words, BISON_REPLY_TYPE, reply->type);
		if (page->count++ == 0)
			page->first = page->newest = reply->received_at;
		page->last = reply->received_at;
		page->newest = before(page->newest, reply->received_at) ? reply->received_at : page->newest;
	}
	b->sync->seen += (int64_t)json_array_size(rows);
}

static bool put_page(struct bison *b, const char *campaign, const struct page *page, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	int64_t changed = 0;
	IN_TRANSACTION(tx, b->sync->db, f);

	if (!tx.open || !staging_begin(b->sync->db, workspace, f)
		|| !outreach_put_replies(b->sync->db, workspace, campaign, page->list, page->count, true, &changed, f)
		|| !tx_commit(&tx, f))
		return false;
	b->sync->applied += changed;
	return true;
}

/* Reads a page and keeps it. A key that shows another workspace now is shown no campaign of this one. */
static bool next_page(
	struct bison *b, struct bison_pages *pages, const char *campaign, struct page *page, struct fail *f)
{
	json_t *answer;
	struct fail trouble = {0};

	*page = (struct page){0};
	if (!bison_pages_next(pages, &answer, &trouble)) {
		page->absent = trouble.kind == FAIL_ABSENT;
		return page->absent ? bison_confirm(b, f) : fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	}
	json_later(b->sync->arena, answer); /* ids that were texts are borrowed from it */
	take_page(b, bison_rows(answer), page);
	return page->count == 0 || put_page(b, campaign, page, f);
}

static void open_pages(struct bison *b, const char *campaign, struct bison_pages *pages)
{
	*pages = (struct bison_pages){.sync = b->sync};
	snprintf(pages->path, sizeof pages->path, "/api/campaigns/%s/replies", campaign);
}

/* --- All of them, once */

static void keep_place(struct bison *b, const char *campaign, const struct bison_pages *pages)
{
	json_object_set_new(b->sync->mark, "replies",
		json_pack("{s:s, s:s, s:I}", "campaign", campaign, "cursor", pages->cursor, "page",
			(json_int_t)pages->page));
}

static void resume(const struct bison *b, const char *campaign, struct bison_pages *pages)
{
	const char *of = bison_mark(b, "replies", "campaign"), *cursor = bison_mark(b, "replies", "cursor");
	int64_t page = bison_count(json_object_get(json_object_get(b->sync->mark, "replies"), "page"));

	if (!of || strcmp(of, campaign) != 0)
		return;
	snprintf(pages->cursor, sizeof pages->cursor, "%s", cursor ? cursor : "");
	pages->page = page > 0 ? page : 0;
}

/* The first time that a campaign is counted by its replies. */
static bool all_are_read(struct bison *b, const char *campaign, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	int64_t changed = 0;
	IN_TRANSACTION(tx, b->sync->db, f);

	if (!tx.open || !staging_begin(b->sync->db, workspace, f)
		|| !outreach_replies_read(b->sync->db, workspace, campaign, f)
		|| !outreach_settle(b->sync->db, workspace, campaign, &changed, &b->sync->corrected, f)
		|| !tx_commit(&tx, f))
		return false;
	json_object_del(b->sync->mark, "replies");
	return true;
}

static bool read_all(struct bison *b, const char *campaign, int64_t *done, struct fail *f)
{
	struct bison_pages pages;
	struct page page;

	open_pages(b, campaign, &pages);
	resume(b, campaign, &pages);
	while (!pages.end) {
		if (!next_page(b, &pages, campaign, &page, f) || page.absent)
			return page.absent;
		keep_place(b, campaign, &pages);
		if (!sync_page_done(b->sync, "replies", *done += (int64_t)page.count, -1, f))
			return false;
	}
	if (pages.limited)
		bison_odd(b, "replies beyond the last page that the instance shows");
	return all_are_read(b, campaign, f);
}

/* --- The last weeks, again */

/* Where nobody looked for long, since then. */
static struct instant horizon(const struct bison *b)
{
	struct instant at = {b->clock.now.us - (b->nightly ? NIGHTLY_DAYS : DAYS) * day_us};
	struct instant succeeded = {b->sync->source->succeeded_at.us - day_us};

	if (b->sync->source->succeeded_at.us && before(succeeded, at))
		at = succeeded;
	return b->sync->since.us && before(b->sync->since, at) ? b->sync->since : at;
}

/* Newest first is how they come; a list in another order is read to its end. */
static bool is_beyond(const struct page *page, struct instant since)
{
	return page->count > 1 && before(page->last, page->first) && page->newest.us < since.us - day_us;
}

/* What a walk through the last weeks met. */
struct weeks {
	const char *campaign;
	struct instant since, began;
	struct bison_pages pages;
	json_t *met; /* ids */
	bool absent;
};

static bool walk_weeks(struct bison *b, struct weeks *w, int64_t *done, struct fail *f)
{
	bool beyond = false;

	open_pages(b, w->campaign, &w->pages);
	while (!w->pages.end && !beyond) {
		struct page page;

		if (!next_page(b, &w->pages, w->campaign, &page, f))
			return false;
		w->absent = page.absent;
		if (w->absent)
			return true;
		for (size_t i = 0; i < page.count; i++)
			json_array_append_new(w->met, json_string(page.list[i].id));
		beyond = is_beyond(&page, w->since);
		if (!sync_page_done(b->sync, "replies", *done += (int64_t)page.count, -1, f))
			return false;
	}
	return true;
}

/* Counts those that are missing, in *gone; and unless there are any, or when it is sure that they are gone, lets the
 * campaign's counts follow. */
static bool settle_weeks(struct bison *b, const struct weeks *w, bool sure, int64_t *gone, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	IN_TRANSACTION(tx, b->sync->db, f);

	if (!tx.open || !staging_begin(b->sync->db, workspace, f)
		|| !outreach_replies_missing(b->sync->db, workspace, w->campaign, w->since, w->began,
			outreach_json(b->sync->arena, w->met), gone, f))
		return false;
	if (*gone && !sure)
		return true; /* undone, as the transaction ends here */
	b->sync->applied += *gone;
	return outreach_settle_unsettled(
		       b->sync->db, b->sync->arena, workspace, w->campaign, &b->sync->applied, &b->sync->corrected, f)
	       && tx_commit(&tx, f);
}

/* Pages by number shift when a reply goes while they are read, and one of those that stay is not met: so whoever is
 * missing is looked for once more. Nobody is missing because the key shows another workspace now. */
static bool read_weeks(struct bison *b, const char *campaign, int64_t *done, struct fail *f)
{
	struct outreach_clock clock;
	AUTO(json_t) met = json_array();
	struct weeks w = {.campaign = campaign, .since = horizon(b), .met = met};
	int64_t gone = 0;

	if (!outreach_clock(b->sync->db, b->sync->source->workspace_id, &clock, f))
		return false;
	w.began = clock.now;
	if (!walk_weeks(b, &w, done, f) || w.absent || !settle_weeks(b, &w, false, &gone, f))
		return w.absent;
	if (gone == 0 || w.pages.limited)
		return true;
	if (w.pages.by_number && w.pages.read > 1 && (!walk_weeks(b, &w, done, f) || w.absent))
		return w.absent;
	return bison_confirm(b, f) && settle_weeks(b, &w, true, &gone, f);
}

static bool visit_replies(
	struct bison *b, const struct outreach_campaign *list, size_t count, void *context, struct fail *f)
{
	int64_t *done = context;

	for (size_t i = 0; i < count; i++)
		if (!(list[i].replies_read ? read_weeks : read_all)(b, list[i].campaign_id, done, f))
			return false;
	return true;
}

bool bison_replies(struct bison *b, struct fail *f)
{
	enum { BATCH = 100 };
	int64_t done = 0;

	return bison_each_campaign(b, BATCH, visit_replies, &done, f);
}

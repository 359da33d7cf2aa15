/* bison_emails - when each of EmailBison's e-mails went to whom. */
#include "work/bison_emails.h"

#include "domain/emailbison.h"
#include "work/bison_pages.h"

#include <stdio.h>
#include <string.h>

/* E-mails are far more than leads: so many pages in a round, the others in the next. Until then a contact's time is
 * when it was first seen. */
enum { EMAIL_PAGES = 2000 };

struct email_walk {
	struct bison_pages pages;
	struct bison_portion portion;
	const struct outreach_campaign *campaign;
	int64_t done, budget;
	bool absent; /* the instance has no such list, or the campaign is gone */
};

static void add_email(struct bison *b, struct email_walk *w, const json_t *row)
{
	struct bison_email email;

	if (bison_email_read(&w->portion.arena, row, &email)
		&& strcmp(email.campaign_id, w->campaign->campaign_id) == 0)
		outreach_add_email(&w->portion.batch, &email.lead, email.campaign_id, email.sent_at);
	else if (json_object_at(row, "lead"))
		bison_odd(b, "an e-mail without a time, a campaign or a lead");
}

/* NULL: all. Somebody may ask for more than what is new. */
static const char *first_day(struct bison *b, const struct outreach_campaign *campaign)
{
	const char *day = campaign->emails_read_on;
	char since[INSTANT_SIZE];

	if (!day || !b->sync->since.us)
		return day;
	instant_to_rfc3339(b->sync->since, since);
	since[sizeof "2026-01-31" - 1] = '\0';
	return strcmp(since, day) < 0 ? arena_string(&b->lasting, since) : day;
}

static void open_emails(struct bison *b, struct email_walk *w)
{
	const char *of = bison_mark(b, "emails", "campaign"), *cursor = bison_mark(b, "emails", "cursor");
	int64_t page = bison_count(json_object_get(json_object_get(b->sync->mark, "emails"), "page"));
	const char *since = first_day(b, w->campaign);
	int length;

	w->pages = (struct bison_pages){.sync = b->sync};
	length = snprintf(w->pages.path, sizeof w->pages.path,
		"/api/scheduled-emails?status=sent&campaign_ids%%5B%%5D=%s", w->campaign->campaign_id);
	if (since && length > 0 && (size_t)length < sizeof w->pages.path)
		snprintf(w->pages.path + length, sizeof w->pages.path - (size_t)length,
			"&scheduled_date_local%%5Bcriteria%%5D=%%3E%%3D&scheduled_date_local%%5Bvalue%%5D=%s", since);
	if (of && strcmp(of, w->campaign->campaign_id) == 0) {
		snprintf(w->pages.cursor, sizeof w->pages.cursor, "%s", cursor ? cursor : "");
		w->pages.page = page > 0 ? page : 0;
	}
}

static bool keep_emails(struct bison *b, struct email_walk *w, struct fail *f)
{
	if (!bison_portion_write(b, &w->portion, f))
		return false;
	json_object_set_new(b->sync->mark, "emails",
		json_pack("{s:s, s:s, s:I}", "campaign", w->campaign->campaign_id, "cursor", w->pages.cursor, "page",
			(json_int_t)w->pages.page));
	return sync_page_done(b->sync, "e-mails", w->done, -1, f);
}

/* An older instance may not have the list; then contacts have the time when they were first seen. */
static bool next_emails(struct bison *b, struct email_walk *w, struct fail *f)
{
	struct fail trouble = {0};
	const json_t *row;
	json_t *answer;
	size_t i;

	if (!bison_pages_next(&w->pages, &answer, &trouble)) {
		w->absent = trouble.kind == FAIL_ABSENT || trouble.kind == FAIL_INPUT;
		return w->absent || fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	}
	bison_portion_take(&w->portion, answer);
	json_array_foreach(bison_rows(answer), i, row) add_email(b, w, row);
	w->done += (int64_t)json_array_size(bison_rows(answer));
	b->sync->seen += (int64_t)json_array_size(bison_rows(answer));
	w->budget--;
	return (w->portion.pages < BISON_PORTION && !w->pages.end) || keep_emails(b, w, f);
}

static bool read_emails(struct bison *b, struct email_walk *w, struct fail *f)
{
	open_emails(b, w);
	while (!w->pages.end && !w->absent && w->budget > 0)
		if (!next_emails(b, w, f))
			return false;
	if (w->absent || !w->pages.end)
		return w->absent || w->portion.pages == 0 || keep_emails(b, w, f);
	if (w->pages.limited)
		bison_odd(b, "e-mails beyond the last page that the instance shows");
	json_object_del(b->sync->mark, "emails");
	return outreach_emails_read(b->sync->db, b->sync->source->workspace_id, w->campaign->campaign_id,
		       b->clock.settled, w->campaign->emails_now, f)
	       && sync_page_done(b->sync, "e-mails", w->done, -1, f);
}

/* What the budget does not reach is the next round's. */
static bool visit_emails(
	struct bison *b, const struct outreach_campaign *list, size_t count, void *context, struct fail *f)
{
	struct email_walk *w = context;

	for (size_t i = 0; i < count && w->budget > 0; i++) {
		w->campaign = &list[i];
		w->absent = false;
		if ((list[i].emails_wait || b->sync->since.us) && !read_emails(b, w, f))
			return false;
	}
	return true;
}

bool bison_emails(struct bison *b, struct fail *f)
{
	enum { BATCH = 100 };
	struct email_walk w = {.budget = EMAIL_PAGES};
	bool good;

	bison_portion_begin(&w.portion);
	good = bison_each_campaign(b, BATCH, visit_emails, &w, f);
	arena_end(&w.portion.arena);
	return good;
}

/* bison_campaigns - EmailBison's campaigns, and their counts per day under every label. */
#include "work/bison_campaigns.h"

#include "domain/emailbison.h"
#include "store/staging.h"
#include "work/bison_pages.h"
#include "work/outreach.h"
#include "work/sync_get.h"
#include "world/db.h"

#include <string.h>

/* --- The list */

static json_t *campaign_json(const struct bison_campaign *c, size_t n)
{
	char began[INSTANT_SIZE];

	return json_pack("{s:I, s:s, s:s?, s:s?, s:o}", "n", (json_int_t)n, "campaign_id", c->id, "state", c->state,
		"began_at", c->began_at.us ? instant_to_rfc3339(c->began_at, began) : NULL, "emails_sent",
		c->emails_sent < 0 ? json_null() : json_integer(c->emails_sent));
}

static bool put_campaigns(struct bison *b, const struct bison_campaign *list, size_t count, struct fail *f)
{
	const struct source *source = b->sync->source;
	AUTO(json_t) notes = json_array();
	int64_t changed = 0, noted = 0;
	IN_TRANSACTION(tx, b->sync->db, f);

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(notes, campaign_json(&list[i], i));
		outreach_note_word(b->words, BISON_CAMPAIGN_STATE, list[i].state);
	}
	if (!tx.open || !staging_begin(b->sync->db, source->workspace_id, f)
		|| !outreach_name_campaigns(b->sync->db, b->sync->arena, source->workspace_id, list, count, &changed, f)
		|| !outreach_campaigns_note(b->sync->db, source->workspace_id, source->connection_id,
			outreach_json(b->sync->arena, notes), &noted, f)
		|| !tx_commit(&tx, f))
		return false;
	b->sync->applied += changed > noted ? changed : noted;
	return true;
}

static bool take_campaigns(struct bison *b, const json_t *rows, struct fail *f)
{
	struct bison_campaign *list = arena_alloc(b->sync->arena, (json_array_size(rows) + 1) * sizeof *list);
	const json_t *row;
	size_t i, count = 0;

	json_array_foreach(rows, i, row)
	{
		if (bison_campaign_read(b->sync->arena, row, &list[count]))
			count++;
		else
			bison_odd(b, "a campaign without an id");
	}
	b->sync->seen += (int64_t)json_array_size(rows);
	return count == 0 || put_campaigns(b, list, count, f);
}

/* Short, so it is read from its beginning each time, and written when the key was looked at once more. */
bool bison_campaigns(struct bison *b, struct fail *f)
{
	struct bison_pages pages = {.sync = b->sync, .path = "/api/campaigns"};
	int64_t done = 0;

	while (!pages.end) {
		AUTO(json_t) answer = NULL;

		if (!bison_pages_next(&pages, &answer, f) || !bison_confirm(b, f)
			|| !take_campaigns(b, bison_rows(answer), f))
			return false;
		done += (int64_t)json_array_size(bison_rows(answer));
		if (!sync_page_done(b->sync, "campaigns", done, pages.total ? pages.total : -1, f))
			return false;
	}
	if (pages.limited)
		bison_odd(b, "campaigns beyond the last page that the instance shows");
	return true;
}

/* --- Counts per day */

enum { TOGETHER = 4 };

static const char *earlier(const char *day, const char *other)
{
	return !day || (other && strcmp(other, day) < 0) ? other : day;
}

/* Everything once; then the last days, which are revised, and all since it was last read. */
static const char *first_day(const struct bison *b, const struct outreach_campaign *c)
{
	const char *day = b->nightly ? b->clock.quarter : b->clock.week;
	char since[INSTANT_SIZE];

	if (!c->series_read_on)
		return c->began_on ? c->began_on : b->clock.year;
	if (b->sync->since.us)
		day = earlier(day, arena_print(b->sync->arena, "%.10s", instant_to_rfc3339(b->sync->since, since)));
	return earlier(day, c->series_read_on);
}

static bool put_series(struct bison *b, const struct outreach_campaign *c, const json_t *answer, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	AUTO(json_t) list = json_array();
	struct bison_value value = {0};
	int64_t changed = 0, lower = 0, settled = 0;

	while (bison_value_next(b->sync->arena, answer, &value)) {
		outreach_note_word(b->words, BISON_LABEL, value.label);
		json_array_append_new(
			list, json_pack("{s:I, s:s, s:s, s:I}", "n", (json_int_t)json_array_size(list), "label",
				      value.label, "day", value.day, "value", (json_int_t)value.value));
	}
	if (value.odd)
		bison_odd(b, "a value of a daily series that is no count of a day");
	b->sync->seen += (int64_t)json_array_size(list);
	if (!outreach_series_put(
		    b->sync->db, workspace, c->campaign_id, outreach_json(b->sync->arena, list), &changed, &lower, f)
		|| ((changed || b->nightly)
			&& !outreach_settle(b->sync->db, workspace, c->campaign_id, &settled, &lower, f))
		|| !outreach_series_read(b->sync->db, workspace, c->campaign_id, b->clock.today, f))
		return false;
	b->sync->applied += changed;
	b->sync->corrected += lower;
	return true;
}

static bool put_all_series(
	struct bison *b, const struct outreach_campaign *list, json_t *const *answers, size_t count, struct fail *f)
{
	IN_TRANSACTION(tx, b->sync->db, f);
	bool good = tx.open && staging_begin(b->sync->db, b->sync->source->workspace_id, f);

	for (size_t i = 0; good && i < count; i++)
		if (answers[i])
			good = bison_rows(answers[i]) ? put_series(b, &list[i], answers[i], f)
						      : fail(f, FAIL_BUG, "source_answer",
							      "EmailBison answered what is no daily series");
	return good && tx_commit(&tx, f);
}

/* A campaign that is not there any more is left as it is known. A key that shows another workspace now is shown none of
 * this one. */
static bool read_series(struct bison *b, const struct outreach_campaign *list, size_t count, struct fail *f)
{
	const char *paths[TOGETHER] = {0};
	json_t *answers[TOGETHER] = {0};
	bool good;

	for (size_t i = 0; i < count; i++)
		paths[i] =
			arena_print(b->sync->arena, "/api/campaigns/%s/line-area-chart-stats?start_date=%s&end_date=%s",
				list[i].campaign_id, first_day(b, &list[i]), b->clock.today);
	good = sync_get_all(b->sync, paths, count, NULL, answers, f);
	for (size_t i = 0; good && i < count; i++)
		good = answers[i] || bison_confirm(b, f);
	good = good && put_all_series(b, list, answers, count, f);
	for (size_t i = 0; i < count; i++)
		json_decref(answers[i]);
	return good;
}

static bool visit_series(
	struct bison *b, const struct outreach_campaign *list, size_t count, void *context, struct fail *f)
{
	int64_t *done = context;

	return read_series(b, list, count, f)
	       && sync_page_done(b->sync, "days of campaigns", *done += (int64_t)count, -1, f);
}

bool bison_series(struct bison *b, struct fail *f)
{
	int64_t done = 0;

	return bison_each_campaign(b, TOGETHER, visit_series, &done, f);
}

/* funnel_explained - a number of the funnel, opened: the leads that it counts, or the days of campaigns that it sums
 * up. */
#include "work/funnel_explained.h"

#include "base/arena.h"
#include "base/instant.h"
#include "work/funnel_report.h"
#include "work/parameters.h"

#include <string.h>

bool explain_asked(const struct query *query)
{
	const char *value = query_value(query, "explain");

	return value && strcmp(value, "0") != 0;
}

/* What campaigns count in the activity report are days, not leads. */
static bool is_of_days(const struct explain_question *q)
{
	return !q->funnel.cohort && q->cell.stage < BOOKED;
}

static bool read_cell(const struct query *query, struct funnel_cell *cell, struct fail *f)
{
	const char *stage;

	if (!parameter_choice(query, "stage", stage_names, STAGE_COUNT, &stage, f))
		return false;
	if (!stage)
		return fail(f, FAIL_INPUT, "parameter_invalid", "the parameter \"stage\" is missing: which number?");
	while (strcmp(stage_names[cell->stage], stage) != 0)
		cell->stage++;
	cell->key = query_value(query, "key");
	cell->whole = !cell->key && !query_value(query, "no_key");
	return true;
}

static bool read_place(struct arena *arena, const char *cursor, struct explain_question *q, struct fail *f)
{
	const char *keys[2];

	q->has_after = true;
	if (!cursor_read(arena, cursor, keys, COUNT(keys), f))
		return false;
	q->after_day = (struct funnel_day){.day = keys[0], .campaign_id = keys[1]};
	q->after_lead = (struct funnel_lead){.lead_id = keys[1]};
	if (is_of_days(q) ? date_is_valid(keys[0]) : instant_from_rfc3339(keys[0], strlen(keys[0]), &q->after_lead.at))
		return true;
	return fail(f, FAIL_INPUT, "cursor_invalid", "the parameter \"after\" is a cursor of another list");
}

/* A row by day, week or month is called after its first day. */
static bool check_key(const struct explain_question *q, struct fail *f)
{
	bool by_time = strcmp(q->funnel.group_by, "campaign") != 0 && strcmp(q->funnel.group_by, "event_type") != 0;

	return !by_time || !q->cell.key || date_is_valid(q->cell.key)
	       || fail(f, FAIL_INPUT, "parameter_invalid", "the parameter \"key\" is no day like 2024-05-06");
}

bool explain_question_read(struct arena *arena, struct db *db, const struct query *query, int64_t workspace,
	struct explain_question *q, struct fail *f)
{
	const char *after = query_value(query, "after");

	*q = (struct explain_question){0};
	return funnel_question_read(db, query, workspace, &q->funnel, f) && read_cell(query, &q->cell, f)
	       && check_key(q, f) && parameter_limit(query, &q->limit, f) && (!after || read_place(arena, after, q, f));
}

/* The number itself. */
static bool count_cell(
	struct arena *arena, struct db *db, const struct explain_question *q, int64_t *number, struct fail *f)
{
	struct funnel_row *rows;
	size_t count;

	*number = 0;
	if (!funnels_count(db, arena, &q->funnel, &rows, &count, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool same_key =
			rows[i].key && q->cell.key ? strcmp(rows[i].key, q->cell.key) == 0 : rows[i].key == q->cell.key;

		if (q->cell.whole ? rows[i].is_total : !rows[i].is_total && same_key)
			*number = rows[i].funnel.counts[q->cell.stage];
	}
	return true;
}

static json_t *lead_json(const struct funnel_lead *l)
{
	char at[INSTANT_SIZE];

	return json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:s?}", "lead_id", l->lead_id, "lead_email", l->lead_email, "at",
		instant_to_rfc3339(l->at, at), "campaign_id", l->campaign_id, "event_type", l->event_type,
		"booking_uid", l->booking_uid);
}

static bool list_leads(
	struct arena *arena, struct db *db, const struct explain_question *q, json_t *report, struct fail *f)
{
	struct funnel_lead *leads;
	json_t *list = json_array();
	char at[INSTANT_SIZE];
	size_t count, shown;

	json_object_set_new(report, "leads", list);
	/* One more than asked for tells whether there is another page. */
	if (!funnels_leads(db, arena, &q->funnel, &q->cell, q->has_after ? &q->after_lead : NULL, q->limit + 1, &leads,
		    &count, f))
		return false;
	shown = count > (size_t)q->limit ? (size_t)q->limit : count;
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(list, lead_json(&leads[i]));
	json_object_set_new(report, "next",
		count == shown
			? json_null()
			: cursor_json(arena, arena_print(arena, "%s %s", instant_to_rfc3339(leads[shown - 1].at, at),
						     leads[shown - 1].lead_id)));
	return true;
}

static json_t *day_json(const struct funnel_day *d)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "day", d->day, "campaign_id", d->campaign_id, "counts",
		(json_int_t)d->counts, "sent", (json_int_t)d->sent, "bounced", (json_int_t)d->bounced, "replied",
		(json_int_t)d->replied, "interested", (json_int_t)d->interested);
}

static bool list_days(
	struct arena *arena, struct db *db, const struct explain_question *q, json_t *report, struct fail *f)
{
	struct funnel_day *days;
	json_t *list = json_array();
	size_t count, shown;

	json_object_set_new(report, "days", list);
	if (!funnels_days(db, arena, &q->funnel, &q->cell, q->has_after ? &q->after_day : NULL, q->limit + 1, &days,
		    &count, f))
		return false;
	shown = count > (size_t)q->limit ? (size_t)q->limit : count;
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(list, day_json(&days[i]));
	json_object_set_new(report, "next",
		count == shown ? json_null()
			       : cursor_json(arena,
				       arena_print(arena, "%s %s", days[shown - 1].day, days[shown - 1].campaign_id)));
	return true;
}

bool explain_report_take(
	struct arena *arena, struct db *db, const struct explain_question *q, json_t **report, struct fail *f)
{
	AUTO(json_t) made = json_object();
	int64_t number;

	if (!count_cell(arena, db, q, &number, f))
		return false;
	json_object_set_new(made, "stage", json_string(stage_names[q->cell.stage]));
	json_object_set_new(made, "number", json_integer(number));
	as_of_note(made, q->funnel.as_of);
	if (is_of_days(q) ? !list_days(arena, db, q, made, f) : !list_leads(arena, db, q, made, f))
		return false;
	*report = json_incref(made);
	return true;
}

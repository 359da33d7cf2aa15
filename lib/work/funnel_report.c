/* funnel_report - the funnel of a workspace, per campaign and in total, with rates and how sure they are. */
#include "work/funnel_report.h"

#include "base/arena.h"
#include "store/workspaces.h"
#include "work/parameters.h"
#include "work/source_report.h"

#include <string.h>

bool funnel_question_read(
	struct db *db, const struct query *query, int64_t workspace, struct funnel_question *q, struct fail *f)
{
	static const char *const bases[] = {"activity", "cohort"}, *const groups[] = {"campaign", "day", "week",
									   "month", "event_type"};
	const char *basis;

	*q = (struct funnel_question){.workspace_id = workspace,
		.campaign = query_value(query, "campaign"),
		.timezone = query_value(query, "timezone")};
	if (!parameter_choice(query, "basis", bases, COUNT(bases), &basis, f)
		|| !parameter_choice(query, "group_by", groups, COUNT(groups), &q->group_by, f)
		|| !parameter_bound(query, "from", &q->from, f) || !parameter_bound(query, "to", &q->to, f)
		|| !parameter_bound(query, "as_of", &q->as_of, f)
		|| (q->timezone && !timezone_check(db, q->timezone, f)))
		return false;
	q->cohort = basis && strcmp(basis, "cohort") == 0;
	if (!q->group_by)
		q->group_by = groups[0];
	return true;
}

static json_t *interval_json(struct interval interval)
{
	return interval.known ? json_pack("[o, o]", rate_json(interval.low), rate_json(interval.high)) : json_null();
}

static json_t *funnel_json(const struct funnel *funnel)
{
	json_t *json = json_object(), *intervals = json_object();

	for (size_t i = 0; i < STAGE_COUNT; i++)
		json_object_set_new(json, stage_names[i], json_integer(funnel->counts[i]));
	for (size_t i = 0; i < FUNNEL_RATE_COUNT; i++) {
		const struct funnel_rate *rate = &funnel_rates[i];
		int64_t numerator = funnel->counts[rate->numerator], divisor = funnel->counts[rate->divisor];

		json_object_set_new(json, rate->name, rate_json(rate_of(numerator, divisor)));
		json_object_set_new(intervals, rate->name, interval_json(interval_of(numerator, divisor)));
	}
	json_object_set_new(json, "intervals", intervals);
	return json;
}

static json_t *text_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *row_json(const struct funnel_row *row, bool by_campaign)
{
	json_t *json = funnel_json(&row->funnel);

	json_object_set_new(json, by_campaign ? "campaign_id" : "key", text_json(row->key));
	if (by_campaign)
		json_object_set_new(json, "campaign_name", text_json(row->campaign_name));
	return json;
}

/* What was asked, so that a report can be understood by itself. */
static json_t *question_json(const struct funnel_question *q, const struct workspace *workspace)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "basis", q->cohort ? "cohort" : "activity", "group_by",
		q->group_by, "timezone", q->timezone ? q->timezone : workspace->timezone, "from", q->from, "to", q->to);

	as_of_note(json, q->as_of);
	return json;
}

bool funnel_report_take(struct arena *arena, struct db *db, const struct funnel_question *q, int64_t interval_ms,
	json_t **report, struct fail *f)
{
	bool by_campaign = strcmp(q->group_by, "campaign") == 0;
	struct funnel_row *rows;
	struct workspace workspace;
	json_t *list, *data;
	size_t count;

	if (!workspaces_find(db, q->workspace_id, &workspace, f) || !funnels_count(db, arena, q, &rows, &count, f)
		|| !source_data_take(arena, db, q->workspace_id, interval_ms, &data, f))
		return false;
	*report = question_json(q, &workspace);
	json_object_set_new(*report, "data", data);
	list = json_array();
	for (size_t i = 0; i < count; i++)
		if (rows[i].is_total)
			json_object_set_new(*report, "total", funnel_json(&rows[i].funnel));
		else
			json_array_append_new(list, row_json(&rows[i], by_campaign));
	json_object_set_new(*report, by_campaign ? "campaigns" : "rows", list);
	return true;
}

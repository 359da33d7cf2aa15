/* funnel_report - the funnel of a workspace, per campaign and in total, with rates and how sure they are. */
#include "work/funnel_report.h"

#include "base/arena.h"
#include "base/instant.h"
#include "store/connections.h"
#include "store/workspaces.h"
#include "work/parameters.h"

#include <string.h>

bool funnel_question_read(
	struct db *db, const struct query *query, int64_t workspace, struct funnel_question *q, struct fail *f)
{
	static const char *const bases[] = {"activity", "cohort"};
	const char *basis;

	*q = (struct funnel_question){.workspace_id = workspace,
		.campaign = query_value(query, "campaign"),
		.timezone = query_value(query, "timezone")};
	if (!parameter_choice(query, "basis", bases, COUNT(bases), &basis, f)
		|| !parameter_bound(query, "from", &q->from, f) || !parameter_bound(query, "to", &q->to, f)
		|| (q->timezone && !timezone_check(db, q->timezone, f)))
		return false;
	q->cohort = basis && strcmp(basis, "cohort") == 0;
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

static json_t *source_json(const char *state, struct instant last, const char *sentence)
{
	char text[INSTANT_SIZE];

	return json_pack("{s:s, s:s?, s:s}", "state", state, "last_success",
		last.us ? instant_to_rfc3339(last, text) : NULL, "message", sentence);
}

/* Webhooks are all there is of Cal.com until its API is polled, so a connection that may deliver is as good as it gets.
 */
static bool sources_take(struct arena *arena, struct db *db, int64_t workspace, json_t **data, struct fail *f)
{
	struct connection *connections;
	struct instant last = {0};
	json_t *calcom;
	size_t count;

	if (!connections_health(db, arena, workspace, &connections, &count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (before(last, connections[i].last_event_at))
			last = connections[i].last_event_at;
	calcom = count == 0 ? source_json("unavailable", last, "Cal.com is not connected.")
		 : last.us  ? source_json("ok", last, "Cal.com delivers webhooks.")
			    : source_json("ok", last, "Cal.com is connected; no webhook has come yet.");
	*data = json_pack("{s:o, s:o}", "calcom", calcom, "emailbison",
		source_json("unavailable", (struct instant){0},
			"EmailBison is not connected; campaigns and leads are those imported from files."));
	return true;
}

bool funnel_report_take(
	struct arena *arena, struct db *db, const struct funnel_question *q, json_t **report, struct fail *f)
{
	struct campaign_funnel *rows;
	struct workspace workspace;
	json_t *campaigns, *total = NULL, *data;
	size_t count;

	if (!workspaces_find(db, q->workspace_id, &workspace, f) || !funnels_count(db, arena, q, &rows, &count, f)
		|| !sources_take(arena, db, q->workspace_id, &data, f))
		return false;
	campaigns = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *numbers = funnel_json(&rows[i].funnel);

		if (rows[i].is_total) {
			total = numbers;
			continue;
		}
		json_object_set_new(
			numbers, "campaign_id", rows[i].campaign_id ? json_string(rows[i].campaign_id) : json_null());
		json_object_set_new(numbers, "campaign_name",
			rows[i].campaign_name ? json_string(rows[i].campaign_name) : json_null());
		json_array_append_new(campaigns, numbers);
	}
	*report = json_pack("{s:o, s:o, s:o, s:s, s:s, s:s?, s:s?}", "campaigns", campaigns, "total", total, "data",
		data, "basis", q->cohort ? "cohort" : "activity", "timezone",
		q->timezone ? q->timezone : workspace.timezone, "from", q->from, "to", q->to);
	return true;
}

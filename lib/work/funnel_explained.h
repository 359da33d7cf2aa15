/* funnel_explained - a number of the funnel, opened: the leads that it counts, or the days of campaigns that it sums
 * up. */
#ifndef WORK_FUNNEL_EXPLAINED_H
#define WORK_FUNNEL_EXPLAINED_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "store/funnels.h"

#include <stdint.h>

struct arena;
struct db;

struct explain_question {
	struct funnel_question funnel;
	struct funnel_cell cell;
	int64_t limit;
	bool has_after;
	struct funnel_lead after_lead; /* at and lead_id of the last one before the page; or else */
	struct funnel_day after_day;   /* day and campaign_id */
};

/* Is the request about one number? The parameter "explain" says so. */
bool explain_asked(const struct query *);

/* From the query string, beyond what the funnel takes: stage, key or no_key, limit, after. FAIL_INPUT names the
 * parameter. */
bool explain_question_read(struct arena *, struct db *, const struct query *, int64_t workspace,
	struct explain_question *, struct fail *) MUST_CHECK;

/* The caller owns *report. */
bool explain_report_take(
	struct arena *, struct db *, const struct explain_question *, json_t **report, struct fail *) MUST_CHECK;

#endif

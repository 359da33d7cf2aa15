/* funnel_report - the funnel of a workspace, per campaign and in total, with rates and how sure they are. */
#ifndef WORK_FUNNEL_REPORT_H
#define WORK_FUNNEL_REPORT_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "store/funnels.h"

#include <stdint.h>

struct arena;
struct db;

/* From the query string: from, to, campaign, basis, timezone. FAIL_INPUT names the parameter. Borrowed from the query.
 */
bool funnel_question_read(
	struct db *, const struct query *, int64_t workspace, struct funnel_question *, struct fail *) MUST_CHECK;

/* interval_ms: between two rounds with a source. The caller owns *report. */
bool funnel_report_take(struct arena *, struct db *, const struct funnel_question *, int64_t interval_ms,
	json_t **report, struct fail *) MUST_CHECK;

#endif

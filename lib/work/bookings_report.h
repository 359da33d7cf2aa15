/* bookings_report - every booking of a workspace with a summary, as JSON by the page or as one CSV. */
#ifndef WORK_BOOKINGS_REPORT_H
#define WORK_BOOKINGS_REPORT_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "base/text.h"
#include "store/bookings.h"

#include <stdint.h>

struct arena;
struct db;

struct bookings_question {
	struct bookings_filter filter;
	bool csv;
	int64_t limit;
	bool has_after;
	struct booking_row after; /* booked_at, uid and email_key of the row before the page */
};

/* From the query string; FAIL_INPUT names the parameter. Borrowed from the query and the arena. */
bool bookings_question_read(
	struct arena *, const struct query *, int64_t workspace, struct bookings_question *, struct fail *) MUST_CHECK;

/* The caller owns *report. */
bool bookings_report_take(
	struct arena *, struct db *, const struct bookings_question *, json_t **report, struct fail *) MUST_CHECK;

/* The head line, then every row, each as one call of `write`, whatever their number. */
bool bookings_report_csv(struct db *, const struct bookings_question *,
	bool (*write)(void *context, const char *bytes, size_t length, struct fail *), void *context,
	struct fail *) MUST_CHECK;

#endif

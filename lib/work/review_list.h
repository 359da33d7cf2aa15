/* review_list - attendees without a lead, each with the leads that he may be and the reasons. */
#ifndef WORK_REVIEW_LIST_H
#define WORK_REVIEW_LIST_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "store/reviews.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct db;
struct suggestion;

struct review_question {
	int64_t workspace, limit;
	bool has_after;
	struct review_row after;
};

/* FAIL_INPUT for a parameter that is none. */
bool review_question_read(
	struct arena *, const struct query *, int64_t workspace, struct review_question *, struct fail *) MUST_CHECK;

/* One of the list. */
struct review_entry {
	const char *item;
	const struct review_row *row;
	struct suggestion *suggestion;
};

/* A page. *next: the cursor of the page behind it, or NULL. */
bool review_list(struct arena *, struct db *, const struct review_question *, struct review_entry **, size_t *count,
	const char **next, struct fail *) MUST_CHECK;

/* The same as JSON, which the caller owns. */
bool review_list_take(struct arena *, struct db *, const struct review_question *, json_t **, struct fail *) MUST_CHECK;

#endif

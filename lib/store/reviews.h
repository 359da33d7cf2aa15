/* reviews - attendees that a person may decide about, and what was decided. */
#ifndef STORE_REVIEWS_H
#define STORE_REVIEWS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "store/guesses.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings are borrowed from the rows. */
struct review_row {
	struct uncertain who;
	struct instant since;     /* when it came onto the list */
	struct instant starts_at; /* us is INT64_MIN: not known */
	const char *status, *event_type;
};

/* Those who wait for a decision, newest first, behind `after` (since, uid, email_key); NULL: from the first. */
bool reviews_page(struct db *, struct arena *, int64_t workspace, const struct review_row *after, int64_t limit,
	struct review_row **, size_t *count, struct fail *) MUST_CHECK;
bool reviews_count(struct db *, int64_t workspace, int64_t *count, struct fail *) MUST_CHECK;

/* The addresses of the attendees of a booking. */
bool reviews_of_booking(struct db *, struct arena *, int64_t workspace, const char *uid, const char ***email_keys,
	size_t *count, struct fail *) MUST_CHECK;

/* kind and *outcome: see decide_match in schema/functions/7_review.sql. lead_id NULL unless it is a link. */
bool reviews_decide(struct db *, int64_t workspace, const char *uid, const char *email_key, const char *kind,
	const char *lead_id, const char *actor, const char **outcome, struct fail *) MUST_CHECK;

/* How an attendee stands now. NULL: not matched, not decided. */
struct review_standing {
	const char *lead_id, *match_method, *match_because, *decision;
	double match_probability;
};

/* FAIL_ABSENT when there is no such attendee. */
bool reviews_standing(struct db *, int64_t workspace, const char *uid, const char *email_key, struct review_standing *,
	struct fail *) MUST_CHECK;

#endif

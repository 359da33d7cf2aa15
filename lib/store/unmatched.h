/* unmatched - attendees that are no lead yet. */
#ifndef STORE_UNMATCHED_H
#define STORE_UNMATCHED_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct matchable {
	int64_t workspace_id;
	const char *uid; /* borrowed from the rows */
};

/* Bookings with an attendee whose lead has turned up since, of all workspaces. */
bool unmatched_matchable(
	struct db *, struct arena *, int64_t limit, struct matchable **, size_t *count, struct fail *) MUST_CHECK;

/* Matches the attendees of one booking again. */
bool unmatched_match(struct db *, const struct matchable *, struct fail *) MUST_CHECK;

#endif

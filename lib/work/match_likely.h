/* match_likely - attendees about whom nothing is certain are looked for among the leads, and linked when it is likely
 * enough. */
#ifndef WORK_MATCH_LIKELY_H
#define WORK_MATCH_LIKELY_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct db;

struct likely {
	int64_t looked_at, linked;
};

/* Those of these bookings (a JSON array of uids) who were not looked at as they are now. */
bool match_likely_of(struct db *, int64_t workspace, const char *uids, struct likely *, struct fail *) MUST_CHECK;

/* At most `limit` of them; the worker looks at the others. */
bool match_likely_some(
	struct db *, int64_t workspace, const char *uids, int64_t limit, struct likely *, struct fail *) MUST_CHECK;

/* At most `limit` of a workspace; of all workspaces. *more becomes true when there may be others. Each is decided by
 * himself, so nobody waits for it. */
bool match_likely_in(
	struct db *, int64_t workspace, int64_t limit, struct likely *, bool *more, struct fail *) MUST_CHECK;
bool match_likely(struct db *, int64_t limit, struct likely *, bool *more, struct fail *) MUST_CHECK;

#endif

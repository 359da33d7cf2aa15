/* retry_events - events that could not be applied are tried again, with growing pauses, until given up. */
#ifndef WORK_RETRY_EVENTS_H
#define WORK_RETRY_EVENTS_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdint.h>

struct arena;
struct db;

struct retried {
	int64_t applied, put_off, dead;
};

/* Those of all workspaces, or of one, whose time has come. FAIL_LATER when the database is away; what was done stays
 * done. */
bool retry_events(struct arena *, struct db *, const struct secret_key *, struct retried *, struct fail *) MUST_CHECK;
bool retry_events_of(struct arena *, struct db *, const struct secret_key *, int64_t workspace, struct retried *,
	struct fail *) MUST_CHECK;

#endif

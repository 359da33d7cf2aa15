/* presume - meetings that are over and nobody told of it: Cal.com's word often never comes, so the clock says it. */
#ifndef WORK_PRESUME_H
#define WORK_PRESUME_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdint.h>

struct arena;
struct db;

/* Each becomes an event of source "clock", so that nothing changes silently and a replay comes to the same. Only in
 * workspaces whose policy presumes. *count: how many. */
bool presume_ended(struct arena *, struct db *, const struct secret_key *, int64_t grace_minutes, int64_t *count,
	struct fail *) MUST_CHECK;

#endif

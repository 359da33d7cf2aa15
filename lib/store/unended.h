/* unended - meetings that are over by the clock and nobody told of it. */
#ifndef STORE_UNENDED_H
#define STORE_UNENDED_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct unended {
	int64_t workspace_id, connection_id;
	const char *uid; /* NULL: known by number only; borrowed from the rows */
	int64_t number;  /* 0: not known */
	struct instant ends_at;
};

/* Of all workspaces whose policy presumes; over, and heard of, for at least this long. */
bool unended_list(struct db *, struct arena *, int64_t minutes, int64_t limit, struct unended **, size_t *count,
	struct fail *) MUST_CHECK;

#endif

/* workspaces - the clients of the team, each the owner of all its rows. */
#ifndef STORE_WORKSPACES_H
#define STORE_WORKSPACES_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings are borrowed from the rows. */
struct workspace {
	int64_t workspace_id;
	const char *name, *timezone;
	const char *attendance; /* "presume" or "explicit" */
	struct instant created_at;
};

/* FAIL_INPUT when the time zone is not one that PostgreSQL knows. */
bool workspaces_put(struct db *, const char *name, const char *timezone, const char *attendance, int64_t *id,
	struct fail *) MUST_CHECK;

bool workspaces_list(struct db *, struct arena *, struct workspace **, size_t *count, struct fail *) MUST_CHECK;

/* FAIL_ABSENT when there is none. */
bool workspaces_find(struct db *, int64_t id, struct workspace *, struct fail *) MUST_CHECK;

/* FAIL_INPUT "timezone_unknown" when PostgreSQL does not know the name. */
bool timezone_check(struct db *, const char *timezone, struct fail *) MUST_CHECK;

#endif

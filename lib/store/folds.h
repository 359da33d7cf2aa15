/* folds - counts that reports read are kept by folding in what changed. */
#ifndef STORE_FOLDS_H
#define STORE_FOLDS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Workspaces in which something waits. */
bool folds_waiting(struct db *, struct arena *, int64_t **workspaces, size_t *count, struct fail *) MUST_CHECK;

struct folded {
	int64_t folded;
	int64_t waiting; /* how many changes are left, at most */
};

/* Folds up to `limit` changes. */
bool folds_some(struct db *, int64_t workspace, int64_t limit, struct folded *, struct fail *) MUST_CHECK;

#endif

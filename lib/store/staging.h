/* staging - the transaction of an import: one at a time for each workspace, its rows in temporary tables first. */
#ifndef STORE_STAGING_H
#define STORE_STAGING_H

#include "base/fail.h"
#include "base/scope.h"
#include "world/db.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Inside the transaction that is to hold the import. Waits for another import of the workspace. FAIL_ABSENT when there
 * is no such workspace. */
bool staging_begin(struct db *, int64_t workspace, struct fail *) MUST_CHECK;

/* One row of the COPY that is under way; NULL is SQL NULL. The arena is for scratch: empty it now and then. */
bool staging_put(struct db *, struct arena *, const char *const *cells, size_t count, struct fail *) MUST_CHECK;

/* Runs a statement that brings one number: how many rows it made or changed. */
bool staging_count(struct db *, enum query_name, int64_t *count, struct fail *, const struct param *,
	size_t param_count) MUST_CHECK;

#endif

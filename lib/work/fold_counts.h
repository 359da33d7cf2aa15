/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#ifndef WORK_FOLD_COUNTS_H
#define WORK_FOLD_COUNTS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct arena;
struct db;

/* A portion of each workspace, each a transaction of its own. `more`: some have more. */
bool fold_changes(struct arena *, struct db *, bool *more, struct fail *) MUST_CHECK;

#endif

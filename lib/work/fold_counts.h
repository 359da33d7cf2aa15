/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#ifndef WORK_FOLD_COUNTS_H
#define WORK_FOLD_COUNTS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct arena;
struct db;

/* In all workspaces; in portions, each a transaction of its own. */
bool fold_changes(struct arena *, struct db *, struct fail *) MUST_CHECK;

#endif

/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#ifndef WORK_FOLD_COUNTS_H
#define WORK_FOLD_COUNTS_H

#include "base/fail.h"
#include "base/scope.h"
#include "store/folds.h"

#include <stdint.h>

struct arena;
struct db;

/* Up to `portion` changes of each workspace, each portion a transaction of its own. The sum of all. Where one fails,
 * the others are folded nevertheless. */
bool fold_changes(struct arena *, struct db *, int64_t portion, struct folded *, struct fail *) MUST_CHECK;

#endif

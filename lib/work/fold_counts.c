/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#include "work/fold_counts.h"

#include "world/db.h"

bool fold_changes(struct arena *arena, struct db *db, int64_t portion, struct folded *sum, struct fail *f)
{
	int64_t *workspaces;
	size_t count;

	*sum = (struct folded){0};
	if (!folds_waiting(db, arena, &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct fail trouble = {0};
		struct folded some;

		if (!folds_some(db, workspaces[i], portion, &some, &trouble)) {
			if (f->kind == FAIL_NONE)
				*f = trouble;
			if (db_is_away(&trouble))
				return false;
			continue;
		}
		sum->folded += some.folded;
		sum->waiting += some.waiting;
	}
	return f->kind == FAIL_NONE;
}

/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#include "work/fold_counts.h"

#include "store/folds.h"

bool fold_changes(struct arena *arena, struct db *db, int64_t portion, int64_t *waiting, struct fail *f)
{
	struct foldable *workspaces;
	size_t count;

	*waiting = 0;
	if (!folds_waiting(db, arena, &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t left;

		if (!folds_some(db, workspaces[i].workspace_id, portion, &left, f))
			return false;
		*waiting += left;
	}
	return true;
}

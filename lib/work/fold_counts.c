/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#include "work/fold_counts.h"

#include "store/folds.h"

/* Some 100 ms of work, so that the worker's other jobs get their turn. */
enum { PORTION = 1000 };

bool fold_changes(struct arena *arena, struct db *db, bool *more, struct fail *f)
{
	struct foldable *workspaces;
	size_t count;

	*more = false;
	if (!folds_waiting(db, arena, &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool left;

		if (!folds_some(db, workspaces[i].workspace_id, PORTION, &left, f))
			return false;
		*more = *more || left;
	}
	return true;
}

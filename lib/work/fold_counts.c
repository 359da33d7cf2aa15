/* fold_counts - what changed becomes counts, so that reports need not count it again. */
#include "work/fold_counts.h"

#include "store/folds.h"

/* A portion takes some 100 ms. Rounds are bounded so that the worker's other jobs get their turn. */
enum { PORTION = 2000, ROUNDS = 50 };

bool fold_changes(struct arena *arena, struct db *db, struct fail *f)
{
	struct foldable *workspaces;
	size_t count;

	if (!folds_waiting(db, arena, &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool more = true;

		for (int round = 0; more && round < ROUNDS; round++)
			if (!folds_some(db, workspaces[i].workspace_id, PORTION, &more, f))
				return false;
	}
	return true;
}

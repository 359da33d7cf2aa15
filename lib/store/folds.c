/* folds - counts that reports read are kept by folding in what changed. */
#include "store/folds.h"

#include "world/db.h"
#include "world/rows.h"

static const struct column folded_columns[] = {
	COLUMN(struct folded, folded, read_i64),
	COLUMN(struct folded, waiting, read_i64),
};

bool folds_waiting(struct db *db, struct arena *arena, int64_t **workspaces, size_t *count, struct fail *f)
{
	return numbers_into(db_run(db, QUERY_fold_waiting, f, NO_PARAMS), arena, "workspace_id", workspaces, count, f);
}

bool folds_some(struct db *db, int64_t workspace, int64_t limit, struct folded *portion, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_fold_some, f, PARAMS(as_i64(workspace), as_i64(limit)));

	*portion = (struct folded){0};
	return rows && row_into(rows, 0, folded_columns, COUNT(folded_columns), portion, f);
}

/* unended - meetings that are over by the clock and nobody told of it. */
#include "store/unended.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct unended, workspace_id, read_i64),
	COLUMN(struct unended, connection_id, read_i64),
	COLUMN(struct unended, uid, read_text),
	COLUMN(struct unended, number, read_i64),
	COLUMN(struct unended, ends_at, read_instant),
};

bool unended_list(struct db *db, struct arena *arena, int64_t minutes, int64_t limit, struct unended **list,
	size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_worker_unended, f, PARAMS(as_i64(minutes), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

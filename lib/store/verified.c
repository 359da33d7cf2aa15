/* verified - what is kept for the reports, held against a recount of what it follows from. */
#include "store/verified.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct verified, what, read_text),
	COLUMN(struct verified, kept, read_i64),
	COLUMN(struct verified, only_kept, read_i64),
	COLUMN(struct verified, only_recounted, read_i64),
};

bool verified_list(
	struct db *db, struct arena *arena, int64_t workspace, struct verified **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_verify, f, PARAMS(as_i64(workspace)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

/* unmatched - attendees that are no lead yet. */
#include "store/unmatched.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct matchable, workspace_id, read_i64),
	COLUMN(struct matchable, uid, read_text),
};

bool unmatched_matchable(
	struct db *db, struct arena *arena, int64_t limit, struct matchable **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_unmatched_matchable, f, PARAMS(as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool unmatched_match(struct db *db, const struct matchable *booking, struct fail *f)
{
	return db_run(db, QUERY_unmatched_match, f, PARAMS(as_i64(booking->workspace_id), as_text(booking->uid)))
	       != NULL;
}

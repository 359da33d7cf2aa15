/* standings - how attendees stand in the reports, looked at again where contacts were changed meanwhile. */
#include "store/standings.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

struct noted {
	int64_t workspace_id;
};

struct progress {
	bool done;
};

static const struct column noted_columns[] = {COLUMN(struct noted, workspace_id, read_i64)};
static const struct column progress_columns[] = {COLUMN(struct progress, done, read_bool)};

/* Bookings that one transaction holds. */
enum { PORTION = 500 };

static bool in_workspace(struct db *db, int64_t workspace, struct fail *f)
{
	struct progress progress = {0};

	while (!progress.done) {
		const struct rows *rows =
			db_run(db, QUERY_standings_again, f, PARAMS(as_i64(workspace), as_i64(PORTION)));

		if (!rows || !row_into(rows, 0, progress_columns, COUNT(progress_columns), &progress, f))
			return false;
	}
	return true;
}

bool standings_again(struct db *db, struct arena *arena, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_standings_noted, f, NO_PARAMS);
	size_t count;
	struct noted *list = rows_into(rows, arena, noted_columns, COUNT(noted_columns), sizeof *list, NULL, &count, f);

	for (size_t i = 0; list && i < count; i++)
		if (!in_workspace(db, list[i].workspace_id, f))
			return false;
	return list;
}

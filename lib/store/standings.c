/* standings - how attendees stand in the reports, looked at again where contacts were changed meanwhile. */
#include "store/standings.h"

#include "world/db.h"
#include "world/rows.h"

struct progress {
	bool done;
};

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
	int64_t *workspaces;
	size_t count;

	if (!numbers_into(
		    db_run(db, QUERY_standings_noted, f, NO_PARAMS), arena, "workspace_id", &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!in_workspace(db, workspaces[i], f))
			return false;
	return true;
}

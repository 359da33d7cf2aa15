/* polls - what is known already of the rows of Cal.com's list, and what the list should have shown. */
#include "store/polls.h"

#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct newest_event, place, read_i64),
	COLUMN(struct newest_event, event_id, read_i64),
	COLUMN(struct newest_event, polled, read_bool),
	COLUMN(struct newest_event, delivery_key, read_bytes),
	COLUMN(struct newest_event, happened_at, read_instant),
};

bool polls_newest(struct db *db, struct arena *arena, int64_t workspace, int64_t connection, const char *rows,
	struct newest_event **list, size_t *count, struct fail *f)
{
	const struct rows *found =
		db_run(db, QUERY_polls_newest, f, PARAMS(as_i64(workspace), as_i64(connection), as_text(rows)));

	*list = rows_into(found, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool polls_missing(struct db *db, struct arena *arena, int64_t workspace, int64_t connection,
	const struct meeting_range *range, const char *shown, const char *after, int64_t limit, const char ***uids,
	size_t *count, struct fail *f)
{
	static const struct column uid[] = {{"uid", read_text, 0}};
	const struct rows *found = db_run(db, QUERY_polls_missing, f,
		PARAMS(as_i64(workspace), as_i64(connection), as_instant(&range->from), as_instant(&range->to),
			as_instant(&range->until), as_text(shown), as_text(after), as_i64(limit)));

	*uids = rows_into(found, arena, uid, COUNT(uid), sizeof **uids, NULL, count, f);
	return *uids;
}

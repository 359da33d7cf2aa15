/* replays - rebuilding what is derived from the stored events: begin, every event once more, end. */
#include "store/replays.h"

#include "base/arena.h"
#include "store/kept_events.h"
#include "world/db.h"
#include "world/rows.h"

struct related {
	const char *uids;
};

static const struct column related[] = {COLUMN(struct related, uids, read_text)};

static const struct column differences[] = {
	COLUMN(struct replay_difference, table_name, read_text),
	COLUMN(struct replay_difference, appeared, read_i64),
	COLUMN(struct replay_difference, vanished, read_i64),
};

bool replays_lock(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_replay_lock, f, NO_PARAMS) != NULL;
}

bool replays_related(struct db *db, int64_t workspace, const char *uid, const char **uids, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_replay_related, f, PARAMS(as_i64(workspace), as_text(uid)));
	struct related found = {0};

	if (!rows || !row_into(rows, 0, related, COUNT(related), &found, f))
		return false;
	*uids = found.uids;
	return true;
}

bool replays_begin(struct db *db, int64_t workspace, const char *uids, struct fail *f)
{
	return db_run(db, QUERY_replay_begin, f, PARAMS(as_i64(workspace), as_text(uids))) != NULL;
}

bool replays_events(struct db *db, struct arena *arena, int64_t workspace, const char *uids, int64_t after,
	int64_t limit, struct kept_event **list, size_t *count, struct fail *f)
{
	return kept_events_read(db_run(db, QUERY_replay_events, f,
					PARAMS(as_i64(workspace), as_text(uids), as_i64(after), as_i64(limit))),
		arena, true, list, count, f);
}

bool replays_add(struct db *db, const struct kept_event *e, const char *changes, struct fail *f)
{
	return db_run(db, QUERY_replay_event, f,
		       PARAMS(as_i64(e->workspace_id), as_i64(e->connection_id), as_instant(&e->received_at),
			       as_text(changes)))
	       != NULL;
}

bool replays_end(struct db *db, struct arena *arena, int64_t workspace, const char *uids,
	struct replay_difference **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_replay_end, f, PARAMS(as_i64(workspace), as_text(uids)));

	*list = rows_into(rows, arena, differences, COUNT(differences), sizeof **list, NULL, count, f);
	return *list;
}

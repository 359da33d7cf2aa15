/* kept_events - the stored deliveries: looked at, and those that could not be applied tried again. */
#include "store/kept_events.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column kept[] = {
	COLUMN(struct kept_event, event_id, read_i64),
	COLUMN(struct kept_event, workspace_id, read_i64),
	COLUMN(struct kept_event, connection_id, read_i64),
	COLUMN(struct kept_event, source, read_text),
	COLUMN(struct kept_event, trigger, read_text),
	COLUMN(struct kept_event, uid, read_text),
	COLUMN(struct kept_event, number, read_i64),
	COLUMN(struct kept_event, happened_at, read_instant),
	COLUMN(struct kept_event, received_at, read_instant),
	COLUMN(struct kept_event, status, read_text),
	COLUMN(struct kept_event, error, read_text),
	COLUMN(struct kept_event, attempts, read_i64),
	/* Last, because lists go without. */
	{"body", read_bytes, offsetof(struct kept_event, sealed_body)},
};

bool kept_events_read(const struct rows *rows, struct arena *arena, bool bodies, struct kept_event **list,
	size_t *count, struct fail *f)
{
	static const struct kept_event empty = {.happened_at = {INT64_MIN}};

	*list = rows_into(rows, arena, kept, COUNT(kept) - !bodies, sizeof **list, &empty, count, f);
	return *list;
}

bool kept_events_list(struct db *db, struct arena *arena, const struct events_filter *w, struct kept_event **list,
	size_t *count, struct fail *f)
{
	return kept_events_read(
		db_run(db, QUERY_events_list, f,
			PARAMS(as_i64(w->workspace_id), as_text(w->status), as_text(w->trigger), as_text(w->uid),
				as_text(w->since), as_text(w->until), as_i64(w->limit))),
		arena, false, list, count, f);
}

bool kept_events_find(struct db *db, int64_t workspace, int64_t event, struct kept_event *found, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_events_find, f, PARAMS(as_i64(workspace), as_i64(event)));

	*found = (struct kept_event){.happened_at = {INT64_MIN}};
	return rows
	       && (rows->count == 1 || fail(f, FAIL_ABSENT, "event_absent", "there is no such event in this workspace"))
	       && row_into(rows, 0, kept, COUNT(kept), found, f);
}

bool kept_events_waiting(struct db *db, struct arena *arena, int64_t **workspaces, size_t *count, struct fail *f)
{
	return numbers_into(
		db_run(db, QUERY_events_waiting, f, NO_PARAMS), arena, "workspace_id", workspaces, count, f);
}

bool kept_events_due(struct db *db, struct arena *arena, int64_t workspace, int64_t limit, struct kept_event **list,
	size_t *count, struct fail *f)
{
	return kept_events_read(
		db_run(db, QUERY_events_due, f, PARAMS(as_i64(workspace), as_i64(limit))), arena, true, list, count, f);
}

bool kept_events_apply(
	struct db *db, const struct kept_event *e, const char *status, const char *changes, struct fail *f)
{
	return db_run(db, QUERY_events_apply, f,
		       PARAMS(as_i64(e->workspace_id), as_i64(e->event_id), as_text(status), as_text(changes)))
	       != NULL;
}

bool kept_events_put_off(
	struct db *db, const struct kept_event *e, const char *why, int64_t delay_ms, bool dead, struct fail *f)
{
	return db_run(db, QUERY_events_put_off, f,
		       PARAMS(as_i64(e->workspace_id), as_i64(e->event_id), as_text(why),
			       as_i64((delay_ms + 999) / 1000), as_bool(dead)))
	       != NULL;
}

bool kept_events_retry(struct db *db, int64_t workspace, int64_t event, int64_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_events_retry, f, PARAMS(as_i64(workspace), event ? as_i64(event) : as_text(NULL)));

	*count = rows ? rows->count : 0;
	return rows != NULL;
}

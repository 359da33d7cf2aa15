/* connections - a workspace's links to other systems; secrets come and go sealed, opening them is done elsewhere. */
#include "store/connections.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

#include <string.h>

static const struct column listed[] = {
	COLUMN(struct connection, workspace_id, read_i64),
	COLUMN(struct connection, connection_id, read_i64),
	COLUMN(struct connection, kind, read_text),
	COLUMN(struct connection, name, read_text),
	COLUMN(struct connection, has_api, read_bool),
	{"unsigned", read_bool, offsetof(struct connection, unsigned_)},
	COLUMN(struct connection, active, read_bool),
	COLUMN(struct connection, rotating, read_bool),
	COLUMN(struct connection, created_at, read_instant),
};

static const struct column receiving[] = {
	COLUMN(struct connection, workspace_id, read_i64),
	COLUMN(struct connection, connection_id, read_i64),
	COLUMN(struct connection, kind, read_text),
	COLUMN(struct connection, name, read_text),
	COLUMN(struct connection, secret, read_bytes),
	COLUMN(struct connection, previous_secret, read_bytes),
	{"unsigned", read_bool, offsetof(struct connection, unsigned_)},
};

static const struct column health[] = {
	COLUMN(struct connection, connection_id, read_i64),
	COLUMN(struct connection, kind, read_text),
	COLUMN(struct connection, name, read_text),
	COLUMN(struct connection, has_api, read_bool),
	COLUMN(struct connection, last_event_at, read_instant),
	COLUMN(struct connection, unknown, read_text),
};

static const struct column identity[] = {COLUMN(struct connection, connection_id, read_i64)};

bool connections_put(struct db *db, int64_t workspace, const char *kind, const char *name, struct bytes sealed,
	int64_t *id, struct fail *f)
{
	struct fail trouble = {0};
	struct connection connection = {0};
	const struct rows *rows = db_run(db, QUERY_connections_put, &trouble,
		PARAMS(as_i64(workspace), as_text(kind), as_text(name), as_bytes(sealed), as_bool(sealed.length == 0)));

	if (!rows && strcmp(db_sqlstate(db), "23503") == 0)
		return fail(f, FAIL_ABSENT, "workspace_absent",
			"there is no workspace %lld; see `turnout workspace list`", (long long)workspace);
	if (!rows)
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	if (!row_into(rows, 0, identity, COUNT(identity), &connection, f))
		return false;
	*id = connection.connection_id;
	return true;
}

bool connections_find(struct db *db, int64_t id, struct connection *connection, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_connections_find, f, PARAMS(as_i64(id)));

	*connection = (struct connection){0};
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "connection_absent",
			       "there is no connection %lld; see `turnout connection list`", (long long)id))
	       && row_into(rows, 0, listed, COUNT(listed), connection, f);
}

/* SQL NULL stands for all. */
static struct param as_id_or_all(int64_t id)
{
	return id ? as_i64(id) : as_text(NULL);
}

bool connections_list(
	struct db *db, struct arena *arena, int64_t workspace, struct connection **list, size_t *count, struct fail *f)
{
	*list = rows_into(db_run(db, QUERY_connections_list, f, PARAMS(as_id_or_all(workspace))), arena, listed,
		COUNT(listed), sizeof **list, NULL, count, f);
	return *list;
}

bool connections_receiving(struct db *db, struct arena *arena, int64_t id, int64_t limit, struct connection **list,
	size_t *count, struct fail *f)
{
	*list = rows_into(db_run(db, QUERY_connections_receiving, f, PARAMS(as_id_or_all(id), as_i64(limit))), arena,
		receiving, COUNT(receiving), sizeof **list, NULL, count, f);
	return *list;
}

bool connections_health(
	struct db *db, struct arena *arena, int64_t workspace, struct connection **list, size_t *count, struct fail *f)
{
	*list = rows_into(db_run(db, QUERY_connections_health, f, PARAMS(as_id_or_all(workspace))), arena, health,
		COUNT(health), sizeof **list, NULL, count, f);
	return *list;
}

static bool changed(const struct rows *rows, int64_t id, struct fail *f)
{
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "connection_absent",
			       "there is no signed connection %lld; see `turnout connection list`", (long long)id));
}

bool connections_rotate(struct db *db, int64_t id, struct bytes sealed, struct fail *f)
{
	return changed(db_run(db, QUERY_connections_rotate, f, PARAMS(as_i64(id), as_bytes(sealed))), id, f);
}

bool connections_rotate_finish(struct db *db, int64_t id, struct fail *f)
{
	return changed(db_run(db, QUERY_connections_rotate_finish, f, PARAMS(as_i64(id))), id, f);
}

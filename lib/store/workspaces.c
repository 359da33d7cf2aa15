/* workspaces - the clients of the team, each the owner of all its rows. */
#include "store/workspaces.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct workspace, workspace_id, read_i64),
	COLUMN(struct workspace, name, read_text),
	COLUMN(struct workspace, timezone, read_text),
	COLUMN(struct workspace, attendance, read_text),
	COLUMN(struct workspace, created_at, read_instant),
};

bool timezone_check(struct db *db, const char *timezone, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_workspaces_timezone_exists, f, PARAMS(as_text(timezone)));
	struct answer {
		bool found;
	} answer = {0};
	static const struct column found[] = {COLUMN(struct answer, found, read_bool)};

	return rows && row_into(rows, 0, found, COUNT(found), &answer, f)
	       && (answer.found
		       || fail(f, FAIL_INPUT, "timezone_unknown",
			       "the time zone \"%.60s\" is not known; expected an IANA name such as Europe/Berlin",
			       timezone));
}

bool workspaces_put(
	struct db *db, const char *name, const char *timezone, const char *attendance, int64_t *id, struct fail *f)
{
	const struct rows *rows;
	struct workspace workspace = {0};

	if (!timezone_check(db, timezone, f))
		return false;
	rows = db_run(db, QUERY_workspaces_put, f, PARAMS(as_text(name), as_text(timezone), as_text(attendance)));
	if (!rows || !row_into(rows, 0, columns, 1, &workspace, f))
		return false;
	*id = workspace.workspace_id;
	return true;
}

bool workspaces_list(struct db *db, struct arena *arena, struct workspace **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_workspaces_list, f, NO_PARAMS);

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool workspaces_find(struct db *db, int64_t id, struct workspace *workspace, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_workspaces_find, f, PARAMS(as_i64(id)));

	*workspace = (struct workspace){0};
	return rows && (rows->count == 1 || fail(f, FAIL_ABSENT, "workspace_absent", "there is no such workspace"))
	       && row_into(rows, 0, columns, COUNT(columns), workspace, f);
}

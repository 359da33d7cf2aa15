/* guesses - attendees about whom nothing is certain, and what the engine made of them. */
#include "store/guesses.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

#include <stdio.h>

static const struct column columns[] = {
	COLUMN(struct uncertain, workspace_id, read_i64),
	COLUMN(struct uncertain, uid, read_text),
	COLUMN(struct uncertain, email_key, read_text),
	COLUMN(struct uncertain, email, read_text),
	COLUMN(struct uncertain, name, read_text),
	COLUMN(struct uncertain, phone, read_text),
	COLUMN(struct uncertain, company, read_text),
	COLUMN(struct uncertain, timezone, read_text),
	COLUMN(struct uncertain, notes, read_text),
	COLUMN(struct uncertain, title, read_text),
	COLUMN(struct uncertain, booked_at, read_instant),
	COLUMN(struct uncertain, inputs, read_text),
};

bool guesses_due_of(struct db *db, struct arena *arena, int64_t workspace, const char *uids, const char *model,
	int64_t limit, struct uncertain **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(
		db, QUERY_guesses_due_of, f, PARAMS(as_i64(workspace), as_text(uids), as_text(model), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool guesses_due(struct db *db, struct arena *arena, int64_t workspace, const char *model, int64_t limit,
	struct uncertain **list, size_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_guesses_due, f, PARAMS(as_i64(workspace), as_text(model), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool guesses_workspaces(struct db *db, struct arena *arena, int64_t **list, size_t *count, struct fail *f)
{
	return numbers_into(db_run(db, QUERY_guesses_workspaces, f, NO_PARAMS), arena, "workspace_id", list, count, f);
}

bool guesses_put(struct db *db, const struct uncertain *of, const struct guess *g, bool *put, struct fail *f)
{
	char probability[32];
	const struct rows *rows;

	snprintf(probability, sizeof probability, "%.6f", g->probability);
	rows = db_run(db, QUERY_guesses_put, f,
		PARAMS(as_i64(of->workspace_id), as_text(of->uid), as_text(of->email_key), as_text(of->inputs),
			as_text(g->model), as_i64(g->epoch), as_text(g->lead_id),
			as_text(g->lead_id ? probability : NULL), as_text(g->lead_id ? g->because : NULL)));
	return rows && row_into(rows, 0, &(const struct column){"put", read_bool, 0}, 1, put, f);
}

/* sources - other systems that are asked by their API: access, how far it got, and how the last round went. */
#include "store/sources.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct source, workspace_id, read_i64),
	COLUMN(struct source, connection_id, read_i64),
	COLUMN(struct source, kind, read_text),
	COLUMN(struct source, name, read_text),
	COLUMN(struct source, api_base, read_text),
	COLUMN(struct source, api_version, read_text),
	COLUMN(struct source, api_key, read_bytes),
	COLUMN(struct source, account, read_text),
	COLUMN(struct source, mark, read_text),
	COLUMN(struct source, timezone, read_text),
	COLUMN(struct source, failures, read_i64),
	COLUMN(struct source, succeeded_at, read_instant),
	COLUMN(struct source, started_at, read_instant),
	COLUMN(struct source, ended_at, read_instant),
	COLUMN(struct source, quiet_until, read_instant),
};

static const struct column states[] = {
	COLUMN(struct source_state, workspace_id, read_i64),
	COLUMN(struct source_state, connection_id, read_i64),
	COLUMN(struct source_state, kind, read_text),
	COLUMN(struct source_state, name, read_text),
	COLUMN(struct source_state, asked_at, read_instant),
	COLUMN(struct source_state, started_at, read_instant),
	COLUMN(struct source_state, ended_at, read_instant),
	COLUMN(struct source_state, succeeded_at, read_instant),
	COLUMN(struct source_state, next_at, read_instant),
	COLUMN(struct source_state, quiet_until, read_instant),
	COLUMN(struct source_state, failures, read_i64),
	COLUMN(struct source_state, error_code, read_text),
	COLUMN(struct source_state, error, read_text),
	COLUMN(struct source_state, remark, read_text),
	COLUMN(struct source_state, phase, read_text),
	COLUMN(struct source_state, done, read_i64),
	COLUMN(struct source_state, total, read_i64),
	COLUMN(struct source_state, seen, read_i64),
	COLUMN(struct source_state, applied, read_i64),
	COLUMN(struct source_state, corrected, read_i64),
	COLUMN(struct source_state, refused, read_i64),
	COLUMN(struct source_state, running, read_bool),
};

static const struct column ids[] = {
	COLUMN(struct source_id, workspace_id, read_i64),
	COLUMN(struct source_id, connection_id, read_i64),
};

static bool absent(int64_t connection, struct fail *f)
{
	return fail(f, FAIL_ABSENT, "source_absent",
		"there is no connection %lld with an API key in this workspace; see `turnout connection list`",
		(long long)connection);
}

bool sources_put(struct db *db, int64_t workspace, int64_t connection, struct bytes sealed_key, const char *base,
	const char *version, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_sources_put, f,
		PARAMS(as_i64(workspace), as_i64(connection), as_bytes(sealed_key), as_text(base), as_text(version)));

	return rows && (rows->count == 1 || absent(connection, f));
}

bool sources_find(struct db *db, int64_t workspace, int64_t connection, struct source *source, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_sources_find, f, PARAMS(as_i64(workspace), as_i64(connection)));

	*source = (struct source){0};
	return rows && (rows->count == 1 || absent(connection, f))
	       && row_into(rows, 0, columns, COUNT(columns), source, f);
}

bool sources_of_kind(struct db *db, struct arena *arena, int64_t workspace, const char *kind, int64_t **list,
	size_t *count, struct fail *f)
{
	return numbers_into(db_run(db, QUERY_sources_of_kind, f, PARAMS(as_i64(workspace), as_text(kind))), arena,
		"connection_id", list, count, f);
}

bool sources_claim_account(struct db *db, const struct source *source, const char *account, struct fail *f)
{
	static const struct column claimed[] = {COLUMN(struct source, account, read_text)};
	const struct rows *rows = db_run(db, QUERY_sources_claim_account, f,
		PARAMS(as_i64(source->workspace_id), as_i64(source->connection_id), as_text(account)));
	struct source found = {0};

	if (!rows || !row_into(rows, 0, claimed, COUNT(claimed), &found, f))
		return false;
	return strcmp(found.account, account) == 0
	       || fail(f, FAIL_CONFLICT, "source_other_account",
		       "the API key shows another account than at first, so nothing was written; give this connection "
		       "a key "
		       "of the first, or add a connection for the other");
}

struct answer {
	bool held;
};

static const struct column held[] = {COLUMN(struct answer, held, read_bool)};

bool sources_lock(struct db *db, int64_t connection, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_sources_lock, f, PARAMS(as_i64(connection)));
	struct answer answer = {0};

	return rows && row_into(rows, 0, held, COUNT(held), &answer, f)
	       && (answer.held
		       || fail(f, FAIL_CONFLICT, "sync_busy",
			       "a round with this connection is under way already; wait until it has ended"));
}

void sources_unlock(struct db *db, int64_t connection)
{
	struct fail ignored = {0};

	/* Without the connection there is no lock either. */
	(void)!db_run(db, QUERY_sources_unlock, &ignored, PARAMS(as_i64(connection)));
}

bool sources_due(struct db *db, struct arena *arena, int64_t limit, int64_t pause_ms, struct source_id **list,
	size_t *count, struct fail *f)
{
	*list = rows_into(db_run(db, QUERY_sources_due, f, PARAMS(as_i64(limit), as_i64(pause_ms))), arena, ids,
		COUNT(ids), sizeof **list, NULL, count, f);
	return *list;
}

bool sources_begin(struct db *db, struct source *source, int64_t pause_ms, struct fail *f)
{
	static const struct column began[] = {COLUMN(struct source, started_at, read_instant)};
	const struct rows *rows = db_run(db, QUERY_sources_begin, f,
		PARAMS(as_i64(source->workspace_id), as_i64(source->connection_id), as_i64(pause_ms)));

	return rows && row_into(rows, 0, began, COUNT(began), source, f);
}

/* SQL NULL stands for a number that is not known. */
static struct param as_known(int64_t number)
{
	return number < 0 ? as_text(NULL) : as_i64(number);
}

static bool still_ours(const struct rows *rows, struct fail *f)
{
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_CONFLICT, "sync_overtaken", "another round with this connection has begun"));
}

bool sources_keep(struct db *db, const struct source *source, const struct source_progress *p, struct fail *f)
{
	return still_ours(db_run(db, QUERY_sources_keep, f,
				  PARAMS(as_i64(source->workspace_id), as_i64(source->connection_id),
					  as_instant(&source->started_at), as_text(p->mark), as_text(p->phase),
					  as_i64(p->done), as_known(p->total), as_i64(p->seen), as_i64(p->applied),
					  as_i64(p->corrected), as_i64(p->refused))),
		f);
}

bool sources_analyze(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_sources_analyze, f, NO_PARAMS);
}

bool sources_end(struct db *db, const struct source *source, const struct source_ending *e, struct fail *f)
{
	return still_ours(db_run(db, QUERY_sources_end, f,
				  PARAMS(as_i64(source->workspace_id), as_i64(source->connection_id),
					  as_instant(&source->started_at), as_text(e->code), as_text(e->words),
					  as_text(e->remark), as_i64(e->next_ms), as_i64(e->quiet_ms))),
		f);
}

bool sources_interrupt(struct db *db, const struct source *source, struct fail *f)
{
	return db_run(db, QUERY_sources_interrupt, f,
		PARAMS(as_i64(source->workspace_id), as_i64(source->connection_id), as_instant(&source->started_at)));
}

bool sources_ask(struct db *db, int64_t workspace, int64_t pause_ms, size_t *asked, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_sources_ask, f, PARAMS(as_i64(workspace), as_i64(pause_ms)));

	*asked = rows ? (size_t)rows->count : 0;
	return rows;
}

bool sources_states(struct db *db, struct arena *arena, int64_t workspace, struct source_state **list, size_t *count,
	struct fail *f)
{
	const struct source_state none = {.total = -1};

	*list = rows_into(db_run(db, QUERY_sources_states, f,
				  PARAMS(as_i64(workspace), as_i64(workspace ? workspace : INT64_MAX))),
		arena, states, COUNT(states), sizeof **list, &none, count, f);
	return *list;
}

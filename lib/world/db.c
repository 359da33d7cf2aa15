/* db - what is asked of PostgreSQL: the closed list of statements, transactions, COPY. */
#include "world/db.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "world/link.h"
#include "world/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum shape { SHAPE_none, SHAPE_row, SHAPE_row_or_none, SHAPE_rows, SHAPE_copy };

/* The texts are longer than the 4,095 bytes that C promises; both of our compilers take any length. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
#define QUERY(name, shape, repeatable, text) {#name, SHAPE_##shape, repeatable, text},
static const struct statement {
	const char *name;
	enum shape shape;
	bool repeatable;
	const char *sql;
} statements[] = {
#include "queries.inc"
};
#undef QUERY

struct db {
	struct arena *arena;
	struct link link;
	int64_t session; /* to which `prepared` belongs */
	bool prepared_statements, in_transaction;
	bool prepared[QUERY_COUNT];
};

/* Of one statement, the first included. Deadlocks under load are settled by the second or third. */
enum { TRIES = 6 };

enum { PARAM_LIMIT = 24 };

struct param as_text(const char *text)
{
	return (struct param){.text = text};
}

struct param as_i64(int64_t value)
{
	struct param p = {.length = 1};

	snprintf(p.number, sizeof p.number, "%" PRId64, value);
	return p;
}

struct param as_bool(bool value)
{
	return as_text(value ? "t" : "f");
}

struct param as_bytes(struct bytes bytes)
{
	return (struct param){.text = (const char *)bytes.at, .length = bytes.length, .binary = true};
}

struct param as_instant(const struct instant *instant)
{
	struct param p = {.length = 1};

	static_assert(sizeof p.number >= INSTANT_SIZE, "an instant fits");
	if (!instant)
		return as_text(NULL);
	instant_to_rfc3339(*instant, p.number);
	return p;
}

/* A copied struct cannot point into itself, so text is NULL and length 1 where the number holds the text. */
static const char *param_value(const struct param *p)
{
	return !p->text && p->length ? p->number : p->text;
}

struct db *db_open(struct arena *arena, const char *url, bool prepared_statements)
{
	struct db *db = calloc(1, sizeof *db);

	if (!db)
		abort();
	*db = (struct db){
		.arena = arena, .link = {.url = url, .client = -1}, .prepared_statements = prepared_statements};
	return db;
}

void db_close(struct db *db)
{
	link_drop(&db->link);
	free(db);
}

struct arena *db_use_arena(struct db *db, struct arena *arena)
{
	struct arena *before = db->arena;

	db->arena = arena;
	return before;
}

void db_serve(struct db *db, int socket)
{
	db->link.client = socket;
}

void db_set_patience(struct db *db, int64_t patience_ms)
{
	db->link.patience_ms = patience_ms;
}

bool db_is_away(const struct fail *f)
{
	return f->kind == FAIL_LATER && strcmp(f->code, "database_away") == 0;
}

bool db_is_busy(const struct fail *f)
{
	return f->kind == FAIL_LATER && strcmp(f->code, "database_busy") == 0;
}

const char *db_sqlstate(const struct db *db)
{
	return db->link.sqlstate;
}

static bool connected(struct db *db, struct fail *f)
{
	if (!db->link.pg && !link_connect(&db->link, f))
		return false;
	if (db->session != db->link.session) {
		db->session = db->link.session;
		memset(db->prepared, 0, sizeof db->prepared);
	}
	return true;
}

/* What was prepared and begun went with the connection. */
static void disconnect(struct db *db)
{
	link_drop(&db->link);
	db->in_transaction = false;
}

static bool prepare(struct db *db, enum query_name name, struct fail *f, enum outcome *outcome)
{
	const struct statement *s = &statements[name];
	AUTO(PGresult) done = NULL;

	if (!db->prepared_statements || db->prepared[name])
		return true;
	if (PQsendPrepare(db->link.pg, s->name, s->sql, 0, NULL))
		done = link_answer_take(&db->link);
	db->prepared[name] = PQresultStatus(done) == PGRES_COMMAND_OK;
	if (!db->prepared[name])
		*outcome = link_explain(&db->link, s->name, done, f);
	return db->prepared[name];
}

struct wire_params {
	const char *values[PARAM_LIMIT];
	int lengths[PARAM_LIMIT], formats[PARAM_LIMIT];
	int count;
};

static bool to_wire(struct wire_params *wire, const struct param *params, size_t count, struct fail *f)
{
	if (count > PARAM_LIMIT)
		return fail(f, FAIL_BUG, "params", "more than %d parameters", PARAM_LIMIT);
	wire->count = (int)count;
	for (size_t i = 0; i < count; i++) {
		wire->values[i] = param_value(&params[i]);
		wire->lengths[i] = (int)params[i].length;
		wire->formats[i] = params[i].binary;
	}
	return true;
}

static bool send_statement(struct db *db, enum query_name name, const struct wire_params *w)
{
	const struct statement *s = &statements[name];

	if (db->prepared_statements)
		return PQsendQueryPrepared(db->link.pg, s->name, w->count, w->values, w->lengths, w->formats, 1);
	return PQsendQueryParams(db->link.pg, s->sql, w->count, NULL, w->values, w->lengths, w->formats, 1);
}

static bool shape_holds(const struct statement *s, int count, struct fail *f)
{
	if ((s->shape == SHAPE_row && count != 1) || (s->shape == SHAPE_row_or_none && count > 1))
		return fail(f, FAIL_BUG, "row_count", "the statement \"%s\" brought %d rows", s->name, count);
	return true;
}

static void clear_result(void *result)
{
	PQclear(result);
}

/* NULL with f and *outcome on failure. */
static const struct rows *run_once(
	struct db *db, enum query_name name, struct fail *f, const struct wire_params *wire, enum outcome *outcome)
{
	const struct statement *s = &statements[name];
	PGresult *result = NULL;
	struct rows *rows;

	*outcome = LOST;
	if (!connected(db, f) || !prepare(db, name, f, outcome))
		return NULL;
	if (send_statement(db, name, wire))
		result = link_answer_take(&db->link);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
		*outcome = link_explain(&db->link, s->name, result, f);
		PQclear(result);
		return NULL;
	}
	arena_later(db->arena, clear_result, result);
	rows = arena_alloc(db->arena, sizeof *rows);
	*rows = (struct rows){result, PQntuples(result)};
	*outcome = GOOD;
	db->link.sqlstate[0] = '\0';
	return shape_holds(s, rows->count, f) ? rows : NULL;
}

/* Up to 2, 4, 8 ... ms, drawn at random so that two that met do not meet again. */
static void pause_before(int attempt)
{
	struct timespec pause = {.tv_nsec = (long)randombytes_uniform(1000000u << attempt)};

	nanosleep(&pause, NULL);
}

const struct rows *db_run(struct db *db, enum query_name name, struct fail *f, const struct param *params, size_t count)
{
	struct wire_params wire;

	if (!to_wire(&wire, params, count, f))
		return NULL;
	for (int attempt = 1;; attempt++) {
		bool used = db->link.pg, alone = !db->in_transaction && statements[name].repeatable;
		struct fail trouble = {0};
		enum outcome outcome;
		const struct rows *rows = run_once(db, name, &trouble, &wire, &outcome);

		if (rows)
			return rows;
		if (outcome == LOST || !db->link.pg)
			disconnect(db);
		/* A connection that was cut between two requests is found out here; one made just now that fails is an
		 * answer. */
		if (!alone || attempt == TRIES || !(outcome == BUSY || (outcome == LOST && used))) {
			/* A key that stands in the way at every attempt is no meeting of two. */
			if (outcome == BUSY && strcmp(db->link.sqlstate, "23505") == 0)
				fail(f, FAIL_BUG, "statement", "the statement \"%s\" broke a unique key",
					statements[name].name);
			fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
			return NULL;
		}
		if (outcome == BUSY)
			pause_before(attempt);
	}
}

static bool send_plain(struct db *db, const char *sql)
{
	return PQsendQueryParams(db->link.pg, sql, 0, NULL, NULL, NULL, NULL, 1);
}

/* Those who wait for each other give up by this limit; PostgreSQL looks for them only after a second. */
static bool send_together(struct db *db, enum query_name name, const struct wire_params *wires, size_t times)
{
	bool sent = PQenterPipelineMode(db->link.pg) && send_plain(db, "BEGIN")
		    && send_plain(db, "SET LOCAL lock_timeout = '100ms'");

	for (size_t i = 0; i < times; i++)
		sent = sent && send_statement(db, name, &wires[i]);
	return sent && send_plain(db, "COMMIT") && PQpipelineSync(db->link.pg);
}

/* The answers to several statements, one by one. */
struct answers {
	struct db *db;
	enum query_name name;
	int64_t patience_ms, end_ms;
	enum outcome outcome; /* of the first that failed */
	struct fail *f;
};

static const struct rows *next_answer(struct answers *a)
{
	struct db *db = a->db;
	struct rows *rows = arena_alloc(db->arena, sizeof *rows);
	int64_t left_ms = a->end_ms - clock_ms();
	PGresult *result = NULL;

	if (a->patience_ms)
		db->link.patience_ms = left_ms > 1 ? left_ms : 1;
	if (db->link.pg)
		result = link_answer_take(&db->link);
	db->link.patience_ms = a->patience_ms;
	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
	case PGRES_PIPELINE_SYNC:
		break;
	default: /* what comes after one that failed was not run */
		if (a->outcome == GOOD)
			a->outcome = link_explain(&db->link, statements[a->name].name, result, a->f);
	}
	if (result)
		arena_later(db->arena, clear_result, result);
	*rows = (struct rows){result, PQntuples(result)};
	return rows;
}

bool db_run_together(struct db *db, enum query_name name, struct fail *f, const struct param *params, size_t count,
	size_t times, const struct rows **rows)
{
	struct wire_params *wires = arena_alloc(db->arena, times * sizeof *wires);
	struct answers answers = {.db = db, .name = name, .patience_ms = db->link.patience_ms, .outcome = GOOD, .f = f};
	bool shaped = true;

	for (size_t i = 0; i < times; i++)
		if (!to_wire(&wires[i], params + i * count, count, f))
			return false;
	if (!connected(db, f) || !prepare(db, name, f, &answers.outcome))
		return false;
	if (!send_together(db, name, wires, times)) {
		link_explain(&db->link, statements[name].name, NULL, f);
		disconnect(db);
		return false;
	}
	answers.end_ms = clock_ms() + answers.patience_ms;
	next_answer(&answers); /* BEGIN */
	next_answer(&answers); /* SET */
	for (size_t i = 0; i < times; i++) {
		rows[i] = next_answer(&answers);
		shaped = shaped && (answers.outcome != GOOD || shape_holds(&statements[name], rows[i]->count, f));
	}
	next_answer(&answers); /* COMMIT */
	next_answer(&answers); /* all is answered */
	if (!db->link.pg || !PQexitPipelineMode(db->link.pg)
		|| (answers.outcome != GOOD && !db_script(db, "rollback", "ROLLBACK", f)))
		disconnect(db);
	else if (answers.outcome == GOOD)
		db->link.sqlstate[0] = '\0';
	return answers.outcome == GOOD && shaped;
}

/* Reads what is left of a statement's results, so that the next may begin. */
static void drain(struct db *db)
{
	PGresult *result;

	while (db->link.pg && (result = PQgetResult(db->link.pg)))
		PQclear(result);
}

/* The connection may have been cut since the last request, and rows that were given out cannot be taken back: so make
 * sure first. */
static bool alive(struct db *db, struct fail *f)
{
	if (db->link.pg && PQsendQuery(db->link.pg, "")) {
		AUTO(PGresult) pong = link_answer_take(&db->link);

		if (PQresultStatus(pong) == PGRES_EMPTY_QUERY)
			return connected(db, f);
	}
	disconnect(db);
	return connected(db, f);
}

bool db_each(struct db *db, enum query_name name, struct fail *f, const struct param *params, size_t count,
	bool (*each)(const struct rows *row, void *context, struct fail *), void *context)
{
	struct wire_params wire;
	enum outcome outcome = GOOD;
	bool wanted = true;

	if (!to_wire(&wire, params, count, f) || (!db->in_transaction && !alive(db, f))
		|| !prepare(db, name, f, &outcome))
		return false;
	if (!send_statement(db, name, &wire) || !PQsetSingleRowMode(db->link.pg)) {
		link_explain(&db->link, statements[name].name, NULL, f);
		disconnect(db);
		return false;
	}
	while (wanted && outcome == GOOD) {
		AUTO(PGresult) result = PQgetResult(db->link.pg);
		struct rows row = {result, 1};

		if (!result)
			return true;
		if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
			wanted = each(&row, context, f);
		else if (PQresultStatus(result) != PGRES_TUPLES_OK)
			outcome = link_explain(&db->link, statements[name].name, result, f);
	}
	if (!wanted)
		link_stop_statement(&db->link);
	drain(db);
	if (outcome == LOST)
		disconnect(db);
	return false;
}

bool db_script(struct db *db, const char *name, const char *sql, struct fail *f)
{
	AUTO(PGresult) result = NULL;

	if (!connected(db, f))
		return false;
	if (PQsendQuery(db->link.pg, sql))
		result = link_answer_take(&db->link);
	if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
		return true;
	/* The schema quotes no data: its messages may be read in full. */
	if (result)
		log_line(LOG_ERROR, "script_failed", "%s: %s", name, PQresultErrorMessage(result));
	if (link_explain(&db->link, name, result, f) == LOST)
		disconnect(db);
	return false;
}

bool db_copy_begin(struct db *db, enum query_name name, struct fail *f)
{
	AUTO(PGresult) result = NULL;

	if (!connected(db, f))
		return false;
	if (PQsendQuery(db->link.pg, statements[name].sql))
		result = link_answer_take(&db->link);
	if (PQresultStatus(result) == PGRES_COPY_IN)
		return true;
	link_explain(&db->link, statements[name].name, result, f);
	return false;
}

static bool copy_lost(struct db *db, struct fail *f)
{
	link_explain(&db->link, "copy", NULL, f);
	disconnect(db);
	return false;
}

bool db_copy_put(struct db *db, const char *bytes, size_t length, struct fail *f)
{
	return PQputCopyData(db->link.pg, bytes, (int)length) == 1 || copy_lost(db, f);
}

bool db_copy_end(struct db *db, struct fail *f)
{
	AUTO(PGresult) result = NULL;

	if (PQputCopyEnd(db->link.pg, NULL) != 1)
		return copy_lost(db, f);
	result = link_answer_take(&db->link);
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		return true;
	link_explain(&db->link, "copy", result, f);
	return false;
}

struct tx tx_begin(struct db *db, struct fail *f)
{
	struct tx tx = {.db = db};

	if (alive(db, f) && db_script(db, "begin", "BEGIN", f))
		tx.open = db->in_transaction = true;
	return tx;
}

bool tx_commit(struct tx *tx, struct fail *f)
{
	if (!tx->open)
		return false;
	tx->open = tx->db->in_transaction = false;
	return db_script(tx->db, "commit", "COMMIT", f);
}

void tx_end(struct tx *tx)
{
	struct fail ignored = {0};

	if (!tx->open)
		return;
	tx->open = tx->db->in_transaction = false;
	if (tx->db->link.pg && !db_script(tx->db, "rollback", "ROLLBACK", &ignored))
		disconnect(tx->db);
}

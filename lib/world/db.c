/* db - one connection to PostgreSQL: the closed list of statements, transactions, COPY, and what to do when it is lost.
 */
#include "world/db.h"

#include "base/arena.h"
#include "base/log.h"
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
	const char *url;
	PGconn *link; /* NULL: not connected */
	bool prepared_statements, in_transaction;
	bool prepared[QUERY_COUNT]; /* in this session */
	char sqlstate[6];
};

/* Of one statement, the first included. Deadlocks under load are settled by the second or third. */
enum { TRIES = 6 };

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
	*db = (struct db){.arena = arena, .url = url, .prepared_statements = prepared_statements};
	return db;
}

static void disconnect(struct db *db)
{
	PQfinish(db->link);
	db->link = NULL;
	db->in_transaction = false;
	memset(db->prepared, 0, sizeof db->prepared);
}

void db_close(struct db *db)
{
	disconnect(db);
	free(db);
}

const char *db_sqlstate(const struct db *db)
{
	return db->sqlstate;
}

static void ignore_notice(void *context, const PGresult *notice)
{
	(void)context, (void)notice;
}

static bool away(struct fail *f)
{
	return fail(f, FAIL_LATER, "database_away", "the database could not be reached; try again in a few seconds");
}

/* gssencmode is off because asking for Kerberos costs memory and a round trip that nobody here needs; the URL may say
 * otherwise. */
static bool connect_again(struct db *db, struct fail *f)
{
	static const char *const names[] = {"gssencmode", "connect_timeout", "application_name", "dbname", NULL};
	const char *const values[] = {"disable", "3", "turnout", db->url, NULL};

	disconnect(db);
	db->sqlstate[0] = '\0';
	db->link = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->link) != CONNECTION_OK) {
		disconnect(db);
		return away(f);
	}
	/* Notices may quote data; nothing here raises one that matters. */
	PQsetNoticeReceiver(db->link, ignore_notice, NULL);
	return true;
}

/* How a failure is to be understood. Measured with libpq 15: after pg_terminate_backend and an immediate stop the
 * failed result carries no SQLSTATE, and PQstatus may still say OK on the first failing call. */
static enum outcome { GOOD, LOST, BUSY, SLOW, WRONG } judge(const char *sqlstate)
{
	static const struct {
		const char *begin;
		enum outcome outcome;
	} table[] = {
		{"08",    LOST},
                {"57P01", LOST},
                {"57P02", LOST},
                {"57P03", LOST},
                {"53",    LOST},
		{"25006", LOST}, /* read-only: a stand-by after a fail-over; the next connection finds the primary */
		{"40",    BUSY},
                {"55P03", BUSY},
                {"57014", SLOW},
		{"23505", BUSY}, /* two met at a unique key that the statement did not name: run again, one now sees the
  other */
	};

	if (!*sqlstate)
		return LOST;
	for (size_t i = 0; i < COUNT(table); i++)
		if (strncmp(sqlstate, table[i].begin, strlen(table[i].begin)) == 0)
			return table[i].outcome;
	return WRONG;
}

/* The message of a failed statement may quote data, so the log gets its name, the SQLSTATE and the constraint. */
static enum outcome explain(struct db *db, const char *name, const PGresult *result, struct fail *f)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	enum outcome outcome;

	snprintf(db->sqlstate, sizeof db->sqlstate, "%s", sqlstate ? sqlstate : "");
	outcome = judge(db->sqlstate);
	log_line(outcome == WRONG ? LOG_ERROR : LOG_WARN, "statement_failed",
		"statement %s failed, SQLSTATE \"%s\", constraint \"%s\"", name, db->sqlstate,
		constraint ? constraint : "");
	switch (outcome) {
	case LOST:
		away(f);
		break;
	case BUSY:
		fail(f, FAIL_LATER, "database_busy", "the database was busy with the same rows; try again");
		break;
	case SLOW:
		fail(f, FAIL_LATER, "database_slow", "the database took too long; ask for less, or try again");
		break;
	default:
		fail(f, FAIL_BUG, "statement", "the statement \"%s\" failed", name);
	}
	return outcome;
}

static bool prepare(struct db *db, enum query_name name, struct fail *f, enum outcome *outcome)
{
	const struct statement *s = &statements[name];

	if (!db->prepared_statements || db->prepared[name])
		return true;
	AUTO(PGresult) done = PQprepare(db->link, s->name, s->sql, 0, NULL);
	db->prepared[name] = PQresultStatus(done) == PGRES_COMMAND_OK;
	if (!db->prepared[name])
		*outcome = explain(db, s->name, done, f);
	return db->prepared[name];
}

enum { PARAM_LIMIT = 24 };

struct wire_params {
	const char *values[PARAM_LIMIT];
	int lengths[PARAM_LIMIT], formats[PARAM_LIMIT];
};

static bool to_wire(struct wire_params *wire, const struct param *params, size_t count, struct fail *f)
{
	if (count > PARAM_LIMIT)
		return fail(f, FAIL_BUG, "params", "more than %d parameters", PARAM_LIMIT);
	for (size_t i = 0; i < count; i++) {
		wire->values[i] = param_value(&params[i]);
		wire->lengths[i] = (int)params[i].length;
		wire->formats[i] = params[i].binary;
	}
	return true;
}

static PGresult *execute(struct db *db, enum query_name name, const struct wire_params *wire, size_t count)
{
	const struct statement *s = &statements[name];

	if (db->prepared_statements)
		return PQexecPrepared(db->link, s->name, (int)count, wire->values, wire->lengths, wire->formats, 1);
	return PQexecParams(db->link, s->sql, (int)count, NULL, wire->values, wire->lengths, wire->formats, 1);
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
static const struct rows *run_once(struct db *db, enum query_name name, struct fail *f, const struct wire_params *wire,
	size_t count, enum outcome *outcome)
{
	const struct statement *s = &statements[name];
	struct rows *rows;
	PGresult *result;
	ExecStatusType status;

	*outcome = LOST;
	if ((!db->link && !connect_again(db, f)) || !prepare(db, name, f, outcome))
		return NULL;
	result = execute(db, name, wire, count);
	status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		*outcome = explain(db, s->name, result, f);
		PQclear(result);
		return NULL;
	}
	arena_later(db->arena, clear_result, result);
	rows = arena_alloc(db->arena, sizeof *rows);
	*rows = (struct rows){result, PQntuples(result)};
	*outcome = GOOD;
	db->sqlstate[0] = '\0';
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
		bool fresh = !db->link, alone = !db->in_transaction && statements[name].repeatable;
		struct fail trouble = {0};
		enum outcome outcome;
		const struct rows *rows = run_once(db, name, &trouble, &wire, count, &outcome);

		if (rows)
			return rows;
		if (outcome == LOST)
			disconnect(db);
		/* A connection that was cut between two requests is found out here; one made just now that fails is an
		 * answer. */
		if (!alone || attempt >= TRIES || (outcome != BUSY && !(outcome == LOST && !fresh))) {
			fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
			return NULL;
		}
		if (outcome == BUSY)
			pause_before(attempt);
	}
}

static void cancel(struct db *db)
{
	char error[256];
	PGcancel *handle = PQgetCancel(db->link);

	if (handle)
		PQcancel(handle, error, sizeof error);
	PQfreeCancel(handle);
}

/* Reads what is left of a statement's results, so that the next may begin. */
static void drain(struct db *db)
{
	PGresult *result;

	while ((result = PQgetResult(db->link)))
		PQclear(result);
}

static bool send_single(struct db *db, enum query_name name, const struct wire_params *wire, size_t count)
{
	const struct statement *s = &statements[name];
	int sent = db->prepared_statements ? PQsendQueryPrepared(
			   db->link, s->name, (int)count, wire->values, wire->lengths, wire->formats, 1)
					   : PQsendQueryParams(db->link, s->sql, (int)count, NULL, wire->values,
						   wire->lengths, wire->formats, 1);

	return sent && PQsetSingleRowMode(db->link);
}

/* The connection may have been cut since the last request, and rows that were given out cannot be taken back: so make
 * sure first. */
static bool alive(struct db *db, struct fail *f)
{
	if (db->link && PQconsumeInput(db->link) && PQstatus(db->link) == CONNECTION_OK) {
		AUTO(PGresult) pong = PQexec(db->link, "");
		if (PQresultStatus(pong) == PGRES_EMPTY_QUERY)
			return true;
	}
	return connect_again(db, f);
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
	if (!send_single(db, name, &wire, count)) {
		disconnect(db);
		return away(f);
	}
	while (wanted && outcome == GOOD) {
		AUTO(PGresult) result = PQgetResult(db->link);
		struct rows row = {result, 1};

		if (!result)
			return true;
		if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
			wanted = each(&row, context, f);
		else if (PQresultStatus(result) != PGRES_TUPLES_OK)
			outcome = explain(db, statements[name].name, result, f);
	}
	if (!wanted)
		cancel(db);
	drain(db);
	if (outcome == LOST)
		disconnect(db);
	return false;
}

bool db_script(struct db *db, const char *name, const char *sql, struct fail *f)
{
	ExecStatusType status;

	if (!db->link && !connect_again(db, f))
		return false;
	AUTO(PGresult) result = PQexec(db->link, sql);
	status = PQresultStatus(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return true;
	/* The schema quotes no data: its messages may be read in full. */
	log_line(LOG_ERROR, "script_failed", "%s: %s", name, PQresultErrorMessage(result));
	if (explain(db, name, result, f) == LOST)
		disconnect(db);
	return false;
}

bool db_copy_begin(struct db *db, enum query_name name, struct fail *f)
{
	if (!db->link && !connect_again(db, f))
		return false;
	AUTO(PGresult) result = PQexec(db->link, statements[name].sql);
	if (PQresultStatus(result) == PGRES_COPY_IN)
		return true;
	explain(db, statements[name].name, result, f);
	return false;
}

bool db_copy_put(struct db *db, const char *bytes, size_t length, struct fail *f)
{
	return PQputCopyData(db->link, bytes, (int)length) == 1 || away(f);
}

bool db_copy_end(struct db *db, struct fail *f)
{
	bool good;

	if (PQputCopyEnd(db->link, NULL) != 1)
		return away(f);
	AUTO(PGresult) result = PQgetResult(db->link);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		explain(db, "copy", result, f);
	drain(db);
	return good;
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
	if (tx->db->link && !db_script(tx->db, "rollback", "ROLLBACK", &ignored))
		disconnect(tx->db);
}

/* db - what is asked of PostgreSQL: the closed list of statements, transactions, COPY. */
#ifndef WORLD_DB_H
#define WORLD_DB_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;
typedef struct db database; /* for AUTO, which needs a name of one word */
struct rows;

/* Every statement there is, made from schema/queries/<store>.sql: QUERY_<name>. */
#define QUERY(name, shape, repeatable, text) QUERY_##name,
enum query_name {
#include "queries.inc"
	QUERY_COUNT
};
#undef QUERY

/* A parameter. NULL strings and NULL bytes are SQL NULL. Borrowed until the call returns. */
struct param {
	const char *text;
	size_t length;
	bool binary;
	char number[32]; /* what text points to, for numbers and instants */
};

struct param as_text(const char *);
struct param as_i64(int64_t);
struct param as_bool(bool);
struct param as_bytes(struct bytes);
struct param as_instant(const struct instant *); /* NULL is SQL NULL */

#define PARAMS(...) (const struct param[]){__VA_ARGS__}, COUNT(((const struct param[]){__VA_ARGS__}))
#define NO_PARAMS   NULL, 0

/* Does not connect yet: that happens with the first statement, and again whenever the connection was lost. `url` is
 * borrowed. Rows live as long as what is in `arena`. Never NULL. */
struct db *db_open(struct arena *, const char *url, bool prepared_statements);
void db_close(struct db *);
OWNED_BY_SCOPE(database, db_close)

/* Rows live as long as what is in this arena from now on; returns the one before. */
struct arena *db_use_arena(struct db *, struct arena *);

/* Whom the answers are for: a socket, whose other end may go away while the server is still at work; then the statement
 * is stopped, with FAIL_LATER "client_gone". -1, as at first: nobody. */
void db_serve(struct db *, int socket);

/* How long one answer may take; 0, as at first: without end. A server that is silent for longer counts as lost, so that
 * a program can still say so to its caller. */
void db_set_patience(struct db *, int64_t patience_ms);

/* Whether a failure means that nothing else will work now either; otherwise it concerns only what was asked. */
bool db_is_away(const struct fail *);

/* Whether others held what was asked for, so that it may go well another time. */
bool db_is_busy(const struct fail *);

/* Runs a statement, prepared on its first use in a session. NULL on failure. The number of rows is what the statement's
 * shape promises. A statement marked repeatable that runs outside a transaction is run again when the connection turned
 * out to be lost, on serialization failures and on deadlocks. FAIL_LATER: the database is away or busy. FAIL_BUG: all
 * else; the caller that expects a constraint to speak asks db_sqlstate. */
const struct rows *db_run(struct db *, enum query_name, struct fail *, const struct param *, size_t count) MUST_CHECK;

/* Runs a statement `times` times, each with `count` parameters of its own, in one transaction and one round trip: all
 * of it or nothing. Nothing is tried again, and what others hold is waited for only as long as short transactions take,
 * so whoever asks for several at once goes on one by one when this fails. Patience is for all answers. */
bool db_run_together(struct db *, enum query_name, struct fail *, const struct param *params, size_t count,
	size_t times, const struct rows **rows) MUST_CHECK;

/* Runs a statement and gives its rows one by one, so that memory stays bounded; `each` returns false to stop, which
 * cancels the statement. The row is gone when `each` returns. */
bool db_each(struct db *, enum query_name, struct fail *, const struct param *, size_t count,
	bool (*each)(const struct rows *row, void *context, struct fail *), void *context) MUST_CHECK;

/* Five characters; "" when the last statement brought none. */
const char *db_sqlstate(const struct db *);

/* Several statements in one text, in one implicit transaction unless one is open; for the schema only. */
bool db_script(struct db *, const char *name, const char *sql, struct fail *) MUST_CHECK;

/* COPY ... FROM STDIN: begin, any number of put, then end, which tells what the server thought of it. */
bool db_copy_begin(struct db *, enum query_name, struct fail *) MUST_CHECK;
bool db_copy_put(struct db *, const char *bytes, size_t length, struct fail *) MUST_CHECK;
bool db_copy_end(struct db *, struct fail *) MUST_CHECK;

struct tx {
	struct db *db;
	bool open;
};

/* A block that is one transaction: what tx_commit did not confirm is undone when the block ends, however it ends. */
#define IN_TRANSACTION(name, db, f) struct tx name __attribute__((cleanup(tx_end))) = tx_begin(db, f)

struct tx tx_begin(struct db *, struct fail *);
bool tx_commit(struct tx *, struct fail *) MUST_CHECK;
void tx_end(struct tx *);

#endif

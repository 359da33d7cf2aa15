/* link - the connection to PostgreSQL: made, lost, waited for with a deadline, and what a failure means. */
#ifndef WORLD_LINK_H
#define WORLD_LINK_H

#include "base/fail.h"
#include "base/scope.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct link {
	const char *url;       /* borrowed */
	int64_t patience_ms;   /* for one answer; 0: without end */
	int client;            /* the socket of whom the answer is for; -1: nobody's */
	bool client_gone;      /* the last statement was stopped because of that */
	PGconn *pg;            /* NULL: not connected */
	int64_t session;       /* counts connections */
	bool gave_up;          /* the last answer did not come in time */
	int64_t away_until_ms; /* monotonic; no attempt to connect before */
	char sqlstate[6];      /* of the last result; "" when it brought none */
};

/* How the result of a statement is to be understood. */
enum outcome {
	GOOD,
	LOST, /* the connection, or the server: connect again */
	BUSY, /* met another transaction: run it again */
	SLOW, /* the server gave it up, or we did: asking again would only take as long again */
	WRONG,
};

/* FAIL_LATER "database_away" when it could not be made. A server that is silent rather than gone costs seconds to find
 * out, so for as long as that took no further attempt is made. */
bool link_connect(struct link *, struct fail *) MUST_CHECK;
void link_drop(struct link *); /* NULL-safe: may be dropped twice */

/* Asks the server to give up what it is at; the result then says so. */
void link_stop_statement(struct link *);

/* Waits for the answer to what was sent with a PQsend function. The last of its results, or NULL when the connection
 * was lost or patience ended; the link is dropped then, and whether the statement was run is not known. The caller clears it. */
PGresult *link_answer_take(struct link *);

/* Says in *f and in the log what went wrong; result may be NULL. The message of a failed statement may quote data, so
 * the log gets its name, the SQLSTATE and the constraint. */
enum outcome link_explain(struct link *, const char *name, const PGresult *result, struct fail *f);

#endif

/* link - the connection to PostgreSQL: made, lost, waited for with a deadline, and what a failure means. */
#define _GNU_SOURCE /* POLLRDHUP; Linux and FreeBSD have it */
#include "world/link.h"

#include "base/clock.h"
#include "base/log.h"
#include "world/rows.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static bool away(struct fail *f)
{
	return fail(f, FAIL_LATER, "database_away", "the database could not be reached; try again in a few seconds");
}

static void ignore_notice(void *context, const PGresult *notice)
{
	(void)context, (void)notice;
}

void link_drop(struct link *link)
{
	PQfinish(link->pg);
	link->pg = NULL;
}

/* Whoever looks at the sessions of the server sees which program each is of: "turnout webhook"; the command line is
 * "turnout" alone. */
static const char *session_name(char name[64])
{
	const char *program = log_program();

	snprintf(name, 64, "%s%s", strcmp(program, "turnout") == 0 ? "" : "turnout ", program);
	return name;
}

/* gssencmode is off because asking for Kerberos costs memory and a round trip that nobody here needs; the URL may say
 * otherwise. connect_timeout: 2 s is the least that libpq takes. */
bool link_connect(struct link *link, struct fail *f)
{
	static const char *const names[] = {"gssencmode", "connect_timeout", "application_name", "dbname", NULL};
	char name[64];
	const char *const values[] = {"disable", "2", session_name(name), link->url, NULL};
	int64_t begin = clock_ms(), end;

	link_drop(link);
	link->sqlstate[0] = '\0';
	link->gave_up = false;
	if (begin < link->away_until_ms)
		return away(f);
	link->pg = PQconnectdbParams(names, values, 1);
	if (PQstatus(link->pg) == CONNECTION_OK) {
		link->session++;
		/* Notices may quote data; nothing here raises one that matters. */
		PQsetNoticeReceiver(link->pg, ignore_notice, NULL);
		return true;
	}
	link_drop(link);
	end = clock_ms();
	link->away_until_ms = end + (end - begin);
	return away(f);
}

void link_stop_statement(struct link *link)
{
	char error[256];
	PGcancel *handle = PQgetCancel(link->pg);

	if (handle)
		PQcancel(handle, error, sizeof error);
	PQfreeCancel(handle);
}

/* False when the deadline passed or the connection broke. The statement of a client that is gone is stopped; the server
 * says so in its result. */
static bool wait_for_input(struct link *link, int64_t deadline_ms)
{
	while (PQisBusy(link->pg)) {
		struct pollfd fds[2] = {{.fd = PQsocket(link->pg), .events = POLLIN},
			{.fd = link->client_gone ? -1 : link->client, .events = POLLRDHUP}};
		int64_t left = link->patience_ms ? deadline_ms - clock_ms() : -1;
		int ready;

		link->gave_up = link->patience_ms && left <= 0;
		if (link->gave_up)
			return false;
		ready = poll(fds, 2, (int)left);
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready > 0 && fds[1].revents) {
			link->client_gone = true;
			link_stop_statement(link);
		}
		if (ready > 0 && fds[0].revents && !PQconsumeInput(link->pg))
			return true; /* the result that follows says so */
	}
	return true;
}

PGresult *link_answer_take(struct link *link)
{
	int64_t deadline_ms = clock_ms() + link->patience_ms;
	PGresult *last = NULL, *next;

	link->client_gone = false;
	/* What was sent is small enough for the socket's buffer but for large bodies: libpq keeps the rest until it is
	 * flushed. */
	while (PQflush(link->pg) == 1) {
		struct pollfd fd = {.fd = PQsocket(link->pg), .events = POLLIN | POLLOUT};

		if (poll(&fd, 1, link->patience_ms ? (int)link->patience_ms : -1) == 0)
			break;
		if (fd.revents & POLLIN && !PQconsumeInput(link->pg))
			break;
	}
	for (;;) {
		if (!wait_for_input(link, deadline_ms)) {
			PQclear(last);
			link_drop(link);
			return NULL;
		}
		next = PQgetResult(link->pg);
		if (!next)
			return last;
		PQclear(last);
		last = next;
		/* A COPY stays open until its data was sent. */
		if (PQresultStatus(last) == PGRES_COPY_IN)
			return last;
	}
}

/* Measured with libpq 15: after pg_terminate_backend and an immediate stop the failed result carries no SQLSTATE, and
 * PQstatus may still say OK on the first failing call. */
static enum outcome judge(const char *sqlstate)
{
	static const struct {
		const char *begin;
		enum outcome outcome;
	} table[] = {
		{"08", LOST},
		{"57P01", LOST},
		{"57P02", LOST},
		{"57P03", LOST},
		{"53", LOST},
		{"25006", LOST}, /* read-only: a stand-by after a fail-over; the next connection finds the primary */
		{"40", BUSY},
		{"55P03", BUSY},
		{"23505", BUSY}, /* two met at a key that the statement did not name: run again, one sees the other */
		{"57014", SLOW},
	};

	if (!*sqlstate)
		return LOST;
	for (size_t i = 0; i < COUNT(table); i++)
		if (strncmp(sqlstate, table[i].begin, strlen(table[i].begin)) == 0)
			return table[i].outcome;
	return WRONG;
}

/* What is wrong with the installation, not with the statement; NULL: nothing that is known. */
static const char *cure_of(const char *sqlstate)
{
	static const struct {
		const char *sqlstate, *cure;
	} table[] = {
		{"42501", "this role of the database may not do that; DATABASE_OWNER_URL names the one for "
			  "administration"},
		{"42P01", "the schema of the database is not of this version; run `turnout migrate`"},
		{"42703", "the schema of the database is not of this version; run `turnout migrate`"},
		{"42883", "the schema of the database is not of this version; run `turnout migrate`"},
	};

	for (size_t i = 0; i < COUNT(table); i++)
		if (strcmp(sqlstate, table[i].sqlstate) == 0)
			return table[i].cure;
	return NULL;
}

/* What breaks a constraint may be what the caller asked about, and what has a cure is told to him: he says so louder.
 */
static enum log_level level_of(enum outcome outcome, const char *sqlstate)
{
	return outcome == WRONG && strncmp(sqlstate, "23", 2) != 0 && !cure_of(sqlstate) ? LOG_ERROR : LOG_WARN;
}

enum outcome link_explain(struct link *link, const char *name, const PGresult *result, struct fail *f)
{
	const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
	enum outcome outcome;

	snprintf(link->sqlstate, sizeof link->sqlstate, "%s", sqlstate ? sqlstate : "");
	if (link->client_gone && strcmp(link->sqlstate, "57014") == 0) {
		fail(f, FAIL_LATER, "client_gone", "the client closed the connection");
		return SLOW;
	}
	outcome = link->gave_up ? SLOW : judge(link->sqlstate);
	log_line(level_of(outcome, link->sqlstate), "statement_failed",
		"statement %s failed, SQLSTATE \"%s\", constraint \"%s\"", name, link->sqlstate,
		constraint ? constraint : "");
	switch (outcome) {
	case LOST:
		link_drop(link);
		away(f);
		break;
	case BUSY:
		fail(f, FAIL_LATER, "database_busy", "the database was busy with the same rows; try again");
		break;
	case SLOW:
		fail(f, FAIL_LATER, "database_slow", "the database took too long; ask for less, or try again");
		break;
	default:
		if (cure_of(link->sqlstate))
			fail(f, FAIL_BUG, "installation", "%s", cure_of(link->sqlstate));
		fail(f, FAIL_BUG, "statement", "the statement \"%s\" failed", name);
	}
	return outcome;
}

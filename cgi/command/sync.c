/* sync - `turnout sync`: a round with a source, here and now, and how it goes. */
#include "work/sync.h"

#include "base/clock.h"
#include "command/command.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void ask_to_stop(int signal)
{
	(void)signal;
	stop = 1;
}

/* Ctrl-C ends the round at its next page, or amid a wait: what was read stays, and the next goes on from there. */
static void listen_for_stop(void)
{
	struct sigaction action = {.sa_handler = ask_to_stop};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* What the terminal shows. */
struct desk {
	bool live; /* stderr is a terminal */
	int64_t began_us, told_us;
};

static double seconds_since(int64_t then_us)
{
	return (double)(clock_us() - then_us) / 1e6;
}

/* A line that rewrites itself on a terminal; elsewhere one now and then. */
static void progress(void *context, const struct sync_news *news)
{
	struct desk *desk = context;
	char total[32] = "";

	if (seconds_since(desk->told_us) < (desk->live ? 0.1 : 1.0))
		return;
	desk->told_us = clock_us();
	if (news->total >= 0)
		snprintf(total, sizeof total, " of %" PRId64, news->total);
	fprintf(stderr, "%s%s: %" PRId64 "%s, %.0f/s%s", desk->live ? "\r" : "", news->phase, news->done, total,
		(double)news->seen / (seconds_since(desk->began_us) + 1e-9), desk->live ? "\033[K" : "\n");
}

static bool one_round(struct session *session, const struct secret_key *key, struct sync_order *order, struct fail *f)
{
	struct desk desk = {.live = isatty(STDERR_FILENO)};
	struct sync_news result;
	double seconds;
	bool good;

	desk.began_us = clock_us();
	order->news = progress;
	order->context = &desk;
	good = sync_round(session->arena, session->db, key, session->settings, order, &result, f);
	seconds = seconds_since(desk.began_us);
	if (desk.live)
		fputs("\r\033[K", stderr);
	printf("connection %" PRId64 ": %" PRId64 " seen, %" PRId64 " applied, %" PRId64 " corrected, %" PRId64
	       " not understood, in %.1f s (%.0f/s)\n",
		order->connection_id, result.seen, result.applied, result.corrected, result.refused, seconds,
		(double)result.seen / (seconds + 1e-9));
	fflush(stdout);
	return good;
}

/* A day or a moment. */
static bool read_since(const char *text, struct instant *since, struct fail *f)
{
	char day[sizeof "2024-05-06T00:00:00Z"];

	if (!text)
		return true;
	if (date_is_valid(text)) {
		snprintf(day, sizeof day, "%sT00:00:00Z", text);
		text = day;
	}
	return instant_from_rfc3339(text, strlen(text), since)
	       || fail(f, FAIL_INPUT, "usage",
		       "--since is \"%.40s\", expected a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z",
		       text);
}

/* The connection asked for, or all of the kind; each has its round, whatever became of the others. */
static bool all_rounds(struct session *session, const char *kind, struct sync_order *order, struct fail *f)
{
	struct secret_key key;
	int64_t wanted = order->connection_id, *ids;
	size_t count, rounds = 0;

	if (!session_key(session, &key, f)
		|| !sources_of_kind(session->db, session->arena, order->workspace_id, kind, &ids, &count, f))
		return false;
	for (size_t i = 0; i < count && !stop; i++) {
		struct fail trouble = {0};

		if (wanted && ids[i] != wanted)
			continue;
		rounds++;
		order->connection_id = ids[i];
		if (one_round(session, &key, order, &trouble))
			continue;
		if (f->kind != FAIL_NONE)
			fprintf(stderr, "turnout: connection %" PRId64 ": %s\n", ids[i], trouble.detail);
		(void)fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	}
	return f->kind == FAIL_NONE
	       && (rounds > 0
		       || fail(f, FAIL_ABSENT, "source_absent",
			       "there is no such connection with an API key in workspace %lld; see `turnout connection "
			       "list` and `turnout connection api`",
			       (long long)order->workspace_id));
}

static bool sync_now(struct session *session, const char *kind, int argc, char **argv, struct fail *f)
{
	struct sync_order order = {.stop = &stop};
	const char *since = NULL;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &order.workspace_id},
			    {"connection", NUMBER, false, &order.connection_id}, {"since", TEXT, false, &since}),
		    f)
		|| !read_since(since, &order.since, f))
		return false;
	listen_for_stop();
	return all_rounds(session, kind, &order, f);
}

bool sync_calcom_now(struct session *session, int argc, char **argv, struct fail *f)
{
	return sync_now(session, "calcom", argc, argv, f);
}

bool sync_emailbison_now(struct session *session, int argc, char **argv, struct fail *f)
{
	return sync_now(session, "emailbison", argc, argv, f);
}

/* syncer - one round with one source, in a process of its own that the worker starts: syncer WORKSPACE CONNECTION. */
#include "base/arena.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "work/sync.h"
#include "world/children.h"
#include "world/db.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* As the worker's: longer than the server lets a statement run. */
enum { PATIENCE_MS = 30000 };

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGUSR1, &action, NULL); /* sent by multiwatch to the whole group */
	signal(SIGPIPE, SIG_IGN);
	child_follows();
}

/* How it went is noted where people look for it, and logged. */
static bool one_round(struct arena *arena, const struct sync_order *order)
{
	struct settings settings;
	struct secret_key key;
	struct sync_news result;
	struct fail f = {0};
	AUTO(database) db = NULL;

	if (!settings_read(&settings, &f) || !settings_key(&settings, &key, &f)) {
		log_line(LOG_ERROR, "start_failed", "%s", f.detail);
		return false;
	}
	log_open("syncer", settings.log_level);
	db = db_open(arena, settings.database_url, settings.prepared_statements);
	db_set_patience(db, PATIENCE_MS);
	return sync_round(arena, db, &key, &settings, order, &result, &f);
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct sync_order order = {.due = true, .stop = &stop};
	bool good;

	log_open("syncer", LOG_INFO);
	secret_open();
	catch_signals();
	if (argc != 3 || !i64_from_text(argv[1], 1, INT64_MAX, &order.workspace_id)
		|| !i64_from_text(argv[2], 1, INT64_MAX, &order.connection_id)) {
		fputs("usage: syncer WORKSPACE CONNECTION     (the worker starts it; people use `turnout sync`)\n",
			stderr);
		return 2;
	}
	good = one_round(&arena, &order);
	arena_end(&arena);
	return good ? 0 : 1;
}

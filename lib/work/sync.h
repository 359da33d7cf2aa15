/* sync - one round with one source: reads what is new there, feeds it in, and notes how it went. */
#ifndef WORK_SYNC_H
#define WORK_SYNC_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"
#include "base/secret.h"
#include "store/sources.h"

#include <signal.h>
#include <stdint.h>

struct arena;
struct db;
struct http_client;
struct settings;

/* Told after each page; the terminal shows it. */
struct sync_news {
	const char *phase;   /* "bookings", "leads" ...; "" before the first page */
	int64_t done, total; /* total -1: not known */
	int64_t seen, applied, corrected, refused;
};

struct sync {
	struct arena *arena; /* of the page: emptied by sync_page_done */
	struct db *db;
	const struct secret_key *key;
	const struct settings *settings;
	struct http_client *http;
	const struct source *source;
	const char *api_key;  /* open */
	struct instant since; /* somebody asked for all changes from then on; us 0: from the mark */
	json_t *mark;         /* the walks read it and change it; kept by sync_page_done */
	int64_t seen, applied, corrected;
	int64_t refused;        /* things that could not be understood: left out, the others go on. */
	json_t *left_out;       /* their names, so that each counts once; the walks' own */
	char remark[256];       /* the first of them in words for people, beside an error of the round; "": none */
	struct instant read_at; /* set by sync_get and sync_get_all: when the (first) answer was true at the latest, by
				   the source's clock: its Date header, less the seconds that the request took, or our
				   own clock before the request where the answer has no Date. */
	void (*news)(void *context, const struct sync_news *); /* may be NULL */
	void *context;
};

/* A page was read and everything of it is committed: stores the mark and tells the news, and empties the arena, so that
 * a long walk takes no more memory than a page. */
bool sync_page_done(struct sync *, const char *phase, int64_t done, int64_t total, struct fail *) MUST_CHECK;

/* A whole round with a connection, whoever asks for it: one at a time per connection (FAIL_CONFLICT "sync_busy" else).
 * When it fails that is noted with the time of the next try, which backs off (domain/breaker.h). After too many
 * failures in a row one cheap request goes first. FAIL_LATER "stopped" when `stop` was set: nothing is lost, the next
 * round goes on from the mark. *result is filled in either case. */
struct sync_order {
	int64_t workspace_id, connection_id;
	bool due; /* the worker found it due: FAIL_CONFLICT "sync_done" when one has ended since, as its pause holds */
	struct instant since;
	const volatile sig_atomic_t *stop; /* may be NULL */
	void (*news)(void *context, const struct sync_news *);
	void *context;
};
bool sync_round(struct arena *, struct db *, const struct secret_key *, const struct settings *,
	const struct sync_order *, struct sync_news *result, struct fail *) MUST_CHECK;

#endif

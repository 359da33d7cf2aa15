/* sync - one round with one source: reads what is new there, feeds it in, and notes how it went. */
#include "work/sync.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/settings.h"
#include "domain/breaker.h"
#include "work/sync_calcom.h"
#include "work/sync_emailbison.h"
#include "work/sync_get.h"
#include "world/db.h"
#include "world/http_client.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static struct sync_news news_of(const struct sync *sync, const char *phase, int64_t done, int64_t total)
{
	return (struct sync_news){.phase = phase,
		.done = done,
		.total = total,
		.seen = sync->seen,
		.applied = sync->applied,
		.corrected = sync->corrected,
		.refused = sync->refused};
}

static bool keep_mark(struct sync *sync, const char *phase, int64_t done, int64_t total, struct fail *f)
{
	char *mark = json_dumps(sync->mark, JSON_COMPACT | JSON_SORT_KEYS);
	bool good = mark
		    && sources_keep(sync->db, sync->source,
			    &(struct source_progress){.mark = mark,
				    .phase = phase,
				    .done = done,
				    .total = total,
				    .seen = sync->seen,
				    .applied = sync->applied,
				    .corrected = sync->corrected,
				    .refused = sync->refused},
			    f);

	free(mark);
	return good || fail(f, FAIL_BUG, "sync_mark", "how far the round got could not be written down");
}

bool sync_page_done(struct sync *sync, const char *phase, int64_t done, int64_t total, struct fail *f)
{
	struct sync_news news = news_of(sync, phase, done, total);

	if (!keep_mark(sync, phase, done, total, f) || !sources_analyze(sync->db, f))
		return false;
	if (sync->news)
		sync->news(sync->context, &news);
	arena_empty(sync->arena);
	return true;
}

static bool open_key(struct arena *arena, struct sync *sync, struct fail *f)
{
	struct bytes plain;

	if (!secret_unseal(arena, sync->key, sync->source->api_key, &plain, f))
		return false;
	sync->api_key = (const char *)plain.at;
	return true;
}

static bool open_mark(struct sync *sync, struct fail *f)
{
	return (json_parse_take(sync->source->mark, strlen(sync->source->mark), &sync->mark, f)
		       && json_is_object(sync->mark))
	       || fail(f, FAIL_BUG, "sync_mark", "how far the last round got could not be read");
}

static bool walk(struct sync *sync, struct fail *f)
{
	return (strcmp(sync->source->kind, "calcom") == 0 ? sync_calcom : sync_emailbison)(sync, f);
}

/* The round itself; pages live in an arena of their own. */
static bool go(
	struct arena *arena, struct sync *sync, const struct sync_order *order, int64_t *quiet_ms, struct fail *f)
{
	struct arena pages = {0};
	struct arena *before = db_use_arena(sync->db, &pages);
	AUTO(http_client) http = http_client_open(arena, sync->settings->source_timeout_seconds * 1000, order->stop);
	bool good;

	sync->arena = &pages;
	sync->http = http;
	good = open_key(arena, sync, f) && open_mark(sync, f)
	       && (sync->source->failures < BREAKER_FAILURES || sync_probe(sync, f)) && walk(sync, f);
	*quiet_ms = http_client_quiet_ms(http);
	json_decref(sync->mark);
	sync->mark = NULL;
	db_use_arena(sync->db, before);
	arena_end(&pages);
	return good;
}

/* A person has to do something first: the same key will be refused again. */
static bool is_refusal(const struct fail *f)
{
	return f->kind == FAIL_DENIED || strcmp(f->code, "source_other_account") == 0;
}

/* A key that was refused is not tried more often than a good one. A pause that the source asked for is kept to exactly
 * where it is why the round ended. */
static int64_t pause_after(const struct sync *sync, bool good, int64_t quiet_ms, const struct fail *f)
{
	int64_t interval_ms = sync->settings->sync_seconds * 1000, pause_ms = interval_ms;

	if (!good && (quiet_ms > HTTP_PATIENCE_MS || (quiet_ms > 0 && strcmp(f->code, "source_limited") == 0)))
		return quiet_ms;
	if (!good && !is_refusal(f))
		pause_ms = breaker_pause_ms(sync->source->failures + 1, interval_ms, randombytes_random());
	return quiet_ms > pause_ms ? quiet_ms : pause_ms;
}

/* What went wrong may be the very database that it should be noted in: then the pause that began with the round holds.
 */
static void note_end(struct sync *sync, bool good, int64_t quiet_ms, const struct fail *f)
{
	const struct source *source = sync->source;
	const struct source_ending ending = {.code = good ? NULL : f->code,
		.words = good ? NULL : f->detail,
		.remark = *sync->remark ? sync->remark : NULL,
		.next_ms = pause_after(sync, good, quiet_ms, f),
		.quiet_ms = quiet_ms};
	struct fail unnoted = {0};

	if (!good && (strcmp(f->code, "sync_overtaken") == 0 || db_is_away(f)))
		return;
	if (!(!good && strcmp(f->code, "stopped") == 0 ? sources_interrupt(sync->db, source, &unnoted)
						       : sources_end(sync->db, source, &ending, &unnoted)))
		log_line(LOG_WARN, unnoted.code, "the end of a round could not be noted: %s", unnoted.detail);
}

static bool is_trouble(const struct fail *f)
{
	return strcmp(f->code, "stopped") != 0 && strcmp(f->code, "sync_done") != 0;
}

static void log_end(const struct sync *sync, bool good, const struct fail *f)
{
	const struct source *source = sync->source;
	const char *name = sync_source_name(source->kind);

	if (good)
		log_line(LOG_INFO, "round_done",
			"%s of connection %lld: %lld seen, %lld applied, %lld corrected, %lld not understood", name,
			(long long)source->connection_id, (long long)sync->seen, (long long)sync->applied,
			(long long)sync->corrected, (long long)sync->refused);
	else
		log_line(is_trouble(f) ? LOG_WARN : LOG_INFO, f->code, "%s of connection %lld: %s", name,
			(long long)source->connection_id, f->detail);
}

static bool may_ask(const struct source *source, struct fail *f)
{
	char until[INSTANT_SIZE];

	return !before(instant_now(), source->quiet_until)
	       || fail(f, FAIL_LATER, "source_limited", "%s wants no request before %s", sync_source_name(source->kind),
		       instant_to_rfc3339(source->quiet_until, until));
}

/* Who was found due twice, because the first process was slow to start, has both of them come here. */
static bool is_wanted(const struct source *source, const struct sync_order *order, struct fail *f)
{
	return !order->due || before(source->ended_at, source->started_at)
	       || fail(f, FAIL_CONFLICT, "sync_done", "the round that was due has been done meanwhile");
}

static bool locked_round(
	struct arena *arena, struct sync *sync, struct source *source, const struct sync_order *order, struct fail *f)
{
	int64_t quiet_ms = 0, crash_pause_ms = breaker_first_pause_ms(sync->settings->sync_seconds * 1000);
	bool good;

	if (!sources_find(sync->db, order->workspace_id, order->connection_id, source, f)
		|| !is_wanted(source, order, f) || !may_ask(source, f)
		|| !sources_begin(sync->db, source, crash_pause_ms, f))
		return false;
	good = go(arena, sync, order, &quiet_ms, f);
	note_end(sync, good, quiet_ms, f);
	return good;
}

bool sync_round(struct arena *arena, struct db *db, const struct secret_key *key, const struct settings *settings,
	const struct sync_order *order, struct sync_news *result, struct fail *f)
{
	struct source source = {0};
	struct sync sync = {.db = db,
		.key = key,
		.settings = settings,
		.source = &source,
		.since = order->since,
		.news = order->news,
		.context = order->context};
	bool good;

	*result = (struct sync_news){.phase = ""};
	if (!sources_find(db, order->workspace_id, order->connection_id, &source, f)
		|| !sources_lock(db, order->connection_id, f))
		return false;
	good = locked_round(arena, &sync, &source, order, f);
	sources_unlock(db, order->connection_id);
	log_end(&sync, good, f);
	*result = news_of(&sync, "", 0, -1);
	return good;
}

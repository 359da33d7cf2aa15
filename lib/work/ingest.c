/* ingest - a verified delivery becomes an event that is stored, applied and matched; all of it or nothing. */
#include "work/ingest.h"

#include "base/arena.h"
#include "base/log.h"
#include "store/events.h"
#include "work/meaning.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What the database is told of it. */
static bool understand(struct arena *arena, const struct secret_key *key, struct delivery *delivery,
	struct stored_event *stored, struct fail *f)
{
	struct meaning *meaning = arena_alloc(arena, sizeof *meaning);

	if (!meaning_read(arena, key, delivery->workspace_id, delivery->body, meaning, f))
		return false;
	delivery->trigger = meaning->event.trigger;
	delivery->forged = meaning->forged;
	*stored = (struct stored_event){
		.workspace_id = delivery->workspace_id,
		.connection_id = delivery->connection_id,
		.delivery_key = delivery->key.at ? delivery->key : meaning->delivery_key,
		.source = delivery->source,
		.trigger = meaning->event.trigger,
		.uid = meaning->event.uid,
		.number = meaning->event.number,
		.happened_at = meaning->has_happened_at ? &meaning->happened_at : NULL,
		.received_at = delivery->received_at,
		.sealed_body = secret_seal(arena, key, delivery->body),
		.status = meaning->status,
		.changes = meaning->changes,
	};
	return true;
}

static void note(struct delivery *delivery, const struct event_answer *said)
{
	delivery->outcome = strcmp(said->outcome, "duplicate") == 0 ? INGESTED_DUPLICATE
			    : strcmp(said->outcome, "ignored") == 0 ? INGESTED_IGNORED
								    : INGESTED_PROCESSED;
	delivery->uncertain = said->uncertain;
}

bool ingest(struct arena *arena, struct db *db, const struct secret_key *key, struct delivery *delivery, struct fail *f)
{
	struct fail trouble = {0};
	struct stored_event stored;
	struct event_answer said;

	if (!understand(arena, key, delivery, &stored, f))
		return false;
	if (events_ingest(db, &stored, &said, &trouble)) {
		note(delivery, &said);
		return true;
	}
	if (trouble.kind != FAIL_BUG)
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	/* Valid, but it cannot be applied: never dropped, never in the way of others. */
	log_line(LOG_ERROR, "event_failed", "an event of trigger %s is kept as failed: %s", stored.trigger,
		trouble.detail);
	delivery->outcome = INGESTED_QUEUED;
	return events_keep_failed(db, &stored, trouble.detail, f);
}

struct pair {
	struct delivery *delivery;
	struct stored_event stored;
};

static int by_uid(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return strcmp(a->stored.uid ? a->stored.uid : "", b->stored.uid ? b->stored.uid : "");
}

bool ingest_together(struct arena *arena, struct db *db, const struct secret_key *key,
	struct delivery *const *deliveries, size_t count, struct fail *f)
{
	static_assert((int)INGEST_TOGETHER <= (int)EVENTS_TOGETHER, "what is ingested together is stored together");
	struct pair pairs[INGEST_TOGETHER];
	struct stored_event stored[INGEST_TOGETHER];
	struct event_answer said[INGEST_TOGETHER];

	for (size_t i = 0; i < count; i++) {
		pairs[i].delivery = deliveries[i];
		if (!understand(arena, key, deliveries[i], &pairs[i].stored, f))
			return false;
	}
	/* So that two who do this seldom wait for each other. */
	qsort(pairs, count, sizeof *pairs, by_uid);
	for (size_t i = 0; i < count; i++)
		stored[i] = pairs[i].stored;
	if (!events_ingest_together(db, stored, said, count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		note(pairs[i].delivery, &said[i]);
	return true;
}

/* ingest - a verified delivery becomes an event that is stored, applied and matched; all of it or nothing. */
#include "work/ingest.h"

#include "base/log.h"
#include "store/events.h"
#include "work/meaning.h"

#include <string.h>

static bool keep(struct db *db, const struct stored_event *stored, struct delivery *delivery, struct fail *f)
{
	struct fail trouble = {0};
	struct event_answer said;

	if (events_ingest(db, stored, &said, &trouble)) {
		delivery->outcome = strcmp(said.outcome, "duplicate") == 0 ? INGESTED_DUPLICATE
				    : strcmp(said.outcome, "ignored") == 0 ? INGESTED_IGNORED
									   : INGESTED_PROCESSED;
		delivery->uncertain = said.uncertain;
		return true;
	}
	if (trouble.kind != FAIL_BUG)
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	/* Valid, but it cannot be applied: never dropped, never in the way of others. */
	log_line(LOG_ERROR, "event_failed", "an event of trigger %s is kept as failed: %s", stored->trigger,
		trouble.detail);
	delivery->outcome = INGESTED_QUEUED;
	return events_keep_failed(db, stored, trouble.detail, f);
}

bool ingest(struct arena *arena, struct db *db, const struct secret_key *key, struct delivery *delivery, struct fail *f)
{
	struct meaning meaning;

	if (!meaning_read(arena, key, delivery->workspace_id, delivery->body, &meaning, f))
		return false;
	delivery->trigger = meaning.event.trigger;
	delivery->forged = meaning.forged;
	return keep(db,
		&(struct stored_event){
			.workspace_id = delivery->workspace_id,
			.connection_id = delivery->connection_id,
			.delivery_key = delivery->key.at ? delivery->key : meaning.delivery_key,
			.source = delivery->source,
			.trigger = meaning.event.trigger,
			.uid = meaning.event.uid,
			.number = meaning.event.number,
			.happened_at = meaning.has_happened_at ? &meaning.happened_at : NULL,
			.received_at = delivery->received_at,
			.sealed_body = secret_seal(arena, key, delivery->body),
			.status = meaning.status,
			.changes = meaning.changes,
		},
		delivery, f);
}

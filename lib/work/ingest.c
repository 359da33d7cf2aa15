/* ingest - a verified delivery becomes an event that is stored, applied to its bookings, and matched; all of it or
 * nothing. */
#include "work/ingest.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "domain/booking.h"
#include "domain/calcom_event.h"
#include "store/events.h"

#include <stdlib.h>
#include <string.h>

static const char *compact(struct arena *arena, const json_t *json, size_t flags)
{
	char *text = json_dumps(json, JSON_COMPACT | flags);

	if (!text)
		abort();
	arena_later(arena, free, text);
	return text;
}

/* Cal.com gives no delivery id, and two subscriptions of one account send the same event with its fields in another
 * order. So the key is of what was said, not of how. Two that differ in createdAt by milliseconds are two events;
 * applying both changes nothing. */
static struct bytes delivery_key(struct arena *arena, const json_t *root)
{
	const char *canonical = compact(arena, root, JSON_SORT_KEYS);
	unsigned char *key = arena_alloc(arena, DIGEST_BYTES);

	digest((struct bytes){(const unsigned char *)canonical, strlen(canonical)}, key);
	return (struct bytes){key, DIGEST_BYTES};
}

static bool keep(struct db *db, const struct stored_event *stored, enum ingested *outcome, struct fail *f)
{
	struct fail trouble = {0};
	const char *said;

	if (events_ingest(db, stored, &said, &trouble)) {
		*outcome = strcmp(said, "duplicate") == 0 ? INGESTED_DUPLICATE
			   : strcmp(said, "ignored") == 0 ? INGESTED_IGNORED
							  : INGESTED_PROCESSED;
		return true;
	}
	if (trouble.kind != FAIL_BUG)
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	/* Valid, but it cannot be applied: never dropped, never in the way of others. */
	log_line(LOG_ERROR, "event_failed", "an event of trigger %s is kept as failed: %s", stored->trigger,
		trouble.detail);
	*outcome = INGESTED_QUEUED;
	return events_keep_failed(db, stored, trouble.detail, f);
}

bool ingest(struct arena *arena, struct db *db, const struct secret_key *key, const struct delivery *delivery,
	enum ingested *outcome, struct fail *f)
{
	AUTO(json_t) root = NULL;
	AUTO(json_t) changes = NULL;
	struct calcom_event event;
	struct instant happened;

	if (!json_parse_take((const char *)delivery->body.at, delivery->body.length, &root, f)
		|| !calcom_event_read(arena, root, &event, f))
		return false;
	changes = booking_changes_take(&event);
	happened = booking_event_time(&event);
	return keep(db,
		&(struct stored_event){
			.workspace_id = delivery->workspace_id,
			.connection_id = delivery->connection_id,
			.delivery_key = delivery_key(arena, root),
			.trigger = event.trigger,
			.uid = event.uid,
			.happened_at = event.sent_at.known || json_array_size(changes) ? &happened : NULL,
			.sealed_body = secret_seal(arena, key, delivery->body),
			.status = json_array_size(changes) ? "processed" : "ignored",
			.changes = compact(arena, changes, 0),
		},
		outcome, f);
}

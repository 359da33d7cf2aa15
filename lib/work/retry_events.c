/* retry_events - events that could not be applied are tried again, with growing pauses, until given up. */
#include "work/retry_events.h"

#include "base/arena.h"
#include "base/log.h"
#include "domain/retry.h"
#include "store/kept_events.h"
#include "work/meaning.h"
#include "world/db.h"

#include <sodium.h>

enum { BATCH = 50 };

static bool put_off(struct db *db, const struct kept_event *e, const char *why, struct retried *retried, struct fail *f)
{
	bool dead = retry_is_over(e->attempts + 1);

	log_line(dead ? LOG_ERROR : LOG_WARN, dead ? "event_dead" : "event_failed", "event %lld of workspace %lld: %s",
		(long long)e->event_id, (long long)e->workspace_id, why);
	retried->dead += dead;
	retried->put_off += !dead;
	return kept_events_put_off(db, e, why, retry_delay_ms(e->attempts + 1, randombytes_random()), dead, f);
}

/* False only when the rest has to wait as well. */
static bool try_one(struct arena *arena, struct db *db, const struct secret_key *key, const struct kept_event *e,
	struct retried *retried, struct fail *f)
{
	struct fail trouble = {0};
	struct meaning meaning;

	if (meaning_read_sealed(arena, key, e->workspace_id, e->sealed_body, &meaning, &trouble)
		&& kept_events_apply(db, e, meaning.status, meaning.changes, &trouble)) {
		retried->applied++;
		return true;
	}
	if (db_is_away(&trouble))
		return fail(f, FAIL_LATER, trouble.code, "%s", trouble.detail);
	return put_off(db, e, trouble.detail, retried, f);
}

bool retry_events_of(struct arena *arena, struct db *db, const struct secret_key *key, int64_t workspace,
	struct retried *retried, struct fail *f)
{
	struct kept_event *events;
	size_t count;

	do {
		if (!kept_events_due(db, arena, workspace, BATCH, &events, &count, f))
			return false;
		for (size_t i = 0; i < count; i++)
			if (!try_one(arena, db, key, &events[i], retried, f))
				return false;
	} while (count == BATCH);
	return true;
}

bool retry_events(
	struct arena *arena, struct db *db, const struct secret_key *key, struct retried *retried, struct fail *f)
{
	int64_t *workspaces;
	size_t count;

	if (!kept_events_waiting(db, arena, &workspaces, &count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!retry_events_of(arena, db, key, workspaces[i], retried, f))
			return false;
	return true;
}

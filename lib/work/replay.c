/* replay - rebuilds what is derived from the events, of a workspace or of one booking, and tells what differed. */
#include "work/replay.h"

#include "base/arena.h"
#include "store/sources.h"
#include "work/meaning.h"
#include "world/db.h"

enum { BATCH = 200 };

static bool add_all(struct arena *arena, struct db *db, const struct secret_key *key, int64_t workspace,
	const struct kept_event *events, size_t count, struct fail *f)
{
	for (size_t i = 0; i < count; i++) {
		struct meaning meaning;

		if (!meaning_read_sealed(arena, key, workspace, events[i].sealed_body, &meaning, f)
			|| !replays_add(db, &events[i], meaning.changes, f))
			return false;
	}
	return true;
}

/* Memory is given back batch by batch; what has to last is in `uids`, which the caller keeps elsewhere. */
static bool add_batches(struct arena *arena, struct db *db, const struct secret_key *key, int64_t workspace,
	const char *uids, void (*progress)(int64_t), int64_t *total, struct fail *f)
{
	struct kept_event *events;
	int64_t after = 0;
	size_t count;

	do {
		if (!replays_events(db, arena, workspace, uids, after, BATCH, &events, &count, f)
			|| !add_all(arena, db, key, workspace, events, count, f))
			return false;
		if (count > 0)
			after = events[count - 1].event_id;
		*total += (int64_t)count;
		progress(*total);
		arena_empty(arena);
	} while (count == BATCH);
	return true;
}

static bool rebuild(struct arena *arena, struct db *db, const struct secret_key *key, int64_t workspace,
	const char *uid, void (*progress)(int64_t events), struct replayed *replayed, struct fail *f)
{
	IN_TRANSACTION(tx, db, f);
	struct arena lasting = {0};
	const char *uids = NULL;
	bool good;

	good = tx.open && replays_lock(db, f) && (!uid || replays_related(db, workspace, uid, &uids, f));
	uids = arena_string(&lasting, uids);
	good = good && replays_begin(db, workspace, uids, f)
	       && add_batches(arena, db, key, workspace, uids, progress, &replayed->events, f)
	       && replays_end(db, arena, workspace, uids, &replayed->differences, &replayed->count, f)
	       && tx_commit(&tx, f);
	arena_end(&lasting);
	return good;
}

/* Of tables that were just filled the planner knows nothing, and then each booking costs as much as all of them. The
 * look comes before the transaction, because inside it would keep others from looking until the end. */
bool replay(struct arena *arena, struct db *db, const struct secret_key *key, int64_t workspace, const char *uid,
	void (*progress)(int64_t events), struct replayed *replayed, struct fail *f)
{
	*replayed = (struct replayed){0};
	return sources_analyze(db, f) && rebuild(arena, db, key, workspace, uid, progress, replayed, f);
}

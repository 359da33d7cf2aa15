/* match_likely - attendees about whom nothing is certain are looked for among the leads, and linked when it is likely
 * enough. */
#include "work/match_likely.h"

#include "base/arena.h"
#include "work/suggest.h"
#include "world/db.h"

static bool decide(
	struct arena *arena, struct db *db, const struct uncertain *who, struct likely *likely, struct fail *f)
{
	struct suggestion found;
	struct guess guess = {.model = match_model};
	bool put;

	if (!suggest(arena, db, who, &found, f))
		return false;
	guess.epoch = found.epoch;
	if (found.match.outcome == MATCH_LINK) {
		const struct match_ranked *best = &found.match.best[0];

		guess.lead_id = found.leads[best->candidate].lead_id;
		guess.probability = best->probability;
		guess.because = best->because;
	}
	if (!guesses_put(db, who, &guess, &put, f))
		return false;
	likely->looked_at += put;
	likely->linked += put && guess.lead_id;
	return true;
}

/* Each has up to a hundred candidates, whose memory is given back before the next. */
static bool decide_all(struct db *db, const struct uncertain *list, size_t count, struct likely *likely, struct fail *f)
{
	struct arena each = {0}, *before = db_use_arena(db, &each);
	bool good = true;

	for (size_t i = 0; good && i < count; i++) {
		good = decide(&each, db, &list[i], likely, f);
		arena_empty(&each);
	}
	db_use_arena(db, before);
	arena_end(&each);
	return good;
}

bool match_likely_of(struct db *db, int64_t workspace, const char *uids, struct likely *likely, struct fail *f)
{
	return match_likely_some(db, workspace, uids, INT64_MAX, likely, f);
}

bool match_likely_some(
	struct db *db, int64_t workspace, const char *uids, int64_t limit, struct likely *likely, struct fail *f)
{
	struct arena list_arena = {0}, *before = db_use_arena(db, &list_arena);
	struct uncertain *list;
	size_t count;
	bool good;

	*likely = (struct likely){0};
	good = guesses_due_of(db, &list_arena, workspace, uids, match_model, limit, &list, &count, f)
	       && decide_all(db, list, count, likely, f);
	db_use_arena(db, before);
	arena_end(&list_arena);
	return good;
}

bool match_likely_in(struct db *db, int64_t workspace, int64_t limit, struct likely *likely, bool *more, struct fail *f)
{
	struct arena list_arena = {0}, *before = db_use_arena(db, &list_arena);
	struct uncertain *list;
	size_t count = 0;
	bool good;

	*likely = (struct likely){0};
	good = guesses_due(db, &list_arena, workspace, match_model, limit, &list, &count, f)
	       && decide_all(db, list, count, likely, f);
	/* Who changes all the time must not keep us here. */
	*more = good && (int64_t)count == limit && likely->looked_at > 0;
	db_use_arena(db, before);
	arena_end(&list_arena);
	return good;
}

bool match_likely(struct db *db, int64_t limit, struct likely *likely, bool *more, struct fail *f)
{
	struct arena list_arena = {0}, *before = db_use_arena(db, &list_arena);
	int64_t *workspaces;
	size_t count = 0;
	bool good = guesses_workspaces(db, &list_arena, &workspaces, &count, f);

	*likely = (struct likely){0};
	*more = false;
	for (size_t i = 0; good && i < count; i++) {
		struct likely here;
		bool more_here = false;

		good = match_likely_in(db, workspaces[i], limit, &here, &more_here, f);
		likely->looked_at += here.looked_at;
		likely->linked += here.linked;
		*more = *more || more_here;
	}
	db_use_arena(db, before);
	arena_end(&list_arena);
	return good;
}

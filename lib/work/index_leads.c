/* index_leads - makes leads findable by what they may have in common with an attendee, when they come, change and go.
 */
#include "work/index_leads.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/lead_keys.h"
#include "store/lead_index.h"
#include "store/staging.h"
#include "work/suggest.h"

#include <inttypes.h>

enum {
	BATCH = 2000,         /* leads in memory at a time */
	FLUSH_LEADS = 200000, /* 3 million keys: each flush sorts them, and passes through the whole index once */
};

/* All keys of one lead, or the loss of them. */
static bool put_lead(struct db *db, struct arena *scratch, const struct known_lead *lead, bool comes, struct fail *f)
{
	struct person person = lead_person(scratch, lead);
	uint64_t keys[LEAD_KEYS];
	struct counted_name names[PERSON_NAMES];
	size_t key_count = lead_keys(&person, keys), name_count = person_counted_names(&person, names);
	bool good = true;

	for (size_t i = 0; good && i < key_count; i++)
		good = lead_index_put(db, scratch, lead->lead_id, INDEX_KEY, keys[i], comes, f);
	for (size_t i = 0; good && i < name_count; i++)
		good = lead_index_put(
			db, scratch, NULL, names[i].last ? INDEX_LAST_NAME : INDEX_FIRST_NAME, names[i].name, comes, f);
	arena_empty(scratch);
	return good;
}

static bool put_batch(struct db *db, const struct arrival *list, size_t count, int64_t *made, struct fail *f)
{
	struct arena scratch = {0};
	bool good = lead_index_open(db, f);

	for (size_t i = 0; good && i < count; i++) {
		good = put_lead(db, &scratch, &list[i].now, true, f)
		       && (!list[i].was.lead_id || put_lead(db, &scratch, &list[i].was, false, f));
		*made += !list[i].was.lead_id;
	}
	arena_end(&scratch);
	return good && lead_index_close(db, f);
}

typedef bool reader(struct db *, struct arena *, int64_t workspace, const char *after, int64_t limit, struct arrival **,
	size_t *count, struct fail *);

struct indexing {
	struct db *db;
	int64_t workspace, made;
	size_t done, flushed;
	index_progress *progress;
	void *context;
};

static bool flush(struct indexing *x, struct fail *f)
{
	x->flushed = x->done;
	return lead_index_flush(x->db, x->workspace, f);
}

static bool index_all(struct indexing *x, reader *next, struct fail *f)
{
	struct arena batch = {0}, lasting = {0}, *before = db_use_arena(x->db, &batch);
	const char *after = "";
	struct arrival *list;
	size_t count = 0;
	bool good;

	do {
		good = next(x->db, &batch, x->workspace, after, BATCH, &list, &count, f);
		if (good && count > 0) {
			arena_empty(&lasting);
			after = arena_string(&lasting, list[count - 1].now.lead_id);
			good = put_batch(x->db, list, count, &x->made, f);
			x->done += count;
		}
		if (good && x->done - x->flushed >= FLUSH_LEADS)
			good = flush(x, f);
		arena_empty(&batch);
		if (x->progress)
			x->progress(x->context, x->done);
	} while (good && count == BATCH);
	good = good && (x->done == x->flushed || flush(x, f));
	db_use_arena(x->db, before);
	arena_end(&batch);
	arena_end(&lasting);
	return good;
}

/* Keys of another version would never be found, or never be removed: all leads of the workspace are indexed again. */
static bool index_stored_unless_whole(struct indexing *x, struct fail *f)
{
	struct indexing stored = *x;
	bool whole;

	if (!lead_index_is_whole(x->db, x->workspace, LEAD_KEYS_VERSION, &whole, f))
		return false;
	return whole
	       || (lead_index_empty(x->db, x->workspace, f) && index_all(&stored, lead_index_stored, f)
		       && lead_index_note(x->db, x->workspace, LEAD_KEYS_VERSION, stored.made, f));
}

bool index_arrived(struct db *db, int64_t workspace, index_progress *progress, void *context, struct fail *f)
{
	struct indexing x = {.db = db, .workspace = workspace, .progress = progress, .context = context};

	return lead_index_begin(db, f) && index_stored_unless_whole(&x, f) && index_all(&x, lead_index_arrivals, f)
	       && (x.done == 0 || lead_index_note(db, workspace, LEAD_KEYS_VERSION, x.made, f));
}

bool index_again(
	struct db *db, int64_t workspace, index_progress *progress, void *context, size_t *leads, struct fail *f)
{
	struct indexing x = {.db = db, .workspace = workspace, .progress = progress, .context = context};
	IN_TRANSACTION(tx, db, f);
	bool good = tx.open && staging_begin(db, workspace, f) && lead_index_begin(db, f)
		    && lead_index_empty(db, workspace, f) && index_all(&x, lead_index_stored, f)
		    && lead_index_note(db, workspace, LEAD_KEYS_VERSION, x.made, f) && tx_commit(&tx, f);

	*leads = x.done;
	return good;
}

static const char *keys_json(struct arena *arena, const struct person *person)
{
	uint64_t keys[LEAD_KEYS];
	size_t count = lead_keys(person, keys);
	struct text text = text_new(arena, 32 * LEAD_KEYS);

	for (size_t i = 0; i < count; i++)
		text_add(&text, "%s%" PRId64, i ? "," : "[", (int64_t)keys[i]);
	text_add_string(&text, count ? "]" : "[]");
	return text.bytes;
}

static const char *names_json(struct arena *arena, const struct person *person)
{
	struct counted_name names[PERSON_NAMES];
	size_t count = person_counted_names(person, names);
	struct text text = text_new(arena, 40 * PERSON_NAMES);

	for (size_t i = 0; i < count; i++)
		text_add(&text, "%s[%" PRId64 ",%d,%d]", i ? "," : "[", (int64_t)names[i].name, !names[i].last,
			names[i].last);
	text_add_string(&text, count ? "]" : "[]");
	return text.bytes;
}

bool drop_lead(struct db *db, int64_t workspace, const char *lead_id, struct fail *f)
{
	struct arena arena = {0}, *before = db_use_arena(db, &arena);
	struct known_lead lead;
	bool good = known_leads_find(db, workspace, lead_id, &lead, f);

	if (good) {
		struct person person = lead_person(&arena, &lead);

		good = lead_index_drop(
			db, workspace, lead_id, keys_json(&arena, &person), names_json(&arena, &person), f);
	}
	db_use_arena(db, before);
	arena_end(&arena);
	return good;
}

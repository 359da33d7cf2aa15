/* poll - what Cal.com's list shows becomes events like those that Cal.com sends, unless nothing is new about it. */
#include "work/poll.h"

#include "base/arena.h"
#include "domain/calcom_field.h"
#include "domain/calcom_row.h"
#include "store/polls.h"
#include "work/ingest.h"
#include "work/match_likely.h"
#include "work/sync.h"
#include "world/db.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One event that a row may become. */
struct reading {
	const char *uid;
	int64_t number; /* 0: not said */
	struct bytes body;
	struct bytes key;
	bool known;                       /* the newest event of the booking is this very reading */
	unsigned char said[DIGEST_BYTES]; /* of the row, whatever the order of its fields, and whenever it was read */
};

/* Rows that are one transaction: so many are quick, and so few that a webhook of one of them need not wait. */
enum { BATCH = 50 };

void poll_refuse(struct sync *s, const char *what, const char *which, const char *why)
{
	if (json_object_get(s->left_out, which))
		return;
	json_object_set_new(s->left_out, which, json_true());
	if (s->refused++ == 0)
		snprintf(s->remark, sizeof s->remark, "%.80s could not be understood and was left out: %.120s", what,
			why);
}

static const char *dumped(struct arena *arena, const json_t *json, size_t flags)
{
	char *text = json_dumps(json, JSON_COMPACT | flags);

	if (!text)
		abort();
	arena_later(arena, free, text);
	return text;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static bool reading_of(struct sync *s, const char *api, json_t *row, size_t place, struct reading *r)
{
	const char *uid = json_text_at(row, "uid");
	json_t *event;

	if (!uid || !uid_is_good(uid)) {
		poll_refuse(s, arena_print(s->arena, "row %zu of a page of bookings", place + 1),
			dumped(s->arena, row, JSON_SORT_KEYS | JSON_ENCODE_ANY),
			"the field \"uid\" is missing or no uid");
		return false;
	}
	event = calcom_row_event_take(s->read_at, api, row);
	*r = (struct reading){.uid = uid, .number = number_read(json_object_get(row, "id"))};
	r->body = bytes_of(dumped(s->arena, event, 0));
	json_decref(event);
	digest(bytes_of(dumped(s->arena, row, JSON_SORT_KEYS)), r->said);
	return true;
}

/* The same reading is the same event only as long as nothing else was heard of the booking: what is marked, taken back
 * and marked again reads the same the second time. So the key holds the event before, too. */
static struct bytes key_after(struct arena *arena, const struct reading *r, int64_t event_before)
{
	unsigned char *key = arena_alloc(arena, DIGEST_BYTES), both[DIGEST_BYTES + 8];
	uint64_t before = htobe64((uint64_t)event_before);

	memcpy(both, r->said, DIGEST_BYTES);
	memcpy(both + DIGEST_BYTES, &before, sizeof before);
	digest((struct bytes){both, sizeof both}, key);
	return (struct bytes){key, DIGEST_BYTES};
}

/* Which of them are known. A reading that was dated before the event that it followed (clocks differ, and Date is cut
 * at the second) may have been too early to put that right, so it is made once more. */
static bool find_known(struct sync *s, struct reading *readings, size_t count, struct fail *f)
{
	AUTO(json_t) asked = json_array();
	struct newest_event *events;
	size_t found, at = 0;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(asked, json_pack("{s:I, s:s, s:I}", "place", (json_int_t)i, "uid",
						     readings[i].uid, "number", (json_int_t)readings[i].number));
	if (!polls_newest(s->db, s->arena, s->source->workspace_id, s->source->connection_id,
		    dumped(s->arena, asked, 0), &events, &found, f))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct newest_event newest = {0}, earlier = {0};

		for (size_t of = 0; at < found && events[at].place == (int64_t)i; at++, of++)
			*(of == 0 ? &newest : &earlier) = events[at];
		readings[i].key = key_after(s->arena, &readings[i], earlier.event_id);
		readings[i].known = newest.polled && newest.delivery_key.length == DIGEST_BYTES
				    && memcmp(newest.delivery_key.at, readings[i].key.at, DIGEST_BYTES) == 0
				    && (earlier.polled || !before(newest.happened_at, earlier.happened_at));
		readings[i].key = key_after(s->arena, &readings[i], newest.event_id);
	}
	return true;
}

/* What became of some readings: noted for good only when they are committed. */
struct tally {
	int64_t applied;
	json_t *uncertain; /* uids of bookings with somebody whose lead is not certain */
};

static bool take_in(struct sync *s, const struct reading *r, struct tally *t, struct fail *f)
{
	struct delivery delivery = {
		.workspace_id = s->source->workspace_id,
		.connection_id = s->source->connection_id,
		.source = "poll",
		.received_at = instant_now(),
		.body = r->body,
		.key = r->key,
	};

	if (!ingest(s->arena, s->db, s->key, &delivery, f))
		return false;
	t->applied += delivery.outcome == INGESTED_PROCESSED;
	if (delivery.uncertain) {
		AUTO(json_t) uids = json_loads(delivery.uncertain, 0, NULL);

		json_array_extend(t->uncertain, uids);
	}
	return true;
}

static bool all_at_once(struct sync *s, const struct reading *readings, size_t count, struct tally *t, struct fail *f)
{
	IN_TRANSACTION(tx, s->db, f);
	bool good = tx.open;

	for (size_t i = 0; good && i < count; i++)
		good = readings[i].known || take_in(s, &readings[i], t, f);
	return good && tx_commit(&tx, f);
}

/* Each by itself, so that the one that cannot be taken in is in nobody's way. */
static bool one_by_one(struct sync *s, const struct reading *readings, size_t count, struct tally *t, struct fail *f)
{
	for (size_t i = 0; i < count; i++) {
		struct fail trouble = {0};

		if (readings[i].known || take_in(s, &readings[i], t, &trouble))
			continue;
		if (trouble.kind != FAIL_INPUT)
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
		poll_refuse(s, arena_print(s->arena, "booking %s", readings[i].uid), readings[i].uid, trouble.detail);
	}
	return true;
}

static bool apply(struct sync *s, const struct reading *readings, size_t count, struct fail *f)
{
	AUTO(json_t) uncertain = json_array();
	struct tally t = {.uncertain = uncertain};
	struct fail trouble = {0};
	struct likely likely;

	if (!all_at_once(s, readings, count, &t, &trouble)) {
		if (trouble.kind == FAIL_LATER && db_is_away(&trouble))
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
		t.applied = 0;
		json_array_clear(uncertain);
		if (!one_by_one(s, readings, count, &t, f))
			return false;
	}
	s->applied += t.applied;
	return json_array_size(uncertain) == 0
	       || match_likely_of(s->db, s->source->workspace_id, dumped(s->arena, uncertain, 0), &likely, f);
}

bool poll_rows(struct sync *s, const char *api, const json_t *rows, struct fail *f)
{
	struct reading *readings = arena_alloc(s->arena, (json_array_size(rows) + 1) * sizeof *readings);
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(rows); i++)
		count += reading_of(s, api, json_array_get(rows, i), i, &readings[count]);
	s->seen += (int64_t)json_array_size(rows);
	if (!find_known(s, readings, count, f))
		return false;
	for (size_t at = 0; at < count; at += BATCH)
		if (!apply(s, readings + at, count - at < BATCH ? count - at : BATCH, f))
			return false;
	return true;
}

bool poll_gone(struct sync *s, const char *api, const char *uid, struct fail *f)
{
	AUTO(json_t) event = calcom_row_gone_take(s->read_at, api, uid);
	struct reading r = {.uid = uid, .body = bytes_of(dumped(s->arena, event, 0))};

	digest(bytes_of(dumped(s->arena, json_object_get(event, "payload"), JSON_SORT_KEYS)), r.said);
	if (!find_known(s, &r, 1, f) || !apply(s, &r, 1, f))
		return false;
	s->corrected++;
	return true;
}

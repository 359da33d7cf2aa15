/* review_list - attendees without a lead, each with the leads that he may be and the reasons. */
#include "work/review_list.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/review_item.h"
#include "work/suggest.h"
#include "world/db.h"

#include <sodium.h>
#include <string.h>

/* Each costs a search: a page of the most takes some tenths of a second. */
enum { LIMIT_STANDARD = 20, LIMIT_MOST = 100 };

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* A cursor is the key of the last row: base64url of "instant uid email_key". */
static const char *cursor_of(struct arena *arena, const struct review_row *row)
{
	char instant[INSTANT_SIZE];
	const char *key = arena_print(
		arena, "%s %s %s", instant_to_rfc3339(row->since, instant), row->who.uid, row->who.email_key);
	size_t room = sodium_base64_encoded_len(strlen(key), BASE64);
	char *cursor = arena_alloc(arena, room);

	sodium_bin2base64(cursor, room, (const unsigned char *)key, strlen(key), BASE64);
	return cursor;
}

static bool read_cursor(struct arena *arena, const char *cursor, struct review_row *after, struct fail *f)
{
	size_t length = strlen(cursor);
	char *key = arena_alloc(arena, length + 1), *rest = key, *instant;

	if (sodium_base642bin((unsigned char *)key, length, cursor, length, NULL, &length, NULL, BASE64) == 0
		&& !memchr(key, '\0', length) && text_is_utf8(key, length) && (instant = strsep(&rest, " "))
		&& (after->who.uid = strsep(&rest, " ")) && rest
		&& instant_from_rfc3339(instant, strlen(instant), &after->since)) {
		after->who.email_key = rest;
		return true;
	}
	return fail(f, FAIL_INPUT, "cursor_invalid",
		"the parameter \"after\" is not a cursor of this list; take it from \"next\"");
}

bool review_question_read(
	struct arena *arena, const struct query *query, int64_t workspace, struct review_question *q, struct fail *f)
{
	const char *limit = query_value(query, "limit"), *after = query_value(query, "after");

	*q = (struct review_question){.workspace = workspace, .limit = LIMIT_STANDARD, .has_after = after != NULL};
	if (limit && !i64_from_text(limit, 1, LIMIT_MOST, &q->limit))
		return fail(f, FAIL_INPUT, "parameter_invalid",
			"the parameter \"limit\" is \"%.40s\", expected 1 to %d", limit, LIMIT_MOST);
	return !after || read_cursor(arena, after, &q->after, f);
}

bool review_list(struct arena *arena, struct db *db, const struct review_question *q, struct review_entry **list,
	size_t *count, const char **next, struct fail *f)
{
	struct review_row *rows;
	size_t found;

	if (!reviews_page(db, arena, q->workspace, q->has_after ? &q->after : NULL, q->limit + 1, &rows, &found, f))
		return false;
	*count = found > (size_t)q->limit ? (size_t)q->limit : found;
	*next = found > *count ? cursor_of(arena, &rows[*count - 1]) : NULL;
	*list = arena_alloc(arena, (*count + 1) * sizeof **list);
	for (size_t i = 0; i < *count; i++) {
		struct suggestion *suggestion = arena_alloc(arena, sizeof *suggestion);

		if (!suggest(arena, db, &rows[i].who, suggestion, f))
			return false;
		(*list)[i] = (struct review_entry){
			review_item_make(arena, rows[i].who.uid, rows[i].who.email_key), &rows[i], suggestion};
	}
	return true;
}

static json_t *instant_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return at.us == INT64_MIN ? json_null() : json_string(instant_to_rfc3339(at, text));
}

static json_t *candidates_json(const struct suggestion *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->match.count; i++) {
		const struct match_ranked *ranked = &s->match.best[i];
		const struct known_lead *lead = &s->leads[ranked->candidate];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:s}", "lead_id", lead->lead_id, "email", lead->email,
				"first_name", lead->first_name, "last_name", lead->last_name, "company", lead->company,
				"probability", (double)(int)(ranked->probability * 10000 + 0.5) / 10000, "evidence",
				ranked->because));
	}
	return list;
}

static json_t *entry_json(const struct review_entry *e)
{
	const struct uncertain *who = &e->row->who;

	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:o}", "item", e->item,
		"booking_uid", who->uid, "since", instant_json(e->row->since), "status", e->row->status, "booked_at",
		instant_json(who->booked_at), "scheduled_time", instant_json(e->row->starts_at), "event_type",
		e->row->event_type, "attendee_name", who->name, "attendee_email", who->email, "attendee_company",
		who->company, "attendee_phone", who->phone, "candidates", candidates_json(e->suggestion));
}

bool review_list_take(
	struct arena *arena, struct db *db, const struct review_question *q, json_t **json, struct fail *f)
{
	struct review_entry *list;
	const char *next;
	int64_t total;
	size_t count;
	json_t *items;

	if (!review_list(arena, db, q, &list, &count, &next, f) || !reviews_count(db, q->workspace, &total, f))
		return false;
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, entry_json(&list[i]));
	*json = json_pack("{s:o, s:I, s:s?}", "unmatched", items, "total", (json_int_t)total, "next", next);
	return true;
}

/* reviews - attendees that a person may decide about, and what was decided. */
#include "store/reviews.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	{"workspace_id", read_i64, offsetof(struct review_row, who.workspace_id)},
	{"uid", read_text, offsetof(struct review_row, who.uid)},
	{"email_key", read_text, offsetof(struct review_row, who.email_key)},
	{"email", read_text, offsetof(struct review_row, who.email)},
	{"name", read_text, offsetof(struct review_row, who.name)},
	{"phone", read_text, offsetof(struct review_row, who.phone)},
	{"company", read_text, offsetof(struct review_row, who.company)},
	{"timezone", read_text, offsetof(struct review_row, who.timezone)},
	{"notes", read_text, offsetof(struct review_row, who.notes)},
	{"title", read_text, offsetof(struct review_row, who.title)},
	{"booked_at", read_instant, offsetof(struct review_row, who.booked_at)},
	COLUMN(struct review_row, since, read_instant),
	COLUMN(struct review_row, starts_at, read_instant),
	COLUMN(struct review_row, status, read_text),
	COLUMN(struct review_row, event_type, read_text),
};

bool reviews_page(struct db *db, struct arena *arena, int64_t workspace, const struct review_row *after, int64_t limit,
	struct review_row **list, size_t *count, struct fail *f)
{
	static const struct review_row empty = {.starts_at = {INT64_MIN}};
	const struct rows *rows = db_run(db, QUERY_reviews_page, f,
		PARAMS(as_i64(workspace), as_instant(after ? &after->since : NULL),
			as_text(after ? after->who.uid : NULL), as_text(after ? after->who.email_key : NULL),
			as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, &empty, count, f);
	return *list;
}

bool reviews_count(struct db *db, int64_t workspace, int64_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_reviews_count, f, PARAMS(as_i64(workspace)));

	return rows && row_into(rows, 0, &(const struct column){"count", read_i64, 0}, 1, count, f);
}

bool reviews_of_booking(struct db *db, struct arena *arena, int64_t workspace, const char *uid,
	const char ***email_keys, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_reviews_of_booking, f, PARAMS(as_i64(workspace), as_text(uid)));

	*email_keys = rows_into(
		rows, arena, &(const struct column){"email_key", read_text, 0}, 1, sizeof **email_keys, NULL, count, f);
	return *email_keys;
}

bool reviews_decide(struct db *db, int64_t workspace, const char *uid, const char *email_key, const char *kind,
	const char *lead_id, const char *actor, const char **outcome, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_reviews_decide, f,
		PARAMS(as_i64(workspace), as_text(uid), as_text(email_key), as_text(kind), as_text(lead_id),
			as_text(actor)));

	return rows && row_into(rows, 0, &(const struct column){"outcome", read_text, 0}, 1, outcome, f);
}

static const struct column standing_columns[] = {
	COLUMN(struct review_standing, lead_id, read_text),
	COLUMN(struct review_standing, match_method, read_text),
	COLUMN(struct review_standing, match_because, read_text),
	COLUMN(struct review_standing, match_probability, read_real),
	COLUMN(struct review_standing, decision, read_text),
};

bool reviews_standing(struct db *db, int64_t workspace, const char *uid, const char *email_key,
	struct review_standing *standing, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_reviews_standing, f, PARAMS(as_i64(workspace), as_text(uid), as_text(email_key)));

	*standing = (struct review_standing){0};
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "item_absent", "there is no such attendee in this workspace"))
	       && row_into(rows, 0, standing_columns, COUNT(standing_columns), standing, f);
}

/* bookings - the report of every booking of a workspace: one row per attendee, page by page, and summed up. */
#include "store/bookings.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct booking_row, uid, read_text),
	COLUMN(struct booking_row, email_key, read_text),
	COLUMN(struct booking_row, booked_at, read_instant),
	COLUMN(struct booking_row, starts_at, read_instant),
	COLUMN(struct booking_row, status, read_text),
	COLUMN(struct booking_row, event_type, read_text),
	COLUMN(struct booking_row, chain, read_text),
	COLUMN(struct booking_row, rescheduled_from, read_text),
	COLUMN(struct booking_row, showed, read_maybe),
	COLUMN(struct booking_row, attendance_source, read_text),
	COLUMN(struct booking_row, attendee_name, read_text),
	COLUMN(struct booking_row, attendee_email, read_text),
	COLUMN(struct booking_row, lead_id, read_text),
	COLUMN(struct booking_row, lead_email, read_text),
	COLUMN(struct booking_row, match_method, read_text),
	COLUMN(struct booking_row, match_probability, read_real),
	COLUMN(struct booking_row, campaign_id, read_text),
	COLUMN(struct booking_row, campaign_name, read_text),
	COLUMN(struct booking_row, counted, read_bool),
};

static const struct column sums[] = {
	COLUMN(struct bookings_summary, total_bookings, read_i64),
	COLUMN(struct bookings_summary, booked, read_i64),
	COLUMN(struct bookings_summary, total_shows, read_i64),
	COLUMN(struct bookings_summary, total_no_shows, read_i64),
	COLUMN(struct bookings_summary, pending_meetings, read_i64),
	COLUMN(struct bookings_summary, unmatched, read_i64),
};

/* The parameters that page and summary share: $1 to $10. */
#define FILTER(w)                                                                                                      \
	as_i64((w)->workspace_id), as_bool((w)->matched_only), as_text((w)->campaign), as_text((w)->status),           \
		as_text((w)->showed), as_text((w)->from), as_text((w)->to), as_text((w)->email_key),                   \
		as_text((w)->mailbox_key), as_text((w)->as_of)

static const struct booking_row empty = {.showed = NOT_KNOWN, .starts_at = {INT64_MIN}};

bool bookings_page(struct db *db, struct arena *arena, const struct bookings_filter *wanted,
	const struct booking_row *after, int64_t limit, struct booking_row **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_bookings_page, f,
		PARAMS(FILTER(wanted), as_instant(after ? &after->booked_at : NULL), as_text(after ? after->uid : NULL),
			as_text(after ? after->email_key : NULL), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, &empty, count, f);
	return *list;
}

bool bookings_summary(
	struct db *db, const struct bookings_filter *wanted, struct bookings_summary *summary, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_bookings_summary, f, PARAMS(FILTER(wanted)));

	*summary = (struct bookings_summary){0};
	return rows && row_into(rows, 0, sums, COUNT(sums), summary, f);
}

/* Rows that are looked at in one go. */
enum { PORTION = 1000 };

bool bookings_each(struct db *db, const struct bookings_filter *wanted,
	bool (*each)(const struct booking_row *, void *context, struct fail *), void *context, struct fail *f)
{
	struct arena memory[2] = {{0}, {0}}; /* the last row of one portion is needed to ask for the next */
	const struct booking_row *after = NULL;
	struct booking_row *list;
	size_t count = PORTION;
	bool good = true;

	for (int turn = 0; good && count == PORTION; turn = !turn) {
		struct arena *before = db_use_arena(db, &memory[turn]);

		arena_empty(&memory[turn]);
		good = bookings_page(db, &memory[turn], wanted, after, PORTION, &list, &count, f);
		(void)db_use_arena(db, before);
		for (size_t i = 0; good && i < count; i++)
			good = each(&list[i], context, f);
		after = good && count ? &list[count - 1] : NULL;
	}
	arena_end(&memory[0]);
	arena_end(&memory[1]);
	return good;
}

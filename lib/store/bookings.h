/* bookings - the report of every booking of a workspace: one row per attendee, page by page, and summed up. */
#ifndef STORE_BOOKINGS_H
#define STORE_BOOKINGS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* What the caller wants to see; NULL: no matter. */
struct bookings_filter {
	int64_t workspace_id;
	bool matched_only;
	const char *campaign, *status;
	const char *showed; /* "true", "false" or "unknown" */
	const char *from,
		*to; /* a day, YYYY-MM-DD in the workspace's time zone (`to` is the last one), or an RFC 3339 moment */
	const char *email_key, *mailbox_key; /* both or none: of the attendee's address or the lead's */
	const char *as_of;                   /* as it was known then; a day is its end */
};

/* Strings are borrowed from the rows; NULL: not known. */
struct booking_row {
	const char *uid, *email_key, *status, *event_type, *chain, *rescheduled_from;
	struct instant booked_at;
	struct instant starts_at; /* us is INT64_MIN when not known */
	enum maybe showed;
	const char *attendance_source, *attendee_name, *attendee_email;
	const char *lead_id, *lead_email, *match_method, *campaign_id, *campaign_name;
	double match_probability;
	bool counted; /* it is by this row that the funnel counts its lead at booked */
};

struct bookings_summary {
	int64_t total_bookings, booked, total_shows, total_no_shows, pending_meetings, unmatched;
};

/* Newest first; `after`: the last row of the page before, or NULL. */
bool bookings_page(struct db *, struct arena *, const struct bookings_filter *, const struct booking_row *after,
	int64_t limit, struct booking_row **, size_t *count, struct fail *) MUST_CHECK;

bool bookings_summary(struct db *, const struct bookings_filter *, struct bookings_summary *, struct fail *) MUST_CHECK;

/* Every row in the same order, one at a time; `each` returns false to stop. */
bool bookings_each(struct db *, const struct bookings_filter *,
	bool (*each)(const struct booking_row *, void *context, struct fail *), void *context,
	struct fail *) MUST_CHECK;

#endif

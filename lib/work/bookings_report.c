/* bookings_report - every booking of a workspace with a summary, as JSON by the page or as one CSV. */
#include "work/bookings_report.h"

#include "base/arena.h"
#include "base/instant.h"
#include "domain/address.h"
#include "work/parameters.h"

#include <stdio.h>
#include <string.h>

static json_t *place_json(struct arena *arena, const struct booking_row *row)
{
	char instant[INSTANT_SIZE];

	return cursor_json(arena,
		arena_print(arena, "%s %s %s", instant_to_rfc3339(row->booked_at, instant), row->uid, row->email_key));
}

static bool read_place(struct arena *arena, const char *cursor, struct booking_row *after, struct fail *f)
{
	const char *keys[3];

	if (!cursor_read(arena, cursor, keys, COUNT(keys), f))
		return false;
	after->uid = keys[1];
	after->email_key = keys[2];
	return instant_from_rfc3339(keys[0], strlen(keys[0]), &after->booked_at)
	       || fail(f, FAIL_INPUT, "cursor_invalid", "the parameter \"after\" is not a cursor of this report");
}

static bool read_email(struct arena *arena, const struct query *query, struct bookings_filter *filter, struct fail *f)
{
	const char *value = query_value(query, "email");
	struct address address;

	if (!value)
		return true;
	if (!address_parse(arena, value, &address))
		return fail(f, FAIL_INPUT, "parameter_invalid", "the parameter \"email\" is not an e-mail address");
	filter->email_key = address.email_key;
	filter->mailbox_key = address.mailbox_key;
	return true;
}

bool bookings_question_read(
	struct arena *arena, const struct query *query, int64_t workspace, struct bookings_question *q, struct fail *f)
{
	static const char *const matched[] = {"all", "only"}, *const formats[] = {"csv", "json"},
				 *const shown[] = {"true", "false", "unknown"},
				 *const statuses[] = {
					 "unknown", "pending", "accepted", "cancelled", "rejected", "superseded"};
	const char *after = query_value(query, "after"), *match, *format;

	*q = (struct bookings_question){
		.filter = {.workspace_id = workspace, .campaign = query_value(query, "campaign")}};
	if (!parameter_choice(query, "matched", matched, COUNT(matched), &match, f)
		|| !parameter_choice(query, "format", formats, COUNT(formats), &format, f)
		|| !parameter_choice(query, "showed", shown, COUNT(shown), &q->filter.showed, f)
		|| !parameter_choice(query, "status", statuses, COUNT(statuses), &q->filter.status, f)
		|| !parameter_bound(query, "from", &q->filter.from, f)
		|| !parameter_bound(query, "to", &q->filter.to, f) || !read_email(arena, query, &q->filter, f)
		|| !parameter_bound(query, "as_of", &q->filter.as_of, f) || !parameter_limit(query, &q->limit, f)
		|| (after && !read_place(arena, after, &q->after, f)))
		return false;
	q->filter.matched_only = !match || strcmp(match, "only") == 0;
	q->csv = format && strcmp(format, "csv") == 0;
	q->has_after = after != NULL;
	return true;
}

static json_t *moment_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return at.us == INT64_MIN ? json_null() : json_string(instant_to_rfc3339(at, text));
}

static json_t *maybe_json(enum maybe value)
{
	return value == NOT_KNOWN ? json_null() : json_boolean(value);
}

static json_t *row_json(const struct booking_row *r)
{
	json_t *match = r->match_method ? json_pack(
				"{s:s, s:f}", "method", r->match_method, "probability", r->match_probability)
					: json_null();

	return json_pack(
		"{s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:o, s:s, s:s, s:s?, s:s?, s:s?, s:b, s:s?, s:o, s:s?, s:s}",
		"campaign_id", r->campaign_id, "campaign_name", r->campaign_name, "lead_id", r->lead_id, "lead_email",
		r->lead_email, "booked_at", moment_json(r->booked_at), "scheduled_time", moment_json(r->starts_at),
		"showed_up", maybe_json(r->showed), "booking_uid", r->uid, "status", r->status, "event_type",
		r->event_type, "attendee_name", r->attendee_name, "attendee_email", r->attendee_email, "counted",
		(int)r->counted, "attendance_source", r->attendance_source, "match", match, "rescheduled_from",
		r->rescheduled_from, "chain", r->chain);
}

static json_t *summary_json(const struct bookings_summary *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "total_bookings", (json_int_t)s->total_bookings,
		"booked", (json_int_t)s->booked, "total_shows", (json_int_t)s->total_shows, "total_no_shows",
		(json_int_t)s->total_no_shows, "pending_meetings", (json_int_t)s->pending_meetings, "unmatched",
		(json_int_t)s->unmatched, "show_rate", rate_json(rate_of(s->total_shows, s->booked)), "attendance_rate",
		rate_json(rate_of(s->total_shows, s->total_shows + s->total_no_shows)));
}

bool bookings_report_take(
	struct arena *arena, struct db *db, const struct bookings_question *q, json_t **report, struct fail *f)
{
	struct bookings_summary summary;
	struct booking_row *rows;
	size_t count, shown;
	json_t *list;

	/* One row more than asked for tells whether there is another page. */
	if (!bookings_summary(db, &q->filter, &summary, f)
		|| !bookings_page(
			db, arena, &q->filter, q->has_after ? &q->after : NULL, q->limit + 1, &rows, &count, f))
		return false;
	shown = count > (size_t)q->limit ? (size_t)q->limit : count;
	list = json_array();
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(list, row_json(&rows[i]));
	*report = json_pack("{s:o, s:o, s:o}", "bookings", list, "summary", summary_json(&summary), "next",
		count > shown ? place_json(arena, &rows[shown - 1]) : json_null());
	as_of_note(*report, q->filter.as_of);
	return true;
}

/* RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV Injection). */
static void add_cell(struct text *line, const char *value)
{
	if (line->length)
		text_add_bytes(line, ",", 1);
	text_add_bytes(line, "\"", 1);
	if (value && *value && strchr("=+-@\t\r\n", *value))
		text_add_bytes(line, "'", 1);
	for (; value && *value; value++) {
		if (*value == '"')
			text_add_bytes(line, "\"", 1);
		text_add_bytes(line, value, 1);
	}
	text_add_bytes(line, "\"", 1);
}

struct csv {
	bool (*write)(void *context, const char *bytes, size_t length, struct fail *);
	void *context;
	bool begun; /* the head line is out; it waits for the first row, so that a database that is away is told by the
		       status */
};

enum { LINE_LIMIT_BYTES = 64 * 1024 };

static bool end_line(const struct csv *csv, struct text *line, struct fail *f)
{
	text_add_bytes(line, "\r\n", 2);
	return text_whole(line, f) && csv->write(csv->context, line->bytes, line->length, f);
}

static bool begin(struct csv *csv, struct fail *f)
{
	static const char *const names[] = {"campaign_id", "campaign_name", "lead_id", "lead_email", "booked_at",
		"scheduled_time", "showed_up", "booking_uid", "status", "event_type", "attendee_name", "attendee_email",
		"counted", "attendance_source", "match_method", "match_probability", "rescheduled_from", "chain"};
	struct arena arena = {0};
	struct text line;
	bool good;

	if (csv->begun)
		return true;
	csv->begun = true;
	line = text_new(&arena, LINE_LIMIT_BYTES);
	for (size_t i = 0; i < COUNT(names); i++)
		add_cell(&line, names[i]);
	good = end_line(csv, &line, f);
	arena_end(&arena);
	return good;
}

static bool write_row(const struct booking_row *r, void *context, struct fail *f)
{
	struct arena arena = {0};
	struct text line = text_new(&arena, LINE_LIMIT_BYTES);
	char booked[INSTANT_SIZE], starts[INSTANT_SIZE] = "", probability[32] = "";
	bool good;

	if (r->starts_at.us != INT64_MIN)
		instant_to_rfc3339(r->starts_at, starts);
	if (r->match_method)
		snprintf(probability, sizeof probability, "%.15g", r->match_probability);
	const char *const cells[] = {r->campaign_id, r->campaign_name, r->lead_id, r->lead_email,
		instant_to_rfc3339(r->booked_at, booked), starts,
		r->showed == NOT_KNOWN ? ""
		: r->showed == YES     ? "true"
				       : "false",
		r->uid, r->status, r->event_type, r->attendee_name, r->attendee_email, r->counted ? "true" : "false",
		r->attendance_source, r->match_method, probability, r->rescheduled_from, r->chain};

	for (size_t i = 0; i < COUNT(cells); i++)
		add_cell(&line, cells[i]);
	good = begin(context, f) && end_line(context, &line, f);
	arena_end(&arena);
	return good;
}

bool bookings_report_csv(struct db *db, const struct bookings_question *q,
	bool (*write)(void *context, const char *bytes, size_t length, struct fail *), void *context, struct fail *f)
{
	struct csv csv = {.write = write, .context = context};

	return bookings_each(db, &q->filter, write_row, &csv, f) && begin(&csv, f);
}

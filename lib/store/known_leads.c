/* known_leads - who a lead is, and which leads an attendee may be. */
#include "store/known_leads.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/lead_keys.h"
#include "world/db.h"
#include "world/rows.h"

#include <inttypes.h>

static const struct column columns[] = {
	COLUMN(struct known_lead, lead_id, read_text),
	COLUMN(struct known_lead, email, read_text),
	COLUMN(struct known_lead, first_name, read_text),
	COLUMN(struct known_lead, last_name, read_text),
	COLUMN(struct known_lead, company, read_text),
	COLUMN(struct known_lead, phone, read_text),
	COLUMN(struct known_lead, website, read_text),
	/* Last, because it is not always asked for. */
	COLUMN(struct known_lead, contacted_at, read_instant),
};

static const struct known_lead never_contacted = {.contacted_at = {INT64_MIN}};

bool known_leads_find(struct db *db, int64_t workspace, const char *lead_id, struct known_lead *lead, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_known_leads_find, f, PARAMS(as_i64(workspace), as_text(lead_id)));

	*lead = never_contacted;
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "lead_absent", "there is no lead \"%.80s\" in this workspace", lead_id))
	       && row_into(rows, 0, columns, COUNT(columns) - 1, lead, f);
}

/* As PostgreSQL writes an array of bigint. */
static const char *numbers(struct arena *arena, const uint64_t *list, size_t count)
{
	enum { DIGITS = 21 };
	struct text text = text_new(arena, (count + 1) * DIGITS + 2);

	text_add_string(&text, "{");
	for (size_t i = 0; i < count; i++)
		text_add(&text, "%s%" PRId64, i ? "," : "", (int64_t)list[i]);
	text_add_string(&text, "}");
	return text.bytes;
}

bool known_leads_candidates(struct db *db, struct arena *arena, int64_t workspace, const uint64_t *keys,
	size_t key_count, const char *mailbox_key, struct instant booked_at, struct known_lead **list, size_t *count,
	struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_known_leads_candidates, f,
		PARAMS(as_i64(workspace), as_text(numbers(arena, keys, key_count)), as_text(mailbox_key),
			as_instant(&booked_at), as_i64(LEAD_KEYS_PER_KEY), as_i64(LEAD_CANDIDATES)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, &never_contacted, count, f);
	return *list;
}

static const struct column totals[] = {
	COLUMN(struct lead_name_counts, leads, read_i64),
	COLUMN(struct lead_name_counts, epoch, read_i64),
};

static const struct column name_columns[] = {
	COLUMN(struct lead_name_count, name, read_i64),
	COLUMN(struct lead_name_count, first_count, read_i64),
	COLUMN(struct lead_name_count, last_count, read_i64),
};

bool known_leads_names(struct db *db, struct arena *arena, int64_t workspace, const uint64_t *names, size_t count,
	struct lead_name_counts *known, struct fail *f)
{
	const struct rows *rows = db_run(
		db, QUERY_known_leads_names, f, PARAMS(as_i64(workspace), as_text(numbers(arena, names, count))));

	*known = (struct lead_name_counts){0};
	known->list =
		rows_into(rows, arena, name_columns, COUNT(name_columns), sizeof *known->list, NULL, &known->count, f);
	return known->list && (rows->count == 0 || row_into(rows, 0, totals, COUNT(totals), known, f));
}

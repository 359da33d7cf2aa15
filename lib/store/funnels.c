/* funnels - the counts of the funnel for a window of time, row by row and in total, and what is behind each of them. */
#include "store/funnels.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

/* The stages carry the names of domain/funnel. */
#define STAGE(name, stage)                                                                                             \
	{                                                                                                              \
		name, read_i64, offsetof(struct funnel_row, funnel) + (stage) * sizeof(int64_t)                        \
	}

static const struct column columns[] = {
	COLUMN(struct funnel_row, is_total, read_bool),
	COLUMN(struct funnel_row, key, read_text),
	COLUMN(struct funnel_row, campaign_name, read_text),
	STAGE("sent", SENT),
	STAGE("delivered", DELIVERED),
	STAGE("replied", REPLIED),
	STAGE("interested", INTERESTED),
	STAGE("booked", BOOKED),
	STAGE("showed", SHOWED),
};

static const struct column lead_columns[] = {
	COLUMN(struct funnel_lead, lead_id, read_text),
	COLUMN(struct funnel_lead, lead_email, read_text),
	COLUMN(struct funnel_lead, at, read_instant),
	COLUMN(struct funnel_lead, campaign_id, read_text),
	COLUMN(struct funnel_lead, event_type, read_text),
	COLUMN(struct funnel_lead, booking_uid, read_text),
};

static const struct column day_columns[] = {
	COLUMN(struct funnel_day, day, read_text),
	COLUMN(struct funnel_day, campaign_id, read_text),
	COLUMN(struct funnel_day, sent, read_i64),
	COLUMN(struct funnel_day, bounced, read_i64),
	COLUMN(struct funnel_day, replied, read_i64),
	COLUMN(struct funnel_day, interested, read_i64),
	COLUMN(struct funnel_day, counts, read_i64),
};

/* The parameters that all statements begin with: $1 to $6. */
#define WINDOW(q)                                                                                                      \
	as_i64((q)->workspace_id), as_text((q)->from), as_text((q)->to), as_text((q)->campaign),                       \
		as_text((q)->timezone), as_text((q)->group_by)

bool funnels_count(struct db *db, struct arena *arena, const struct funnel_question *q, struct funnel_row **list,
	size_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_funnel_count, f, PARAMS(WINDOW(q), as_bool(q->cohort), as_text(q->as_of)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool funnels_leads(struct db *db, struct arena *arena, const struct funnel_question *q, const struct funnel_cell *cell,
	const struct funnel_lead *after, int64_t limit, struct funnel_lead **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_funnel_leads, f,
		PARAMS(WINDOW(q), as_bool(q->cohort), as_text(q->as_of), as_text(stage_names[cell->stage]),
			as_bool(cell->whole), as_text(cell->key), as_instant(after ? &after->at : NULL),
			as_text(after ? after->lead_id : NULL), as_i64(limit)));

	*list = rows_into(rows, arena, lead_columns, COUNT(lead_columns), sizeof **list, NULL, count, f);
	return *list;
}

bool funnels_days(struct db *db, struct arena *arena, const struct funnel_question *q, const struct funnel_cell *cell,
	const struct funnel_day *after, int64_t limit, struct funnel_day **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_funnel_days, f,
		PARAMS(WINDOW(q), as_text(stage_names[cell->stage]), as_bool(cell->whole), as_text(cell->key),
			as_text(after ? after->day : NULL), as_text(after ? after->campaign_id : NULL), as_i64(limit)));

	*list = rows_into(rows, arena, day_columns, COUNT(day_columns), sizeof **list, NULL, count, f);
	return *list;
}

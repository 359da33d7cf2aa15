/* funnels - the counts of the funnel, per campaign and in total, for a window of time. */
#include "store/funnels.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

/* The stages carry the names of domain/funnel. */
#define STAGE(name, stage)                                                                                             \
	{                                                                                                              \
		name, read_i64, offsetof(struct campaign_funnel, funnel) + (stage) * sizeof(int64_t)                   \
	}

static const struct column columns[] = {
	COLUMN(struct campaign_funnel, is_total, read_bool),
	COLUMN(struct campaign_funnel, campaign_id, read_text),
	COLUMN(struct campaign_funnel, campaign_name, read_text),
	STAGE("sent", SENT),
	STAGE("delivered", DELIVERED),
	STAGE("replied", REPLIED),
	STAGE("interested", INTERESTED),
	STAGE("booked", BOOKED),
	STAGE("showed", SHOWED),
};

bool funnels_count(struct db *db, struct arena *arena, const struct funnel_question *q, struct campaign_funnel **list,
	size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, q->cohort ? QUERY_funnel_cohort : QUERY_funnel_activity, f,
		PARAMS(as_i64(q->workspace_id), as_text(q->from), as_text(q->to), as_text(q->campaign),
			as_text(q->timezone)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

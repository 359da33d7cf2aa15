/* campaigns - outbound campaigns and their daily counts. */
#include "store/campaigns.h"

#include "base/arena.h"
#include "store/staging.h"
#include "world/db.h"
#include "world/rows.h"

bool campaigns_stage_empty(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_campaigns_staging, f, NO_PARAMS) && db_run(db, QUERY_campaigns_go_on, f, NO_PARAMS);
}

bool campaigns_stage_begin(struct db *db, struct fail *f)
{
	return campaigns_stage_empty(db, f) && db_copy_begin(db, QUERY_campaigns_copy, f);
}

static const char *or_zero(const char *count)
{
	return count ? count : "0";
}

bool campaigns_stage_put(struct db *db, struct arena *arena, const struct campaign_line *l, struct fail *f)
{
	/* In the order of campaigns_copy. */
	const char *const cells[] = {
		arena_print(arena, "%zu", l->line),
		l->campaign_id,
		l->name,
		l->day,
		or_zero(l->sent),
		or_zero(l->bounced),
		or_zero(l->replied),
		or_zero(l->interested),
	};

	return staging_put(db, arena, cells, COUNT(cells), f);
}

bool campaigns_stage_end(struct db *db, struct fail *f)
{
	return db_copy_end(db, f) && db_run(db, QUERY_campaigns_staged, f, NO_PARAMS);
}

bool campaigns_merge(struct db *db, int64_t workspace, struct campaigns_merged *m, struct fail *f)
{
	int64_t months;

	*m = (struct campaigns_merged){0};
	return staging_count(db, QUERY_campaigns_count_staged, &m->campaigns, f, NO_PARAMS)
	       && staging_count(db, QUERY_campaigns_rename, &m->renamed, f, PARAMS(as_i64(workspace)))
	       && staging_count(db, QUERY_campaigns_make, &m->made, f, PARAMS(as_i64(workspace)))
	       && staging_count(db, QUERY_campaign_days_count_staged, &m->days, f, NO_PARAMS)
	       && staging_count(db, QUERY_campaign_days_change, &m->day_changed, f, PARAMS(as_i64(workspace)))
	       && staging_count(db, QUERY_campaign_days_make, &m->day_made, f, PARAMS(as_i64(workspace)))
	       && staging_count(db, QUERY_campaign_months_follow, &months, f, PARAMS(as_i64(workspace)));
}

struct overruled {
	int64_t line, later;
};

static const struct column overruled_columns[] = {
	COLUMN(struct overruled, line, read_i64),
	COLUMN(struct overruled, later, read_i64),
};

struct listener {
	void (*each)(void *context, size_t line, size_t later);
	void *context;
};

static bool tell(const struct rows *row, void *context, struct fail *f)
{
	const struct listener *listener = context;
	struct overruled o;

	if (!row_into(row, 0, overruled_columns, COUNT(overruled_columns), &o, f))
		return false;
	listener->each(listener->context, (size_t)o.line, (size_t)o.later);
	return true;
}

bool campaigns_overruled(
	struct db *db, void (*each)(void *context, size_t line, size_t later), void *context, struct fail *f)
{
	return db_each(db, QUERY_campaigns_overruled, f, NO_PARAMS, tell, &(struct listener){each, context});
}

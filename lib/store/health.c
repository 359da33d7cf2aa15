/* health - whether the database answers, and what waits for a person. */
#include "store/health.h"

#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct health_counts, failed, read_i64),
	COLUMN(struct health_counts, dead, read_i64),
	COLUMN(struct health_counts, oldest_failed_at, read_instant),
	COLUMN(struct health_counts, worker_active, read_bool),
};

bool health_counts(struct db *db, struct health_counts *counts, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_health_counts, f, NO_PARAMS);

	*counts = (struct health_counts){0};
	return rows && row_into(rows, 0, columns, COUNT(columns), counts, f);
}

/* worker_lock - one worker at work per database. */
#include "store/worker_lock.h"

#include "world/db.h"
#include "world/rows.h"

struct answer {
	bool held;
};

static const struct column columns[] = {COLUMN(struct answer, held, read_bool)};

bool worker_lock(struct db *db, bool *held, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_worker_lock, f, NO_PARAMS);
	struct answer answer = {0};

	if (!rows || !row_into(rows, 0, columns, COUNT(columns), &answer, f))
		return false;
	*held = answer.held;
	return true;
}

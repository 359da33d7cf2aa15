/* events - webhook deliveries as received, and what became of each. */
#include "store/events.h"

#include "world/db.h"
#include "world/rows.h"

struct answer {
	const char *outcome;
};

static const struct column columns[] = {COLUMN(struct answer, outcome, read_text)};

/* What both ways of storing share: $1 to $10. */
#define STORED(e)                                                                                                      \
	as_i64((e)->workspace_id), as_i64((e)->connection_id), as_bytes((e)->delivery_key), as_text((e)->source),      \
		as_text((e)->trigger), as_text((e)->uid), (e)->number ? as_i64((e)->number) : as_text(NULL),           \
		as_instant((e)->happened_at), as_instant(&(e)->received_at), as_bytes((e)->sealed_body)

bool events_ingest(struct db *db, const struct stored_event *e, const char **outcome, struct fail *f)
{
	struct answer answer = {0};
	const struct rows *rows =
		db_run(db, QUERY_events_ingest, f, PARAMS(STORED(e), as_text(e->status), as_text(e->changes)));

	if (!rows || !row_into(rows, 0, columns, COUNT(columns), &answer, f))
		return false;
	*outcome = answer.outcome;
	return true;
}

bool events_keep_failed(struct db *db, const struct stored_event *e, const char *why, struct fail *f)
{
	return db_run(db, QUERY_events_keep_failed, f, PARAMS(STORED(e), as_text(why))) != NULL;
}

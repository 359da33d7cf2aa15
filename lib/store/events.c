/* events - webhook deliveries as received, and what became of each. */
#include "store/events.h"

#include "world/db.h"
#include "world/rows.h"

static const struct column columns[] = {
	COLUMN(struct event_answer, outcome, read_text),
	COLUMN(struct event_answer, uncertain, read_text),
};

/* What both ways of storing share: $1 to $10. */
#define STORED(e)                                                                                                      \
	as_i64((e)->workspace_id), as_i64((e)->connection_id), as_bytes((e)->delivery_key), as_text((e)->source),      \
		as_text((e)->trigger), as_text((e)->uid), (e)->number ? as_i64((e)->number) : as_text(NULL),           \
		as_instant((e)->happened_at), as_instant(&(e)->received_at), as_bytes((e)->sealed_body)

bool events_ingest(struct db *db, const struct stored_event *e, struct event_answer *answer, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_events_ingest, f, PARAMS(STORED(e), as_text(e->status), as_text(e->changes)));

	*answer = (struct event_answer){0};
	return rows && row_into(rows, 0, columns, COUNT(columns), answer, f);
}

bool events_keep_failed(struct db *db, const struct stored_event *e, const char *why, struct fail *f)
{
	return db_run(db, QUERY_events_keep_failed, f, PARAMS(STORED(e), as_text(why))) != NULL;
}

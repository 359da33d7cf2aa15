/* events - webhook deliveries as received, and what became of each. */
#include "store/events.h"

#include "world/db.h"
#include "world/rows.h"

#include <assert.h>
#include <string.h>

static const struct column columns[] = {
	COLUMN(struct event_answer, outcome, read_text),
	COLUMN(struct event_answer, uncertain, read_text),
};

/* What both ways of storing share: $1 to $10. */
#define STORED(e)                                                                                                      \
	as_i64((e)->workspace_id), as_i64((e)->connection_id), as_bytes((e)->delivery_key), as_text((e)->source),      \
		as_text((e)->trigger), as_text((e)->uid), (e)->number ? as_i64((e)->number) : as_text(NULL),           \
		as_instant((e)->happened_at), as_instant(&(e)->received_at), as_bytes((e)->sealed_body)

#define INGESTED(e) STORED(e), as_text((e)->status), as_text((e)->changes)

bool events_ingest(struct db *db, const struct stored_event *e, struct event_answer *answer, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_events_ingest, f, PARAMS(INGESTED(e)));

	*answer = (struct event_answer){0};
	return rows && row_into(rows, 0, columns, COUNT(columns), answer, f);
}

bool events_ingest_together(
	struct db *db, const struct stored_event *events, struct event_answer *answers, size_t count, struct fail *f)
{
	enum { EACH = 12 };
	struct param params[EVENTS_TOGETHER * EACH] = {0};
	const struct rows *rows[EVENTS_TOGETHER];
	bool good;

	assert(count <= EVENTS_TOGETHER);
	for (size_t i = 0; i < count; i++) {
		const struct param one[] = {INGESTED(&events[i])};

		static_assert(COUNT(one) == EACH, "as many as the statement has");
		memcpy(&params[i * EACH], one, sizeof one);
	}
	good = db_run_together(db, QUERY_events_ingest, f, params, EACH, count, rows);
	for (size_t i = 0; good && i < count; i++) {
		answers[i] = (struct event_answer){0};
		good = row_into(rows[i], 0, columns, COUNT(columns), &answers[i], f);
	}
	return good;
}

bool events_keep_failed(struct db *db, const struct stored_event *e, const char *why, struct fail *f)
{
	return db_run(db, QUERY_events_keep_failed, f, PARAMS(STORED(e), as_text(why))) != NULL;
}

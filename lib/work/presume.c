/* presume - meetings that are over and nobody told of it: Cal.com's word often never comes, so the clock says it. */
#include "work/presume.h"

#include "base/arena.h"
#include "base/json.h"
#include "store/unended.h"
#include "work/ingest.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 200 };

/* What Cal.com would have sent, as far as it matters. */
static struct bytes meeting_ended(struct arena *arena, const struct unended *meeting)
{
	char ends[INSTANT_SIZE];
	AUTO(json_t)
	event = json_pack("{s:s, s:s*, s:s}", "triggerEvent", "MEETING_ENDED", "uid", meeting->uid, "endTime",
		instant_to_rfc3339(meeting->ends_at, ends));
	char *body;

	if (!meeting->uid)
		json_object_set_new(event, "bookingId", json_integer(meeting->number));
	body = json_dumps(event, JSON_COMPACT);
	if (!body)
		abort();
	arena_later(arena, free, body);
	return (struct bytes){(const unsigned char *)body, strlen(body)};
}

bool presume_ended(struct arena *arena, struct db *db, const struct secret_key *key, int64_t grace_minutes,
	int64_t *total, struct fail *f)
{
	struct unended *meetings;
	size_t count;

	*total = 0;
	if (!unended_list(db, arena, grace_minutes, BATCH, &meetings, &count, f))
		return false;
	for (size_t i = 0; i < count; i++, ++*total) {
		struct delivery delivery = {
			.workspace_id = meetings[i].workspace_id,
			.connection_id = meetings[i].connection_id,
			.source = "clock",
			.received_at = instant_now(),
			.body = meeting_ended(arena, &meetings[i]),
		};

		if (!ingest(arena, db, key, &delivery, f))
			return false;
	}
	return true;
}

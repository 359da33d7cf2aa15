/* replays - rebuilding what is derived from the stored events: begin, every event once more, end. */
#ifndef STORE_REPLAYS_H
#define STORE_REPLAYS_H

#include "base/fail.h"
#include "base/scope.h"
#include "store/kept_events.h"

#include <stddef.h>
#include <stdint.h>

/* `uids`: a JSON array of the bookings to rebuild; NULL: all of the workspace. */

/* Keeps others from writing until the transaction ends. First of all. */
bool replays_lock(struct db *, struct fail *) MUST_CHECK;

/* The bookings that the events of one may touch, itself included. */
bool replays_related(struct db *, int64_t workspace, const char *uid, const char **uids, struct fail *) MUST_CHECK;

/* Remembers what is there, and removes it. */
bool replays_begin(struct db *, int64_t workspace, const char *uids, struct fail *) MUST_CHECK;

/* The next events in order of arrival. */
bool replays_events(struct db *, struct arena *, int64_t workspace, const char *uids, int64_t after, int64_t limit,
	struct kept_event **, size_t *count, struct fail *) MUST_CHECK;

bool replays_add(struct db *, const struct kept_event *, const char *changes, struct fail *) MUST_CHECK;

struct replay_difference {
	const char *table_name;
	int64_t appeared, vanished; /* rows; a changed row is one of each */
};

bool replays_end(struct db *, struct arena *, int64_t workspace, const char *uids, struct replay_difference **,
	size_t *count, struct fail *) MUST_CHECK;

#endif

/* polls - what is known already of the rows of Cal.com's list, and what the list should have shown. */
#ifndef STORE_POLLS_H
#define STORE_POLLS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* One of the two newest events of a booking; the key is borrowed from the rows. */
struct newest_event {
	int64_t place; /* of the row that was asked about */
	int64_t event_id;
	bool polled; /* a reading of this connection */
	struct bytes delivery_key;
	struct instant happened_at; /* us 0: not said */
};

/* `rows`: JSON array of objects with place, uid and number. In order of place, the newer event first. */
bool polls_newest(struct db *, struct arena *, int64_t workspace, int64_t connection, const char *rows,
	struct newest_event **, size_t *count, struct fail *) MUST_CHECK;

/* Meetings that begin from `from` to before `to`, and are over by `until`. */
struct meeting_range {
	struct instant from, to, until;
};

/* Uids of accepted and pending bookings of the connection in the range that are not in `shown` (a JSON array of uids),
 * in order, after the uid `after` ("": from the first). Borrowed from the rows. */
bool polls_missing(struct db *, struct arena *, int64_t workspace, int64_t connection, const struct meeting_range *,
	const char *shown, const char *after, int64_t limit, const char ***uids, size_t *count,
	struct fail *) MUST_CHECK;

#endif

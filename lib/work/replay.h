/* replay - rebuilds what is derived from the events, of a workspace or of one booking, and tells what differed. */
#ifndef WORK_REPLAY_H
#define WORK_REPLAY_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"
#include "store/replays.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct replayed {
	int64_t events;
	struct replay_difference *differences; /* one per table */
	size_t count;
};

/* In one transaction. uid NULL: the whole workspace; else the booking and those that its events may touch. progress is
 * told the number of events so far. */
bool replay(struct arena *, struct db *, const struct secret_key *, int64_t workspace, const char *uid,
	void (*progress)(int64_t events), struct replayed *, struct fail *) MUST_CHECK;

#endif

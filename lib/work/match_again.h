/* match_again - attendees that nobody knew when they booked are tried again: their lead may have turned up since. */
#ifndef WORK_MATCH_AGAIN_H
#define WORK_MATCH_AGAIN_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct arena;
struct db;

/* An import does this for its own leads; here come those that met it half way. *count: bookings. */
bool match_again(struct arena *, struct db *, int64_t *count, struct fail *) MUST_CHECK;

#endif

/* source_health - whether what is known of a source can be relied on. Pure. */
#ifndef DOMAIN_SOURCE_HEALTH_H
#define DOMAIN_SOURCE_HEALTH_H

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

enum source_health {
	SOURCE_OK,
	SOURCE_STALE,       /* numbers are those of the last success */
	SOURCE_UNAVAILABLE, /* there are none, or a person has to do something first */
};

/* refused: the key is not taken, or is another account's. succeeded_at: the last whole round, us 0: never. interval_ms:
 * between two good rounds; two of them may pass before what is known counts as old. */
enum source_health source_health(
	bool refused, int64_t failures, struct instant succeeded_at, int64_t interval_ms, struct instant now);

const char *source_health_name(enum source_health); /* "ok", "stale", "unavailable" */

#endif

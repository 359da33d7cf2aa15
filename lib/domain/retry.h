/* retry - when to try again what failed: exponential backoff with full jitter, and when to give up. Pure. */
#ifndef DOMAIN_RETRY_H
#define DOMAIN_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* After this many attempts, the first included, a person has to look: about a day with the delays below. */
enum { RETRY_ATTEMPTS = 20 };

/* How long to wait after attempt number `attempts` (from 1): anything from 0 to 30 s, 60 s, 120 s ... 2 h, as `random`
 * (any 32 bits) says: base/backoff.h. */
int64_t retry_delay_ms(int64_t attempts, uint32_t random);

bool retry_is_over(int64_t attempts);

#endif

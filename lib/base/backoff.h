/* backoff - how long to wait before what failed is tried again: exponentially longer, with full jitter. Pure. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

/* The pause after failed attempt number `attempts` (from 1; less is taken for 1): anything from 0 to first_ms, twice,
 * four times that ... up to most_ms, as `random` (any 32 bits) says; the upper end is never reached. first_ms and
 * most_ms: 0 to 2^32. Full jitter: see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. */
int64_t backoff_ms(int64_t attempts, int64_t first_ms, int64_t most_ms, uint32_t random);

#endif

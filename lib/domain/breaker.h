/* breaker - when to ask a source again that failed, and when not to ask it at all. Pure. */
#ifndef DOMAIN_BREAKER_H
#define DOMAIN_BREAKER_H

#include "base/instant.h"

#include <stdint.h>

/* After so many failed rounds in a row nothing is sent until the next try is due, and then one cheap request goes
 * first.
 */
enum { BREAKER_FAILURES = 5 };

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };

/* next_at: when the next try is due. */
enum breaker_state breaker_state(int64_t failures, struct instant next_at, struct instant now);

const char *breaker_state_name(enum breaker_state); /* "closed", "half_open", "open" */

/* How long to wait after failed round number `failures` (from 1) in a row: anything from 0 to interval/30, twice, four
 * times that ... up to the interval between good rounds, as `random` (any 32 bits) says: base/backoff.h. */
int64_t breaker_pause_ms(int64_t failures, int64_t interval_ms, uint32_t random);

/* The longest of the first pauses. */
int64_t breaker_first_pause_ms(int64_t interval_ms);

#endif

/* clock - time that only goes forward, for pauses and durations. What time it is for people: base/instant.h. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since some moment of the past, the same for all programs of a machine until it starts again. Cut, not rounded: the
 * difference of two is up to one unit too small or too large. */
int64_t clock_us(void);
int64_t clock_ms(void);

#endif

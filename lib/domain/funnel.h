/* funnel - the arithmetic of the funnel: six stages, rates between them, how sure one may be of them. Pure. */
#ifndef DOMAIN_FUNNEL_H
#define DOMAIN_FUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stage { SENT, DELIVERED, REPLIED, INTERESTED, BOOKED, SHOWED, STAGE_COUNT };

struct funnel {
	int64_t counts[STAGE_COUNT]; /* never negative */
};

struct rate {
	bool known;         /* false: the divisor was 0, shown as null */
	int64_t hundredths; /* of a percent, rounded half up: 1234 is 12.34 %; above 10000 is possible */
};

/* Wilson's score interval at 95 % (Wilson, JASA 22, 1927, formula 5 with z = 1.96): where the true share lies, also for
 * few cases and shares near 0 or 1. Not known where the share is above 1: then it is no share. */
struct interval {
	bool known;
	struct rate low, high;
};

struct rate rate_of(int64_t numerator, int64_t divisor);
struct interval interval_of(int64_t numerator, int64_t divisor);

extern const char *const stage_names[STAGE_COUNT];

enum { FUNNEL_RATE_COUNT = 6 };

/* Each stage over the one before it, and showed over sent. */
extern const struct funnel_rate {
	const char *name;
	enum stage numerator, divisor;
} funnel_rates[FUNNEL_RATE_COUNT];

#endif

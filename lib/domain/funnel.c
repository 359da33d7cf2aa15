/* funnel - the arithmetic of the funnel: six stages, rates between them, how sure one may be of them. Pure. */
#include "domain/funnel.h"

#include <math.h>

const char *const stage_names[STAGE_COUNT] = {
	[SENT] = "sent",
	[DELIVERED] = "delivered",
	[REPLIED] = "replied",
	[INTERESTED] = "interested",
	[BOOKED] = "booked",
	[SHOWED] = "showed",
};

/* clang-format off */
const struct funnel_rate funnel_rates[FUNNEL_RATE_COUNT] = {
	{"delivery_rate", DELIVERED,  SENT      },
	{"reply_rate",    REPLIED,    DELIVERED },
	{"interest_rate", INTERESTED, REPLIED   },
	{"booking_rate",  BOOKED,     INTERESTED},
	{"show_rate",     SHOWED,     BOOKED    },
	{"roi",           SHOWED,     SENT      },
};
/* clang-format on */

/* 10,000 times a count may pass 64 bits. */
__extension__ typedef unsigned __int128 wide;

struct rate rate_of(int64_t numerator, int64_t divisor)
{
	wide doubled;

	if (divisor <= 0 || numerator < 0)
		return (struct rate){0};
	doubled = (wide)(uint64_t)numerator * 20000 + (uint64_t)divisor;
	doubled /= (wide)(uint64_t)divisor * 2;
	return (struct rate){true, doubled > INT64_MAX ? INT64_MAX : (int64_t)doubled};
}

static struct rate rate_from_share(double share)
{
	return (struct rate){true, (int64_t)llround(fmin(fmax(share, 0), 1) * 10000)};
}

struct interval interval_of(int64_t numerator, int64_t divisor)
{
	static const double z = 1.959963984540054;
	double n = (double)divisor, share, scale, middle, half;

	if (divisor <= 0 || numerator < 0 || numerator > divisor)
		return (struct interval){0};
	share = (double)numerator / n;
	scale = 1 + z * z / n;
	middle = (share + z * z / (2 * n)) / scale;
	half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale;
	return (struct interval){true, rate_from_share(middle - half), rate_from_share(middle + half)};
}

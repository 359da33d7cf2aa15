/* backoff - pauses double up to the longest, and lie anywhere below. */
#include "base/backoff.h"

#include "base/scope.h"
#include "tap.h"

/* below_ms: the longest pause, but for the last millisecond, which no draw reaches. */
static const struct {
	const char *what;
	int64_t attempts, first_ms, most_ms, below_ms;
} pauses[] = {
	{"the first pause", 1, 500, 8000, 500},
	{"the second", 2, 500, 8000, 1000},
	{"the third", 3, 500, 8000, 2000},
	{"the one that is as long as it may be", 5, 500, 8000, 8000},
	{"all behind it", 6, 500, 8000, 8000},
	{"a longest one that is no power of two of the first", 4, 30000, 200000, 200000},
	{"the one before it", 3, 30000, 200000, 120000},
	{"a longest one that is shorter than the first", 1, 500, 200, 200},
	{"any number of attempts", INT64_MAX, 1, INT64_C(1) << 32, INT64_C(1) << 32},
	{"no attempt at all", 0, 500, 8000, 500},
	{"less than none", INT64_MIN, 500, 8000, 500},
};

int main(void)
{
	for (size_t i = 0; i < COUNT(pauses); i++) {
		const int64_t attempts = pauses[i].attempts, first = pauses[i].first_ms, most = pauses[i].most_ms;

		is_number(backoff_ms(attempts, first, most, UINT32_MAX), pauses[i].below_ms - 1, pauses[i].what);
		is_number(backoff_ms(attempts, first, most, 1u << 31), pauses[i].below_ms / 2, "may be half of that");
		is_number(backoff_ms(attempts, first, most, 0), 0, "or none");
	}
	is_number(backoff_ms(INT64_MAX, 0, 1000, UINT32_MAX), 0, "what begins with no pause stays without");
	return done_testing();
}

/* retry - pauses double up to their longest, lie anywhere below, and come to an end. */
#include "domain/retry.h"

#include "base/scope.h"
#include "tap.h"

/* The longest pause, but for the last millisecond, which no draw reaches. */
static const struct {
	int64_t attempts, below_ms;
} pauses[] = {{1, 30000}, {2, 60000}, {3, 120000}, {4, 240000}, {5, 480000}, {6, 960000}, {7, 1920000}, {8, 3840000}, {9, 7200000},
	{10, 7200000}, {RETRY_ATTEMPTS, 7200000}, {1000000, 7200000}, {INT64_MAX, 7200000}};

int main(void)
{
	char what[96];
	int64_t all_ms = 0;

	for (size_t i = 0; i < COUNT(pauses); i++) {
		snprintf(what, sizeof what, "after attempt %lld a pause is below %lld s", (long long)pauses[i].attempts,
			(long long)pauses[i].below_ms / 1000);
		is_number(retry_delay_ms(pauses[i].attempts, UINT32_MAX), pauses[i].below_ms - 1, what);
		ok(retry_delay_ms(pauses[i].attempts, 0) == 0 && retry_delay_ms(pauses[i].attempts, 1u << 31) == pauses[i].below_ms / 2,
			"and may be any of that");
	}
	ok(retry_delay_ms(0, UINT32_MAX) < 30000 && retry_delay_ms(-1, UINT32_MAX) < 30000, "what was never tried waits no longer");
	ok(!retry_is_over(1) && !retry_is_over(RETRY_ATTEMPTS - 1), "there are several attempts");
	ok(retry_is_over(RETRY_ATTEMPTS) && retry_is_over(INT64_MAX), "and a last one");
	for (int64_t attempt = 1; !retry_is_over(attempt); attempt++)
		all_ms += retry_delay_ms(attempt, 1u << 31);
	ok(all_ms > 8 * 3600000LL && all_ms < 48 * 3600000LL, "all of them take about a day");
	return done_testing();
}

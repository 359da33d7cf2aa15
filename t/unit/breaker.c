/* breaker - pauses double up to the interval, lie anywhere below, and after some failures nothing is sent before. */
#include "domain/breaker.h"

#include "base/scope.h"
#include "tap.h"

/* Of an interval of 900 s: the longest pause, but for the last millisecond, which no draw reaches. */
static const struct {
	int64_t failures, below_ms;
} pauses[] = {{1, 30000}, {2, 60000}, {3, 120000}, {4, 240000}, {5, 480000}, {6, 900000}, {7, 900000}, {1000, 900000},
	{INT64_MAX, 900000}};

static const struct {
	const char *what;
	int64_t failures, next_us;
	enum breaker_state state;
} states[] = {
	{"no failure", 0, 2000, BREAKER_CLOSED},
	{"a few failures", BREAKER_FAILURES - 1, 2000, BREAKER_CLOSED},
	{"many failures, before the next try", BREAKER_FAILURES, 2000, BREAKER_OPEN},
	{"many failures, when it is due", BREAKER_FAILURES, 1000, BREAKER_HALF_OPEN},
	{"ever more failures, when it is overdue", 1000000, 0, BREAKER_HALF_OPEN},
};

int main(void)
{
	const int64_t interval_ms = 900000;
	char what[96];

	for (size_t i = 0; i < COUNT(pauses); i++) {
		snprintf(what, sizeof what, "after failure %lld a pause is below %lld s", (long long)pauses[i].failures,
			(long long)pauses[i].below_ms / 1000);
		is_number(breaker_pause_ms(pauses[i].failures, interval_ms, UINT32_MAX), pauses[i].below_ms - 1, what);
		ok(breaker_pause_ms(pauses[i].failures, interval_ms, 0) == 0
				&& breaker_pause_ms(pauses[i].failures, interval_ms, 1u << 31)
					   == pauses[i].below_ms / 2,
			"and may be any of that");
	}
	is_number(breaker_first_pause_ms(interval_ms), 30000, "the first pause is a thirtieth of the interval");
	ok(breaker_pause_ms(9, 1000, UINT32_MAX) < 1000, "a short interval is the longest pause too");
	for (size_t i = 0; i < COUNT(states); i++)
		ok(breaker_state(states[i].failures, (struct instant){states[i].next_us}, (struct instant){1000})
				== states[i].state,
			states[i].what);
	is_text(breaker_state_name(BREAKER_CLOSED), "closed", "closed is called so");
	is_text(breaker_state_name(BREAKER_HALF_OPEN), "half_open", "half open is called so");
	is_text(breaker_state_name(BREAKER_OPEN), "open", "open is called so");
	return done_testing();
}

/* breaker - when to ask a source again that failed, and when not to ask it at all. Pure. */
#include "domain/breaker.h"

#include "base/backoff.h"

enum breaker_state breaker_state(int64_t failures, struct instant next_at, struct instant now)
{
	if (failures < BREAKER_FAILURES)
		return BREAKER_CLOSED;
	return before(now, next_at) ? BREAKER_OPEN : BREAKER_HALF_OPEN;
}

const char *breaker_state_name(enum breaker_state state)
{
	static const char *const names[] = {"closed", "half_open", "open"};

	return names[state];
}

int64_t breaker_first_pause_ms(int64_t interval_ms)
{
	return interval_ms / 30;
}

int64_t breaker_pause_ms(int64_t failures, int64_t interval_ms, uint32_t random)
{
	return backoff_ms(failures, breaker_first_pause_ms(interval_ms), interval_ms, random);
}

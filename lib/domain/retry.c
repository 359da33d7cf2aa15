/* retry - when to try again what failed: exponential backoff with full jitter, and when to give up. Pure. */
#include "domain/retry.h"

int64_t retry_delay_ms(int64_t attempts, uint32_t random)
{
	static const int64_t first_ms = 30000, most_ms = 7200000;
	int64_t most = first_ms;

	for (int64_t i = 1; i < attempts && most < most_ms; i++)
		most *= 2;
	if (most > most_ms)
		most = most_ms;
	return (int64_t)((uint64_t)random * (uint64_t)most >> 32);
}

bool retry_is_over(int64_t attempts)
{
	return attempts >= RETRY_ATTEMPTS;
}

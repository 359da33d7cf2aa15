/* retry - when to try again what failed: exponential backoff with full jitter, and when to give up. Pure. */
#include "domain/retry.h"

#include "base/backoff.h"

int64_t retry_delay_ms(int64_t attempts, uint32_t random)
{
	return backoff_ms(attempts, 30000, 7200000, random);
}

bool retry_is_over(int64_t attempts)
{
	return attempts >= RETRY_ATTEMPTS;
}

/* backoff - how long to wait before what failed is tried again: exponentially longer, with full jitter. Pure. */
#include "base/backoff.h"

int64_t backoff_ms(int64_t attempts, int64_t first_ms, int64_t most_ms, uint32_t random)
{
	int64_t most = first_ms;

	/* From 0 it never grows. */
	for (int64_t i = 1; i < attempts && most > 0 && most < most_ms; i++)
		most *= 2;
	if (most > most_ms)
		most = most_ms;
	return (int64_t)((uint64_t)random * (uint64_t)most >> 32);
}

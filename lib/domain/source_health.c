/* source_health - whether what is known of a source can be relied on. Pure. */
#include "domain/source_health.h"

enum source_health source_health(
	bool refused, int64_t failures, struct instant succeeded_at, int64_t interval_ms, struct instant now)
{
	if (refused || succeeded_at.us == 0)
		return SOURCE_UNAVAILABLE;
	return failures > 0 || now.us - succeeded_at.us > 2 * interval_ms * 1000 ? SOURCE_STALE : SOURCE_OK;
}

const char *source_health_name(enum source_health health)
{
	static const char *const names[] = {"ok", "stale", "unavailable"};

	return names[health];
}

/* source_health - what is known is relied on while it is young, and not when a person has to act first. */
#include "domain/source_health.h"

#include "base/scope.h"
#include "tap.h"

static const struct {
	const char *what;
	bool refused;
	int64_t failures, succeeded_us;
	const char *state;
} rows[] = {
	{"a whole round just now", false, 0, 100000000, "ok"},
	{"one that is two intervals old", false, 0, 80000000, "ok"},
	{"one that is older", false, 0, 79999999, "stale"},
	{"one that is young, with a failure behind it", false, 1, 99000000, "stale"},
	{"none yet", false, 0, 0, "unavailable"},
	{"failures only", false, 3, 0, "unavailable"},
	{"a key that is refused, whatever was before", true, 1, 99000000, "unavailable"},
	{"a clock that was set back", false, 0, 200000000, "ok"},
};

int main(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		is_text(source_health_name(source_health(rows[i].refused, rows[i].failures,
				(struct instant){rows[i].succeeded_us}, 10000, (struct instant){100000000})),
			rows[i].state, rows[i].what);
	return done_testing();
}

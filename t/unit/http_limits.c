/* http_limits - pauses that servers ask for, in all their spellings. */
#include "world/http_limits.h"

#include "base/scope.h"
#include "tap.h"

#define DATE "Date: Tue, 10 Mar 2026 12:00:00 GMT\r\n"

/* lines, joined; -1 in retry_ms: not said. */
static const struct {
	const char *what, *lines;
	int status;
	long long retry_ms, quiet_ms;
} rows[] = {
	{"nothing is asked for", "Content-Type: application/json\r\n", 200, -1, 0},
	{"seconds", "Retry-After: 7\r\n", 429, 7000, 7000},
	{"in any case, without a space", "retry-after:7\r\n", 503, 7000, 7000},
	{"not meant for an answer that is fine", "Retry-After: 7\r\n", 200, 7000, 0},
	{"a date, by the server's clock", DATE "Retry-After: Tue, 10 Mar 2026 12:01:30 GMT\r\n", 429, 90000, 90000},
	{"a date that is over", DATE "Retry-After: Tue, 10 Mar 2026 11:00:00 GMT\r\n", 429, 0, 0},
	{"the limiter's name at its end", "Retry-After-Default: 60\r\n", 429, 60000, 60000},
	{"at most a day", "Retry-After: 99999999\r\n", 429, 86400000, 86400000},
	{"a year that nobody has",
		"Date: Tue, 05 Mar 2022026 12:00:00 GMT\r\nRetry-After: Tue, 05 Mar 2022026 12:00:00 GMT\r\n", 429, -1,
		0},
	{"nonsense", "Retry-After: soon\r\n", 429, -1, 0},
	{"below nothing", "Retry-After: -5\r\n", 429, -1, 0},
	{"too large a number", "Retry-After: 99999999999999999999\r\n", 429, -1, 0},
	{"a limiter with something left", "X-RateLimit-Remaining-Default: 3\r\nX-RateLimit-Reset-Default: 40\r\n", 200,
		-1, 0},
	{"one that is exhausted", "X-RateLimit-Remaining-Default: 0\r\nX-RateLimit-Reset-Default: 40\r\n", 200, -1,
		40000},
	{"in the other order", "X-RateLimit-Reset-Default: 40\r\nX-RateLimit-Remaining-Default: 0\r\n", 200, -1, 40000},
	{"one without a name", "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 2\r\n", 200, -1, 2000},
	{"two, of which another is exhausted",
		"X-RateLimit-Remaining-Long: 0\r\nX-RateLimit-Reset-Long: 50\r\nX-RateLimit-Remaining-Short: "
		"1\r\nX-RateLimit-Reset-Short: 90\r\n",
		200, -1, 50000},
	{"a moment instead of seconds", DATE "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1773144025\r\n", 200, -1,
		25000},
	{"a moment in milliseconds", DATE "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1773144025000\r\n", 200, -1,
		25000},
	{"milliseconds", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 250000\r\n", 200, -1, 250000},
	{"exhausted, until nobody knows when", "X-RateLimit-Remaining: 0\r\n", 200, -1, 0},
	{"the longer of both", "Retry-After: 5\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 9\r\n", 429, 5000,
		9000},
	{"a head before the head", "Retry-After: 7\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n", 429, -1, 0},
	{"another header that begins alike", "Retry-Afternoon: 5\r\nX-RateLimit-Remainders: 0\r\n", 429, -1, 0},
};

int main(void)
{
	struct http_limits limits = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *line = rows[i].lines, *end;

		limits = (struct http_limits){0};
		for (; (end = strstr(line, "\r\n")); line = end + 2)
			http_limits_header(&limits, line, (size_t)(end + 2 - line));
		is_number(http_limits_retry_after_ms(&limits), rows[i].retry_ms, rows[i].what);
		is_number(
			http_limits_quiet_ms(&limits, rows[i].status), rows[i].quiet_ms, "and so long nothing is sent");
	}
	http_limits_header(&limits, "", 0);
	http_limits_header(&limits, "\0\0", 2);
	http_limits_header(&limits, "Retry-After: 1\0", sizeof "Retry-After: 1");
	for (size_t i = 0; i < 9; i++) {
		char line[64];

		snprintf(line, sizeof line, "X-RateLimit-Remaining-%zu: 0", i);
		http_limits_header(&limits, line, strlen(line));
	}
	ok(limits.count <= COUNT(limits.limiters), "more limiters than there is room for are let be");
	return done_testing();
}

/* fuzz/http_limits - whatever a server sends as its head, no pause is below nothing or above a day, and a status line
 * begins anew. */
#include "world/http_limits.h"

#include "base/scope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const int64_t day_ms = 86400000;
	static const int statuses[] = {200, 429, 503};
	struct http_limits limits = {0}, none = {0};
	const char *at = (const char *)bytes, *end = at + size, *line_end;
	int64_t asked_ms;

	/* Lines as curl hands them over, each with its end. */
	for (; at < end; at = line_end) {
		line_end = memchr(at, '\n', (size_t)(end - at));
		line_end = line_end ? line_end + 1 : end;
		http_limits_header(&limits, at, (size_t)(line_end - at));
	}
	asked_ms = http_limits_retry_after_ms(&limits);
	must(asked_ms >= -1 && asked_ms <= day_ms && limits.count <= COUNT(limits.limiters));
	for (size_t i = 0; i < COUNT(statuses); i++) {
		int64_t quiet_ms = http_limits_quiet_ms(&limits, statuses[i]);

		must(quiet_ms >= 0 && quiet_ms <= day_ms && (statuses[i] == 200 || quiet_ms >= asked_ms));
	}
	http_limits_header(&limits, "HTTP/1.1 200 OK\r\n", 17);
	must(memcmp(&limits, &none, sizeof none) == 0);
	return 0;
}

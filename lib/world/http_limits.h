/* http_limits - what an answer's headers say of when the next request is welcome. */
#ifndef WORLD_HTTP_LIMITS_H
#define WORLD_HTTP_LIMITS_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of the limiters that count requests; Cal.com tells them apart by what their headers' names end in. */
struct http_limiter {
	char name[24];
	bool exhausted;   /* Remaining is 0 */
	int64_t reset_ms; /* until it counts anew; -1: not said */
};

/* Begins as zeros. */
struct http_limits {
	struct instant date; /* Date; us 0: not said */
	char retry_after[64];
	struct http_limiter limiters[4];
	size_t count;
};

/* One line of the head, as it came; others than those that matter do nothing. A status line begins anew. */
void http_limits_header(struct http_limits *, const char *line, size_t length);

/* RFC 9110, section 10.2.3: seconds or a date, which is compared with the server's own clock. -1: not said. At most a
 * day: more is not meant. */
int64_t http_limits_retry_after_ms(const struct http_limits *);

/* For how long nothing should be asked: Retry-After of a 429 or 503, and exhausted limiters. 0: not at all. */
int64_t http_limits_quiet_ms(const struct http_limits *, int status);

#endif

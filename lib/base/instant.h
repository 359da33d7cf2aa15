/* instant - a moment: UTC microseconds inside, RFC 3339 outside. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instant {
	int64_t us; /* microseconds since 1970-01-01T00:00:00Z; years 1 to 9999 */
};

enum { INSTANT_SIZE = sizeof "2024-05-06T07:08:09.123456Z" };

static inline bool before(struct instant a, struct instant b)
{
	return a.us < b.us;
}

/* RFC 3339, section 5.6: 2024-05-06T07:08:09Z, with up to any number of decimals (cut at microseconds) and any numeric
 * offset. Lower-case t and z and a space for T are allowed, as there. A leap second counts as the second after it. */
bool instant_from_rfc3339(const char *text, size_t length, struct instant *) MUST_CHECK;

/* 2024-05-06T07:08:09Z, with three or six decimals when they say something. */
const char *instant_to_rfc3339(struct instant, char text[static INSTANT_SIZE]);

/* 2024-05-06 and nothing else, a day that exists. */
bool date_is_valid(const char *text);

struct instant instant_now(void); /* the programs' clock; domain code is given the time instead */

#endif

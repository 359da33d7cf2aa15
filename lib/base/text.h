/* text - bytes that grow up to a limit, and what may be asked of strings from outside. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Adding never needs a check: a text that would pass its limit is broken and ignores what follows. Ask once, at the
 * end. */
struct text {
	struct arena *arena;
	char *bytes;   /* always ends in NUL; never NULL once text_new made it */
	size_t length; /* without the NUL */
	size_t limit;  /* bytes */
	size_t room;
	bool broken;
};

struct text text_new(struct arena *, size_t limit_bytes);
void text_add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *, const char *bytes, size_t length);
void text_add_string(struct text *, const char *string);
bool text_whole(const struct text *, struct fail *) MUST_CHECK; /* FAIL_INPUT "too_long" when broken */

bool text_is_utf8(const char *bytes, size_t length); /* RFC 3629: no overlong forms, no surrogates */

/* "00" to "ff" per byte, lower case, and a NUL; hex holds 2 * length + 1. */
void hex_from_bytes(const unsigned char *bytes, size_t length, char *hex);

/* All of string is one decimal number in the range; no sign but '-', no space. */
bool i64_from_text(const char *string, int64_t least, int64_t most, int64_t *number) MUST_CHECK;

#endif

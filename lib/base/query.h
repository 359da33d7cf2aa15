/* query - the part of a URL behind the question mark, as names and values. */
#ifndef BASE_QUERY_H
#define BASE_QUERY_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>

struct arena;
struct text;

enum { QUERY_LIMIT = 32 }; /* parameters; the longest list we document has nine */

struct query {
	struct {
		const char *name, *value;
	} parameters[QUERY_LIMIT];
	size_t count;
};

/* application/x-www-form-urlencoded (WHATWG URL, section 5). Strings are borrowed from the arena. FAIL_INPUT on broken
 * percent escapes, NUL, invalid UTF-8, a name given twice, or too many names. */
bool query_parse(struct arena *, const char *text, struct query *, struct fail *) MUST_CHECK;

/* NULL when absent or empty: "?from=" asks for nothing. */
const char *query_value(const struct query *, const char *name);

/* Adds a value as it may stand in a path or behind a question mark: all but the unreserved characters of RFC 3986,
 * section 2.3, as percent escapes. */
void query_add_escaped(struct text *, const char *value);

#endif

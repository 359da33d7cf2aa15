/* parameters - what the query strings of the reports have in common: choices, windows of time, rates. */
#ifndef WORK_PARAMETERS_H
#define WORK_PARAMETERS_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "domain/funnel.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/* *value is NULL when the parameter is absent. FAIL_INPUT "parameter_invalid" when it is none of the choices. */
bool parameter_choice(const struct query *, const char *name, const char *const *choices, size_t count,
	const char **value, struct fail *) MUST_CHECK;

/* A day, YYYY-MM-DD, or an RFC 3339 moment; NULL when absent. */
bool parameter_bound(const struct query *, const char *name, const char **value, struct fail *) MUST_CHECK;

/* Says in the report as of when it is, and what has no history; nothing when as_of is NULL. */
void as_of_note(json_t *report, const char *as_of);

/* A place in a list, as an opaque text: the keys of the last row, joined by spaces; only the last of them may hold one.
 */
json_t *cursor_json(struct arena *, const char *keys);

/* Takes a cursor apart into `count` keys. FAIL_INPUT "cursor_invalid". */
bool cursor_read(struct arena *, const char *cursor, const char **keys, size_t count, struct fail *) MUST_CHECK;

/* "limit", 1 to 1000; 100 when absent. */
bool parameter_limit(const struct query *, int64_t *limit, struct fail *) MUST_CHECK;

/* In percent with two decimals; null when not known. */
json_t *rate_json(struct rate);

#endif

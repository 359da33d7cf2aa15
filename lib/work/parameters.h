/* parameters - what the query strings of the reports have in common: choices, windows of time, rates. */
#ifndef WORK_PARAMETERS_H
#define WORK_PARAMETERS_H

#include "base/fail.h"
#include "base/json.h"
#include "base/query.h"
#include "base/scope.h"
#include "domain/funnel.h"

#include <stddef.h>

/* *value is NULL when the parameter is absent. FAIL_INPUT "parameter_invalid" when it is none of the choices. */
bool parameter_choice(const struct query *, const char *name, const char *const *choices, size_t count,
	const char **value, struct fail *) MUST_CHECK;

/* A day, YYYY-MM-DD, or an RFC 3339 moment; NULL when absent. */
bool parameter_bound(const struct query *, const char *name, const char **value, struct fail *) MUST_CHECK;

/* In percent with two decimals; null when not known. */
json_t *rate_json(struct rate);

#endif

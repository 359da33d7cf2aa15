/* parameters - what the query strings of the reports have in common: choices, windows of time, rates. */
#include "work/parameters.h"

#include "base/instant.h"

#include <string.h>

bool parameter_choice(const struct query *query, const char *name, const char *const *choices, size_t count,
	const char **value, struct fail *f)
{
	*value = query_value(query, name);
	if (!*value)
		return true;
	for (size_t i = 0; i < count; i++)
		if (strcmp(*value, choices[i]) == 0)
			return true;
	return fail(f, FAIL_INPUT, "parameter_invalid",
		"the parameter \"%s\" is \"%.40s\", which is none of its values; the README lists them", name, *value);
}

bool parameter_bound(const struct query *query, const char *name, const char **value, struct fail *f)
{
	struct instant instant;

	*value = query_value(query, name);
	return !*value || date_is_valid(*value) || instant_from_rfc3339(*value, strlen(*value), &instant)
	       || fail(f, FAIL_INPUT, "parameter_invalid",
		       "the parameter \"%s\" is \"%.40s\"; expected a day such as 2024-05-06 or a moment such as "
		       "2024-05-06T07:08:09Z",
		       name, *value);
}

json_t *rate_json(struct rate rate)
{
	return rate.known ? json_real((double)rate.hundredths / 100) : json_null();
}

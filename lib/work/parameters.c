/* parameters - what the query strings of the reports have in common: choices, windows of time, rates. */
#include "work/parameters.h"

#include "base/arena.h"
#include "base/instant.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

enum { LIMIT_STANDARD = 100, LIMIT_MOST = 1000 };

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

void as_of_note(json_t *report, const char *as_of)
{
	if (!as_of)
		return;
	json_object_set_new(report, "as_of", json_string(as_of));
	json_object_set_new(report, "as_of_note",
		json_string(
			"Bookings, attendance and who was matched are as they were known then. Names, leads, their "
			"contacts by campaigns, and the campaigns' daily counts have no history: they are as of now."));
}

/* Wrapped so that nobody is led to take it apart. */
json_t *cursor_json(struct arena *arena, const char *keys)
{
	size_t size = sodium_base64_ENCODED_LEN(strlen(keys), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *cursor = arena_alloc(arena, size);

	sodium_bin2base64(
		cursor, size, (const unsigned char *)keys, strlen(keys), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return json_string(cursor);
}

bool cursor_read(struct arena *arena, const char *cursor, const char **keys, size_t count, struct fail *f)
{
	size_t length = strlen(cursor), found = 0;
	char *text = arena_alloc(arena, length + 1), *rest = text;

	if (sodium_base642bin((unsigned char *)text, length, cursor, length, NULL, &length, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING)
			== 0
		&& memchr(text, '\0', length) == NULL && text_is_utf8(text, length)) {
		while (found + 1 < count && rest)
			keys[found++] = strsep(&rest, " ");
		keys[found++] = rest;
		if (found == count && rest)
			return true;
	}
	return fail(f, FAIL_INPUT, "cursor_invalid",
		"the parameter \"after\" is not a cursor of this report; take it from \"next\"");
}

bool parameter_limit(const struct query *query, int64_t *limit, struct fail *f)
{
	const char *value = query_value(query, "limit");

	*limit = LIMIT_STANDARD;
	return !value || i64_from_text(value, 1, LIMIT_MOST, limit)
	       || fail(f, FAIL_INPUT, "parameter_invalid", "the parameter \"limit\" is \"%.40s\", expected 1 to %d",
		       value, LIMIT_MOST);
}

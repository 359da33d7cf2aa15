/* quoted - JSON that is pleasant to write in C: with ' for ", and compared by what is expected of it. */
#ifndef T_UNIT_QUOTED_H
#define T_UNIT_QUOTED_H

#include "base/arena.h"
#include "base/json.h"
#include "tap.h"

#include <stdlib.h>

static inline const char *unquoted(struct arena *arena, const char *quoted)
{
	char *text = arena_string(arena, quoted);

	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	return text;
}

static inline void quoted_release(void *json)
{
	json_decref(json);
}

/* Lives as long as the arena. A test with broken JSON ends at once. */
static inline json_t *quoted(struct arena *arena, const char *text)
{
	struct fail f = {0};
	json_t *json;

	text = unquoted(arena, text);
	if (!json_parse_take(text, strlen(text), &json, &f)) {
		printf("Bail out! %s in %s\n", f.detail, text);
		exit(1);
	}
	arena_later(arena, quoted_release, json);
	return json;
}

/* Every member expected is there; null is also satisfied by what is absent. Lists have the same length and order. */
static inline bool fits(const json_t *got, const json_t *expected)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_null(expected))
		return !got || json_is_null(got);
	if (json_is_object(expected)) {
		if (!json_is_object(got))
			return false;
		json_object_foreach((json_t *)(uintptr_t)expected, key, member)
			if (!fits(json_object_get(got, key), member))
				return false;
		return true;
	}
	if (json_is_array(expected)) {
		if (json_array_size(got) != json_array_size(expected) || !json_is_array(got))
			return false;
		json_array_foreach(expected, i, member)
			if (!fits(json_array_get(got, i), member))
				return false;
		return true;
	}
	return json_equal(got, expected) == 1;
}

static inline bool is_fit(struct arena *arena, const json_t *got, const char *expected, const char *what)
{
	bool good = fits(got, quoted(arena, expected));
	char *text;

	if (!ok(good, what)) {
		text = got ? json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
		printf("#      got: %s\n# expected: %s\n", text ? text : "(nothing)", expected);
		free(text);
	}
	return good;
}

#endif

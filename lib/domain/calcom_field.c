/* calcom_field - single fields of Cal.com's objects, with what may be expected of each. Pure. */
#include "domain/calcom_field.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

const json_t *field_json(const struct fields *s, const char *key)
{
	for (size_t i = 0; i < s->count; i++) {
		const json_t *value = json_object_get(s->objects[i], key);

		if (value && !json_is_null(value))
			return value;
	}
	return NULL;
}

/* Cut at a whole character. */
const char *text_bounded(struct arena *arena, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length <= TEXT_LIMIT_BYTES)
		return text;
	for (length = TEXT_LIMIT_BYTES; ((unsigned char)text[length] & 0xC0) == 0x80; length--)
		;
	return arena_copy(arena, text, length);
}

/* Descriptive fields: another type than text counts as not said. */
const char *field_text(const struct fields *s, const char *key)
{
	const char *text = json_string_value(field_json(s, key));

	return text && *text ? text_bounded(s->arena, text) : NULL;
}

bool moment_read(const json_t *value, const char *key, struct moment *moment, struct fail *f)
{
	const char *text = json_string_value(value);

	if (!value || json_is_null(value))
		return true;
	if (!text || !instant_from_rfc3339(text, json_string_length(value), &moment->at))
		return fail(f, FAIL_INPUT, "time_invalid",
			"the field \"%s\" is no time; expected RFC 3339 such as 2024-05-06T07:08:09Z", key);
	moment->known = true;
	return true;
}

bool field_moment(const struct fields *s, const char *key, struct moment *moment, struct fail *f)
{
	return moment_read(field_json(s, key), key, moment, f);
}

/* Uids are stored, shown and put into URLs, and no uid may look like the name of a booking known by number only. */
bool uid_is_good(const char *uid)
{
	size_t length = strlen(uid);

	for (const char *at = uid; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7F)
			return false;
	return length > 0 && length <= UID_LIMIT_BYTES && strncmp(uid, "number:", 7) != 0;
}

bool field_uid(const struct fields *s, const char *key, const char **uid, struct fail *f)
{
	const json_t *value = field_json(s, key);

	if (!value)
		return true;
	if (!json_is_string(value) || !uid_is_good(json_string_value(value)))
		return fail(f, FAIL_INPUT, "uid_invalid",
			"the field \"%s\" is no uid; expected a text of 1 to %d characters without spaces", key,
			UID_LIMIT_BYTES);
	*uid = json_string_value(value);
	return true;
}

int64_t number_read(const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t number = json_integer_value(value);

	if (text && !i64_from_text(text, 1, INT64_MAX, &number))
		return 0;
	return number > 0 ? number : 0;
}

/* An empty text is none. */
static const char *part_of(const json_t *name, const char *key)
{
	const char *text = json_text_at(name, key);

	return text && *text ? text : NULL;
}

/* A response is a plain text, or an object with the text in "value", or with a name in parts. */
const char *response_text(struct arena *arena, const json_t *responses, const char *slug)
{
	const json_t *value = json_object_get(responses, slug);
	const char *first, *last;

	if (json_is_object(value) && json_object_get(value, "value"))
		value = json_object_get(value, "value");
	if (json_is_string(value))
		return *json_string_value(value) ? text_bounded(arena, json_string_value(value)) : NULL;
	first = part_of(value, "firstName");
	last = part_of(value, "lastName");
	if (first || last)
		return text_bounded(arena,
			arena_print(arena, "%s%s%s", first ? first : "", first && last ? " " : "", last ? last : ""));
	return NULL;
}

const char *response_any(struct arena *arena, const json_t *responses, const char *const *slugs, size_t count)
{
	const char *text = NULL;

	for (size_t i = 0; i < count && !text; i++)
		text = response_text(arena, responses, slugs[i]);
	return text;
}

enum maybe maybe_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? (json_is_true(value) ? YES : NO) : NOT_KNOWN;
}

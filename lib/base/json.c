/* json - reading JSON from outside: bounded, strict, with an error that helps without repeating the data. */
#include "base/json.h"

#include "base/arena.h"

static void give_back(void *json)
{
	json_decref(json);
}

void json_later(struct arena *arena, json_t *json)
{
	arena_later(arena, give_back, json);
}

static bool refuse(const json_error_t *error, struct fail *f)
{
	const char *code = "json_broken", *what = "is not JSON";

	switch (json_error_code(error)) {
	case json_error_stack_overflow:
		return fail(f, FAIL_INPUT, "json_too_deep", "the body nests deeper than %d levels", JSON_DEPTH_LIMIT);
	case json_error_invalid_utf8:
		code = "json_not_utf8", what = "holds bytes that are not UTF-8";
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		code = "json_nul", what = "holds a NUL character";
		break;
	case json_error_duplicate_key:
		code = "json_duplicate_key", what = "names a key twice in one object";
		break;
	case json_error_numeric_overflow:
		code = "json_number_range", what = "holds a number out of range";
		break;
	case json_error_premature_end_of_input:
		what = "is JSON that ends too early";
		break;
	default:
		break;
	}
	/* jansson's own text repeats what it was reading, which may be somebody's address. */
	return fail(f, FAIL_INPUT, code, "the body %s (line %d, column %d)", what, error->line, error->column);
}

static bool shallow(const json_t *json, int levels)
{
	const char *key;
	json_t *value;
	size_t i;

	if (levels == 0)
		return !json_is_array(json) && !json_is_object(json);
	if (json_is_array(json)) {
		json_array_foreach(json, i, value) if (!shallow(value, levels - 1)) return false;
	} else if (json_is_object(json)) {
		/* jansson's iterator asks for a pointer that may write; nothing is written. */
		json_object_foreach(
			(json_t *)(uintptr_t)json, key, value) if (!shallow(value, levels - 1)) return false;
	}
	return true;
}

bool json_parse_take(const char *bytes, size_t length, json_t **json, struct fail *f)
{
	json_error_t error;

	*json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
	if (!*json)
		return refuse(&error, f);
	if (shallow(*json, JSON_DEPTH_LIMIT))
		return true;
	json_decref(*json);
	*json = NULL;
	return fail(f, FAIL_INPUT, "json_too_deep", "the body nests deeper than %d levels", JSON_DEPTH_LIMIT);
}

const char *json_text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

json_t *json_object_at(const json_t *object, const char *key)
{
	json_t *member = json_object_get(object, key);

	return json_is_object(member) ? member : NULL;
}

json_t *json_array_at(const json_t *object, const char *key)
{
	json_t *member = json_object_get(object, key);

	return json_is_array(member) ? member : NULL;
}

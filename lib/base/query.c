/* query - the part of a URL behind the question mark, as names and values. */
#include "base/query.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* In place: the decoded text is never longer. */
static bool decode(char *text, struct fail *f)
{
	char *to = text;
	const char *from = text;

	for (; *from; from++) {
		if (*from == '+') {
			*to++ = ' ';
		} else if (*from != '%') {
			*to++ = *from;
		} else {
			int high = hex_digit(from[1]), low = high < 0 ? -1 : hex_digit(from[2]);

			if (low < 0 || high + low == 0)
				return fail(f, FAIL_INPUT, "query_escape",
					"the query string holds a percent sign that is not followed by two hex digits "
					"(other than 00)");
			*to++ = (char)(high * 16 + low);
			from += 2;
		}
	}
	*to = '\0';
	return text_is_utf8(text, (size_t)(to - text))
	       || fail(f, FAIL_INPUT, "query_not_utf8", "the query string is not UTF-8");
}

static bool add(struct query *query, char *pair, struct fail *f)
{
	char *equals = strchr(pair, '='), *value = pair + strlen(pair);

	if (equals) {
		*equals = '\0';
		value = equals + 1;
	}
	if (!decode(pair, f) || !decode(value, f))
		return false;
	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->parameters[i].name, pair) == 0)
			return fail(f, FAIL_INPUT, "query_twice", "a query parameter is given twice; give each once");
	if (query->count == QUERY_LIMIT)
		return fail(f, FAIL_INPUT, "query_too_many", "more than %d query parameters", QUERY_LIMIT);
	query->parameters[query->count].name = pair;
	query->parameters[query->count++].value = value;
	return true;
}

bool query_parse(struct arena *arena, const char *text, struct query *query, struct fail *f)
{
	char *rest = arena_string(arena, text ? text : ""), *pair;

	query->count = 0;
	while ((pair = strsep(&rest, "&")))
		if (*pair && !add(query, pair, f))
			return false;
	return true;
}

const char *query_value(const struct query *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->parameters[i].name, name) == 0)
			return *query->parameters[i].value ? query->parameters[i].value : NULL;
	return NULL;
}

void query_add_escaped(struct text *text, const char *value)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *value; value++)
		if (strchr(unreserved, *value))
			text_add_bytes(text, value, 1);
		else
			text_add(text, "%%%02X", (unsigned char)*value);
}

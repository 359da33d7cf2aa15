/* query - names and values of a URL's query string, and what is refused in it. */
#include "base/query.h"

#include "base/arena.h"
#include "base/text.h"
#include "tap.h"

/* Parameters as "name=value;name=value;", or the code of the refusal. */
static const char *told(struct arena *arena, const char *text)
{
	struct text said = text_new(arena, 1 << 20);
	struct query query;
	struct fail f = {0};

	if (!query_parse(arena, text, &query, &f))
		return f.kind == FAIL_INPUT && *f.detail ? f.code : "refused without a reason";
	for (size_t i = 0; i < query.count; i++)
		text_add(&said, "%s=%s;", query.parameters[i].name, query.parameters[i].value);
	return said.bytes;
}

static const struct {
	const char *text, *told, *what;
} rows[] = {
	{"", "", "an empty query holds nothing"},
	{NULL, "", "no query holds nothing"},
	{"a=1", "a=1;", "one parameter"},
	{"a=1&b=2", "a=1;b=2;", "two parameters, in order"},
	{"a", "a=;", "a name alone has an empty value"},
	{"a=", "a=;", "an empty value"},
	{"=1", "=1;", "an empty name"},
	{"&&a=1&&", "a=1;", "ampersands too many say nothing"},
	{"a=b=c", "a=b=c;", "only the first equals sign parts"},
	{"a=1;b=2", "a=1;b=2;", "a semicolon does not part"},
	{"a=x+y", "a=x y;", "a plus is a space"},
	{"a%2Bb=x%2By", "a+b=x+y;", "an escaped plus is a plus"},
	{"a=%26%3D%25", "a=&=%;", "escaped signs do not part"},
	{"a=%C3%BC", "a=\xC3\xBC;", "escaped UTF-8"},
	{"a=\xC3\xBC", "a=\xC3\xBC;", "UTF-8 as it is"},
	{"a=%c3%bc", "a=\xC3\xBC;", "hex of small letters"},
	{"A=1&a=2", "A=1;a=2;", "capitals are other names"},
	{"a=%0A%0D", "a=\n\r;", "line ends are characters"},
	{"a=%", "query_escape", "a percent sign at the end is refused"},
	{"a=%4", "query_escape", "half an escape is refused"},
	{"a=%4&b=1", "query_escape", "half an escape before the next parameter is refused"},
	{"a=%zz", "query_escape", "an escape of letters is refused"},
	{"a=%4g", "query_escape", "an escape that is half hex is refused"},
	{"%=1", "query_escape", "so it is in a name"},
	{"a=%00", "query_escape", "NUL is refused"},
	{"a=%C3", "query_not_utf8", "half a character is refused"},
	{"%FF=1", "query_not_utf8", "so it is in a name"},
	{"a=\xC0\xAF", "query_not_utf8", "an overlong form is refused"},
	{"a=%ED%A0%80", "query_not_utf8", "a surrogate is refused"},
	{"a=1&b=2&a=1", "query_twice", "a name given twice is refused"},
	{"a=1&%61=2", "query_twice", "also when it is written in another way"},
	{"a&a", "query_twice", "also without values"},
};

static void counts(struct arena *arena)
{
	struct text text = text_new(arena, 1 << 20);
	struct query query;
	struct fail f = {0};

	for (int i = 0; i < QUERY_LIMIT; i++)
		text_add(&text, "&p%d=%d", i, i);
	ok(query_parse(arena, text.bytes, &query, &f) && query.count == QUERY_LIMIT, "as many parameters as the limit are read");
	is_text(query_value(&query, "p31"), "31", "the last of them, too");
	text_add_string(&text, "&more=1");
	is_text(told(arena, text.bytes), "query_too_many", "one more is refused");
}

static void values(struct arena *arena)
{
	const char text[] = "from=&to=2&x=%20";
	struct query query;
	struct fail f = {0};

	ok(query_parse(arena, text, &query, &f), "a query is read");
	ok(query_value(&query, "from") == NULL, "an empty value asks for nothing");
	ok(query_value(&query, "nothing") == NULL, "a name that is not there has no value");
	is_text(query_value(&query, "to"), "2", "a value is found by its name");
	is_text(query_value(&query, "x"), " ", "a space is a value");
	ok(query_value(&query, "TO") == NULL && query_value(&query, "t") == NULL, "names are compared as they are");
	is_text(text, "from=&to=2&x=%20", "what was parsed is not written to");
}

static void escapes(struct arena *arena)
{
	struct text text = text_new(arena, 200), tight = text_new(arena, 4);

	query_add_escaped(&text, "aZ09-._~ /?&=+%@\xc3\xa9");
	is_text(text.bytes, "aZ09-._~%20%2F%3F%26%3D%2B%25%40%C3%A9", "what has a meaning in an address is escaped");
	query_add_escaped(&tight, "a&b");
	ok(tight.broken, "and no more is written than fits");
}

int main(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_text(told(&arena, rows[i].text), rows[i].told, rows[i].what);
	counts(&arena);
	values(&arena);
	escapes(&arena);
	arena_end(&arena);
	return done_testing();
}

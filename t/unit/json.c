/* json - what is refused, with the code of each, and that no refusal repeats what it read. */
#include "base/json.h"

#include "base/arena.h"
#include "base/text.h"
#include "quoted.h"

static const struct {
	const char *text, *code, *what;
} rows[] = {
	{"{}", "", "an empty object"},
	{"[]", "", "an empty list"},
	{" \t\r\n{ } \n", "", "white space around it"},
	{"{'a': [1, -2.5e3, true, null, 'x']}", "", "values of every type"},
	{"{'a': 9223372036854775807}", "", "the greatest number"},
	{"{'a': '\\u00fc\\ud83d\\ude00'}", "", "escaped characters"},
	{"{'a': {'a': 1}, 'A': 1}", "", "a key may come again in another object"},
	{"", "json_broken", "nothing"},
	{" ", "json_broken", "white space alone"},
	{"{", "json_broken", "an object that does not end"},
	{"{'a': 'x", "json_broken", "a text that does not end"},
	{"{'a'}", "json_broken", "a key alone"},
	{"{'a': }", "json_broken", "a key without its value"},
	{"{'a': 1,}", "json_broken", "a comma too many"},
	{"[1,,2]", "json_broken", "two commas"},
	{"{a: 1}", "json_broken", "a key without quotes"},
	{"{'a': 1} {'b': 2}", "json_broken", "two values"},
	{"{'a': 1}x", "json_broken", "something behind it"},
	{"\xEF\xBB\xBF{}", "json_broken", "a byte order mark"},
	{"{'a': 01}", "json_broken", "a leading zero"},
	{"{'a': NaN}", "json_broken", "no number at all"},
	{"{'a': True}", "json_broken", "a word of another language"},
	{"{'a': 'line\nend'}", "json_broken", "a line end inside a text"},
	{"{'a': '\\x41'}", "json_broken", "an escape that does not exist"},
	{"{'a': '\\ud83d'}", "json_broken", "half a pair of surrogates"},
	{"// comment\n{}", "json_broken", "a comment"},
	{"plain text", "json_broken", "text"},
	{"a=1&b=2", "json_broken", "a form"},
	{"<xml/>", "json_broken", "XML"},
	{"'text'", "json_broken", "a text alone"},
	{"12", "json_broken", "a number alone"},
	{"{'a': '\xC3'}", "json_not_utf8", "half a character"},
	{"{'a': '\xC0\xAF'}", "json_not_utf8", "an overlong form"},
	{"{'a': '\xED\xA0\x80'}", "json_not_utf8", "a surrogate"},
	{"{'\xFF': 1}", "json_not_utf8", "a key that is not UTF-8"},
	{"{'a': 'x\\u0000y'}", "json_nul", "a NUL in a text"},
	{"{'a\\u0000': 1}", "json_nul", "a NUL in a key"},
	{"{'a': 1, 'a': 1}", "json_duplicate_key", "a key twice"},
	{"{'a': {'b': 1, '\\u0062': 2}}", "json_duplicate_key", "a key twice, in another spelling"},
	{"{'a': 9223372036854775808}", "json_number_range", "a number that is too great"},
	{"{'a': -9223372036854775809}", "json_number_range", "a number that is too small"},
	{"{'a': 1e999}", "json_number_range", "a fraction that is too great"},
};

/* The code of the refusal, "" when there is none. */
static const char *code_of(const char *text, size_t length)
{
	struct fail f = {0};
	json_t *json = (json_t *)&f; /* must not stay */
	bool good = json_parse_take(text, length, &json, &f);

	if (good != (json != NULL) || good != (f.kind == FAIL_NONE) || (!good && (f.kind != FAIL_INPUT || !*f.detail)))
		return "neither read nor refused";
	json_decref(json);
	return good ? "" : f.code;
}

static const char *nested(struct arena *arena, size_t levels, const char *open, const char *inside, const char *close)
{
	struct text text = text_new(arena, 4 << 20);

	for (size_t i = 0; i < levels; i++)
		text_add_string(&text, open);
	text_add_string(&text, inside);
	for (size_t i = 0; i < levels; i++)
		text_add_string(&text, close);
	return text.bytes;
}

static void depth(struct arena *arena)
{
	static const size_t too_deep[] = {JSON_DEPTH_LIMIT + 1, 1000, 2047, 2048, 2049, 10000, 200000};
	const char *text = nested(arena, JSON_DEPTH_LIMIT, "[", "", "]");

	is_text(code_of(text, strlen(text)), "", "lists may nest as deep as the limit");
	text = nested(arena, JSON_DEPTH_LIMIT - 1, "{\"a\":", "{}", "}");
	is_text(code_of(text, strlen(text)), "", "objects may, too");
	text = nested(arena, JSON_DEPTH_LIMIT, "[", "1", "]");
	is_text(code_of(text, strlen(text)), "", "a number inside them nests no deeper");
	for (size_t i = 0; i < COUNT(too_deep); i++) {
		char what[64];

		snprintf(what, sizeof what, "%zu levels are too deep", too_deep[i]);
		text = nested(arena, too_deep[i], i % 2 ? "[" : "{\"a\":", "{}", i % 2 ? "]" : "}");
		is_text(code_of(text, strlen(text)), "json_too_deep", what);
	}
	text = nested(arena, 200000, "[", "", "");
	ok(*code_of(text, strlen(text)), "lists that are never closed are refused");
}

static void says_where_not_what(void)
{
	static const char text[] = "{\n \"email\": \"jane@acme.test\",\n \"email\": 1 }";
	struct fail f = {0};
	json_t *json;

	ok(!json_parse_take(text, sizeof text - 1, &json, &f) && strstr(f.detail, "line 3"), "a refusal says where it stopped");
	ok(!strstr(f.detail, "email\"") && !strstr(f.detail, "jane"), "and repeats nothing of what it read");
}

static void members(struct arena *arena)
{
	json_t *object = quoted(arena, "{'text': 'x', 'empty': '', 'number': 1, 'list': [1], 'object': {'a': 1}, 'null': null}");

	is_text(json_text_at(object, "text"), "x", "a text is read");
	is_text(json_text_at(object, "empty"), "", "an empty one, too");
	ok(!json_text_at(object, "number") && !json_text_at(object, "null") && !json_text_at(object, "none"), "nothing else is a text");
	ok(json_object_at(object, "object") && !json_object_at(object, "list") && !json_object_at(object, "none"), "an object is an object");
	ok(json_array_at(object, "list") && !json_array_at(object, "object") && !json_array_at(object, "null"), "a list is a list");
	ok(!json_text_at(NULL, "a") && !json_object_at(NULL, "a") && !json_array_at(NULL, "a"), "nothing has no members");
	ok(!json_text_at(json_array_at(object, "list"), "a") && !json_object_at(json_object_get(object, "text"), "a"),
		"nor has what is no object");
}

int main(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = unquoted(&arena, rows[i].text);

		is_text(code_of(text, strlen(text)), rows[i].code, rows[i].what);
	}
	ok(*code_of("{\"a\": \"x\0y\"}", 12), "a bare NUL in a text is refused");
	ok(*code_of("{}\0", 3), "a bare NUL behind it is refused");
	is_text(code_of("{}xxx", 2), "", "only the length given is looked at");
	depth(&arena);
	says_where_not_what();
	members(&arena);
	arena_end(&arena);
	return done_testing();
}

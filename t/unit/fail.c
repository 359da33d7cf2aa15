/* fail - the first failure stays, and its sentence is whole UTF-8 however long it would have been. */
#include "base/fail.h"

#include "base/scope.h"
#include "base/text.h"
#include "tap.h"

static void first_stays(void)
{
	struct fail f = {0};

	ok(!fail(&f, FAIL_INPUT, "first", "the field \"%s\" is wrong", "uid"), "failing returns false");
	ok(!fail(&f, FAIL_BUG, "second", "its echo"), "so does failing again");
	ok(f.kind == FAIL_INPUT, "the first kind stays");
	is_text(f.code, "first", "the first code stays");
	is_text(f.detail, "the field \"uid\" is wrong", "the first sentence stays");
}

/* `head` letters, then the character often enough to pass the end. */
static bool cut_well(size_t head, const char *character)
{
	char text[2 * sizeof(((struct fail *)0)->detail)] = "";
	struct fail f = {0};
	size_t length;

	memset(text, 'x', head);
	for (length = head; length + 5 < sizeof text; length += strlen(character))
		memcpy(text + length, character, strlen(character) + 1);
	fail(&f, FAIL_INPUT, "long", "%s", text);
	length = strlen(f.detail);
	return length < sizeof f.detail && length + 1 + 2 * strlen(character) > sizeof f.detail && text_is_utf8(f.detail, length)
	    && strncmp(text, f.detail, length) == 0;
}

static void cut_at_characters(void)
{
	static const struct {
		const char *character, *what;
	} rows[] = {
		{"y", "a sentence that is too long is cut"},
		{"\xC3\xA9", "never inside a character of two bytes"},
		{"\xE2\x82\xAC", "never inside a character of three bytes"},
		{"\xF0\x9F\x98\x80", "never inside a character of four bytes"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = true;

		for (size_t head = 0; head < 8; head++)
			good = good && cut_well(head, rows[i].character);
		ok(good, rows[i].what);
	}
}

static void keeps_what_fits(void)
{
	char text[sizeof(((struct fail *)0)->detail)];
	struct fail f = {0};

	memset(text, 'x', sizeof text);
	memcpy(text + sizeof text - 3, "\xC3\xA9", 3);
	fail(&f, FAIL_INPUT, "exact", "%s", text);
	is_text(f.detail, text, "a sentence that just fits is not cut");
}

/* Formats such as %.40s cut what they quote wherever it happens. */
static void always_utf8(void)
{
	static const char *const halves[] = {"\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3\xC3\xA9", "\xFF", "\x80 \x80"};
	bool good = true;

	for (size_t i = 0; i < COUNT(halves); i++) {
		struct fail f = {0};

		fail(&f, FAIL_INPUT, "quoted", "the value is \"%s\", expected 1", halves[i]);
		good = good && text_is_utf8(f.detail, strlen(f.detail)) && strstr(f.detail, "\", expected 1") != NULL;
	}
	ok(good, "a sentence that quotes half a character is UTF-8 all the same, and goes on behind it");
}

int main(void)
{
	first_stays();
	cut_at_characters();
	keeps_what_fits();
	always_utf8();
	return done_testing();
}

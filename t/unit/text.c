/* text - growing up to a limit, UTF-8 as RFC 3629 has it, hex, and numbers that are all of a string. */
#include "base/text.h"

#include "base/arena.h"
#include "tap.h"

#include <inttypes.h>

static void grows(struct arena *arena)
{
	struct text text = text_new(arena, 100000);
	struct fail f = {0};
	bool good = true;

	is_text(text.bytes, "", "a new text is empty");
	text_add(&text, "%d+%s", 12, "x");
	text_add_string(&text, "-");
	text_add_bytes(&text, "a\0b", 3);
	text_add_bytes(&text, NULL, 0);
	text_add_string(&text, "");
	ok(text.length == 8 && memcmp(text.bytes, "12+x-a\0b", 9) == 0, "what is added stands one behind the other");
	text = text_new(arena, 100000);
	for (int i = 0; i < 10000; i++)
		text_add(&text, "%04d", i);
	for (int i = 0; i < 10000; i++)
		good = good && (text.bytes[4 * i] - '0') * 1000 + (text.bytes[4 * i + 1] - '0') * 100
				       + (text.bytes[4 * i + 2] - '0') * 10 + (text.bytes[4 * i + 3] - '0') == i;
	ok(good && text.length == 40000 && text.bytes[40000] == '\0', "a long text holds all that was added");
	ok(text_whole(&text, &f) && f.kind == FAIL_NONE, "and is whole");
}

static void stays_below_its_limit(struct arena *arena)
{
	struct text text = text_new(arena, 10);
	struct fail f = {0};

	text_add(&text, "%s", "0123456789");
	ok(text_whole(&text, &f), "a text may be as long as its limit");
	text_add_bytes(&text, "x", 1);
	ok(!text_whole(&text, &f) && f.kind == FAIL_INPUT, "one byte more breaks it");
	is_text(f.code, "too_long", "its code says so");
	is_text(text.bytes, "0123456789", "what was there before is still there");
	text = text_new(arena, 10);
	text_add_string(&text, "a");
	text_add(&text, "%s", "0123456789");
	text_add_string(&text, "b");
	text_add(&text, "%d", 1);
	is_text(text.bytes, "a", "a broken text ignores what follows, even what would fit");
	text = text_new(arena, 0);
	text_add_string(&text, "");
	ok(text_whole(&text, &f), "nothing fits into nothing");
	text_add_string(&text, "a");
	ok(text.broken, "and something does not");
}

static const struct {
	const char *bytes;
	bool good;
	const char *what;
} utf8[] = {
	{"", true, "no bytes are UTF-8"},
	{"plain", true, "ASCII is UTF-8"},
	{"\x7F", true, "DEL is a character"},
	{"\xC2\x80", true, "the first character of two bytes"},
	{"\xDF\xBF", true, "the last character of two bytes"},
	{"\xE0\xA0\x80", true, "the first character of three bytes"},
	{"\xED\x9F\xBF", true, "the last one before the surrogates"},
	{"\xEE\x80\x80", true, "the first one behind the surrogates"},
	{"\xEF\xBF\xBF", true, "the last character of three bytes"},
	{"\xF0\x90\x80\x80", true, "the first character of four bytes"},
	{"\xF4\x8F\xBF\xBF", true, "the last character of all"},
	{"\x80", false, "a continuation without a beginning is refused"},
	{"\xC3", false, "a beginning without its continuation is refused"},
	{"\xC3(", false, "a beginning before another character is refused"},
	{"\xE2\x82", false, "two of three bytes are refused"},
	{"\xF0\x9F\x98", false, "three of four bytes are refused"},
	{"\xC0\xAF", false, "an overlong slash is refused"},
	{"\xE0\x9F\xBF", false, "an overlong form of three bytes is refused"},
	{"\xF0\x8F\xBF\xBF", false, "an overlong form of four bytes is refused"},
	{"\xED\xA0\x80", false, "the first surrogate is refused"},
	{"\xED\xBF\xBF", false, "the last surrogate is refused"},
	{"\xF4\x90\x80\x80", false, "what is above U+10FFFF is refused"},
	{"\xF8\x88\x80\x80\x80", false, "forms of five bytes are refused"},
	{"\xFE", false, "FE is refused"},
	{"good \xFF bad", false, "one wrong byte spoils the whole"},
};

static const struct {
	const char *string;
	int64_t least, most;
	bool good;
	int64_t number;
	const char *what;
} numbers[] = {
	{"0", 0, 9, true, 0, "zero is a number"},
	{"9", 0, 9, true, 9, "the greatest of the range is in it"},
	{"10", 0, 9, false, 0, "one more is not"},
	{"-1", 0, 9, false, 0, "one less is not"},
	{"-5", -5, 9, true, -5, "a number may be negative"},
	{"007", 0, 9, true, 7, "leading zeros change nothing"},
	{"9223372036854775807", 0, INT64_MAX, true, INT64_MAX, "the greatest of all"},
	{"9223372036854775808", 0, INT64_MAX, false, 0, "one more than the greatest of all is none"},
	{"-9223372036854775808", INT64_MIN, 0, true, INT64_MIN, "the least of all"},
	{"99999999999999999999999999", 0, INT64_MAX, false, 0, "a number of many digits is out of range"},
	{"", 0, 9, false, 0, "an empty string is no number"},
	{"-", -9, 9, false, 0, "a sign alone is none"},
	{"--1", -9, 9, false, 0, "two signs are none"},
	{"+1", 0, 9, false, 0, "a plus is no sign"},
	{" 1", 0, 9, false, 0, "space before it is refused"},
	{"1 ", 0, 9, false, 0, "space behind it is refused"},
	{"1-", 0, 9, false, 0, "a sign behind it is refused"},
	{"1.0", 0, 9, false, 0, "a fraction is refused"},
	{"0x1", 0, 9, false, 0, "hexadecimal is refused"},
	{"1e1", 0, 99, false, 0, "an exponent is refused"},
	{"\xD9\xA1", 0, 9, false, 0, "digits of other scripts are refused"},
	{NULL, 0, 9, false, 0, "no string is no number"},
};

static void numbers_hold(void)
{
	static const int64_t some[] = {INT64_MIN, INT64_MIN + 1, -1000000007, -1, 0, 1, 42, INT64_MAX - 1, INT64_MAX};
	bool good = true;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		int64_t number = 4711;
		bool read = i64_from_text(numbers[i].string, numbers[i].least, numbers[i].most, &number);

		ok(read == numbers[i].good && number == (read ? numbers[i].number : 4711), numbers[i].what);
	}
	for (size_t i = 0; i < COUNT(some); i++) {
		char text[32];
		int64_t number;

		snprintf(text, sizeof text, "%" PRId64, some[i]);
		good = good && i64_from_text(text, INT64_MIN, INT64_MAX, &number) && number == some[i];
	}
	ok(good, "what is printed is read");
}

int main(void)
{
	struct arena arena = {0};
	char hex[9];

	grows(&arena);
	stays_below_its_limit(&arena);
	for (size_t i = 0; i < COUNT(utf8); i++)
		ok(text_is_utf8(utf8[i].bytes, strlen(utf8[i].bytes)) == utf8[i].good, utf8[i].what);
	ok(text_is_utf8("a\0b", 3), "NUL is a character of UTF-8; who does not want it says so");
	numbers_hold();
	hex_from_bytes((const unsigned char *)"\x00\x0F\xA5\xFF", 4, hex);
	is_text(hex, "000fa5ff", "hex is two digits for each byte, lower case");
	hex_from_bytes(NULL, 0, hex);
	is_text(hex, "", "hex of nothing is nothing");
	arena_end(&arena);
	return done_testing();
}

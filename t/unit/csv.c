/* csv - quoting, ends of lines, limits, and how reading goes on behind a broken line. */
#include "base/csv.h"

#include "base/arena.h"
#include "base/text.h"
#include "tap.h"

struct bytes_left {
	const char *at;
	size_t left, chunk;
};

static bool give(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	struct bytes_left *b = from;

	(void)f;
	*got = b->left < b->chunk ? b->left : b->chunk;
	*got = *got < room ? *got : room;
	if (*got > 0)
		memcpy(into, b->at, *got);
	b->at += *got;
	b->left -= *got;
	return true;
}

static bool break_off(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	(void)from, (void)into, (void)room, (void)got;
	return fail(f, FAIL_LATER, "disk", "the disk is gone");
}

/* Rows as "line:field|field", refusals as "line!", each followed by a space. */
static const char *told(struct arena *arena, const char *bytes, size_t length, size_t chunk)
{
	struct bytes_left from = {bytes, length, chunk};
	struct csv *csv = csv_open(arena, give, &from);
	struct text text = text_new(arena, 1 << 20);
	struct csv_row row;

	for (;;) {
		struct fail f = {0};
		enum csv_found found = csv_next(csv, &row, &f);

		if (found == CSV_END)
			return text.bytes;
		text_add(&text, found == CSV_REFUSED ? "%zu! " : "%zu:", row.line);
		for (size_t i = 0; i < row.count && found == CSV_ROW; i++)
			text_add(&text, "%s%s", row.fields[i], i + 1 < row.count ? "|" : " ");
	}
}

static const struct {
	const char *what, *bytes, *rows;
} cases[] = {
	{"fields are separated by commas", "a,b\nc,d\n", "1:a|b 2:c|d "},
	{"the last line needs no end", "a,b\nc,d", "1:a|b 2:c|d "},
	{"a file may be empty", "", ""},
	{"a file may be one empty line", "\n", ""},
	{"a field may be empty", ",a,\n", "1:|a| "},
	{"empty lines count and are passed over", "a\n\n\r\n\nb\n", "1:a 5:b "},
	{"lines end with CRLF", "a\r\nb\r\n", "1:a 2:b "},
	{"lines end with CR", "a\rb\r\rc", "1:a 2:b 4:c "},
	{"ends of lines may be mixed", "a\nb\r\nc\rd", "1:a 2:b 3:c 4:d "},
	{"a byte order mark is no text", "\xEF\xBB\xBF\"a\",b\n", "1:a|b "},
	{"a file may be a byte order mark", "\xEF\xBB\xBF", ""},
	{"half a byte order mark is text", "\xEF\xBB,b\n", "1:\xEF\xBB|b "},
	{"quotes hold commas", "\"a,b\",c\n", "1:a,b|c "},
	{"a doubled quote is one", "\"a \"\"b\"\" c\"\n", "1:a \"b\" c "},
	{"quotes may hold nothing", "\"\",\"\"\n", "1:| "},
	{"quotes may hold a quote", "\"\"\"\"\n", "1:\" "},
	{"quotes hold ends of lines, and the lines are counted", "\"a\nb\r\nc\",d\ne", "1:a\nb\r\nc|d 4:e "},
	{"spaces belong to the field", " a , b\n", "1: a | b "},
	{"a quote inside a plain field is refused", "a\nb\"c,d\ne\n", "1:a 2! 3:e "},
	{"text behind a closing quote is refused", "a\n\"b\"c\nd\n", "1:a 2! 3:d "},
	{"a space before a quote is refused", "a, \"b\"\nc\n", "1! 2:c "},
	{"a quote never closed costs only its line", "a\n\"b\nc\nd\n", "1:a 2! 3:c 4:d "},
	{"two broken lines are two", "\"a\n\"b\nc\n", "1! 2! 3:c "},
	{"a broken line at the end of the file", "a\n\"b", "1:a 2! "},
	{"a broken line that ends with CRLF", "\"a\r\nb\r\n", "1! 2:b "},
};

static const struct {
	const char *what, *bytes, *why;
} refusals[] = {
	{"a quote in the middle is named", "a\"b",
		"a quote stands inside a field that does not begin with one; write such a field as \"6\"\" pipe\""},
	{"text behind quotes is named", "\"a\"b", "text stands behind the closing quote of a field"},
	{"an open quote is named", "\"a", "a quote is opened and never closed"},
};

static void refused_with_reason(struct arena *arena)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct bytes_left from = {refusals[i].bytes, strlen(refusals[i].bytes), 100};
		struct csv_row row;
		struct fail f = {0};

		ok(csv_next(csv_open(arena, give, &from), &row, &f) == CSV_REFUSED && f.kind == FAIL_INPUT,
			refusals[i].what);
		is_text(f.detail, refusals[i].why, refusals[i].what);
	}
}

/* `count` times `c` between two texts, then rows that must survive. */
static const char *long_row(struct arena *arena, const char *head, char c, size_t count, const char *tail)
{
	struct text text = text_new(arena, 1 << 20);

	text_add_string(&text, head);
	for (size_t i = 0; i < count; i++)
		text_add_bytes(&text, &c, 1);
	text_add_string(&text, tail);
	return told(arena, text.bytes, text.length, 4096);
}

static void limits_hold(struct arena *arena)
{
	is_number((long long)strlen(long_row(arena, "", 'x', CSV_FIELD_BYTES, "\n")), CSV_FIELD_BYTES + 3,
		"a field of 64 KiB is read");
	is_text(long_row(arena, "", 'x', CSV_FIELD_BYTES + 1, "\nb\n"), "1! 2:b ", "a longer one is refused");
	is_text(long_row(arena, "", 'x', 3 * CSV_ROW_BYTES, "\nb\n"), "1! 2:b ",
		"a line longer than all memory is refused and passed");
	is_text(long_row(arena, "\"a\n", 'x', 2 * CSV_ROW_BYTES, "\nb\n"), "1! 2! 3:b ",
		"an open quote does not drag the file along");
	is_text(long_row(arena, "", ',', CSV_FIELDS, "\nb\n"), "1! 2:b ", "more than 256 fields are refused");
	is_text(long_row(arena, "", '\n', 3 * CSV_ROW_BYTES, "b\n"), "786433:b ",
		"any number of empty lines is passed");
	is_text(told(arena, "a\0b\nc\n", 6, 6), "1! 2:c ", "NUL is refused");
}

int main(void)
{
	struct arena arena = {0};
	struct csv_row row;
	struct fail f = {0};

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool same = true;

		is_text(told(&arena, cases[i].bytes, strlen(cases[i].bytes), 4096), cases[i].rows, cases[i].what);
		for (size_t chunk = 1; chunk <= 5; chunk++)
			same = same
			       && strcmp(told(&arena, cases[i].bytes, strlen(cases[i].bytes), chunk), cases[i].rows)
					  == 0;
		ok(same, "and the same in pieces of one to five bytes");
	}
	refused_with_reason(&arena);
	limits_hold(&arena);
	ok(csv_next(csv_open(&arena, break_off, NULL), &row, &f) == CSV_UNREADABLE && f.kind == FAIL_LATER,
		"a source that breaks off is no end of the file");
	arena_end(&arena);
	return done_testing();
}

/* csv - rows of a comma-separated file (RFC 4180), one by one, in bounded memory, with the line that each began on.
 *
 * Debian's libcsv (3.0.3, of 2013) was considered: it tells no line numbers and swallows the line ends from which one
 * could count them, cannot go on behind broken quoting, and knows no limits. What would stand around it is more than
 * this. */
#include "base/csv.h"

#include "base/arena.h"

#include <string.h>

struct csv {
	csv_source *read;
	void *from;
	size_t line;       /* of bytes[at] */
	size_t at, held;   /* what is left to understand: bytes[at] up to bytes[held] */
	bool begun, ended; /* the source */
	bool after_cr;     /* a LF that comes now belongs to the CR before it */
	bool skipping;     /* up to the next end of a line */
	char bytes[CSV_ROW_BYTES];
	char text[CSV_ROW_BYTES + 1]; /* the fields of the row given out */
	char *fields[CSV_FIELDS];
};

struct csv *csv_open(struct arena *arena, csv_source *read, void *from)
{
	struct csv *csv = arena_alloc(arena, sizeof *csv);

	csv->read = read;
	csv->from = from;
	csv->line = 1;
	return csv;
}

static bool ends_line(char c)
{
	return c == '\n' || c == '\r';
}

/* More bytes behind those held, if there is room and the source has not ended. */
static bool fill(struct csv *csv, struct fail *f)
{
	size_t got;

	if (csv->at > 0) {
		memmove(csv->bytes, csv->bytes + csv->at, csv->held - csv->at);
		csv->held -= csv->at;
		csv->at = 0;
	}
	if (csv->ended || csv->held == sizeof csv->bytes)
		return true;
	if (!csv->read(csv->from, csv->bytes + csv->held, sizeof csv->bytes - csv->held, &got, f))
		return false;
	csv->held += got;
	csv->ended = got == 0;
	return true;
}

static bool skip_byte_order_mark(struct csv *csv, struct fail *f)
{
	static const char mark[] = {'\xEF', '\xBB', '\xBF'};

	if (csv->begun)
		return true;
	while (!csv->ended && csv->held < sizeof mark)
		if (!fill(csv, f))
			return false;
	if (csv->held >= sizeof mark && memcmp(csv->bytes, mark, sizeof mark) == 0)
		csv->at = sizeof mark;
	csv->begun = true;
	return true;
}

/* Leaves the next `length` bytes behind. */
static void pass(struct csv *csv, size_t length)
{
	const char *from = csv->bytes + csv->at;

	for (size_t i = 0; i < length; i++)
		csv->line += from[i] == '\r' || (from[i] == '\n' && (i == 0 || from[i - 1] != '\r'));
	csv->after_cr = length > 0 && from[length - 1] == '\r';
	csv->at += length;
}

/* Up to and including the end of the first line; false when it is not among the bytes held. */
static bool pass_line(struct csv *csv)
{
	for (size_t i = csv->at; i < csv->held; i++)
		if (ends_line(csv->bytes[i])) {
			pass(csv, i + 1 - csv->at);
			return true;
		}
	pass(csv, csv->held - csv->at);
	return false;
}

/* To where the next row begins. */
static bool find_begin(struct csv *csv, struct fail *f)
{
	for (;;) {
		if (csv->at == csv->held && !csv->ended && !fill(csv, f))
			return false;
		if (csv->at == csv->held) {
			if (csv->ended)
				return true;
		} else if (csv->skipping) {
			csv->skipping = !pass_line(csv);
		} else if (csv->after_cr && csv->bytes[csv->at] == '\n') {
			csv->after_cr = false;
			csv->at++;
		} else if (ends_line(csv->bytes[csv->at])) {
			pass(csv, 1);
		} else {
			return true;
		}
	}
}

/* Where the row ends: at the first end of a line outside of quotes. In a well-formed row every quote opens or closes (a
 * doubled one does both), so that counting them is enough here. */
static bool find_end(struct csv *csv, size_t *length, bool *open, struct fail *f)
{
	*open = false;
	for (*length = 0;; ++*length) {
		if (csv->at + *length == csv->held) {
			if (!fill(csv, f))
				return false;
			if (csv->at + *length == csv->held)
				return true;
		}
		if (csv->bytes[csv->at + *length] == '"')
			*open = !*open;
		else if (!*open && ends_line(csv->bytes[csv->at + *length]))
			return true;
	}
}

static bool refuse(struct fail *f, const char *why)
{
	return fail(f, FAIL_INPUT, "csv", "%s", why);
}

/* From behind the opening quote to behind the closing one; what is between them goes to *to. */
static const char *unquote(const char *from, const char *end, char **to)
{
	while (from < end) {
		if (*from == '"' && (++from == end || *from != '"'))
			break;
		*(*to)++ = *from++;
	}
	return from;
}

/* One field: from *from up to a comma or `end`. */
static bool take_field(const char **from, const char *end, char **to, struct fail *f)
{
	const char *first = *to;

	if (*from < end && **from == '"') {
		*from = unquote(*from + 1, end, to);
		if (*from < end && **from != ',')
			return refuse(f, "text stands behind the closing quote of a field");
	}
	for (; *from < end && **from != ','; ++*from) {
		if (**from == '"')
			return refuse(f, "a quote stands inside a field that does not begin with one; write such a "
					 "field as \"6\"\" pipe\"");
		*(*to)++ = **from;
	}
	if (*to - first > CSV_FIELD_BYTES)
		return refuse(f, "a field is longer than 65,536 bytes; it may lack its closing quote");
	*(*to)++ = '\0';
	return true;
}

static bool split(struct csv *csv, size_t length, struct csv_row *row, struct fail *f)
{
	const char *from = csv->bytes + csv->at, *end = from + length;
	char *to = csv->text;

	if (memchr(from, '\0', length))
		return refuse(f, "a NUL character stands in the line; if the file is UTF-16, save it as UTF-8");
	row->fields = csv->fields;
	for (row->count = 0;; from++) {
		if (row->count == CSV_FIELDS)
			return refuse(f, "there are more than 256 fields");
		csv->fields[row->count++] = to;
		if (!take_field(&from, end, &to, f))
			return false;
		if (from == end)
			return true;
	}
}

static bool whole(size_t length, bool open, struct fail *f)
{
	return (length < CSV_ROW_BYTES || refuse(f, "the line is longer than 262,144 bytes"))
	       && (!open || refuse(f, "a quote is opened and never closed"));
}

enum csv_found csv_next(struct csv *csv, struct csv_row *row, struct fail *f)
{
	size_t length;
	bool open;

	if (!skip_byte_order_mark(csv, f) || !find_begin(csv, f))
		return CSV_UNREADABLE;
	row->line = csv->line;
	row->count = 0;
	if (csv->at == csv->held)
		return CSV_END;
	if (!find_end(csv, &length, &open, f))
		return CSV_UNREADABLE;
	if (split(csv, length, row, f) && whole(length, open, f)) {
		pass(csv, length);
		return CSV_ROW;
	}
	/* A quote too many would drag good lines into the bad row, so only its first line is lost. That costs a second
	 * look at the others and never a third: what was inside of quotes is outside now, and ends with its line. */
	csv->skipping = !pass_line(csv);
	return CSV_REFUSED;
}

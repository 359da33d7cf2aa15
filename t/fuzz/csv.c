/* fuzz/csv - any bytes are rows or refused with a reason, the same however they arrive, and a row written again reads
 * the same. */
#include "base/csv.h"
#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct pieces {
	const char *at;
	size_t left, next; /* how long the piece is that comes next; 0: all that is left */
};

static bool give(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	struct pieces *p = from;

	(void)f;
	*got = p->next && p->next < p->left ? p->next : p->left;
	*got = *got < room ? *got : room;
	if (*got > 0)
		memcpy(into, p->at, *got);
	p->at += *got;
	p->left -= *got;
	p->next = 0;
	return true;
}

static void must(bool law)
{
	if (!law)
		abort();
}

static bool same_rows(const struct csv_row *a, const struct csv_row *b)
{
	if (a->line != b->line || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->fields[i], b->fields[i]) != 0)
			return false;
	return true;
}

/* A row alone in a file, every field in quotes. It may pass the limit by its quotes. */
static void reads_back(struct arena *arena, struct csv_row *row)
{
	struct text text = text_new(arena, CSV_ROW_BYTES - 1);
	struct csv_row again;
	struct fail f = {0};

	for (size_t i = 0; i < row->count; i++) {
		text_add_string(&text, i == 0 ? "\"" : ",\"");
		for (const char *at = row->fields[i]; *at; at++)
			text_add_bytes(&text, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
		text_add_string(&text, "\"");
	}
	if (!text_whole(&text, &f))
		return;
	must(csv_next(csv_open(arena, give, &(struct pieces){text.bytes, text.length, 0}), &again, &f) == CSV_ROW);
	again.line = row->line;
	must(same_rows(row, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct pieces all = {(const char *)bytes, size, 0},
		      two = {(const char *)bytes, size, size ? 1 + bytes[0] % size : 0};
	struct csv *one_piece = csv_open(&arena, give, &all), *two_pieces = csv_open(&arena, give, &two);
	size_t line = 0;
	enum csv_found found;

	do {
		struct fail f = {0}, g = {0};
		struct csv_row row, other;

		found = csv_next(one_piece, &row, &f);
		must(csv_next(two_pieces, &other, &g) == found && row.line == other.line);
		must(found != CSV_UNREADABLE);
		must(found != CSV_REFUSED || (f.kind == FAIL_INPUT && *f.detail && strcmp(f.detail, g.detail) == 0));
		must(found == CSV_END || row.line > line);
		line = row.line;
		if (found == CSV_ROW) {
			must(same_rows(&row, &other));
			must(row.count > 0 && row.count <= CSV_FIELDS);
			reads_back(&arena, &row);
		}
	} while (found != CSV_END);
	arena_end(&arena);
	return 0;
}

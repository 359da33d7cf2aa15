/* match_lines - a CSV file as lines of cells in memory, found by the names of its columns. */
#include "command/match_lines.h"

#include "base/arena.h"
#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CELLS_NEEDED = 2 /* id and workspace */ };

static bool read_file(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	ssize_t length;

	do
		length = read(*(int *)from, into, room);
	while (length < 0 && errno == EINTR);
	*got = length < 0 ? 0 : (size_t)length;
	return length >= 0 || fail(f, FAIL_INPUT, "unreadable", "could not read the file: %s", strerror(errno));
}

static bool read_header(const char *path, const struct csv_row *row, const char *const *columns, size_t count,
	int *where, struct fail *f)
{
	for (size_t c = 0; c < count; c++) {
		where[c] = -1;
		for (size_t i = 0; i < row->count; i++)
			if (strcasecmp(row->fields[i], columns[c]) == 0)
				where[c] = (int)i;
		if (where[c] < 0 && c < CELLS_NEEDED)
			return fail(
				f, FAIL_INPUT, "column_missing", "\"%.80s\" has no column \"%s\"", path, columns[c]);
	}
	return true;
}

static void add_line(
	struct arena *arena, struct lines *lines, const struct csv_row *row, const int *where, size_t count)
{
	struct line *line;

	if (lines->count == lines->room) {
		struct line *more =
			arena_alloc(arena, (lines->room = lines->room ? 2 * lines->room : 1024) * sizeof *more);

		if (lines->count > 0)
			memcpy(more, lines->at, lines->count * sizeof *more);
		lines->at = more;
	}
	line = &lines->at[lines->count++];
	for (size_t c = 0; c < count; c++) {
		const char *cell = where[c] >= 0 && (size_t)where[c] < row->count ? row->fields[where[c]] : "";

		line->cells[c] = *cell ? arena_string(arena, cell) : "";
	}
}

static bool read_rows(struct arena *arena, int fd, const char *path, const char *const *columns, size_t count,
	struct lines *lines, struct fail *f)
{
	struct csv *csv = csv_open(arena, read_file, &fd);
	int where[LINE_CELLS];
	struct csv_row row;

	for (bool header = true;; header = false) {
		struct fail why = {0};

		switch (csv_next(csv, &row, &why)) {
		case CSV_ROW:
			if (!header)
				add_line(arena, lines, &row, where, count);
			else if (!read_header(path, &row, columns, count, where, f))
				return false;
			break;
		case CSV_REFUSED:
			return fail(f, FAIL_INPUT, "csv", "\"%.80s\", line %zu: %s", path, row.line, why.detail);
		case CSV_UNREADABLE:
			return fail(f, why.kind, why.code, "%s", why.detail);
		case CSV_END:
			return !header || fail(f, FAIL_INPUT, "empty", "\"%.80s\" is empty", path);
		}
	}
}

bool lines_read(struct arena *arena, const char *path, const char *const *columns, size_t count, struct lines *lines,
	struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return fail(f, FAIL_INPUT, "unreadable", "could not open \"%.80s\": %s", path, strerror(errno));
	done = read_rows(arena, fd, path, columns, count, lines, f);
	close(fd);
	return done;
}

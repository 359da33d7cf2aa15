/* match_lines - a CSV file as lines of cells in memory, found by the names of its columns. */
#ifndef COMMAND_MATCH_LINES_H
#define COMMAND_MATCH_LINES_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>

struct arena;

enum { LINE_CELLS = 10 };

/* A line of a file, by the names of its columns; what the file lacks is "". */
struct line {
	const char *cells[LINE_CELLS];
};

/* In the arena. */
struct lines {
	struct line *at;
	size_t count, room;
};

/* Adds all lines of the file. Columns may be in any order; only the first two must be there. At most LINE_CELLS
 * columns. FAIL_INPUT "unreadable", "column_missing", "csv", "empty". */
bool lines_read(struct arena *, const char *path, const char *const *columns, size_t count, struct lines *,
	struct fail *) MUST_CHECK;

#endif

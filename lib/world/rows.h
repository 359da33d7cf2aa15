/* rows - what a statement brought back: binary cells read into structs through one list of columns per struct. */
#ifndef WORLD_ROWS_H
#define WORLD_ROWS_H

#include "base/fail.h"
#include "base/scope.h"

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

OWNED_BY_SCOPE(PGresult, PQclear)

struct arena;

struct rows {
	PGresult *result;
	int count;
};

struct cell {
	const char *name;
	Oid type;
	const char *bytes; /* NUL behind the last */
	int length;
};

/* Each stores one cell; FAIL_BUG when the column is of another type. SQL NULL leaves the field as the caller set it. */
typedef bool cell_reader(const struct cell *, void *field, struct fail *);

cell_reader read_text;    /* const char *, borrowed from the rows */
cell_reader read_i64;     /* int64_t, from any integer type */
cell_reader read_real;    /* double */
cell_reader read_bool;    /* bool */
cell_reader read_maybe;   /* enum maybe */
cell_reader read_instant; /* struct instant */
cell_reader read_bytes;   /* struct bytes, borrowed from the rows */

struct column {
	const char *name;
	cell_reader *read;
	size_t field;
};

#define COLUMN(type, field, reader)                                                                                    \
	{                                                                                                              \
#field, reader, offsetof(type, field)                                                                  \
	}

/* Reads row `index`, which must exist. Every listed column must be in the result. */
bool row_into(
	const struct rows *, int index, const struct column *, size_t count, void *into, struct fail *) MUST_CHECK;

/* All rows as an array in the arena, of *count structs of this size; each starts as a copy of *empty, or of zeros. NULL
 * on failure, and when rows is NULL, which is a failure noted already. */
void *rows_into(const struct rows *, struct arena *, const struct column *, size_t columns, size_t size,
	const void *empty, size_t *count, struct fail *) MUST_CHECK;

/* The same of a column of numbers. False on failure, and when rows is NULL. */
bool numbers_into(const struct rows *, struct arena *, const char *column, int64_t **list, size_t *count,
	struct fail *) MUST_CHECK;

#endif

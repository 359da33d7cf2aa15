/* rows - what a statement brought back: binary cells read into structs through one list of columns per struct. */
#include "world/rows.h"

#include "base/arena.h"
#include "base/instant.h"
#include "base/maybe.h"
#include "base/secret.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Type numbers that PostgreSQL promises never to change (catalog/pg_type.dat). */
enum {
	BOOL = 16,
	BYTEA = 17,
	INT8 = 20,
	INT2 = 21,
	INT4 = 23,
	TEXT = 25,
	FLOAT8 = 701,
	VARCHAR = 1043,
	TIMESTAMPTZ = 1184
};

static bool other_type(const struct cell *cell, const char *expected, struct fail *f)
{
	return fail(f, FAIL_BUG, "column_type", "column \"%s\" is not %s", cell->name, expected);
}

bool read_text(const struct cell *cell, void *field, struct fail *f)
{
	if (cell->type != TEXT && cell->type != VARCHAR)
		return other_type(cell, "text", f);
	*(const char **)field = cell->bytes;
	return true;
}

bool read_i64(const struct cell *cell, void *field, struct fail *f)
{
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	switch (cell->type) {
	case INT8:
		memcpy(&eight, cell->bytes, sizeof eight);
		*(int64_t *)field = (int64_t)be64toh(eight);
		return true;
	case INT4:
		memcpy(&four, cell->bytes, sizeof four);
		*(int64_t *)field = (int32_t)be32toh(four);
		return true;
	case INT2:
		memcpy(&two, cell->bytes, sizeof two);
		*(int64_t *)field = (int16_t)be16toh(two);
		return true;
	default:
		return other_type(cell, "an integer", f);
	}
}

bool read_real(const struct cell *cell, void *field, struct fail *f)
{
	uint64_t wire;

	if (cell->type != FLOAT8)
		return other_type(cell, "double precision", f);
	memcpy(&wire, cell->bytes, sizeof wire);
	wire = be64toh(wire);
	memcpy(field, &wire, sizeof wire);
	return true;
}

bool read_bool(const struct cell *cell, void *field, struct fail *f)
{
	if (cell->type != BOOL)
		return other_type(cell, "boolean", f);
	*(bool *)field = *cell->bytes != 0;
	return true;
}

bool read_maybe(const struct cell *cell, void *field, struct fail *f)
{
	if (cell->type != BOOL)
		return other_type(cell, "boolean", f);
	*(enum maybe *)field = *cell->bytes ? YES : NO;
	return true;
}

bool read_instant(const struct cell *cell, void *field, struct fail *f)
{
	/* timestamptz travels as big-endian microseconds since 2000-01-01 UTC. */
	static const int64_t from_1970_to_2000_us = 946684800000000;
	uint64_t wire;

	if (cell->type != TIMESTAMPTZ)
		return other_type(cell, "timestamptz", f);
	memcpy(&wire, cell->bytes, sizeof wire);
	*(struct instant *)field = (struct instant){(int64_t)be64toh(wire) + from_1970_to_2000_us};
	return true;
}

bool read_bytes(const struct cell *cell, void *field, struct fail *f)
{
	if (cell->type != BYTEA)
		return other_type(cell, "bytea", f);
	*(struct bytes *)field = (struct bytes){(const unsigned char *)cell->bytes, (size_t)cell->length};
	return true;
}

/* Mostly the columns are asked for as the statement lists them; libpq's own search copies the name at each call. */
static int column_at(const PGresult *result, int likely, const char *name)
{
	if (likely < PQnfields(result) && strcmp(PQfname(result, likely), name) == 0)
		return likely;
	return PQfnumber(result, name);
}

bool row_into(
	const struct rows *rows, int index, const struct column *columns, size_t count, void *into, struct fail *f)
{
	for (size_t i = 0; i < count; i++) {
		int at = column_at(rows->result, (int)i, columns[i].name);
		struct cell cell = {.name = columns[i].name};

		if (at < 0)
			return fail(
				f, FAIL_BUG, "column_absent", "column \"%s\" is not in the result", columns[i].name);
		if (PQgetisnull(rows->result, index, at))
			continue;
		cell.type = PQftype(rows->result, at);
		cell.bytes = PQgetvalue(rows->result, index, at);
		cell.length = PQgetlength(rows->result, index, at);
		if (!columns[i].read(&cell, (char *)into + columns[i].field, f))
			return false;
	}
	return true;
}

void *rows_into(const struct rows *rows, struct arena *arena, const struct column *columns, size_t column_count,
	size_t size, const void *empty, size_t *count, struct fail *f)
{
	char *list;

	if (!rows)
		return NULL;
	*count = (size_t)rows->count;
	list = arena_alloc(arena, *count * size);
	for (size_t i = 0; i < *count; i++) {
		if (empty)
			memcpy(list + i * size, empty, size);
		if (!row_into(rows, (int)i, columns, column_count, list + i * size, f))
			return NULL;
	}
	return list;
}

bool numbers_into(
	const struct rows *rows, struct arena *arena, const char *column, int64_t **list, size_t *count, struct fail *f)
{
	const struct column number[] = {{column, read_i64, 0}};

	*list = rows_into(rows, arena, number, COUNT(number), sizeof **list, NULL, count, f);
	return *list;
}

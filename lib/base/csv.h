/* csv - rows of a comma-separated file (RFC 4180), one by one, in bounded memory, with the line that each began on. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>

struct arena;
struct csv;

enum {
	CSV_FIELD_BYTES = 64 * 1024, /* the longest field, without its quotes */
	CSV_ROW_BYTES = 256 * 1024,  /* the longest row as it stands in the file */
	CSV_FIELDS = 256,            /* in a row */
};

/* Puts up to `room` bytes into `into`; *got is 0 at the end and only there. */
typedef bool csv_source(void *from, char *into, size_t room, size_t *got, struct fail *);

/* Lives in the arena, about 520 KiB. Reads nothing yet. */
struct csv *csv_open(struct arena *, csv_source *, void *from);

struct csv_row {
	size_t line; /* that it began on, from 1; the same when it was refused */
	size_t count;
	char **fields; /* without quotes, NUL behind; belong to the caller until the next row */
};

enum csv_found {
	CSV_ROW,
	CSV_REFUSED, /* f says why; go on: the next row begins on the line behind `line` */
	CSV_END,
	CSV_UNREADABLE, /* f is what the source said */
};

/* Lines end with LF, CRLF or CR; empty lines are passed over, as is a byte order mark. Refused are quotes inside an
 * unquoted field, text behind a closing quote, a quote never closed, NUL, and what is above the limits. */
enum csv_found csv_next(struct csv *, struct csv_row *, struct fail *) MUST_CHECK;

#endif

/* import_cell - what may stand in a cell of an imported file, and the sentence when something else does. Pure. */
#ifndef WORK_IMPORT_CELL_H
#define WORK_IMPORT_CELL_H

#include "base/fail.h"

struct arena;

enum {
	IMPORT_TEXT_CHARACTERS = 1000,
	/* Two of them and the workspace must fit an index entry of PostgreSQL, which holds 2,704 bytes. */
	IMPORT_ID_CHARACTERS = 200,
	IMPORT_SHOWN_CHARACTERS = 60, /* of a value in a sentence */
};

/* Takes a trimmed cell that is not empty and is UTF-8, and leaves in *cell what PostgreSQL reads (in the arena, or as
 * it was). FAIL_INPUT with a sentence that names the column. */
typedef bool cell_check(struct arena *, const char *column, const char **cell, struct fail *);

cell_check check_text;  /* at most 1,000 characters */
cell_check check_id;    /* at most 200 */
cell_check check_time;  /* RFC 3339, also without seconds; a day is its midnight in UTC */
cell_check check_day;   /* 2026-01-13 */
cell_check check_count; /* 0 to 10^12; 0 becomes NULL, as if nothing were said */

/* Without the white space around it. Writes into `cell`. */
char *cell_trim(char *cell);

/* A value as it may stand in a sentence on a terminal: cut at 60 characters, without control characters. */
const char *cell_shown(struct arena *, const char *value);

#endif

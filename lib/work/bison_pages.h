/* bison_pages - a list of EmailBison, page by page: by cursor, or by number where an instance knows no cursors. */
#ifndef WORK_BISON_PAGES_H
#define WORK_BISON_PAGES_H

#include "base/fail.h"
#include "base/json.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sync;

enum { BISON_CURSOR_SIZE = 2048, BISON_PATH_SIZE = 1024, BISON_FIRST_SIZE = 128 };

/* Starts as {0} with sync and path; and where it is resumed, with cursor or page. */
struct bison_pages {
	struct sync *sync;
	char path[BISON_PATH_SIZE]; /* with its query, but for the pages */
	char cursor[BISON_CURSOR_SIZE];
	int64_t page;   /* that will be asked for next; 0: the first */
	bool by_number; /* known once the first page was read */
	bool end;       /* there is none behind */
	bool limited;   /* there are more, which the instance does not show */
	int64_t total;  /* 0: not known */
	int64_t read;   /* pages, by this walk */
	int64_t last;   /* the highest number of a page that was named as the last; 0: none */

	char earlier[BISON_CURSOR_SIZE], first[BISON_FIRST_SIZE]; /* to notice circles */
};

/* Reads the next page unless `end`: *answer is the caller's, its rows are bison_rows of it, a list. FAIL_BUG
 * "source_answer" when it is no list, or pages go round in circles. A cursor of an earlier round that is refused begins
 * the list anew. */
bool bison_pages_next(struct bison_pages *, json_t **answer, struct fail *) MUST_CHECK;

#endif

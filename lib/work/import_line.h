/* import_line - rows of an imported file become lines of leads or campaigns: which columns, what each cell means. */
#ifndef WORK_IMPORT_LINE_H
#define WORK_IMPORT_LINE_H

#include "base/csv.h"
#include "base/fail.h"
#include "base/scope.h"
#include "store/campaigns.h"
#include "store/leads.h"

#include <stddef.h>

struct arena;

enum import_kind { IMPORT_LEADS, IMPORT_CAMPAIGNS };

/* One of them, as the kind says. */
struct import_line {
	struct lead_line lead;
	struct campaign_line campaign;
};

struct import_header {
	enum import_kind kind;
	size_t width;                               /* fields in a row */
	const struct import_column *at[CSV_FIELDS]; /* NULL: the field is ignored */
	const char *ignored[CSV_FIELDS];            /* why, in a sentence; NULL where there is nothing to say */
};

/* FAIL_INPUT when a column that is needed is missing, or one stands twice. Sentences live in the arena. */
bool import_header_read(
	struct arena *, enum import_kind, const struct csv_row *, struct import_header *, struct fail *) MUST_CHECK;

/* FAIL_INPUT with a sentence that names the column. The line borrows from the row and from the arena. *lost becomes a
 * sentence about a good cell that cannot be kept, or NULL. */
bool import_line_read(struct arena *, const struct import_header *, const struct csv_row *, struct import_line *,
	const char **lost, struct fail *) MUST_CHECK;

/* The columns, for people: "lead_id, campaign_id, email (needed), ..." */
const char *import_columns(struct arena *, enum import_kind);

#endif

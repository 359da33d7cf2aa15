/* staging - the transaction of an import: one at a time for each workspace, its rows in temporary tables first. */
#include "store/staging.h"

#include "base/text.h"
#include "world/rows.h"

#include <inttypes.h>
#include <string.h>

/* Twenty cells of 1,000 characters of four bytes, each escaped. */
enum { COPY_ROW_BYTES = 20 * 1000 * 4 * 2 };

bool staging_begin(struct db *db, int64_t workspace, struct fail *f)
{
	const struct rows *found = db_run(db, QUERY_staging_begin, f, PARAMS(as_i64(workspace)));

	return found
	       && (found->count == 1
		       || fail(f, FAIL_ABSENT, "workspace_absent",
			       "there is no workspace %" PRId64 "; `turnout workspace list` shows those there are",
			       workspace));
}

/* The text form of COPY (PostgreSQL, SQL COPY, "Text Format"). */
static void add_cell(struct text *row, const char *cell)
{
	if (!cell)
		text_add_string(row, "\\N");
	while (cell && *cell) {
		size_t plain = strcspn(cell, "\\\t\n\r");

		text_add_bytes(row, cell, plain);
		cell += plain;
		if (*cell) {
			const char escaped[] = {'\\', *cell == '\t'   ? 't'
						      : *cell == '\n' ? 'n'
						      : *cell == '\r' ? 'r'
								      : '\\'};

			text_add_bytes(row, escaped, sizeof escaped);
			cell++;
		}
	}
}

bool staging_put(struct db *db, struct arena *arena, const char *const *cells, size_t count, struct fail *f)
{
	struct text row = text_new(arena, COPY_ROW_BYTES);

	for (size_t i = 0; i < count; i++) {
		add_cell(&row, cells[i]);
		text_add_bytes(&row, i + 1 < count ? "\t" : "\n", 1);
	}
	return text_whole(&row, f) && db_copy_put(db, row.bytes, row.length, f);
}

bool staging_count(struct db *db, enum query_name name, int64_t *count, struct fail *f, const struct param *params,
	size_t param_count)
{
	const struct rows *rows = db_run(db, name, f, params, param_count);

	return rows && row_into(rows, 0, &(const struct column){"count", read_i64, 0}, 1, count, f);
}

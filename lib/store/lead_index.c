/* lead_index - by what leads are found, and how common their names are; follows the leads in the transaction that
 * changes them. */
#include "store/lead_index.h"

#include "base/arena.h"
#include "store/staging.h"
#include "world/db.h"
#include "world/rows.h"

#include <inttypes.h>

static const struct column columns[] = {
	{"lead_id", read_text, offsetof(struct arrival, now.lead_id)},
	{"email", read_text, offsetof(struct arrival, now.email)},
	{"first_name", read_text, offsetof(struct arrival, now.first_name)},
	{"last_name", read_text, offsetof(struct arrival, now.last_name)},
	{"company", read_text, offsetof(struct arrival, now.company)},
	{"phone", read_text, offsetof(struct arrival, now.phone)},
	{"website", read_text, offsetof(struct arrival, now.website)},
	{"was_lead_id", read_text, offsetof(struct arrival, was.lead_id)},
	{"was_email", read_text, offsetof(struct arrival, was.email)},
	{"was_first_name", read_text, offsetof(struct arrival, was.first_name)},
	{"was_last_name", read_text, offsetof(struct arrival, was.last_name)},
	{"was_company", read_text, offsetof(struct arrival, was.company)},
	{"was_phone", read_text, offsetof(struct arrival, was.phone)},
	{"was_website", read_text, offsetof(struct arrival, was.website)},
};

enum { COLUMNS_NOW = 7 };

bool lead_index_arrivals(struct db *db, struct arena *arena, int64_t workspace, const char *after, int64_t limit,
	struct arrival **list, size_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_lead_index_arrivals, f, PARAMS(as_i64(workspace), as_text(after), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COUNT(columns), sizeof **list, NULL, count, f);
	return *list;
}

bool lead_index_stored(struct db *db, struct arena *arena, int64_t workspace, const char *after, int64_t limit,
	struct arrival **list, size_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_lead_index_stored, f, PARAMS(as_i64(workspace), as_text(after), as_i64(limit)));

	*list = rows_into(rows, arena, columns, COLUMNS_NOW, sizeof **list, NULL, count, f);
	return *list;
}

bool lead_index_begin(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_lead_index_staging, f, NO_PARAMS) != NULL;
}

bool lead_index_open(struct db *db, struct fail *f)
{
	return db_copy_begin(db, QUERY_lead_index_copy, f);
}

bool lead_index_put(struct db *db, struct arena *arena, const char *lead_id, enum index_kind kind, uint64_t key,
	bool comes, struct fail *f)
{
	const char letter[] = {(char)kind, '\0'};
	const char *const cells[] = {lead_id, arena_print(arena, "%" PRId64, (int64_t)key), letter, comes ? "1" : "-1"};

	return staging_put(db, arena, cells, COUNT(cells), f);
}

bool lead_index_close(struct db *db, struct fail *f)
{
	return db_copy_end(db, f);
}

bool lead_index_flush(struct db *db, int64_t workspace, struct fail *f)
{
	const struct param p = as_i64(workspace);

	return db_run(db, QUERY_lead_index_staged, f, NO_PARAMS) && db_run(db, QUERY_lead_index_remove, f, &p, 1)
	       && db_run(db, QUERY_lead_index_add, f, &p, 1) && db_run(db, QUERY_lead_index_count_names, f, &p, 1)
	       && db_run(db, QUERY_lead_index_go_on, f, NO_PARAMS);
}

bool lead_index_note(struct db *db, int64_t workspace, int64_t version, int64_t more, struct fail *f)
{
	return db_run(db, QUERY_lead_index_note, f, PARAMS(as_i64(workspace), as_i64(version), as_i64(more))) != NULL;
}

bool lead_index_is_whole(struct db *db, int64_t workspace, int64_t version, bool *whole, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_lead_index_is_whole, f, PARAMS(as_i64(workspace), as_i64(version)));

	return rows && row_into(rows, 0, &(const struct column){"whole", read_bool, 0}, 1, whole, f);
}

bool lead_index_empty(struct db *db, int64_t workspace, struct fail *f)
{
	return db_run(db, QUERY_lead_index_empty, f, PARAMS(as_i64(workspace))) != NULL;
}

bool lead_index_drop(
	struct db *db, int64_t workspace, const char *lead_id, const char *keys, const char *names, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_lead_index_drop, f,
		PARAMS(as_i64(workspace), as_text(lead_id), as_text(keys), as_text(names)));
	bool dropped = false;

	return rows && row_into(rows, 0, &(const struct column){"dropped", read_bool, 0}, 1, &dropped, f)
	       && (dropped
		       || fail(f, FAIL_ABSENT, "lead_absent", "there is no lead \"%.80s\" in this workspace", lead_id));
}

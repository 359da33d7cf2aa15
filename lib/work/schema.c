/* schema - brings the database up to date: numbered migrations once, functions and roles when they changed. */
#include "work/schema.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "world/db.h"
#include "world/rows.h"

#include <string.h>

enum kind { KIND_migrations, KIND_functions, KIND_roles };

/* The texts are longer than the 4,095 bytes that C promises; both of our compilers take any length. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
#define SCRIPT(kind, name, text) {KIND_##kind, #kind "/" name, text},
static const struct script {
	enum kind kind;
	const char *name, *sql;
} scripts[] = {
#include "schema.inc"
};
#undef SCRIPT

struct applied {
	const char *name, *checksum;
};

static const struct column columns[] = {
	COLUMN(struct applied, name, read_text),
	COLUMN(struct applied, checksum, read_text),
};

static const char *checksum_of(struct arena *arena, const char *sql)
{
	unsigned char sum[DIGEST_BYTES];
	char *hex = arena_alloc(arena, 2 * DIGEST_BYTES + 1);

	digest((struct bytes){(const unsigned char *)sql, strlen(sql)}, sum);
	hex_from_bytes(sum, DIGEST_BYTES, hex);
	return hex;
}

/* NULL: it was never applied. */
static bool find(const struct rows *rows, const char *name, const char **checksum, struct fail *f)
{
	struct applied applied = {0};

	*checksum = NULL;
	for (int i = 0; i < rows->count && !*checksum; i++) {
		if (!row_into(rows, i, columns, COUNT(columns), &applied, f))
			return false;
		if (strcmp(applied.name, name) == 0)
			*checksum = applied.checksum;
	}
	return true;
}

/* Roles are granted what the tables of today need, so they follow every change of the others. */
static bool apply(struct arena *arena, struct db *db, const struct script *s, const struct rows *rows, bool *changed,
	void (*applied)(const char *name), struct fail *f)
{
	const char *now = checksum_of(arena, s->sql), *then;

	if (!find(rows, s->name, &then, f))
		return false;
	if (then && strcmp(now, then) == 0 && !(s->kind == KIND_roles && *changed))
		return true;
	if (then && s->kind == KIND_migrations)
		return fail(f, FAIL_CONFLICT, "migration_changed",
			"the migration \"%s\" was applied with another text; put it back and write a new one", s->name);
	*changed = true;
	applied(s->name);
	return db_script(db, s->name, s->sql, f)
	       && db_run(db, QUERY_schema_note, f, PARAMS(as_text(s->name), as_text(now))) != NULL;
}

bool schema_migrate(struct arena *arena, struct db *db, bool dry_run, void (*applied)(const char *name), struct fail *f)
{
	IN_TRANSACTION(tx, db, f);
	const struct rows *rows;
	bool changed = false;

	if (!tx.open || !db_run(db, QUERY_schema_lock, f, NO_PARAMS)
		|| !db_script(db, "schema_migrations",
			"CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, checksum text NOT NULL,"
			" applied_at timestamptz NOT NULL DEFAULT now())",
			f))
		return false;
	rows = db_run(db, QUERY_schema_applied, f, NO_PARAMS);
	if (!rows)
		return false;
	for (size_t i = 0; i < COUNT(scripts); i++)
		if (!apply(arena, db, &scripts[i], rows, &changed, applied, f))
			return false;
	return dry_run || tx_commit(&tx, f);
}

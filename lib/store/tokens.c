/* tokens - who may read or write what. Known by digest only. */
#include "store/tokens.h"

#include "base/arena.h"
#include "world/db.h"
#include "world/rows.h"

#include <string.h>

static const struct column listed[] = {
	COLUMN(struct token, token_id, read_i64),
	COLUMN(struct token, workspace_id, read_i64),
	COLUMN(struct token, name, read_text),
	COLUMN(struct token, may_write, read_bool),
	COLUMN(struct token, expires_at, read_instant),
	COLUMN(struct token, revoked_at, read_instant),
	COLUMN(struct token, created_at, read_instant),
};

static const struct column rights[] = {
	COLUMN(struct token_rights, may_see, read_bool),
	COLUMN(struct token_rights, may_write, read_bool),
	COLUMN(struct token_rights, token_id, read_i64),
	COLUMN(struct token_rights, name, read_text),
};

bool tokens_put(struct db *db, int64_t workspace, const char *name, const char *token, bool may_write, int64_t days,
	struct fail *f)
{
	struct fail trouble = {0};
	unsigned char sum[DIGEST_BYTES];
	const struct rows *rows;

	digest((struct bytes){(const unsigned char *)token, strlen(token)}, sum);
	rows = db_run(db, QUERY_tokens_put, &trouble,
		PARAMS(workspace ? as_i64(workspace) : as_text(NULL), as_text(name),
			as_bytes((struct bytes){sum, sizeof sum}), as_bool(may_write),
			days ? as_i64(days) : as_text(NULL)));
	if (!rows && strcmp(db_sqlstate(db), "23503") == 0)
		return fail(f, FAIL_ABSENT, "workspace_absent",
			"there is no workspace %lld; see `turnout workspace list`", (long long)workspace);
	return rows || fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
}

bool tokens_list(
	struct db *db, struct arena *arena, int64_t workspace, struct token **list, size_t *count, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_tokens_list, f, PARAMS(workspace ? as_i64(workspace) : as_text(NULL)));

	*list = rows_into(rows, arena, listed, COUNT(listed), sizeof **list, NULL, count, f);
	return *list;
}

bool tokens_revoke(struct db *db, int64_t id, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_tokens_revoke, f, PARAMS(as_i64(id)));

	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "token_absent", "there is no token %lld; see `turnout token list`",
			       (long long)id));
}

bool tokens_find(struct db *db, const char *token, int64_t workspace, struct token_rights *found, struct fail *f)
{
	unsigned char sum[DIGEST_BYTES];
	const struct rows *rows;

	digest((struct bytes){(const unsigned char *)token, strlen(token)}, sum);
	rows = db_run(db, QUERY_tokens_find, f, PARAMS(as_bytes((struct bytes){sum, sizeof sum}), as_i64(workspace)));
	*found = (struct token_rights){0};
	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_DENIED, "token_unknown", "the token is not known, has expired or was revoked"))
	       && row_into(rows, 0, rights, COUNT(rights), found, f);
}

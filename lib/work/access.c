/* access - may this caller see, or change, this workspace? */
#include "work/access.h"

#include "base/arena.h"
#include "base/text.h"
#include "store/tokens.h"

#include <string.h>
#include <strings.h>

/* RFC 6750, section 2.1; the scheme in any case (RFC 9110, section 11.1). */
static const char *bearer(const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return NULL;
	authorization += sizeof scheme - 1;
	return authorization + strspn(authorization, " ");
}

static bool check(struct db *db, const char *authorization, const char *id, enum access wanted, int64_t *workspace,
	struct token_rights *rights, struct fail *f)
{
	const char *token = bearer(authorization);
	int64_t asked = 0; /* no workspace has it */

	if (!token || !*token)
		return fail(f, FAIL_DENIED, "token_missing",
			"the header \"Authorization: Bearer <token>\" is missing; `turnout token add` makes a token");
	if (!i64_from_text(id, 1, INT64_MAX, &asked))
		asked = 0;
	if (!tokens_find(db, token, asked, rights, f))
		return false;
	if (!rights->may_see)
		return fail(f, FAIL_ABSENT, "workspace_absent", "there is no such workspace for this token");
	if (wanted == TO_WRITE && !rights->may_write)
		return fail(f, FAIL_FORBIDDEN, "token_read_only", "this token may only read");
	*workspace = asked;
	return true;
}

bool access_check(struct db *db, const char *authorization, const char *id, enum access wanted, int64_t *workspace,
	struct fail *f)
{
	struct token_rights rights;

	return check(db, authorization, id, wanted, workspace, &rights, f);
}

bool access_check_actor(struct arena *arena, struct db *db, const char *authorization, const char *id,
	enum access wanted, int64_t *workspace, const char **actor, struct fail *f)
{
	struct token_rights rights;

	if (!check(db, authorization, id, wanted, workspace, &rights, f))
		return false;
	*actor = arena_print(
		arena, *rights.name ? "token %lld \"%s\"" : "token %lld", (long long)rights.token_id, rights.name);
	return true;
}

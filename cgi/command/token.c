/* token - `turnout token add`, `list` and `revoke`. */
#include "base/instant.h"
#include "command/command.h"
#include "store/tokens.h"

#include <stdio.h>

bool token_add(struct session *session, int argc, char **argv, struct fail *f)
{
	enum { DAYS_MOST = 36500 };
	int64_t workspace = 0, days = 0;
	bool all = false, may_write = false;
	const char *name = NULL;
	char token[TOKEN_SIZE];

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, false, &workspace}, {"all", FLAG, false, &all},
			    {"write", FLAG, false, &may_write}, {"expires", NUMBER, false, &days},
			    {"name", TEXT, false, &name}),
		    f))
		return false;
	if (all == (workspace != 0))
		return fail(f, FAIL_INPUT, "usage", "say either --workspace N or --all");
	if (days > DAYS_MOST)
		return fail(
			f, FAIL_INPUT, "usage", "--expires is %lld, expected 1 to %d days", (long long)days, DAYS_MOST);
	token_make(token);
	if (!tokens_put(session->db, workspace, name ? name : "", token, may_write, days, f))
		return false;
	printf("%s\n", token);
	fputs("keep it: it is not stored and will not be shown again\n", stderr);
	return true;
}

static const char *when(struct instant at, char text[static INSTANT_SIZE])
{
	return at.us ? instant_to_rfc3339(at, text) : "-";
}

bool token_list(struct session *session, int argc, char **argv, struct fail *f)
{
	char created[INSTANT_SIZE], expires[INSTANT_SIZE], revoked[INSTANT_SIZE], scope[32];
	struct token *list;
	int64_t workspace = 0;
	size_t count;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, false, &workspace}), f)
		|| !tokens_list(session->db, session->arena, workspace, &list, &count, f))
		return false;
	printf("%6s  %9s  %-5s  %-24s  %-27s  %-27s  %s\n", "id", "workspace", "may", "name", "created", "expires",
		"revoked");
	for (size_t i = 0; i < count; i++) {
		snprintf(scope, sizeof scope, "%lld", (long long)list[i].workspace_id);
		printf("%6lld  %9s  %-5s  %-24s  %-27s  %-27s  %s\n", (long long)list[i].token_id,
			list[i].workspace_id ? scope : "all", list[i].may_write ? "write" : "read", list[i].name,
			when(list[i].created_at, created), when(list[i].expires_at, expires),
			when(list[i].revoked_at, revoked));
	}
	return true;
}

bool token_revoke(struct session *session, int argc, char **argv, struct fail *f)
{
	int64_t id = 0;

	return options_read(argc, argv, OPTIONS({NULL, NUMBER, true, &id}), f) && tokens_revoke(session->db, id, f);
}

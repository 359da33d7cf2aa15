/* verify - `turnout verify`: proves that what is kept for the reports equals a recount. */
#include "command/command.h"
#include "store/verified.h"
#include "store/workspaces.h"

#include <stdio.h>

bool verify(struct session *session, int argc, char **argv, struct fail *f)
{
	struct workspace workspace;
	struct verified *list;
	int64_t number = 0, differences = 0;
	size_t count;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, true, &number}), f)
		|| !workspaces_find(session->db, number, &workspace, f)
		|| !verified_list(session->db, session->arena, number, &list, &count, f))
		return false;
	printf("%-28s %12s %12s %12s\n", "what is kept", "rows", "only kept", "only counted");
	for (size_t i = 0; i < count; i++) {
		printf("%-28s %12lld %12lld %12lld\n", list[i].what, (long long)list[i].kept,
			(long long)list[i].only_kept, (long long)list[i].only_recounted);
		differences += list[i].only_kept + list[i].only_recounted;
	}
	return differences == 0
	       || fail(f, FAIL_CONFLICT, "verify_failed",
		       "%lld rows differ: somebody wrote to the tables by hand, or this is a bug",
		       (long long)differences);
}

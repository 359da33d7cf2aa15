/* workspace - `turnout workspace add` and `list`. */
#include "base/instant.h"
#include "command/command.h"
#include "store/workspaces.h"

#include <stdio.h>
#include <string.h>

bool workspace_add(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *name = NULL, *timezone = NULL, *attendance = NULL;
	int64_t id;

	if (!options_read(argc, argv,
		    OPTIONS({"name", TEXT, true, &name}, {"timezone", TEXT, false, &timezone},
			    {"attendance", TEXT, false, &attendance}),
		    f))
		return false;
	if (attendance && strcmp(attendance, "presume") != 0 && strcmp(attendance, "explicit") != 0)
		return fail(f, FAIL_INPUT, "usage", "--attendance is \"%s\", expected presume or explicit", attendance);
	if (!workspaces_put(
		    session->db, name, timezone ? timezone : "UTC", attendance ? attendance : "presume", &id, f))
		return false;
	printf("%lld\n", (long long)id);
	return true;
}

bool workspace_list(struct session *session, int argc, char **argv, struct fail *f)
{
	struct workspace *list;
	char created[INSTANT_SIZE];
	size_t count;

	if (!options_read(argc, argv, NULL, 0, f) || !workspaces_list(session->db, session->arena, &list, &count, f))
		return false;
	printf("%6s  %-30s  %-20s  %-10s  %s\n", "id", "name", "time zone", "attendance", "created");
	for (size_t i = 0; i < count; i++)
		printf("%6lld  %-30s  %-20s  %-10s  %s\n", (long long)list[i].workspace_id, list[i].name,
			list[i].timezone, list[i].attendance, instant_to_rfc3339(list[i].created_at, created));
	return true;
}

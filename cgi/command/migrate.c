/* migrate - `turnout migrate`. */
#include "command/command.h"
#include "work/schema.h"

#include <stdio.h>

static const char *verb;
static int count;

static void tell(const char *name)
{
	fprintf(stderr, "%s %s\n", verb, name);
	count++;
}

bool migrate(struct session *session, int argc, char **argv, struct fail *f)
{
	bool dry_run = false;

	if (!options_read(argc, argv, OPTIONS({"dry-run", FLAG, false, &dry_run}), f))
		return false;
	verb = dry_run ? "would apply" : "applying";
	if (!schema_migrate(session->arena, session->db, dry_run, tell, f))
		return false;
	if (count == 0)
		fputs("the schema is up to date\n", stderr);
	return true;
}

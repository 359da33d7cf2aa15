/* migrate - `turnout migrate`. */
#include "command/command.h"
#include "work/fold_counts.h"
#include "work/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Changes that one transaction folds. */
enum { PORTION = 5000 };

static const char *verb;
static int count;

static void tell(const char *name)
{
	fprintf(stderr, "%s %s\n", verb, name);
	count++;
}

/* Reports look at each change that waits, and a migration may leave a great many. */
static bool fold_what_waits(struct session *session, struct fail *f)
{
	struct folded portion;
	int64_t folded = 0;

	do {
		if (!fold_changes(session->arena, session->db, PORTION, &portion, f))
			return false;
		folded += portion.folded;
		if (portion.folded > 0 && isatty(STDERR_FILENO))
			fprintf(stderr, "\r%" PRId64 " changes counted, at most %" PRId64 " left\033[K", folded,
				portion.waiting);
	} while (portion.waiting > 0);
	if (folded > 0 && isatty(STDERR_FILENO))
		fputc('\n', stderr);
	return true;
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
	return count == 0 || dry_run || fold_what_waits(session, f);
}

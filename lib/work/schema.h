/* schema - brings the database up to date: numbered migrations once, functions and roles when they changed. */
#ifndef WORK_SCHEMA_H
#define WORK_SCHEMA_H

#include "base/fail.h"
#include "base/scope.h"

struct arena;
struct db;

/* All of it in one transaction under a lock; with dry_run the same, undone at the end. Calls `applied` for each script
 * that ran. FAIL_CONFLICT when a migration that was applied has another text now. */
bool schema_migrate(
	struct arena *, struct db *, bool dry_run, void (*applied)(const char *name), struct fail *) MUST_CHECK;

#endif

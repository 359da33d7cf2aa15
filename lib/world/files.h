/* files - small files that are there whole or not at all, and stay there when the power goes. */
#ifndef WORLD_FILES_H
#define WORLD_FILES_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdint.h>

struct arena;

/* Written under a temporary name, flushed to disk, renamed to `name`, and the directory flushed: when true comes back,
 * the file is durable. FAIL_LATER "file" with the system's reason. Nothing is left behind on failure. */
bool file_write(const char *directory, const char *name, struct bytes, struct fail *) MUST_CHECK;

/* FAIL_ABSENT when there is none, FAIL_TOO_LARGE beyond the limit, FAIL_BUG when trying again cannot help: no ordinary
 * file, or somebody else's. Else FAIL_LATER. */
bool file_read(struct arena *, const char *directory, const char *name, size_t limit_bytes, struct bytes *,
	struct fail *) MUST_CHECK;

/* A file that is gone already is no failure. */
bool file_drop(const char *directory, const char *name, struct fail *) MUST_CHECK;

/* To directory/into/name; makes `into` where it is missing. */
bool file_move(const char *directory, const char *name, const char *into, struct fail *) MUST_CHECK;

#endif

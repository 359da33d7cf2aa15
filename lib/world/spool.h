/* spool - what was accepted while the database was away; durable before we answer, taken out in order of arrival. */
#ifndef WORLD_SPOOL_H
#define WORLD_SPOOL_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct settings;

struct spool {
	const char *directory; /* "" : there is none */
	int64_t most_files, most_bytes;
};

struct spool spool_from_settings(const struct settings *);

/* What lies in it. */
struct spool_state {
	int64_t files, bytes;
	int64_t set_aside;     /* files that could not be understood */
	struct instant oldest; /* us is 0 when it is empty */
};

/* One file per thing, named by its time. FAIL_LATER "spool_full" beyond the limits, "spool_absent" where there is no
 * directory. */
bool spool_put(const struct spool *, struct instant arrived, struct bytes, struct fail *) MUST_CHECK;

/* Names, oldest first. */
bool spool_list(struct arena *, const struct spool *, const char ***names, size_t *count, struct fail *) MUST_CHECK;

bool spool_take(struct arena *, const struct spool *, const char *name, struct bytes *, struct fail *) MUST_CHECK;
bool spool_drop(const struct spool *, const char *name, struct fail *) MUST_CHECK;

/* Out of the way, but kept for a person to look at. */
bool spool_set_aside(const struct spool *, const char *name, struct fail *) MUST_CHECK;

bool spool_look(const struct spool *, struct spool_state *, struct fail *) MUST_CHECK;

#endif

/* counters - numbers that all programs of one machine count up together, in a file that each of them has in memory. */
#ifndef WORLD_COUNTERS_H
#define WORLD_COUNTERS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct counters;

enum { COUNTER_COUNT = 1024 };

/* The file is made where it is missing, and begins anew when it is of another version. With path "" the process counts
 * for itself. The counters live as long as the process. */
bool counters_open(const char *path, struct counters **, struct fail *) MUST_CHECK;

/* At once visible to all; never fails. which < COUNTER_COUNT. */
void counter_add(struct counters *, size_t which, uint64_t amount);
uint64_t counter_read(const struct counters *, size_t which);

/* For log lines that a stranger could cause without end: true for the first call with this name in a minute, of all
 * programs together; *held_back: how many calls were not, since the last that was. Two names that meet in the table may
 * hold each other back. */
bool once_a_minute(struct counters *, const char *name, struct instant now, uint64_t *held_back);

#endif

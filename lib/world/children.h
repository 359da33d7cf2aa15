/* children - a few programs that this one starts, waits for and ends with itself. */
#ifndef WORLD_CHILDREN_H
#define WORLD_CHILDREN_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CHILDREN_LIMIT = 4 };

struct children {
	pid_t list[CHILDREN_LIMIT];
	size_t count;
};

/* Starts `program`, which lies beside this one, with these words behind its name, ending in NULL; signals reach it as
 * if nobody had blocked them. FAIL_LATER "children" when there are too many or the system refuses. */
bool children_start(struct children *, const char *program, const char *const *words, struct fail *) MUST_CHECK;

/* Forgets those that have ended; one that a signal ended is worth a line in the log. Never waits. */
void children_reap(struct children *);

/* Asks all to end, waits for that, and kills what is still there after patience_ms. */
void children_end(struct children *, int patience_ms);

/* In a child: to be asked to end when who started it dies, however that comes about. */
void child_follows(void);

#endif

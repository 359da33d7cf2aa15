/* access - may this caller see, or change, this workspace? */
#ifndef WORK_ACCESS_H
#define WORK_ACCESS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct arena;
struct db;

enum access { TO_READ, TO_WRITE };

/* authorization: the header, or NULL; id: as it stands in the path. FAIL_DENIED without a valid token. FAIL_ABSENT when
 * the workspace is not there or not for this token: which ids exist is nobody's business. FAIL_FORBIDDEN when it may
 * only read. */
bool access_check(struct db *, const char *authorization, const char *id, enum access, int64_t *workspace,
	struct fail *) MUST_CHECK;

/* The same, where it is to be remembered who did it: *actor says it for people, in the arena. */
bool access_check_actor(struct arena *, struct db *, const char *authorization, const char *id, enum access,
	int64_t *workspace, const char **actor, struct fail *) MUST_CHECK;

#endif

/* worker_lock - one worker at work per database. */
#ifndef STORE_WORKER_LOCK_H
#define STORE_WORKER_LOCK_H

#include "base/fail.h"
#include "base/scope.h"

struct db;

/* Whether this session is the one; the lock stays as long as the session. */
bool worker_lock(struct db *, bool *held, struct fail *) MUST_CHECK;

#endif

/* health - whether the database answers, and what waits for a person. */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stdint.h>

struct db;

struct health_counts {
	int64_t failed, dead;            /* events that could not be applied yet, or were given up */
	struct instant oldest_failed_at; /* us is 0 when there is none */
	bool worker_active;
};

bool health_counts(struct db *, struct health_counts *, struct fail *) MUST_CHECK;

#endif

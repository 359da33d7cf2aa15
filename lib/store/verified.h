/* verified - what is kept for the reports, held against a recount of what it follows from. */
#ifndef STORE_VERIFIED_H
#define STORE_VERIFIED_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct verified {
	const char *what;
	int64_t kept;
	int64_t only_kept, only_recounted; /* rows on one side; all is well when both are 0 */
};

/* All of it at one moment. */
bool verified_list(
	struct db *, struct arena *, int64_t workspace, struct verified **, size_t *count, struct fail *) MUST_CHECK;

#endif

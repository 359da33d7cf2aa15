/* api_base - where a source's API is: what a person typed, as the base that paths are put behind. Pure. */
#ifndef DOMAIN_API_BASE_H
#define DOMAIN_API_BASE_H

#include "base/fail.h"
#include "base/scope.h"

struct arena;

enum { API_BASE_LIMIT_BYTES = 500 };

/* `url` is http or https with a host, without user, query or fragment; slashes at its end are dropped. kind "calcom":
 * the path stays, and *version is "v1" or "v2", as its end says unless `asked` does; a base without such an end gets
 * it. kind "emailbison": only scheme and host count, since every path begins /api there, and *version is NULL. Results
 * live in the arena. FAIL_INPUT "api_base", FAIL_INPUT "usage" for an unknown version. */
bool api_base_read(struct arena *, const char *kind, const char *url, const char *asked, const char **base,
	const char **version, struct fail *) MUST_CHECK;

#endif

/* sync_get - one question to a source, and what each refusal means to the user. */
#ifndef WORK_SYNC_GET_H
#define WORK_SYNC_GET_H

#include "work/sync.h"
#include "work/sync_source.h"

/* GETs `path`, which begins with a slash and stands behind the source's base, with its query, and parses the answer;
 * *json is the caller's. The key, Accept and for Cal.com v1 the parameter apiKey are added here; `headers`, ending in
 * NULL or NULL itself, is what else is to be said. What a refusal means is said here, once for all sources, in words
 * that tell the user what to do: 401 and 403 are FAIL_DENIED "source_denied", 404 FAIL_ABSENT "source_absent", 429 and
 * 5xx FAIL_LATER, other 4xx FAIL_INPUT "source_refused", all else, and what is no JSON, FAIL_BUG "source_answer". */
bool sync_get(struct sync *, const char *path, const char *const *headers, json_t **json, struct fail *) MUST_CHECK;

/* The same for several, sent four at a time; a 404 is no failure among them: its json stays NULL. On failure nothing is
 * the caller's. */
bool sync_get_all(struct sync *, const char *const *paths, size_t count, const char *const *headers, json_t **json,
	struct fail *) MUST_CHECK;

/* One cheap request, sent once: does the source answer, and does it take the key? */
bool sync_probe(struct sync *, struct fail *) MUST_CHECK;

#endif

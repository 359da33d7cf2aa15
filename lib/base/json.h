/* json - reading JSON from outside: bounded, strict, with an error that helps without repeating the data. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/fail.h"
#include "base/scope.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

OWNED_BY_SCOPE(json_t, json_decref)

/* The arena gives the reference back with everything else of it. */
void json_later(struct arena *, json_t *);

/* The caller owns *json. Refused, each with a code of its own: broken text, invalid UTF-8, NUL characters, duplicate
 * keys, numbers out of range, nesting deeper than JSON_DEPTH_LIMIT. */
bool json_parse_take(const char *bytes, size_t length, json_t **json, struct fail *) MUST_CHECK;

enum { JSON_DEPTH_LIMIT = 64 }; /* real payloads nest to 6 */

/* These read a member and never fail: NULL when the object is none, or the member is absent or of another type. */
const char *json_text_at(const json_t *object, const char *key);
json_t *json_object_at(const json_t *object, const char *key);
json_t *json_array_at(const json_t *object, const char *key);

#endif

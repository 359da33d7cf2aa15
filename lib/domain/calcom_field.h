/* calcom_field - single fields of Cal.com's objects, with what may be expected of each. Pure. For the files
 * domain/calcom_*; strings are borrowed from the JSON or the arena, NULL: not said. */
#ifndef DOMAIN_CALCOM_FIELD_H
#define DOMAIN_CALCOM_FIELD_H

#include "base/fail.h"
#include "base/json.h"
#include "base/maybe.h"
#include "base/scope.h"
#include "domain/calcom_event.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Where to look for a field, innermost first: the booking of the task queue's shape, the payload, the envelope. */
struct fields {
	struct arena *arena;
	const json_t *objects[3];
	size_t count;
	bool flat; /* there is no payload: the envelope is the booking's row */
};

const json_t *field_json(const struct fields *, const char *key); /* NULL also for null */

/* Descriptive fields, cut at TEXT_LIMIT_BYTES: another type than text counts as not said. */
const char *field_text(const struct fields *, const char *key);

/* Absent or null leaves what is there; FAIL_INPUT "time_invalid", "uid_invalid" with the field's name. */
bool field_moment(const struct fields *, const char *key, struct moment *, struct fail *) MUST_CHECK;
bool field_uid(const struct fields *, const char *key, const char **uid, struct fail *) MUST_CHECK;

bool moment_read(const json_t *, const char *key, struct moment *, struct fail *);
bool uid_is_good(const char *uid);
int64_t number_read(const json_t *); /* from 1, also as its digits; 0: it is none */
enum maybe maybe_at(const json_t *object, const char *key);
const char *text_bounded(struct arena *, const char *text); /* cut at a whole character; NULL stays NULL */

/* An answer of the booking form, whichever way it is wrapped; of several questions the first that was answered. */
const char *response_text(struct arena *, const json_t *responses, const char *slug);
const char *response_any(struct arena *, const json_t *responses, const char *const *slugs, size_t count);

#endif

/* lead_reference - a lead's signed name for booking links: who brings it back was sent there as this lead. Pure. */
#ifndef DOMAIN_LEAD_REFERENCE_H
#define DOMAIN_LEAD_REFERENCE_H

#include "base/scope.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* The member of Cal.com's metadata that carries it: ?metadata[turnout]=... comes back as metadata.turnout. */
#define LEAD_REFERENCE_MEMBER "turnout"

/* Of a lead_id, in bytes. With it a reference has at most 714 letters, and a link fits everywhere. */
enum { LEAD_REFERENCE_ID_LIMIT = 500 };

/* Letters, digits, '-' and '_'. `key` is the programs' own; what signs is derived from it. NULL when the lead_id is
 * empty or too long. Borrowed from the arena. The same lead has the same reference at any time. */
const char *lead_reference_make(struct arena *, const struct secret_key *key, int64_t workspace, const char *lead_id);

/* The lead that it names. NULL when it was not made with this key, was changed, or is of another workspace. */
const char *lead_reference_read(struct arena *, const struct secret_key *key, int64_t workspace, const char *text);

/* A booking link that carries the reference: the URL with all that it has, and the parameter behind its others; one
 * that is there already is replaced. NULL when it is no URL of http or https. */
const char *lead_reference_link(struct arena *, const char *url, const char *reference);

#endif

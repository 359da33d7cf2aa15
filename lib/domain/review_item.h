/* review_item - the name under which a person finds an attendee again: opaque, safe in a URL, without the address.
 * Pure. */
#ifndef DOMAIN_REVIEW_ITEM_H
#define DOMAIN_REVIEW_ITEM_H

#include <stdbool.h>

struct arena;

/* Letters, digits, '-' and '_'; the same as long as the booking exists. Borrowed from the arena. */
const char *review_item_make(struct arena *, const char *uid, const char *email_key);

/* The booking that it names. NULL when it is none. */
const char *review_item_uid(struct arena *, const char *item);

/* Is it this one? */
bool review_item_is(struct arena *, const char *item, const char *uid, const char *email_key);

#endif

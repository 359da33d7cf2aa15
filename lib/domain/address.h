/* address - one e-mail address in the forms by which people are told apart (rules: README, Matching). */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H

#include "base/scope.h"

#include <stdbool.h>

struct arena;

enum { ADDRESS_LIMIT_BYTES = 320 }; /* 64 + @ + 255 (RFC 5321, section 4.5.3.1) */

struct address {
	const char *email;       /* trimmed, otherwise as given, for people */
	const char *email_key;   /* the same for the same address: lower case, composed (NFC), the domain as A-label */
	const char *mailbox_key; /* the same for the same mailbox: without tag, and without dots where the provider
				    ignores them */
	bool shared;             /* a role mailbox such as info@; its mailbox_key is its email_key */
};

/* False when text is no address: not one '@' between two parts, inner space or control characters, too long, not UTF-8.
 * Trims white space (also no-break and zero-width), "mailto:", angle brackets, quotes, and punctuation at the end. */
bool address_parse(struct arena *, const char *text, struct address *) MUST_CHECK;

#endif

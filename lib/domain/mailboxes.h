/* mailboxes - what is known of mail providers and of mailboxes that belong to nobody in person. */
#ifndef DOMAIN_MAILBOXES_H
#define DOMAIN_MAILBOXES_H

#include <stdbool.h>

struct mail_provider {
	const char *domain, *canonical_domain; /* lower case */
	bool dots_ignored;
	char tag; /* what separates a tag from the mailbox: jane+shop@ */
};

/* Of a provider that is not listed: its own domain, dots count, '+' as in RFC 5233. canonical_domain may be `domain`
 * itself. */
struct mail_provider mail_provider_of(const char *domain);

/* info@, sales@ and the like; lower case. */
bool mailbox_is_role(const char *local_part);

#endif

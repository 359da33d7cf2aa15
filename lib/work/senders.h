/* senders - the connections that may deliver webhooks, with their secrets at hand.
 * So checking a signature costs no question to the database, nor needs it to be there. */
#ifndef WORK_SENDERS_H
#define WORK_SENDERS_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"
#include "work/sender_file.h"

#include <stddef.h>
#include <stdint.h>

struct db;

enum { SENDER_GUESS_LIMIT = 16 }; /* connections tried where the path names none: each costs an HMAC of the body */

/* Starts as {0}; one per program. */
struct senders {
	struct arena arena; /* of list */
	struct sender *list;
	size_t count;
	struct instant looked_at; /* at the database, with or without an answer */
	bool known;               /* list is from the database, or from the file */
	const char *directory;    /* set by the program: where what is known is kept for a start without a database; "":
				     nowhere */
	unsigned char written[DIGEST_BYTES];
};

/* Who sent this body? connection: the path's segment, or NULL where the path names none; then the oldest signed
 * connections of Cal.com are tried. proof: Cal.com's signature, or the secret that EmailBison's path holds; NULL: none.
 * What changed is known after 5 s, and half a second after a delivery that needs it. FAIL_ABSENT: no such connection of
 * that kind. FAIL_DENIED: its signature or secret does not fit. FAIL_LATER: the connections could not be read and none
 * are known. */
bool senders_find(struct senders *, struct db *, const struct secret_key *, enum sender_kind, const char *connection,
	struct bytes body, const char *proof, const struct sender **, struct fail *) MUST_CHECK;

#endif

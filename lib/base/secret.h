/* secret - what must not be read by others: sealing at rest, tokens and their hashes. All of it is libsodium's. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum {
	SECRET_KEY_BYTES = 32,
	DIGEST_BYTES = 32,
	TOKEN_SIZE = sizeof "turnout_" + 43, /* prefix, 32 random bytes in base64url without padding, NUL */
};

struct secret_key {
	unsigned char bytes[SECRET_KEY_BYTES];
};

struct bytes {
	const unsigned char *at;
	size_t length;
};

/* Before anything else of this file; ends the process when the system has no random numbers. */
void secret_open(void);

/* 64 hex digits, surrounded by white space or not. FAIL_INPUT "key" otherwise. */
bool secret_key_from_hex(const char *hex, struct secret_key *, struct fail *) MUST_CHECK;
bool secret_key_from_file(const char *path, struct secret_key *, struct fail *) MUST_CHECK;

/* crypto_secretbox: nonce, then tag and cipher text. The result lives in the arena. */
struct bytes secret_seal(struct arena *, const struct secret_key *, struct bytes plain);

/* FAIL_BUG "unseal" when the key is another one or the bytes were changed. The result ends in a NUL that is not
 * counted. */
bool secret_unseal(
	struct arena *, const struct secret_key *, struct bytes sealed, struct bytes *plain, struct fail *) MUST_CHECK;

/* A new token: shown once, then known only by its digest. */
void token_make(char token[static TOKEN_SIZE]);

/* In a time that tells nothing of either. */
bool secret_is(struct bytes secret, struct bytes said);

/* BLAKE2b-256. Enough for tokens without salt or stretching: they are 256 random bits, not passwords. */
void digest(struct bytes, unsigned char result[static DIGEST_BYTES]);

#endif

/* secret - what must not be read by others: sealing at rest, tokens and their hashes. All of it is libsodium's. */
#include "base/secret.h"

#include "base/arena.h"
#include "base/log.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(SECRET_KEY_BYTES == crypto_secretbox_KEYBYTES, "libsodium's own length");

void secret_open(void)
{
	if (sodium_init() >= 0)
		return;
	log_line(LOG_ERROR, "no_random_numbers", "the system gave no random numbers, so nothing can be kept secret");
	abort();
}

bool secret_key_from_hex(const char *hex, struct secret_key *key, struct fail *f)
{
	size_t length;
	const char *end;

	while (isspace((unsigned char)*hex))
		hex++;
	if (sodium_hex2bin(key->bytes, sizeof key->bytes, hex, strlen(hex), NULL, &length, &end) != 0
		|| length != sizeof key->bytes || end[strspn(end, " \t\r\n")] != '\0')
		return fail(f, FAIL_INPUT, "key", "the key is not 64 hex digits; make one with: openssl rand -hex 32");
	return true;
}

bool secret_key_from_file(const char *path, struct secret_key *key, struct fail *f)
{
	char hex[2 * SECRET_KEY_BYTES + 16] = "";
	FILE *file = fopen(path, "r");
	bool good;

	if (!file)
		return fail(f, FAIL_INPUT, "key", "the key file could not be opened: %s", strerror(errno));
	hex[fread(hex, 1, sizeof hex - 1, file)] = '\0';
	fclose(file);
	good = secret_key_from_hex(hex, key, f);
	sodium_memzero(hex, sizeof hex);
	return good;
}

struct bytes secret_seal(struct arena *arena, const struct secret_key *key, struct bytes plain)
{
	size_t length = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.length;
	unsigned char *sealed = arena_alloc(arena, length);

	randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, plain.at, plain.length, sealed, key->bytes);
	return (struct bytes){sealed, length};
}

bool secret_unseal(
	struct arena *arena, const struct secret_key *key, struct bytes sealed, struct bytes *plain, struct fail *f)
{
	static const size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	unsigned char *opened;

	if (sealed.length >= overhead) {
		opened = arena_alloc(arena, sealed.length - overhead + 1);
		if (crypto_secretbox_open_easy(opened, sealed.at + crypto_secretbox_NONCEBYTES,
			    sealed.length - crypto_secretbox_NONCEBYTES, sealed.at, key->bytes)
			== 0) {
			*plain = (struct bytes){opened, sealed.length - overhead};
			return true;
		}
	}
	return fail(f, FAIL_BUG, "unseal",
		"a stored secret does not open with this key; is it the key it was stored with?");
}

void token_make(char token[static TOKEN_SIZE])
{
	static const char prefix[] = "turnout_"; /* lets people and secret scanners see what it is */
	unsigned char random[32];

	randombytes_buf(random, sizeof random);
	memcpy(token, prefix, sizeof prefix - 1);
	sodium_bin2base64(token + sizeof prefix - 1, TOKEN_SIZE - (sizeof prefix - 1), random, sizeof random,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof random);
}

void digest(struct bytes bytes, unsigned char result[static DIGEST_BYTES])
{
	crypto_generichash(result, DIGEST_BYTES, bytes.at, bytes.length, NULL, 0);
}

/* The sums have one length, whatever those of the texts are. */
bool secret_is(struct bytes secret, struct bytes said)
{
	unsigned char sums[2][DIGEST_BYTES];

	digest(secret, sums[0]);
	digest(said, sums[1]);
	return secret.length > 0 && sodium_memcmp(sums[0], sums[1], DIGEST_BYTES) == 0;
}

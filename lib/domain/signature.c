/* signature - was this body sent by somebody who has the connection's secret? Hex of HMAC-SHA256, as Cal.com has it. */
#include "domain/signature.h"

#include <sodium.h>
#include <string.h>

static bool from_hex(const char *header, unsigned char sum[static crypto_auth_hmacsha256_BYTES])
{
	static const char prefix[] = "sha256=";
	size_t length;

	if (strncmp(header, prefix, sizeof prefix - 1) == 0)
		header += sizeof prefix - 1;
	return strlen(header) == 2 * crypto_auth_hmacsha256_BYTES
	       && sodium_hex2bin(sum, crypto_auth_hmacsha256_BYTES, header, strlen(header), NULL, &length, NULL) == 0
	       && length == crypto_auth_hmacsha256_BYTES;
}

bool signature_check(struct bytes body, const char *header, const struct bytes *secrets, size_t count, struct fail *f)
{
	unsigned char said[crypto_auth_hmacsha256_BYTES], right[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	bool fits = false;

	if (!header || !*header)
		return fail(f, FAIL_DENIED, "signature_missing",
			"the header X-Cal-Signature-256 is missing; set the connection's secret in Cal.com's webhook "
			"form");
	for (size_t i = 0; i < count && from_hex(header, said); i++) {
		if (secrets[i].length == 0)
			continue;
		crypto_auth_hmacsha256_init(&state, secrets[i].at, secrets[i].length);
		crypto_auth_hmacsha256_update(&state, body.at, body.length);
		crypto_auth_hmacsha256_final(&state, right);
		fits |= sodium_memcmp(said, right, sizeof right) == 0;
	}
	return fits
	       || fail(f, FAIL_DENIED, "signature_wrong",
		       "the signature is not the HMAC-SHA256 of this body with the connection's secret; compare the "
		       "secret in Cal.com's webhook form");
}

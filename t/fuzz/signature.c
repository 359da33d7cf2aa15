/* fuzz/signature - a body is let in exactly when the header is the hex of its sum, whatever else the header holds. */
#include "domain/signature.h"

#include "base/arena.h"
#include "base/text.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct bytes secrets[] = {{(const unsigned char *)"", 0}, {(const unsigned char *)"one", 3}, {(const unsigned char *)"another secret", 14}};

static void must(bool law)
{
	if (!law)
		abort();
}

static bool let_in(struct bytes body, const char *header, size_t count)
{
	struct fail f = {0};

	if (signature_check(body, header, secrets, count, &f))
		return f.kind == FAIL_NONE;
	must(f.kind == FAIL_DENIED && *f.detail && strcmp(f.code, header && *header ? "signature_wrong" : "signature_missing") == 0);
	return false;
}

static void sum_of(struct bytes body, struct bytes secret, char hex[static 2 * crypto_auth_hmacsha256_BYTES + 1])
{
	crypto_auth_hmacsha256_state state;
	unsigned char sum[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256_init(&state, secret.at, secret.length);
	crypto_auth_hmacsha256_update(&state, body.at, body.length);
	crypto_auth_hmacsha256_final(&state, sum);
	hex_from_bytes(sum, sizeof sum, hex);
}

/* Up to the first line end: the header; all behind it: the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	const uint8_t *end = memchr(bytes, '\n', size);
	size_t length = end ? (size_t)(end - bytes) : size;
	const char *header = arena_copy(&arena, (const char *)bytes, length), *sum = header;
	struct bytes body = {bytes + length, size - length};
	char right[COUNT(secrets)][2 * crypto_auth_hmacsha256_BYTES + 1];
	bool fits = false;

	if (strncmp(sum, "sha256=", 7) == 0)
		sum += 7;
	for (size_t i = 1; i < COUNT(secrets); i++) {
		sum_of(body, secrets[i], right[i]);
		fits |= strcasecmp(sum, right[i]) == 0;
	}
	must(let_in(body, header, COUNT(secrets)) == fits);
	must(!let_in(body, NULL, COUNT(secrets)) && !let_in(body, header, 0) && !let_in(body, header, 1));
	for (size_t i = 1; i < COUNT(secrets); i++) {
		must(let_in(body, right[i], COUNT(secrets)));
		must(let_in(body, arena_print(&arena, "sha256=%s", right[i]), COUNT(secrets)));
		must(!let_in(body, arena_print(&arena, "%s%s", right[i], header), COUNT(secrets)) == (*header != '\0'));
		right[i][size % 64] = right[i][size % 64] == 'a' ? 'b' : 'a';
		must(!let_in(body, right[i], COUNT(secrets)));
	}
	sum_of(body, secrets[0], right[0]);
	must(!let_in(body, right[0], COUNT(secrets)));
	arena_end(&arena);
	return 0;
}

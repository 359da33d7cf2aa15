/* lead_reference - a lead's signed name for booking links: who brings it back was sent there as this lead. Pure. */
#include "domain/lead_reference.h"

#include "base/arena.h"
#include "base/text.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

/* In base64url: one byte of version, eight of the workspace (big-endian), the lead_id, and the sum of all that. */
enum {
	VERSION = 1,
	HEAD_BYTES = 1 + 8,
	SUM_BYTES = 16, /* 128 bits: nobody guesses them through a booking form */
	LIMIT_BYTES = HEAD_BYTES + LEAD_REFERENCE_ID_LIMIT + SUM_BYTES,
};

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

static_assert(SECRET_KEY_BYTES == crypto_kdf_KEYBYTES, "the programs' key derives others");

/* A key of its own, so that nothing sealed elsewhere with the programs' key can pass for a reference. */
static void sum_of(
	const struct secret_key *key, const unsigned char *bytes, size_t length, unsigned char sum[static SUM_BYTES])
{
	static const char context[crypto_kdf_CONTEXTBYTES + 1] = "lead ref";
	unsigned char derived[crypto_generichash_KEYBYTES];

	crypto_kdf_derive_from_key(derived, sizeof derived, VERSION, context, key->bytes);
	crypto_generichash(sum, SUM_BYTES, bytes, length, derived, sizeof derived);
	sodium_memzero(derived, sizeof derived);
}

static void write_head(unsigned char head[static HEAD_BYTES], int64_t workspace)
{
	head[0] = VERSION;
	for (size_t i = 0; i < 8; i++)
		head[1 + i] = (unsigned char)((uint64_t)workspace >> (56 - 8 * i));
}

const char *lead_reference_make(
	struct arena *arena, const struct secret_key *key, int64_t workspace, const char *lead_id)
{
	unsigned char bytes[LIMIT_BYTES];
	size_t id_length = strlen(lead_id), signed_length = HEAD_BYTES + id_length, room;
	char *text;

	if (id_length == 0 || id_length > LEAD_REFERENCE_ID_LIMIT)
		return NULL;
	write_head(bytes, workspace);
	memcpy(bytes + HEAD_BYTES, lead_id, id_length);
	sum_of(key, bytes, signed_length, bytes + signed_length);
	room = sodium_base64_encoded_len(signed_length + SUM_BYTES, BASE64);
	text = arena_alloc(arena, room);
	sodium_bin2base64(text, room, bytes, signed_length + SUM_BYTES, BASE64);
	return text;
}

const char *lead_reference_read(struct arena *arena, const struct secret_key *key, int64_t workspace, const char *text)
{
	unsigned char bytes[LIMIT_BYTES], head[HEAD_BYTES], sum[SUM_BYTES];
	size_t length, signed_length;
	const char *id = (const char *)bytes + HEAD_BYTES;

	if (sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &length, NULL, BASE64) != 0
		|| length <= HEAD_BYTES + SUM_BYTES)
		return NULL;
	signed_length = length - SUM_BYTES;
	sum_of(key, bytes, signed_length, sum);
	write_head(head, workspace);
	/* What was signed was made here, so the rest holds by itself; a lead_id is text all the same. */
	if (sodium_memcmp(sum, bytes + signed_length, SUM_BYTES) != 0 || memcmp(head, bytes, HEAD_BYTES) != 0
		|| !text_is_utf8(id, signed_length - HEAD_BYTES) || memchr(id, '\0', signed_length - HEAD_BYTES))
		return NULL;
	return arena_copy(arena, id, signed_length - HEAD_BYTES);
}

/* Does this parameter of a query, up to '&' or the end, carry a reference? Browsers and people write the brackets both
 * ways. */
static bool carries_reference(const char *parameter, size_t length)
{
	static const char *const names[] = {
		"metadata[" LEAD_REFERENCE_MEMBER "]", "metadata%5B" LEAD_REFERENCE_MEMBER "%5D"};

	for (size_t i = 0; i < COUNT(names); i++) {
		size_t name = strlen(names[i]);

		if (length >= name && strncasecmp(parameter, names[i], name) == 0
			&& (length == name || parameter[name] == '='))
			return true;
	}
	return false;
}

const char *lead_reference_link(struct arena *arena, const char *url, const char *reference)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
	size_t path = strcspn(url, "?#"), query = path + strcspn(url + path, "#");
	struct text link = text_new(arena, strlen(url) + strlen(reference) + 100);
	const char *at = url + path + (url[path] == '?');

	if (scheme == 0 || strcspn(url + scheme, "/?#") == 0 || strpbrk(url, " \t\r\n\"<>"))
		return NULL;
	text_add_bytes(&link, url, path);
	text_add_bytes(&link, "?", 1);
	while (at < url + query) {
		size_t length = strcspn(at, "&#");

		if (length && !carries_reference(at, length)) {
			text_add_bytes(&link, at, length);
			text_add_bytes(&link, "&", 1);
		}
		at += length + (at[length] == '&');
	}
	text_add(&link, "metadata[" LEAD_REFERENCE_MEMBER "]=%s%s", reference, url + query);
	return link.broken ? NULL : link.bytes;
}

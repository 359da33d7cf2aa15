/* review_item - the name under which a person finds an attendee again: opaque, safe in a URL, without the address.
 * Pure. */
#include "domain/review_item.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "domain/calcom_event.h"

#include <sodium.h>
#include <string.h>

/* In base64url: the uid, and the beginning of a sum of the address. Logs hold paths, so the address itself is not in
 * there; and of the attendees of one booking the sum tells one. */
enum { SUM_BYTES = 9, LIMIT_BYTES = UID_LIMIT_BYTES + SUM_BYTES };

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

const char *review_item_make(struct arena *arena, const char *uid, const char *email_key)
{
	unsigned char bytes[LIMIT_BYTES], sum[DIGEST_BYTES];
	size_t length = strnlen(uid, UID_LIMIT_BYTES), room = sodium_base64_encoded_len(length + SUM_BYTES, BASE64);
	const char *both = arena_print(arena, "%s\n%s", uid, email_key);
	char *item = arena_alloc(arena, room);

	digest((struct bytes){(const unsigned char *)both, strlen(both)}, sum);
	memcpy(bytes, uid, length);
	memcpy(bytes + length, sum, SUM_BYTES);
	sodium_bin2base64(item, room, bytes, length + SUM_BYTES, BASE64);
	return item;
}

const char *review_item_uid(struct arena *arena, const char *item)
{
	unsigned char bytes[LIMIT_BYTES];
	size_t length;

	if (sodium_base642bin(bytes, sizeof bytes, item, strlen(item), NULL, &length, NULL, BASE64) != 0
		|| length <= SUM_BYTES || memchr(bytes, '\0', length - SUM_BYTES)
		|| !text_is_utf8((const char *)bytes, length - SUM_BYTES))
		return NULL;
	return arena_copy(arena, (const char *)bytes, length - SUM_BYTES);
}

bool review_item_is(struct arena *arena, const char *item, const char *uid, const char *email_key)
{
	return strcmp(item, review_item_make(arena, uid, email_key)) == 0;
}

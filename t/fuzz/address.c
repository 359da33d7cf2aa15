/* fuzz/address - any bytes are an address or none; the key of a key is itself, and all else follows from the key. */
#include "base/arena.h"
#include "base/text.h"
#include "domain/address.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

static void same(const char *a, const char *b)
{
	must(strcmp(a, b) == 0);
}

static size_t count(const char *text, char c)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == c;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	const char *text = arena_copy(&arena, (const char *)bytes, size);
	struct address a, again;

	if (address_parse(&arena, text, &a)) {
		must(strlen(a.email_key) <= ADDRESS_LIMIT_BYTES && text_is_utf8(a.email_key, strlen(a.email_key)));
		must(strlen(a.email) <= ADDRESS_LIMIT_BYTES && strstr(text, a.email) != NULL);
		must(count(a.email_key, '@') == 1 && count(a.mailbox_key, '@') == 1 && count(a.email, '@') == 1);
		must(a.email_key[0] != '@' && a.mailbox_key[0] != '@' && strchr(a.email_key, '@')[1] && strchr(a.mailbox_key, '@')[1]);
		must(!strpbrk(a.email_key, " \t\r\n") && !strpbrk(a.mailbox_key, " \t\r\n"));
		must(!a.shared || strcmp(a.mailbox_key, a.email_key) == 0);
		must(strlen(strchr(a.mailbox_key, '@')) != strlen(a.mailbox_key));

		must(address_parse(&arena, a.email, &again));
		same(again.email, a.email);
		same(again.email_key, a.email_key);
		must(address_parse(&arena, a.email_key, &again));
		same(again.email, a.email_key);
		same(again.email_key, a.email_key);
		same(again.mailbox_key, a.mailbox_key);
		must(again.shared == a.shared);
	}
	arena_end(&arena);
	return 0;
}

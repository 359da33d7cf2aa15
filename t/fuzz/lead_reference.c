/* fuzz/lead_reference - no bytes pass for a reference but those that were made for a lead; any URL keeps what it had. */
#include "domain/lead_reference.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static const struct secret_key key = {{7}};

static void must(bool law)
{
	if (!law)
		abort();
}

/* Up to the first line end: what somebody sends as a reference. Behind it: a lead_id, which is also tried as a URL. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	const uint8_t *end = memchr(bytes, '\n', size);
	size_t length = end ? (size_t)(end - bytes) : size;
	const char *sent = arena_copy(&arena, (const char *)bytes, length);
	const char *rest = arena_copy(&arena, (const char *)bytes + length + (end != NULL), size - length - (end != NULL));
	const char *lead = lead_reference_read(&arena, &key, 1, sent), *made = lead_reference_make(&arena, &key, 1, rest), *back, *link;

	/* There is one spelling of each reference. */
	must(!lead || strcmp(lead_reference_make(&arena, &key, 1, lead), sent) == 0);
	must(!lead || !lead_reference_read(&arena, &key, 2, sent));
	must(!made == (*rest == '\0' || strlen(rest) > LEAD_REFERENCE_ID_LIMIT));
	back = made ? lead_reference_read(&arena, &key, 1, made) : NULL;
	must(!back || strcmp(back, rest) == 0);
	link = lead_reference_link(&arena, rest, "R");
	/* What was done once is done. */
	must(!link || strcmp(lead_reference_link(&arena, link, "R"), link) == 0);
	arena_end(&arena);
	return 0;
}

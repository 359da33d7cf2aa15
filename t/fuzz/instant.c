/* fuzz/instant - any bytes are a time or none; what is printed is read as the same moment and printed the same. */
#include "base/instant.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

static void prints_back(struct instant instant)
{
	struct instant again;
	char text[INSTANT_SIZE], other[INSTANT_SIZE];

	instant_to_rfc3339(instant, text);
	must(strlen(text) < INSTANT_SIZE && text[strlen(text) - 1] == 'Z');
	must(instant_from_rfc3339(text, strlen(text), &again) && again.us == instant.us);
	must(strcmp(instant_to_rfc3339(again, other), text) == 0);
	text[10] = '\0';
	must(date_is_valid(text));
}

/* A day is valid exactly when it has a noon. */
static void day_has_noon(struct arena *arena, const char *day)
{
	struct instant noon;
	const char *text = arena_print(arena, "%sT12:00:00Z", day);

	must(date_is_valid(day) == instant_from_rfc3339(text, strlen(text), &noon));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct instant instant = {4711};
	int64_t us;

	if (instant_from_rfc3339((const char *)bytes, size, &instant))
		prints_back(instant);
	else
		must(instant.us == 4711);
	if (size >= sizeof us) {
		/* The bytes themselves as a moment, wrapped into the years that there are. */
		memcpy(&us, bytes, sizeof us);
		prints_back((struct instant){us % 62135596800000000});
	}
	if (!memchr(bytes, 'T', size) && !memchr(bytes, 't', size) && !memchr(bytes, ' ', size))
		day_has_noon(&arena, arena_copy(&arena, (const char *)bytes, size));
	arena_end(&arena);
	return 0;
}

/* fuzz/query - any query string is refused with a reason, or every value is UTF-8, found by its name, and reads back when escaped. */
#include "base/query.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

/* A name that is empty needs its equals sign, or nothing is there. */
static void reads_back(struct arena *arena, const struct query *query)
{
	struct text text = text_new(arena, 64 << 20);
	struct query again;
	struct fail f = {0};

	for (size_t i = 0; i < query->count; i++) {
		text_add_string(&text, i ? "&" : "");
		query_add_escaped(&text, query->parameters[i].name);
		text_add_string(&text, "=");
		query_add_escaped(&text, query->parameters[i].value);
	}
	must(query_parse(arena, text.bytes, &again, &f) && again.count == query->count);
	for (size_t i = 0; i < query->count; i++)
		must(strcmp(again.parameters[i].name, query->parameters[i].name) == 0
			&& strcmp(again.parameters[i].value, query->parameters[i].value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	const char *text = arena_copy(&arena, (const char *)bytes, size);
	struct query query;
	struct fail f = {0};

	if (query_parse(&arena, text, &query, &f)) {
		must(f.kind == FAIL_NONE && query.count <= QUERY_LIMIT);
		for (size_t i = 0; i < query.count; i++) {
			const char *name = query.parameters[i].name, *value = query.parameters[i].value;

			must(text_is_utf8(name, strlen(name)) && text_is_utf8(value, strlen(value)));
			must(query_value(&query, name) == (*value ? value : NULL));
		}
		reads_back(&arena, &query);
	} else {
		must(f.kind == FAIL_INPUT && f.code && *f.detail);
	}
	must(memcmp(text, bytes, size) == 0);
	arena_end(&arena);
	return 0;
}

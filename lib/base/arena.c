/* arena - memory that lives as long as one request or one job, and is given back all at once. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One page less the allocator's own bytes: most requests need no second chunk. */
enum { CHUNK_BYTES = 16 * 1024 - 64 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct arena_thing {
	struct arena_thing *older;
	void (*give_back)(void *);
	void *thing;
};

static _Noreturn void out_of_memory(void)
{
	fputs("{\"level\":\"error\",\"event\":\"out_of_memory\"}\n", stderr);
	abort();
}

static struct arena_chunk *chunk_new(size_t size, struct arena_chunk *older)
{
	struct arena_chunk *chunk;

	if (size > PTRDIFF_MAX - sizeof *chunk || !(chunk = malloc(sizeof *chunk + size)))
		out_of_memory();
	*chunk = (struct arena_chunk){.older = older, .size = size};
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunk;
	void *memory;

	if (size > PTRDIFF_MAX - alignof(max_align_t))
		out_of_memory();
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!chunk || chunk->size - chunk->used < size)
		chunk = arena->chunk = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES, chunk);
	memory = chunk->bytes + chunk->used;
	chunk->used += size;
	return memset(memory, 0, size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_string(struct arena *arena, const char *string)
{
	return string ? arena_copy(arena, string, strlen(string)) : NULL;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	int length;
	char *string;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	string = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(string, (size_t)length + 1, format, again);
	va_end(again);
	return string;
}

void arena_later(struct arena *arena, void (*give_back)(void *), void *thing)
{
	struct arena_thing *entry = arena_alloc(arena, sizeof *entry);

	*entry = (struct arena_thing){.older = arena->thing, .give_back = give_back, .thing = thing};
	arena->thing = entry;
}

void arena_empty(struct arena *arena)
{
	struct arena_chunk *kept = NULL;

	for (struct arena_thing *entry = arena->thing; entry; entry = entry->older)
		entry->give_back(entry->thing);
	arena->thing = NULL;
	for (struct arena_chunk *chunk = arena->chunk, *older; chunk; chunk = older) {
		older = chunk->older;
		if (!kept && chunk->size == CHUNK_BYTES)
			*(kept = chunk) = (struct arena_chunk){.size = chunk->size};
		else
			free(chunk);
	}
	arena->chunk = kept;
}

void arena_end(struct arena *arena)
{
	arena_empty(arena);
	free(arena->chunk);
	arena->chunk = NULL;
}

/* arena - memory that lives as long as one request or one job, and is given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunk; /* newest first */
	struct arena_thing *thing; /* newest first */
};

/* All of these never return NULL: running out of memory ends the process with a line in the log; the supervisor starts
 * it again, and the transaction keeps data whole. */
void *arena_alloc(struct arena *, size_t size);                     /* zeroed, aligned for every type */
char *arena_copy(struct arena *, const char *bytes, size_t length); /* plus a NUL */
char *arena_string(struct arena *, const char *string);             /* NULL stays NULL */
char *arena_print(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* give_back(thing) is called by arena_empty, newest first. */
void arena_later(struct arena *, void (*give_back)(void *), void *thing);

/* Gives everything back and keeps one small chunk, so that an idle program stays small and a busy one does not ask the
 * system for memory at each request. */
void arena_empty(struct arena *);

/* Also gives back the chunk kept. */
void arena_end(struct arena *);

#endif

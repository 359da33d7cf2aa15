/* arena - memory comes zeroed and aligned, is given back in order and in full, and does not grow with the number of rounds. */
#include "base/arena.h"

#include "base/scope.h"
#include "tap.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* Under AddressSanitizer the C library's own count stays at 0. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t held_bytes(void)
{
	struct mallinfo2 info;

	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static bool all_zero(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Takes and dirties memory of many sizes; what it finds must be clean although earlier rounds used it. */
static bool fresh_round(struct arena *arena)
{
	static const size_t sizes[] = {0, 1, 2, 3, 7, 15, 16, 17, 100, 1000, 5000, 16000, 16320, 16321, 100000, 5, 1 << 20, 3};
	bool good = true;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *memory = arena_alloc(arena, sizes[i]);

		good = good && all_zero(memory, sizes[i]) && (uintptr_t)memory % alignof(max_align_t) == 0;
		memset(memory, 0xA5, sizes[i]);
	}
	return good;
}

static void memory_is_clean(void)
{
	struct arena arena = {0};
	bool good = true;

	ok(fresh_round(&arena), "memory of every size is zeroed and aligned");
	for (int i = 0; i < 100; i++) {
		arena_empty(&arena);
		good = good && fresh_round(&arena);
	}
	ok(good, "and so it is when the arena was used before");
	arena_end(&arena);
	ok(fresh_round(&arena), "an arena that was ended may be used again");
	arena_end(&arena);
}

static void pieces_stay_apart(void)
{
	enum { PIECES = 2000 };
	struct arena arena = {0};
	size_t *pieces[PIECES];
	bool good = true;

	for (size_t i = 0; i < PIECES; i++) {
		size_t words = 1 + i % 97;

		pieces[i] = arena_alloc(&arena, words * sizeof **pieces);
		for (size_t j = 0; j < words; j++)
			pieces[i][j] = i;
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t j = 0; j < 1 + i % 97; j++)
			good = good && pieces[i][j] == i;
	ok(good, "what was given out is not given out again");
	arena_end(&arena);
}

static void does_not_grow(void)
{
	struct arena arena = {0};
	size_t before = held_bytes(), after_first, after_all;

	fresh_round(&arena);
	arena_empty(&arena);
	after_first = held_bytes();
	ok(after_first - before <= 17 * 1024, "an empty arena keeps no more than one small chunk");
	for (int i = 0; i < 1000; i++) {
		fresh_round(&arena);
		arena_empty(&arena);
	}
	after_all = held_bytes();
	is_number((long long)after_all, (long long)after_first, "a thousand rounds hold no more than one");
	arena_end(&arena);
	is_number((long long)held_bytes(), (long long)before, "an ended arena holds nothing");
}

static char order[8];

static void note(void *thing)
{
	size_t length = strlen(order);

	if (length < sizeof order - 1)
		order[length] = *(char *)thing;
}

static void gives_back_in_order(void)
{
	static char names[][2] = {"a", "b", "c", "d"};
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(names); i++) {
		arena_later(&arena, note, names[i]);
		arena_alloc(&arena, i * 20000); /* so that the list lies in several chunks */
	}
	arena_empty(&arena);
	is_text(order, "dcba", "things are given back newest first");
	arena_empty(&arena);
	arena_end(&arena);
	is_text(order, "dcba", "each only once");
	arena_later(&arena, note, names[0]);
	arena_end(&arena);
	is_text(order, "dcbaa", "the end gives back, too");
}

static void strings(void)
{
	struct arena arena = {0};
	char original[] = "text";
	char *copy = arena_string(&arena, original), *bytes = arena_copy(&arena, "a\0b", 3), *printed;

	original[0] = 'T';
	is_text(copy, "text", "a string is copied");
	ok(arena_string(&arena, NULL) == NULL, "no string stays none");
	ok(memcmp(bytes, "a\0b", 4) == 0, "bytes are copied with what is behind a NUL, and a NUL");
	is_text(arena_copy(&arena, original, 0), "", "no bytes are an empty string");
	is_text(arena_print(&arena, "%d-%s", 7, "x"), "7-x", "a format is printed");
	is_text(arena_print(&arena, "%s", ""), "", "also when nothing comes of it");
	printed = arena_print(&arena, "%0100000d", 7);
	ok(strlen(printed) == 100000 && printed[99999] == '7', "also when it is long");
	arena_end(&arena);
}

int main(void)
{
	memory_is_clean();
	pieces_stay_apart();
	does_not_grow();
	gives_back_in_order();
	strings();
	return done_testing();
}

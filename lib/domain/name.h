/* name - a person's name, in all the ways in which it may be cut into a first and a last name. Pure. */
#ifndef DOMAIN_NAME_H
#define DOMAIN_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
	NAME_UNITS = 6, /* words that count; of a longer name the first three and the last three */
	NAME_WORDS = 4, /* of one part */
	NAME_READINGS = 2 * (NAME_UNITS - 1) + 1,
};

struct name_word {
	const char *text; /* skeleton */
	size_t length;
	uint64_t hash;
};

/* Two that are not there are not the same. */
static inline bool same_word(const struct name_word *a, const struct name_word *b)
{
	return a->hash == b->hash && a->length == b->length && a->length > 0;
}

/* A first or a last name: "van der Berg", "García López", "Jean-Pierre", "J." */
struct name_part {
	const char *shown;                  /* folded, with its spaces and hyphens; "" when there is none */
	struct name_word joined;            /* all of it as one word; length 0: there is none */
	struct name_word letters;           /* the same with each letter as typed, for slips of the finger */
	struct name_word words[NAME_WORDS]; /* without particles and, beside whole words, initials */
	size_t count;
	bool initial; /* nothing but initials; `joined` is them */
};

struct name_reading {
	const struct name_part *first, *last; /* never NULL */
};

enum generation { GENERATION_NONE, GENERATION_JUNIOR, GENERATION_SENIOR, GENERATION_THIRD };

struct name {
	struct name_reading *readings; /* the likeliest first; none: there is no name */
	size_t count;
	bool columns; /* first and last name were given apart: the first reading is as given, the second turned */
	struct name_word whole; /* everything as one word, in the order given */
	const char *shown;      /* folded, for comparing texts; "" */
	const char *beside;     /* what stood in brackets or behind a bar, as given; "" */
	bool placeholder;       /* "asdf"; also "John Doe", whom it may mean */
	enum generation generation;
};

/* From the one field of a booking form: "Last, First", titles, brackets, emoji, both orders. */
struct name name_from_text(struct arena *, const char *text);

/* From the two columns of a list, which may be swapped, or all in one. NULL is "". */
struct name name_from_columns(struct arena *, const char *first, const char *last);

#endif

/* notes - what a text that somebody wrote says of a company: as his own, as somebody else's, or barely. Pure. */
#ifndef DOMAIN_NOTES_H
#define DOMAIN_NOTES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct company;

/* What a text says of a company. */
enum mention {
	MENTION_NONE,
	MENTION_FOREIGN, /* as somebody else's: "our client is ..." */
	MENTION_BARE,    /* without saying whose, or by one common word */
	MENTION_OWN,
};

/* A text prepared for looking companies up in it. */
struct notes {
	struct sentence {
		const char *spaced; /* like company.spaced */
		const char *behind; /* what follows the word by which it is the writer's own; "" */
		bool foreign, own;
	} * sentences;
	size_t count;
};

struct notes notes_read(struct arena *, const char *text);
enum mention notes_mention(const struct notes *, const struct company *);

#endif

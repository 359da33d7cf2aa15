/* company - what a company is called, and what its domain calls it, in forms that can be compared. Pure. */
#ifndef DOMAIN_COMPANY_H
#define DOMAIN_COMPANY_H

#include "domain/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { COMPANY_WORDS = 8 };

/* "The Müller & Söhne GmbH" is muller sohne; "n/a" and "self-employed" are none. */
struct company {
	const char *shown;                     /* as given, trimmed of nothing; NULL: none */
	struct name_word joined;               /* all words as one; length 0: none */
	struct name_word words[COMPANY_WORDS]; /* without legal form and article */
	size_t count;
	char initials[COMPANY_WORDS + 1];
	const char *spaced; /* the words between single spaces, with one at each end: " muller sohne " */
};

/* The domain of a company's mail or website. */
struct domain {
	const char *name;      /* registrable; NULL: none, or a mail provider's */
	struct name_word stem; /* its label before the public suffix */
	struct name_word core; /* the stem without get-, try-, -app, -hq and the like; may be the stem itself */
};

struct company company_read(struct arena *, const char *text);

/* From what follows the @ of an address, from a website, or from a company that is typed as a domain. */
struct domain domain_read(struct arena *, const char *text);
bool looks_like_domain(const char *text);

enum company_likeness {
	COMPANY_UNLIKE,
	COMPANY_INITIALS, /* FSC for Flint Sigma Consulting: three letters and more */
	COMPANY_SUBSET,   /* Acme for Acme Packaging: the words of one are among the other's, or begin them */
	COMPANY_EDIT,     /* a letter or two */
	COMPANY_SAME,
};

enum company_likeness company_compare(const struct company *, const struct company *);
enum company_likeness company_compare_domain(const struct company *, const struct domain *);
enum company_likeness domain_compare(const struct domain *, const struct domain *); /* SAME: of another suffix */

#endif

/* lists - what is known of names, companies, domains and places; compiled in from data/, whose NOTICE.md says whence.
 * Names are asked for by the hash of their skeleton (domain/fold), so that no list holds a string. */
#ifndef DOMAIN_LISTS_H
#define DOMAIN_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NAME_FIRST_MALE = 1,
	NAME_FIRST_FEMALE = 2,
	NAME_FIRST = NAME_FIRST_MALE | NAME_FIRST_FEMALE,
	NAME_LAST = 4,
};

struct known_name {
	int use; /* NAME_ bits; 0: on no list */
	double first,
		last; /* share of the people so called, by the US census of 1990 or a country's rank; 0: not known */
};

struct known_name name_known(uint64_t name);

/* The formal names of a nickname: Katie is Katherine, Kathleen ... Returns their number; a name that is formal itself
 * has none. They are borrowed from the list, side by side. */
struct nickname {
	uint64_t name, formal;
};
size_t name_formals(uint64_t name, const struct nickname **formals);

/* Lewis for 루이스: the usual Latin spelling of a name in another script, from its folded form. NULL: not known. */
const char *name_latin(uint64_t folded);

bool name_is_placeholder(uint64_t name);   /* "asdf", "John Doe": skeleton without spaces */
bool company_is_generic(uint64_t company); /* "self-employed": says that there is none; skeleton without spaces */
bool company_legal_form(uint64_t words);   /* GmbH, Pty Ltd, S.A. de C.V.; skeleton without spaces */

bool domain_is_freemail(const char *domain); /* gmail.com: says nothing about a company */
bool domain_is_disposable(const char *domain);

/* Where the registrable domain begins: at "acme.co.uk" in "mail.acme.co.uk". NULL: a public suffix, or no domain. */
const char *domain_registrable(const char *domain);

/* Two capital letters as one number. */
typedef uint16_t country_code;
static inline country_code country_of(char a, char b)
{
	return (country_code)((unsigned char)a << 8 | (unsigned char)b);
}

/* Those that have the zone of the IANA database, at most `room`; returns their number. */
size_t zone_countries(const char *zone, country_code *into, size_t room);

/* Those whose international numbers begin so: digits without + or 00; returns their number. */
size_t calling_countries(const char *digits, country_code *into, size_t room);

#endif

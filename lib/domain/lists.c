/* lists - what is known of names, companies, domains and places; compiled in from data/, whose NOTICE.md says whence.
 */
#include "domain/lists.h"

#include "base/scope.h"
#include "domain/hash64.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct name_row {
	uint64_t name;
	uint16_t first, last; /* -1000 ln(share); 0: not known */
	uint16_t use;
};

/* They may meet in one domain. */
enum { RULE = 1, WILDCARD = 2, EXCEPTION = 4 };

struct suffix_row {
	uint64_t domain;
	int kind;
};

struct zone_row {
	uint64_t zone;
	country_code country;
};

struct calling_row {
	char code[4];
	country_code country;
};

struct latin_row {
	uint64_t name;
	char latin[24];
};

/* names, nicknames, placeholders, generic_companies, legal_forms, freemail_domains, disposable_domains, suffixes,
 * zones, calling_codes, latin_names: each in the order of its first column. Made by data/compile.c. Offsets and
 * pointers are avoided: the pages of a table are read from the program's file, and only those that somebody asks for.
 */
#include "lists.inc"

#define FIND(table, hash) bsearch(&(uint64_t){hash}, table, COUNT(table), sizeof *(table), by_hash)

/* The hash is the first field of every row. */
static int by_hash(const void *wanted, const void *row)
{
	uint64_t a = *(const uint64_t *)wanted, b;

	memcpy(&b, row, sizeof b);
	return (a > b) - (a < b);
}

static double share(uint16_t stored)
{
	return stored ? exp(-(double)stored / 1000) : 0;
}

struct known_name name_known(uint64_t name)
{
	const struct name_row *row = FIND(names, name);

	return row ? (struct known_name){row->use, share(row->first), share(row->last)} : (struct known_name){0};
}

size_t name_formals(uint64_t name, const struct nickname **formals)
{
	const struct nickname *row = FIND(nicknames, name), *end;

	if (!row)
		return 0;
	for (end = row + 1; end < nicknames + COUNT(nicknames) && end->name == name; end++)
		;
	for (; row > nicknames && row[-1].name == name; row--)
		;
	*formals = row;
	return (size_t)(end - row);
}

const char *name_latin(uint64_t folded)
{
	const struct latin_row *row = FIND(latin_names, folded);

	return row ? row->latin : NULL;
}

bool name_is_placeholder(uint64_t name)
{
	return FIND(placeholders, name) != NULL;
}

bool company_is_generic(uint64_t company)
{
	return FIND(generic_companies, company) != NULL;
}

bool company_legal_form(uint64_t words)
{
	return FIND(legal_forms, words) != NULL;
}

static uint64_t hash_of(const char *text)
{
	return hash64(text, strlen(text));
}

bool domain_is_freemail(const char *domain)
{
	return FIND(freemail_domains, hash_of(domain)) != NULL;
}

bool domain_is_disposable(const char *domain)
{
	return FIND(disposable_domains, hash_of(domain)) != NULL;
}

static int suffix_kind(const char *domain)
{
	const struct suffix_row *row = FIND(suffixes, hash_of(domain));

	return row ? row->kind : 0;
}

/* publicsuffix.org/list: the longest rule wins, an exception beats all, and without any rule the last label is one. */
const char *domain_registrable(const char *domain)
{
	const char *before = NULL, *last = NULL;

	if (!*domain || *domain == '.')
		return NULL;
	for (const char *at = domain, *dot;; before = at, at = dot + 1) {
		int kind = suffix_kind(at);

		dot = strchr(at, '.');
		if (kind & EXCEPTION)
			return at;
		if (kind & RULE)
			return before;
		if (dot && dot[1] && (suffix_kind(dot + 1) & WILDCARD))
			return before;
		if (!dot || !dot[1])
			return last;
		last = at;
	}
}

size_t zone_countries(const char *zone, country_code *into, size_t room)
{
	uint64_t wanted = hash_of(zone);
	const struct zone_row *row = FIND(zones, wanted);
	size_t count = 0;

	for (; row && row > zones && row[-1].zone == wanted; row--)
		;
	for (; row && row < zones + COUNT(zones) && row->zone == wanted && count < room; row++)
		into[count++] = row->country;
	return count;
}

size_t calling_countries(const char *digits, country_code *into, size_t room)
{
	size_t longest = 0, count = 0;

	for (size_t i = 0; i < COUNT(calling_codes); i++) {
		size_t length = strlen(calling_codes[i].code);

		if (strncmp(digits, calling_codes[i].code, length) == 0 && length > longest)
			longest = length;
	}
	for (size_t i = 0; longest && i < COUNT(calling_codes) && count < room; i++)
		if (strlen(calling_codes[i].code) == longest && strncmp(digits, calling_codes[i].code, longest) == 0)
			into[count++] = calling_codes[i].country;
	return count;
}

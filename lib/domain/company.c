/* company - what a company is called, and what its domain calls it, in forms that can be compared. Pure. */
#include "domain/company.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/company_words.h"
#include "domain/fold.h"
#include "domain/hash64.h"
#include "domain/lists.h"
#include "domain/similarity.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 400, LEGAL_WORDS = 5 };

/* Put around a company's name when the plain domain was taken. */
static const char *const before_stem[] = {"get", "try", "use", "go", "my", "join", "hello", "meet", "with", "the"};
static const char *const behind_stem[] = {"app", "hq", "inc", "group", "corp", "online", "team", "co", "gmbh", "ltd",
	"io", "web", "net", "global", "llc", "mail", "usa", "us", "uk", "eu", "ag", "bv"};

static struct name_word word_of(struct arena *arena, const char *text, size_t length)
{
	char *own = arena_alloc(arena, length + 1);
	size_t kept = skeleton(text, length, own);

	return (struct name_word){own, kept, hash64(own, kept)};
}

struct pieces {
	struct {
		const char *text;
		size_t length;
	} at[3 * COMPANY_WORDS];
	size_t count;
};

static struct pieces pieces_of(const char *spaced)
{
	struct pieces pieces = {0};

	for (const char *at = spaced + 1; *at && pieces.count < COUNT(pieces.at);) {
		size_t length = strcspn(at, " ");

		pieces.at[pieces.count].text = at;
		pieces.at[pieces.count++].length = length;
		at += length + (at[length] == ' ');
	}
	return pieces;
}

static uint64_t joined_hash(const struct pieces *pieces, size_t from)
{
	char text[TEXT_BYTES];
	const char *first = pieces->at[from].text;
	size_t length = (size_t)(pieces->at[pieces->count - 1].text - first) + pieces->at[pieces->count - 1].length;

	return hash64(text, skeleton(first, length < sizeof text ? length : sizeof text - 1, text));
}

/* As often as one is there: "Acme Holding GmbH & Co. KG". */
static void drop_legal_forms(struct pieces *pieces)
{
	bool dropped = true;

	while (dropped && pieces->count > 1) {
		size_t most = pieces->count - 1 < LEGAL_WORDS ? pieces->count - 1 : LEGAL_WORDS;

		dropped = false;
		for (size_t words = most; words > 0 && !dropped; words--)
			if (company_legal_form(joined_hash(pieces, pieces->count - words))) {
				pieces->count -= words;
				dropped = true;
			}
	}
}

static void drop_article(struct pieces *pieces)
{
	if (pieces->count < 2 || pieces->at[0].length != 3 || memcmp(pieces->at[0].text, "the", 3) != 0)
		return;
	memmove(pieces->at, pieces->at + 1, (pieces->count - 1) * sizeof *pieces->at);
	pieces->count--;
}

/* "&", "+" and "and" between two names say nothing. */
static void drop_ands(struct pieces *pieces)
{
	static const char *const ands[] = {"and", "und", "et", "y", "e", "en", "og", "och", "i"};
	size_t to = 0;

	for (size_t i = 0; i < pieces->count; i++) {
		bool and = false;

		for (size_t k = 0; k < COUNT(ands) && i > 0 && i + 1 < pieces->count; k++)
			and |= strlen(ands[k]) == pieces->at[i].length
			       && memcmp(ands[k], pieces->at[i].text, pieces->at[i].length) == 0;
		if (!and)
			pieces->at[to++] = pieces->at[i];
	}
	pieces->count = to;
}

static void fill_company(struct arena *arena, struct company *company, const struct pieces *pieces)
{
	char spaced[TEXT_BYTES] = " ", joined[TEXT_BYTES];
	size_t length = 1, whole = 0;

	for (size_t i = 0; i < pieces->count && length + pieces->at[i].length + 2 < sizeof spaced; i++) {
		struct name_word word = word_of(arena, pieces->at[i].text, pieces->at[i].length);

		memcpy(spaced + length, word.text, word.length);
		length += word.length;
		spaced[length++] = ' ';
		memcpy(joined + whole, pieces->at[i].text, pieces->at[i].length);
		whole += pieces->at[i].length;
		if (company->count < COMPANY_WORDS && word.length > 0) {
			company->initials[company->count] = word.text[0];
			company->words[company->count++] = word;
		}
	}
	company->spaced = arena_copy(arena, spaced, length);
	company->joined = word_of(arena, joined, whole);
}

static bool is_generic(const char *spaced)
{
	char bare[TEXT_BYTES];

	return company_is_generic(hash64(bare, skeleton(spaced, strlen(spaced), bare)));
}

struct company company_read(struct arena *arena, const char *text)
{
	struct company company = {.joined = {.text = ""}, .spaced = " "};
	char folded[TEXT_BYTES], spaced[TEXT_BYTES];
	struct pieces pieces;

	if (!text || fold(text, folded, sizeof folded) == 0)
		return company;
	spaced_words(folded, spaced, sizeof spaced);
	if (is_generic(spaced))
		return company;
	pieces = pieces_of(spaced);
	drop_legal_forms(&pieces);
	drop_article(&pieces);
	drop_ands(&pieces);
	fill_company(arena, &company, &pieces);
	if (company.joined.length == 0 || is_generic(company.spaced))
		return (struct company){.joined = {.text = ""}, .spaced = " "};
	company.shown = text;
	return company;
}

bool looks_like_domain(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot && dot > text && dot[1] && !strpbrk(text, " \t,;@") && strlen(text) < 254;
}

static struct name_word core_of(struct arena *arena, struct name_word stem)
{
	enum { SHORTEST = 4 };

	for (size_t i = 0; i < COUNT(before_stem); i++) {
		size_t length = strlen(before_stem[i]);

		if (stem.length >= length + SHORTEST && memcmp(stem.text, before_stem[i], length) == 0)
			return word_of(arena, stem.text + length, stem.length - length);
	}
	for (size_t i = 0; i < COUNT(behind_stem); i++) {
		size_t length = strlen(behind_stem[i]);

		if (stem.length >= length + SHORTEST
			&& memcmp(stem.text + stem.length - length, behind_stem[i], length) == 0)
			return word_of(arena, stem.text, stem.length - length);
	}
	return stem;
}

/* The host alone, small. */
static void host_of(const char *text, char *host, size_t room)
{
	const char *scheme = strstr(text, "://"), *from = scheme ? scheme + 3 : text;
	size_t length = strcspn(from, "/?#: \t"), to = 0;

	for (size_t i = 0; i < length && to + 1 < room; i++)
		host[to++] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20 : from[i]);
	while (to > 0 && host[to - 1] == '.')
		to--;
	host[to] = '\0';
}

/* bücher.example is filed as xn--bcher-kva.example. */
static const char *ascii_host(struct arena *arena, const char *host)
{
	char *label = NULL;
	const char *result = host;
	bool ascii = true;

	for (const char *at = host; *at; at++)
		ascii = ascii && (unsigned char)*at < 0x80;
	if (!ascii && idn2_to_ascii_8z(host, &label, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK)
		result = arena_string(arena, label);
	idn2_free(label);
	return result;
}

static struct name_word stem_of(struct arena *arena, const char *registrable)
{
	size_t length = strcspn(registrable, ".");
	char folded[TEXT_BYTES], *plain = NULL, *label = arena_copy(arena, registrable, length);
	struct name_word stem;

	if (strncmp(label, "xn--", 4) != 0 || idn2_to_unicode_8z8z(label, &plain, 0) != IDN2_OK)
		plain = NULL;
	length = fold(plain ? plain : label, folded, sizeof folded);
	stem = word_of(arena, folded, length);
	idn2_free(plain);
	return stem;
}

struct domain domain_read(struct arena *arena, const char *text)
{
	struct domain domain = {.stem = {.text = ""}, .core = {.text = ""}};
	char host[256];
	const char *registrable;

	if (!text || !looks_like_domain(text))
		return domain;
	host_of(text, host, sizeof host);
	registrable = domain_registrable(ascii_host(arena, host));
	if (!registrable || domain_is_freemail(registrable) || domain_is_disposable(registrable))
		return domain;
	domain.name = arena_string(arena, registrable);
	domain.stem = stem_of(arena, registrable);
	domain.core = core_of(arena, domain.stem);
	return domain;
}

static bool begins(const struct name_word *whole, const struct name_word *beginning)
{
	return beginning->length < whole->length && memcmp(whole->text, beginning->text, beginning->length) == 0;
}

static bool is_near(const struct name_word *a, const struct name_word *b)
{
	size_t shorter = a->length < b->length ? a->length : b->length;
	int most = shorter >= 9 ? 2 : shorter >= 5 ? 1 : 0;

	return most > 0 && edit_distance(a->text, a->length, b->text, b->length, most) <= most;
}

/* The same word, or cut short: Consult for Consulting. */
static bool word_found(const struct name_word *word, const struct company *in)
{
	for (size_t i = 0; i < in->count; i++)
		if (same_word(word, &in->words[i]) || (word->length >= 4 && begins(&in->words[i], word))
			|| (word->length >= 6 && is_near(word, &in->words[i])))
			return true;
	return false;
}

/* All words of one are among the other's, and one of them says more than "services". */
static bool is_subset(const struct company *a, const struct company *b)
{
	bool telling = false;

	if (a->count == 0 || a->count > b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!word_found(&a->words[i], b))
			return false;
		telling = telling || (a->words[i].length >= 3 && !is_common_word(&a->words[i]));
	}
	return telling;
}

static bool is_initials(const struct name_word *word, const struct company *of)
{
	return of->count >= 3 && word->length == of->count && memcmp(word->text, of->initials, of->count) == 0;
}

enum company_likeness company_compare(const struct company *a, const struct company *b)
{
	if (a->joined.length == 0 || b->joined.length == 0)
		return COMPANY_UNLIKE;
	if (same_word(&a->joined, &b->joined))
		return COMPANY_SAME;
	if (is_near(&a->joined, &b->joined))
		return COMPANY_EDIT;
	if (is_subset(a, b) || is_subset(b, a))
		return COMPANY_SUBSET;
	if (is_initials(&a->joined, b) || is_initials(&b->joined, a))
		return COMPANY_INITIALS;
	return COMPANY_UNLIKE;
}

/* The stem is the first words of the name, run together. */
static bool begins_name(const struct company *company, const struct name_word *stem)
{
	size_t length = 0;

	for (size_t i = 0; i < company->count; i++) {
		length += company->words[i].length;
		if (length == stem->length)
			return begins(&company->joined, stem) && (i > 0 || !is_common_word(&company->words[0]))
			       && stem->length >= 4;
	}
	return false;
}

enum company_likeness company_compare_domain(const struct company *company, const struct domain *domain)
{
	const struct name_word *stems[] = {&domain->stem, &domain->core};
	enum company_likeness best = COMPANY_UNLIKE;

	if (!domain->name || company->joined.length == 0)
		return COMPANY_UNLIKE;
	for (size_t i = 0; i < COUNT(stems); i++) {
		enum company_likeness here = COMPANY_UNLIKE;

		if (same_word(stems[i], &company->joined))
			here = COMPANY_SAME;
		else if (is_near(stems[i], &company->joined))
			here = COMPANY_EDIT;
		else if (begins_name(company, stems[i]))
			here = COMPANY_SUBSET;
		else if (is_initials(stems[i], company))
			here = COMPANY_INITIALS;
		best = here > best ? here : best;
	}
	return best;
}

enum company_likeness domain_compare(const struct domain *a, const struct domain *b)
{
	if (!a->name || !b->name)
		return COMPANY_UNLIKE;
	if (same_word(&a->stem, &b->stem) || same_word(&a->core, &b->core))
		return COMPANY_SAME;
	return is_near(&a->stem, &b->stem) ? COMPANY_EDIT : COMPANY_UNLIKE;
}

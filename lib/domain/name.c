/* name - a person's name, in all the ways in which it may be cut into a first and a last name. Pure. */
#include "domain/name.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/fold.h"
#include "domain/hash64.h"
#include "domain/lists.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 400 }; /* of a name that are looked at; longer ones are no names */

/* A word between spaces; hyphens inside keep it together. */
struct unit {
	const char *text;
	size_t length;
	bool initial, particle;
};

struct units {
	struct unit at[2 * NAME_UNITS];
	size_t count;
	enum generation generation;
};

static const struct name_part no_part = {.shown = "", .joined = {.text = ""}, .letters = {.text = ""}};

/* In order. Before a name. */
static const char *const titles[] = {"dhr", "dipl", "dna", "dr", "drs", "fr", "frau", "herr", "hr", "ing", "ir", "lic",
	"mag", "mevr", "miss", "mlle", "mme", "mr", "mrs", "ms", "mx", "prof", "professor", "rev", "senor", "senora",
	"sig", "signor", "signora", "sir", "sra", "srta"};

/* In order. Behind a name. */
static const char *const degrees[] = {"bcom", "beng", "bsc", "cfa", "cissp", "cpa", "csm", "dds", "dipl", "esq", "hons",
	"jd", "llb", "llm", "mba", "mbbs", "md", "meng", "mfa", "mpa", "mph", "mphil", "msc", "msw", "obe", "pe",
	"pharmd", "phd", "phr", "pmp", "psyd", "rn", "shrm"};

/* In order. Degrees that are also names, so that they count only behind a comma. */
static const char *const short_degrees[] = {"ba", "bs", "do", "ma", "mbe", "ms", "ra"};

/* In order. They begin a last name, joined to it or not. */
static const char *const particles[] = {"abu", "af", "al", "am", "auf", "aus", "av", "bin", "bint", "d", "da", "dal",
	"dalla", "de", "degli", "dei", "del", "dela", "della", "dem", "den", "der", "des", "di", "do", "dos", "du", "e",
	"el", "het", "ibn", "im", "in", "l", "la", "las", "le", "les", "lo", "los", "mac", "mc", "o", "op", "saint",
	"san", "santa", "st", "t", "te", "ten", "ter", "thor", "und", "van", "vande", "vanden", "vander", "vom", "von",
	"y", "zu", "zum", "zur"};

static int by_text(const void *word, const void *row)
{
	return strcmp(word, *(const char *const *)row);
}

#define IN(table, word) (bsearch(word, table, COUNT(table), sizeof *(table), by_text) != NULL)

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Letters that are one character for people: a byte, or a whole one of UTF-8. */
static bool is_single(const char *text, size_t length)
{
	return length == 1 || ((unsigned char)text[0] >= 0xC0 && (unsigned char)text[0] < 0xE0 && length == 2);
}

/* "J.", "J.-P.", "JP." are not told from a short name unless a dot or the shortness says so. */
static bool is_initials(const char *text, size_t length)
{
	size_t letters = 0, pieces = 1;

	for (size_t i = 0; i < length; i++) {
		letters += is_letter(text[i]);
		pieces += (text[i] == '.' || text[i] == '-') && i + 1 < length;
	}
	return (letters == 1 && length <= 2) || (letters > 1 && letters == pieces) || is_single(text, length);
}

static void bare(const char *text, size_t length, char *into, size_t room)
{
	size_t to = 0;

	for (size_t i = 0; i < length && to + 1 < room; i++)
		if (is_letter(text[i]))
			into[to++] = text[i];
	into[to] = '\0';
}

static bool is_generation(const char *word, enum generation *generation)
{
	static const struct {
		const char *word;
		enum generation generation;
	} known[] = {{"jr", GENERATION_JUNIOR}, {"jnr", GENERATION_JUNIOR}, {"junior", GENERATION_JUNIOR},
		{"sr", GENERATION_SENIOR}, {"snr", GENERATION_SENIOR}, {"senior", GENERATION_SENIOR},
		{"ii", GENERATION_JUNIOR}, {"iii", GENERATION_THIRD}, {"iv", GENERATION_THIRD}};

	for (size_t i = 0; i < COUNT(known); i++)
		if (strcmp(word, known[i].word) == 0) {
			*generation = known[i].generation;
			return true;
		}
	return false;
}

static void drop_unit(struct units *units, size_t at)
{
	units->count--;
	memmove(units->at + at, units->at + at + 1, (units->count - at) * sizeof *units->at);
}

/* The first three and the last three words of a long name are kept: there stand what it is called by. */
static void add_unit(struct units *units, struct unit unit)
{
	if (units->count == COUNT(units->at))
		drop_unit(units, NAME_UNITS / 2);
	units->at[units->count++] = unit;
}

static void add_words(struct units *units, const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t from = i, letters = 0;

		for (; i < length && text[i] != ' ' && text[i] != '_'; i++)
			letters += is_letter(text[i]);
		if (letters > 0) {
			char word[40];
			struct unit unit = {.text = text + from, .length = i - from};

			bare(unit.text, unit.length, word, sizeof word);
			unit.initial = is_initials(unit.text, unit.length);
			unit.particle = IN(particles, word);
			add_unit(units, unit);
		}
		i += i < length;
	}
}

static void drop_decoration(struct units *units, bool behind_comma)
{
	char word[40];
	enum generation generation;

	while (units->count > 0) {
		const struct unit *last = &units->at[units->count - 1];

		bare(last->text, last->length, word, sizeof word);
		if ((behind_comma || units->count > 1) && is_generation(word, &generation))
			units->generation = generation;
		else if (!(behind_comma || units->count > 2)
			 || !(IN(degrees, word) || (behind_comma && IN(short_degrees, word))))
			break;
		units->count--;
	}
	while (units->count > 1) {
		bare(units->at[0].text, units->at[0].length, word, sizeof word);
		if (!IN(titles, word) && strcmp(word, "sr") != 0)
			break;
		drop_unit(units, 0);
	}
}

static void limit_units(struct units *units)
{
	while (units->count > NAME_UNITS)
		drop_unit(units, NAME_UNITS / 2);
}

/* "Last, First" turns round; what stands behind a comma may also be nothing but titles. */
static struct units units_of(const char *text)
{
	struct units all = {0};
	const char *comma = strchr(text, ',');

	add_words(&all, text, comma ? (size_t)(comma - text) : strlen(text));
	drop_decoration(&all, false);
	while (comma) {
		const char *from = comma + 1;
		struct units more = {0};

		comma = strchr(from, ',');
		add_words(&more, from, comma ? (size_t)(comma - from) : strlen(from));
		drop_decoration(&more, true);
		if (more.generation)
			all.generation = more.generation;
		if (more.count > 0) {
			limit_units(&all);
			limit_units(&more);
			for (size_t i = 0; i < all.count; i++)
				add_unit(&more, all.at[i]);
			more.generation = all.generation;
			all = more;
		}
	}
	limit_units(&all);
	return all;
}

/* Out of brackets, and before a bar or an at sign; what is left out goes to `beside`. */
static void cut_beside(const char *text, char *name, char *beside, size_t room)
{
	size_t n = 0, b = 0;
	int depth = 0;
	bool behind = false;

	for (const char *at = text; *at && n + 2 < room && b + 2 < room; at++) {
		if (*at == '|' || *at == '@' || (strncmp(at, " - ", 3) == 0 && n > 0))
			behind = true;
		if (strchr("([{", *at)) {
			depth++;
			beside[b++] = ' ';
		} else if (strchr(")]}", *at)) {
			depth -= depth > 0;
			name[n++] = ' ';
		} else if (depth > 0 || behind) {
			beside[b++] = *at;
		} else {
			name[n++] = *at;
		}
	}
	name[n] = beside[b] = '\0';
}

static struct name_word word_of(struct arena *arena, const char *text, size_t length)
{
	char *own = arena_alloc(arena, length + 1);
	size_t kept = skeleton(text, length, own);

	return (struct name_word){own, kept, hash64(own, kept)};
}

/* The usual Latin spelling of a name in another script; there it is found in a bought list. */
static struct name_word latin_word(struct arena *arena, const char *text, size_t length)
{
	const char *latin = (unsigned char)text[0] >= 0x80 ? name_latin(hash64(text, length)) : NULL;

	return latin ? word_of(arena, latin, strlen(latin)) : word_of(arena, text, length);
}

static bool separates(char c)
{
	return c == '-' || c == '.' || c == '/' || c == ' ';
}

static void add_part_words(struct arena *arena, struct name_part *part, const struct unit *unit)
{
	for (size_t i = 0; i < unit->length && part->count < NAME_WORDS;) {
		size_t from = i;
		struct name_word word;

		while (i < unit->length && !separates(unit->text[i]))
			i++;
		if (i > from && (word = latin_word(arena, unit->text + from, i - from)).length > 0)
			part->words[part->count++] = word;
		i += i < unit->length;
	}
}

static struct name_word letters_of(struct arena *arena, const char *text, size_t length)
{
	char *own = arena_alloc(arena, length + 1);
	size_t kept = 0;

	for (size_t i = 0; i < length; i++)
		if (is_letter(text[i]))
			own[kept++] = text[i];
	return (struct name_word){own, kept, hash64(own, kept)};
}

static const struct name_part *part_of(struct arena *arena, const struct units *units, size_t from, size_t to)
{
	struct name_part *part = arena_alloc(arena, sizeof *part);
	char text[TEXT_BYTES], shown[TEXT_BYTES];
	size_t length = 0, seen = 0, whole = 0;

	*part = no_part;
	for (size_t i = from; i < to; i++)
		whole += !units->at[i].initial;
	for (size_t i = from; i < to; i++) {
		const struct unit *unit = &units->at[i];

		if (whole > 0 && unit->initial && !unit->particle)
			continue;
		if (length + seen + unit->length + 2 >= sizeof text)
			break;
		memcpy(text + length, unit->text, unit->length);
		length += unit->length;
		if (seen > 0)
			shown[seen++] = ' ';
		memcpy(shown + seen, unit->text, unit->length);
		seen += unit->length;
		if (!unit->particle || to - from == 1)
			add_part_words(arena, part, unit);
	}
	if (from == to)
		return &no_part;
	part->initial = whole == 0;
	part->shown = arena_copy(arena, shown, seen);
	part->joined =
		part->count == 1 && to - from == 1 ? latin_word(arena, text, length) : word_of(arena, text, length);
	part->letters = letters_of(arena, text, length);
	if (part->count == 0 && part->joined.length > 0)
		part->words[part->count++] = part->joined;
	return part->joined.length > 0 ? part : &no_part;
}

static void add_reading(struct name *name, const struct name_part *first, const struct name_part *last)
{
	if (first->joined.length + last->joined.length > 0)
		name->readings[name->count++] = (struct name_reading){first, last};
}

/* Nobody is called Maria de, la Cruz. */
static bool may_split(const struct units *units, size_t at)
{
	return at == 1 || !units->at[at - 1].particle || units->at[at - 1].initial;
}

static void add_splits(struct arena *arena, struct name *name, const struct units *units)
{
	const struct name_part *all = part_of(arena, units, 0, units->count);

	if (units->count == 1) {
		add_reading(name, all, &no_part);
		add_reading(name, &no_part, all);
		return;
	}
	/* The last word alone is the commonest last name; the first word alone the commonest when turned round. */
	for (size_t at = units->count - 1; at > 0; at--) {
		const struct name_part *front, *back;

		if (!may_split(units, at))
			continue;
		front = part_of(arena, units, 0, at);
		back = part_of(arena, units, at, units->count);
		add_reading(name, front, back);
		add_reading(name, back, front);
	}
	if (units->count > 1 && units->at[0].particle)
		add_reading(name, &no_part, all);
}

static struct name name_begun(struct arena *arena)
{
	return (struct name){.readings = arena_alloc(arena, NAME_READINGS * sizeof(struct name_reading)),
		.whole = {.text = ""},
		.shown = "",
		.beside = ""};
}

/* The text without brackets, folded. */
static const char *prepared(struct arena *arena, const char *text, struct name *name)
{
	char plain[TEXT_BYTES], beside[TEXT_BYTES], folded[TEXT_BYTES];
	size_t length;

	cut_beside(text, plain, beside, sizeof plain);
	length = fold(plain, folded, sizeof folded);
	if (beside[strspn(beside, " ")])
		name->beside = arena_string(arena, beside);
	return arena_copy(arena, folded, length);
}

struct name name_from_text(struct arena *arena, const char *text)
{
	struct name name = name_begun(arena);
	struct units units;

	name.shown = prepared(arena, text ? text : "", &name);
	units = units_of(name.shown);
	name.generation = units.generation;
	name.whole = word_of(arena, name.shown, strlen(name.shown));
	name.placeholder = name_is_placeholder(name.whole.hash);
	if (units.count > 0)
		add_splits(arena, &name, &units);
	return name;
}

struct name name_from_columns(struct arena *arena, const char *first, const char *last)
{
	struct name name = name_begun(arena);
	const char *front = prepared(arena, first ? first : "", &name),
		   *back = prepared(arena, last ? last : "", &name);
	struct units given = units_of(front), family = units_of(back);

	name.shown = arena_print(arena, "%s%s%s", front, *front && *back ? " " : "", back);
	name.whole = word_of(arena, name.shown, strlen(name.shown));
	name.placeholder = name_is_placeholder(name.whole.hash);
	name.generation = family.generation ? family.generation : given.generation;
	if (given.count > 0 && family.count > 0) {
		const struct name_part *f = part_of(arena, &given, 0, given.count);
		const struct name_part *l = part_of(arena, &family, 0, family.count);

		add_reading(&name, f, l);
		add_reading(&name, l, f);
		name.columns = name.count > 0; /* signs alone may be left of no letter */
	} else if (given.count + family.count > 0) {
		add_splits(arena, &name, given.count > 0 ? &given : &family);
	}
	return name;
}

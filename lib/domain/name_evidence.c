/* name_evidence - how alike two names are, under the readings that suit both best, and how rare what they share is. */
#include "domain/name_evidence.h"

#include "base/scope.h"
#include "domain/lists.h"
#include "domain/similarity.h"

#include <string.h>

/* One slip of the finger, two in a long word, none in a very short one. */
static bool is_near(const struct name_word *a, const struct name_word *b)
{
	size_t longer = a->length > b->length ? a->length : b->length;
	int most = longer >= 7 ? 2 : longer >= 4 ? 1 : 0;

	return most > 0 && edit_distance(a->text, a->length, b->text, b->length, most) <= most;
}

/* Mai for Mia: in a short name two letters that changed places are all there is of a slip. */
static bool is_turned(const struct name_word *a, const struct name_word *b)
{
	enum { SHORT = 3 };

	return a->length == SHORT && b->length == SHORT && edit_distance(a->text, SHORT, b->text, SHORT, 1) == 1
	       && a->text[0] + a->text[1] + a->text[2] == b->text[0] + b->text[1] + b->text[2];
}

/* As typed or as a skeleton: Lroenz is near Lorenz by its letters, Mueler is near Müller by its skeleton. */
static bool parts_are_near(const struct name_part *a, const struct name_part *b)
{
	return is_near(&a->joined, &b->joined) || is_near(&a->letters, &b->letters)
	       || is_turned(&a->letters, &b->letters);
}

static const struct name_word *shared_word(const struct name_part *a, const struct name_part *b, size_t least)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (a->words[i].length >= least && same_word(&a->words[i], &b->words[k]))
				return &a->words[i];
	return NULL;
}

struct compared {
	enum evidence_level level;
	const struct name_word *value; /* whose rarity counts */
};

static struct compared compare_initials(
	const struct name_part *a, const struct name_part *b, enum evidence_level same, enum evidence_level different)
{
	return (struct compared){a->joined.text[0] == b->joined.text[0] ? same : different, NULL};
}

static struct compared compare_last(const struct name_part *a, const struct name_part *b)
{
	const struct name_word *shared;

	if (a->joined.length == 0 || b->joined.length == 0)
		return (struct compared){LAST_MISSING, NULL};
	if (a->initial || b->initial)
		return compare_initials(a, b, LAST_INITIAL, LAST_DIFFERENT);
	if (same_word(&a->joined, &b->joined))
		return (struct compared){LAST_EXACT, &a->joined};
	if ((shared = shared_word(a, b, 3)))
		return (struct compared){LAST_PART, shared};
	if (parts_are_near(a, b))
		return (struct compared){
			(name_known(a->joined.hash).use & NAME_LAST) && (name_known(b->joined.hash).use & NAME_LAST)
				? LAST_EDIT_KNOWN
				: LAST_EDIT,
			&b->joined};
	return (struct compared){LAST_DIFFERENT, NULL};
}

static bool is_end(char c)
{
	return c == 'a' || c == 'e' || c == 'o';
}

/* Daniel and Daniela, Mario and Maria, Simon and Simone. */
static bool differs_in_end(const struct name_word *longer, const struct name_word *shorter)
{
	size_t same = shorter->length - 1;
	char end = longer->text[longer->length - 1], other = shorter->text[same];

	if (memcmp(longer->text, shorter->text, same) != 0)
		return false;
	if (longer->length == shorter->length)
		return is_end(end) && is_end(other);
	return longer->length == shorter->length + 1 && other == longer->text[same] && is_end(end) && end != other;
}

/* Not a slip of the finger but somebody else. A slip makes no name of its own. */
static bool is_other_form(const struct name_word *a, const struct name_word *b)
{
	const struct name_word *longer = a->length >= b->length ? a : b, *shorter = longer == a ? b : a;
	int use_a = name_known(a->hash).use & NAME_FIRST, use_b = name_known(b->hash).use & NAME_FIRST;

	if (shorter->length < 3 || longer->length - shorter->length > 2 || !use_a != !use_b)
		return false;
	return differs_in_end(longer, shorter) || (use_a && use_b && !(use_a & use_b));
}

static bool is_nickname(const struct name_word *a, const struct name_word *b)
{
	const struct nickname *of_a = NULL, *of_b = NULL;
	size_t count_a = name_formals(a->hash, &of_a), count_b = name_formals(b->hash, &of_b);

	for (size_t i = 0; i < count_a; i++) {
		if (of_a[i].formal == b->hash)
			return true;
		for (size_t k = 0; k < count_b; k++)
			if (of_a[i].formal == of_b[k].formal)
				return true;
	}
	for (size_t k = 0; k < count_b; k++)
		if (of_b[k].formal == a->hash)
			return true;
	return false;
}

static bool is_prefix(const struct name_word *a, const struct name_word *b)
{
	const struct name_word *longer = a->length >= b->length ? a : b, *shorter = longer == a ? b : a;

	return shorter->length >= 3 && memcmp(longer->text, shorter->text, shorter->length) == 0;
}

static struct compared compare_first_words(const struct name_word *a, const struct name_word *b, bool near)
{
	if (is_nickname(a, b))
		return (struct compared){FIRST_NICKNAME, a};
	if (near || (is_prefix(a, b) && is_other_form(a, b))) {
		if (is_other_form(a, b))
			return (struct compared){FIRST_OTHER_FORM, NULL};
		return (struct compared){
			(name_known(a->hash).use & NAME_FIRST) && (name_known(b->hash).use & NAME_FIRST)
				? FIRST_EDIT_KNOWN
				: FIRST_EDIT,
			b};
	}
	if (is_prefix(a, b))
		return (struct compared){FIRST_PREFIX, a};
	return (struct compared){FIRST_DIFFERENT, NULL};
}

static struct compared compare_first(const struct name_part *a, const struct name_part *b)
{
	const struct name_word *shared;
	struct compared whole, front;

	if (a->joined.length == 0 || b->joined.length == 0)
		return (struct compared){FIRST_MISSING, NULL};
	if (a->initial || b->initial)
		return compare_initials(a, b, FIRST_INITIAL, FIRST_DIFFERENT);
	if (same_word(&a->joined, &b->joined))
		return (struct compared){FIRST_EXACT, &a->joined};
	/* A middle name may be left out. */
	if (same_word(&a->words[0], &b->words[0]) && (a->count == 1 || b->count == 1))
		return (struct compared){FIRST_EXACT, &a->words[0]};
	if ((shared = shared_word(a, b, 3)))
		return (struct compared){FIRST_PART, shared};
	whole = compare_first_words(&a->joined, &b->joined, parts_are_near(a, b));
	front = compare_first_words(&a->words[0], &b->words[0], is_near(&a->words[0], &b->words[0]));
	return front.level < whole.level ? front : whole;
}

/* The leads of the workspace count, and 2,000 people of the census, so that a name nobody had yet is rare, not absent.
 */
static double share_of(const struct name_word *value, bool last, const struct population *population)
{
	static const double people = 2000, unknown_first = 2e-5, unknown_last = 5e-6;
	struct known_name known;
	double share;
	int64_t count = 0;

	if (!value)
		return 0;
	known = name_known(value->hash);
	share = last ? known.last : known.first;
	if (share == 0)
		share = last ? unknown_last : unknown_first;
	for (size_t i = 0; i < population->count; i++)
		if (population->names[i].name == value->hash)
			count = last ? population->names[i].last : population->names[i].first;
	/* The lead that is compared is one of them; how many others are called so is the question. */
	if (count > 0)
		count--;
	share = ((double)count + people * share) / ((double)population->leads + people);
	return share < 1 ? share : 1;
}

static bool first_agrees(enum evidence_level level)
{
	return level >= FIRST_EXACT && level <= FIRST_PREFIX;
}

static bool last_agrees(enum evidence_level level)
{
	return level >= LAST_EXACT && level <= LAST_INITIAL;
}

void name_evidence_note(struct evidence *evidence, const struct name_evidence *names)
{
	evidence->first_share = names->first_share;
	evidence->last_share = names->last_share;
	evidence->attendee_name = names->attendee;
	evidence->lead_name = names->lead;
	evidence_note(evidence, names->last);
	evidence_note(evidence, names->first);
	if (first_agrees(names->first) && last_agrees(names->last))
		evidence_note(evidence, BOTH_NAMES_AGREE);
	if (names->first == FIRST_EXACT && names->last == LAST_EXACT)
		evidence_note(evidence, BOTH_NAMES_EXACT);
	if (names->last == LAST_EXACT && (names->first == FIRST_DIFFERENT || names->first == FIRST_OTHER_FORM))
		evidence_note(evidence, FAMILY);
}

static struct name_evidence compare_readings(
	const struct name_reading *a, const struct name_reading *b, const struct population *population)
{
	struct compared first = compare_first(a->first, b->first), last = compare_last(a->last, b->last);
	struct evidence sum = {0};
	struct name_evidence names = {.first = first.level,
		.last = last.level,
		.first_share = share_of(first.value, false, population),
		.last_share = share_of(last.value, true, population),
		.attendee = a,
		.lead = b};

	name_evidence_note(&sum, &names);
	names.score = sum.score;
	return names;
}

/* Each reading of a with the first `of_b` of b. */
static struct name_evidence compare_names(
	const struct name *a, const struct name *b, size_t of_b, const struct population *population)
{
	struct name_evidence best = {.first = FIRST_MISSING, .last = LAST_MISSING};

	if (a->count == 0 && b->count > 0)
		best.lead = &b->readings[0];
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < of_b; k++) {
			struct name_evidence here = compare_readings(&a->readings[i], &b->readings[k], population);

			if (!best.attendee || here.score > best.score)
				best = here;
		}
	/* Smith jr. is not Smith sr. */
	if (a->generation && b->generation && a->generation != b->generation && first_agrees(best.first))
		best.first = FIRST_OTHER_FORM;
	return best;
}

struct name_evidence name_evidence_find(
	const struct name *attendee, const struct name *lead, const struct population *population)
{
	/* Columns that are turned are met by an attendee whose name is turned; he comes in both orders. */
	return compare_names(attendee, lead, lead->columns ? 1 : lead->count, population);
}

enum names_likeness names_compare(const struct name *a, const struct name *b)
{
	static const struct population nobody;
	struct name_evidence names;

	if (a->count == 0 || b->count == 0)
		return a->count == b->count ? NAMES_SAME : NAMES_COMPATIBLE;
	names = compare_names(a, b, b->count, &nobody);
	if (!first_agrees(names.first) && names.first != FIRST_MISSING)
		return NAMES_DIFFERENT;
	if (!last_agrees(names.last) && names.last != LAST_MISSING)
		return NAMES_DIFFERENT;
	return names.last == LAST_EXACT && (names.first == FIRST_EXACT || names.first == FIRST_NICKNAME)
		       ? NAMES_SAME
		       : NAMES_COMPATIBLE;
}

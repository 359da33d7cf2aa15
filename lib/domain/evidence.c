/* evidence - what speaks for and against an attendee being a lead: a level for each kind of evidence, and its weight.
 */
#include "domain/evidence.h"

#include "base/scope.h"
#include "domain/name_evidence.h"
#include "domain/similarity.h"

#include <math.h>
#include <string.h>

/* Origin: conditional logistic regression (for each booking one candidate person or nobody) on labelled set A, 10,000
 * synthetic bookings and 50,000 leads, of which 3,559 bookings are decided here; ridge of 1 towards the weights of an
 * earlier study on the same set. Fitted on one half they link the other with 99.3 to 99.9 % precision where the address
 * is not the lead's. Set by hand, not fitted: PHONE_SHARED, FAMILY, and the five of CONTACT at less than half of what
 * the set says, because its campaigns are answered faster than most. Natural logarithms: +0.7 doubles the odds, -2.3
 * makes them a tenth. */
static const struct weight {
	double base, per_rarity; /* the second for each unit of r = -ln(share of the name) / 5 */
} weights[EVIDENCE_LEVELS] = {
	[EVIDENCE_ALWAYS] = {-1.81, 0},
	[LAST_EXACT] = {1.44, 3.08},
	[LAST_PART] = {-3.01, 4.00},
	[LAST_EDIT] = {1.52, 2.01},
	[LAST_EDIT_KNOWN] = {-0.03, 0.91},
	[LAST_INITIAL] = {2.35, 0},
	[LAST_MISSING] = {0.08, 0},
	[LAST_DIFFERENT] = {-4.02, 0},
	[FIRST_EXACT] = {2.14, 1.03},
	[FIRST_PART] = {0.12, 0.51},
	[FIRST_NICKNAME] = {-1.43, 1.27},
	[FIRST_EDIT] = {1.97, 0},
	[FIRST_EDIT_KNOWN] = {-0.85, 0},
	[FIRST_INITIAL] = {1.57, 0},
	[FIRST_PREFIX] = {-0.24, 0},
	[FIRST_MISSING] = {-1.56, 0},
	[FIRST_OTHER_FORM] = {-2.83, 0},
	[FIRST_DIFFERENT] = {-4.41, 0},
	[COMPANY_BY_NAME_AND_DOMAIN] = {2.72, 0},
	[COMPANY_BY_DOMAIN] = {1.58, 0},
	[COMPANY_BY_NAME] = {1.14, 0},
	[COMPANY_BY_STEM] = {1.00, 0},
	[COMPANY_BY_NOTES] = {1.56, 0},
	[COMPANY_BY_BARE_MENTION] = {0.73, 0},
	[COMPANY_BY_SUBSET] = {0.50, 0},
	[COMPANY_BY_EDIT] = {0.75, 0},
	[COMPANY_BY_INITIALS] = {0.20, 0},
	[COMPANY_UNKNOWN] = {-1.11, 0},
	[COMPANY_DIFFERENT_DOMAIN] = {-3.56, 0},
	[COMPANY_DIFFERENT] = {-4.27, 0},
	[LOCAL_SAME] = {1.60, 0},
	[LOCAL_FIRST_LAST] = {1.37, 0},
	[LOCAL_INITIAL_LAST] = {1.02, 0},
	[LOCAL_LAST] = {-2.25, 0},
	[LOCAL_FIRST] = {-1.30, 0},
	[LOCAL_NOTHING] = {-1.31, 0},
	[LOCAL_NEAR_DOMAIN] = {4.80, 0},
	[LOCAL_NEAR] = {-0.56, 0},
	[PHONE_SAME] = {4.53, 0},
	[PHONE_SHARED] = {3.00, 0},
	[PHONE_DIFFERENT] = {-1.19, 0},
	[PLACE_FITS] = {0.43, 0},
	[PLACE_ELSEWHERE] = {-2.18, 0},
	[CONTACT_WEEK] = {1.20, 0},
	[CONTACT_FORTNIGHT] = {0.80, 0},
	[CONTACT_MONTH] = {0.20, 0},
	[CONTACT_LONG_AGO] = {-0.40, 0},
	[CONTACT_AFTER] = {-0.70, 0},
	[BOTH_NAMES_AGREE] = {-1.67, 0},
	[BOTH_NAMES_EXACT] = {-2.86, 0},
	[NAMES_AND_COMPANY_AGREE] = {0.69, 0},
	[LOCAL_REPEATS_NAME] = {-2.30, 0},
	[NAME_INCOMPLETE_COMPANY_AGREES] = {-0.06, 0},
	[LAST_IN_LOCAL] = {3.13, 0},
	[FROM_COMPANY_TO_FREEMAIL] = {0.63, 0},
	[FAMILY] = {-2.00, -2.50},
	[SENDER_FREEMAIL] = {-0.38, 0},
	[SENDER_DISPOSABLE] = {-2.60, 0},
};

/* Rarer than this says no more: the lists and the counts are too small to tell. */
static double rarity(double share, double most)
{
	double r = share > 0 ? -log(share) / 5 : 0;

	return r < most ? r : most;
}

/* Which name's rarity a level is about. That a family has a rare name says nothing about which of them it is. */
static double rarity_behind(const struct evidence *evidence, enum evidence_level level)
{
	if ((level >= LAST_EXACT && level <= LAST_DIFFERENT) || level == FAMILY)
		return rarity(evidence->last_share, 2.4);
	if (level >= FIRST_EXACT && level <= FIRST_DIFFERENT)
		return rarity(evidence->first_share, 2.2);
	return 0;
}

double evidence_weight(const struct evidence *evidence, enum evidence_level level)
{
	return weights[level].base + weights[level].per_rarity * rarity_behind(evidence, level);
}

void evidence_note(struct evidence *evidence, enum evidence_level level)
{
	if (evidence->count == EVIDENCE_MOST)
		return;
	evidence->levels[evidence->count++] = (uint8_t)level;
	evidence->has |= UINT64_C(1) << level;
	evidence->score += evidence_weight(evidence, level);
}

/* --- Company */

static enum evidence_level level_of(enum company_likeness likeness, enum evidence_level same)
{
	switch (likeness) {
	case COMPANY_SAME:
		return same;
	case COMPANY_EDIT:
		return COMPANY_BY_EDIT;
	case COMPANY_SUBSET:
		return COMPANY_BY_SUBSET;
	case COMPANY_INITIALS:
		return COMPANY_BY_INITIALS;
	default:
		return COMPANY_UNKNOWN;
	}
}

/* Surest first, as the levels stand. */
static void take(enum evidence_level *best, enum evidence_level level)
{
	if (level < *best)
		*best = level;
}

static bool same_domain(const struct person *a, const struct person *b)
{
	for (size_t i = 0; i < a->domain_count; i++)
		for (size_t k = 0; k < b->domain_count; k++)
			if (strcmp(a->domains[i].name, b->domains[k].name) == 0)
				return true;
	return false;
}

static void take_mention(enum evidence_level *best, enum mention mention)
{
	if (mention == MENTION_OWN)
		take(best, COMPANY_BY_NOTES);
	else if (mention == MENTION_BARE)
		take(best, COMPANY_BY_BARE_MENTION);
}

static enum evidence_level compare_companies(const struct person *attendee, const struct person *lead)
{
	enum evidence_level best = COMPANY_UNKNOWN;
	bool domain = same_domain(attendee, lead);

	take(&best, level_of(company_compare(&attendee->company, &lead->company), COMPANY_BY_NAME));
	if (domain)
		best = best == COMPANY_BY_NAME ? COMPANY_BY_NAME_AND_DOMAIN : COMPANY_BY_DOMAIN;
	if (best <= COMPANY_BY_NAME)
		return best;
	for (size_t i = 0; i < attendee->domain_count; i++)
		take(&best, level_of(company_compare_domain(&lead->company, &attendee->domains[i]), COMPANY_BY_STEM));
	for (size_t k = 0; k < lead->domain_count; k++)
		take(&best, level_of(company_compare_domain(&attendee->company, &lead->domains[k]), COMPANY_BY_STEM));
	for (size_t i = 0; i < attendee->domain_count; i++)
		for (size_t k = 0; k < lead->domain_count; k++)
			take(&best,
				level_of(domain_compare(&attendee->domains[i], &lead->domains[k]), COMPANY_BY_STEM));
	take_mention(&best, notes_mention(&attendee->notes, &lead->company));
	take_mention(&best, notes_mention(&attendee->meeting, &lead->company));
	if (best != COMPANY_UNKNOWN || (lead->domain_count == 0 && lead->company.joined.length == 0))
		return best;
	if (attendee->company.joined.length > 0)
		return COMPANY_DIFFERENT;
	return attendee->domain_count > 0 ? COMPANY_DIFFERENT_DOMAIN : COMPANY_UNKNOWN;
}

/* --- Address */

static bool holds(const struct local_part *local, const struct name_word *word)
{
	return word->length >= 3 && strstr(local->letters, word->text) != NULL;
}

static bool has_segment(const struct local_part *local, const struct name_word *word)
{
	for (size_t i = 0; i < local->count; i++)
		if (same_word(&local->segments[i], word))
			return true;
	return false;
}

static bool is_joined(const struct local_part *local, const char *a, size_t a_length, const char *b, size_t b_length)
{
	return local->length == a_length + b_length && memcmp(local->letters, a, a_length) == 0
	       && memcmp(local->letters + a_length, b, b_length) == 0;
}

static enum evidence_level spells(const struct local_part *local, const struct name_reading *reading)
{
	const struct name_word *first = &reading->first->joined, *last = &reading->last->joined;
	const struct name_word *call = reading->first->count > 0 ? &reading->first->words[0] : first;
	bool has_first = first->length > 1 && (holds(local, first) || holds(local, call) || has_segment(local, call));
	bool has_last = last->length > 1 && (holds(local, last) || has_segment(local, last));

	for (size_t i = 0; !has_last && i < reading->last->count; i++)
		has_last = reading->last->words[i].length >= 4 && holds(local, &reading->last->words[i]);
	if (has_first && has_last)
		return LOCAL_FIRST_LAST;
	if (first->length > 0 && last->length > 0) {
		if (is_joined(local, first->text, 1, last->text, last->length)
			|| is_joined(local, last->text, last->length, first->text, 1)
			|| is_joined(local, call->text, call->length, last->text, 1)
			|| is_joined(local, last->text, 1, call->text, call->length))
			return LOCAL_INITIAL_LAST;
	}
	if (has_last)
		return LOCAL_LAST;
	return has_first ? LOCAL_FIRST : LOCAL_NOTHING;
}

/* One or two slips in the domain; a short one may be somebody else's. */
static bool is_mistyped(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);
	int most = a_length >= 12 ? 2 : 1;

	return a_length >= 6 && b_length >= 6 && edit_distance(a, a_length, b, b_length, most) <= most;
}

/* A digit more or less is another mailbox, a letter more or less may be a slip. */
static bool is_mistyped_local(const struct local_part *a, const struct local_part *b)
{
	return a->length >= 5 && a->length + b->length != 0
	       && edit_distance(a->letters, a->length, b->letters, b->length, 1) == 1;
}

static void note_local(struct evidence *evidence, const struct person *attendee, const struct person *lead,
	const struct name_reading *reading)
{
	const struct local_part *own = &attendee->local, *listed = &lead->local;
	enum evidence_level spelt;

	if (own->length == 0)
		return;
	spelt = reading ? spells(own, reading) : LOCAL_NOTHING;
	if (own->hash == listed->hash && listed->length > 0 && strcmp(attendee->host, lead->host) != 0) {
		if (is_mistyped(attendee->host, lead->host))
			evidence_note(evidence, LOCAL_NEAR_DOMAIN);
		else
			evidence_note(evidence, spelt == LOCAL_FIRST || own->length < 4 ? spelt : LOCAL_SAME);
	} else if (strcmp(attendee->host, lead->host) == 0 && is_mistyped_local(own, listed)) {
		evidence_note(evidence, LOCAL_NEAR);
	} else {
		evidence_note(evidence, spelt);
	}
	if (spelt <= LOCAL_LAST && (evidence_has(evidence, LAST_MISSING) || evidence_has(evidence, LAST_INITIAL)))
		evidence_note(evidence, LAST_IN_LOCAL);
}

/* --- Phone, place, and the whole */

bool evidence_same_phone(const struct person *a, const struct person *b)
{
	for (size_t i = 0; i < a->phone_count; i++)
		for (size_t k = 0; k < b->phone_count; k++)
			if (a->phones[i] == b->phones[k])
				return true;
	return false;
}

static void note_phone(struct evidence *evidence, const struct person *attendee, const struct person *lead, bool shared)
{
	if (attendee->phone_count == 0 || lead->phone_count == 0)
		return;
	if (evidence_same_phone(attendee, lead))
		evidence_note(evidence, shared ? PHONE_SHARED : PHONE_SAME);
	else
		evidence_note(evidence, PHONE_DIFFERENT);
}

static void note_place(struct evidence *evidence, const struct person *attendee, const struct person *lead)
{
	if (attendee->country_count == 0 || lead->country_count == 0)
		return;
	for (size_t i = 0; i < attendee->country_count; i++)
		for (size_t k = 0; k < lead->country_count; k++)
			if (attendee->countries[i] == lead->countries[k]) {
				evidence_note(evidence, PLACE_FITS);
				return;
			}
	evidence_note(evidence, PLACE_ELSEWHERE);
}

static void note_contact(struct evidence *evidence, const struct circumstances *about)
{
	static const int64_t day_s = 24 * 3600;
	/* A campaign's time may be no more than a day. */
	int64_t days = about->contact_age_s / day_s;

	if (!about->contacted)
		return;
	if (about->contact_age_s < 0)
		evidence_note(evidence, CONTACT_AFTER);
	else
		evidence_note(evidence, days <= 7    ? CONTACT_WEEK
					: days <= 14 ? CONTACT_FORTNIGHT
					: days <= 30 ? CONTACT_MONTH
						     : CONTACT_LONG_AGO);
}

static void note_overlaps(struct evidence *evidence, const struct person *attendee, const struct person *lead,
	const struct name_evidence *names, enum evidence_level company)
{
	bool agrees = company < COMPANY_UNKNOWN;

	if (company <= COMPANY_BY_NOTES && evidence_has(evidence, BOTH_NAMES_AGREE))
		evidence_note(evidence, NAMES_AND_COMPANY_AGREE);

	if (!agrees
		&& (evidence_has(evidence, LOCAL_FIRST_LAST) || evidence_has(evidence, LOCAL_INITIAL_LAST)
			|| evidence_has(evidence, LOCAL_SAME)))
		evidence_note(evidence, LOCAL_REPEATS_NAME);
	if (agrees
		&& (names->first == FIRST_INITIAL || names->first == FIRST_MISSING || names->last == LAST_INITIAL
			|| names->last == LAST_MISSING))
		evidence_note(evidence, NAME_INCOMPLETE_COMPANY_AGREES);
	if (agrees && lead->freemail && attendee->domain_count > 0)
		evidence_note(evidence, FROM_COMPANY_TO_FREEMAIL);
	if (attendee->freemail)
		evidence_note(evidence, SENDER_FREEMAIL);
	if (attendee->disposable)
		evidence_note(evidence, SENDER_DISPOSABLE);
}

struct evidence evidence_weigh(const struct person *attendee, const struct person *lead,
	const struct circumstances *about, const struct population *population)
{
	struct evidence evidence = {0};
	struct name_evidence names = name_evidence_find(&attendee->name, &lead->name, population);
	enum evidence_level company = compare_companies(attendee, lead);

	evidence_note(&evidence, EVIDENCE_ALWAYS);
	name_evidence_note(&evidence, &names);
	evidence_note(&evidence, company);
	note_local(&evidence, attendee, lead, names.lead);
	note_phone(&evidence, attendee, lead, about->phone_shared);
	note_place(&evidence, attendee, lead);
	note_contact(&evidence, about);
	note_overlaps(&evidence, attendee, lead, &names, company);
	return evidence;
}

/* evidence - what speaks for and against an attendee being a lead: a level for each kind of evidence, and its weight.
 * Pure. The model: README, Matching. */
#ifndef DOMAIN_EVIDENCE_H
#define DOMAIN_EVIDENCE_H

#include "domain/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each has a row in the table of weights. Of one kind there is at most one. */
enum evidence_level {
	EVIDENCE_ALWAYS, /* the same for every pair: how rarely a candidate is the one */

	LAST_EXACT,
	LAST_PART, /* one of two surnames */
	LAST_EDIT,
	LAST_EDIT_KNOWN, /* both spellings are names of their own */
	LAST_INITIAL,
	LAST_MISSING,
	LAST_DIFFERENT,

	FIRST_EXACT,
	FIRST_PART, /* one of two given names */
	FIRST_NICKNAME,
	FIRST_EDIT,
	FIRST_EDIT_KNOWN,
	FIRST_INITIAL,
	FIRST_PREFIX,
	FIRST_MISSING,
	FIRST_OTHER_FORM, /* Daniel and Daniela */
	FIRST_DIFFERENT,

	COMPANY_BY_NAME_AND_DOMAIN,
	COMPANY_BY_DOMAIN,
	COMPANY_BY_NAME,
	COMPANY_BY_STEM,
	COMPANY_BY_NOTES,
	COMPANY_BY_BARE_MENTION,
	COMPANY_BY_SUBSET,
	COMPANY_BY_EDIT,
	COMPANY_BY_INITIALS,
	COMPANY_UNKNOWN,
	COMPANY_DIFFERENT_DOMAIN, /* only the address says which */
	COMPANY_DIFFERENT,

	LOCAL_SAME, /* as the lead's own, at another domain */
	LOCAL_FIRST_LAST,
	LOCAL_INITIAL_LAST,
	LOCAL_LAST,
	LOCAL_FIRST,
	LOCAL_NOTHING,
	LOCAL_NEAR_DOMAIN, /* the lead's own, at a mistyped domain */
	LOCAL_NEAR,        /* a letter beside the lead's own, at the same domain */

	PHONE_SAME,
	PHONE_SHARED, /* the same, and other persons among the candidates have it */
	PHONE_DIFFERENT,

	PLACE_FITS,
	PLACE_ELSEWHERE,

	CONTACT_WEEK, /* a campaign wrote at most so long before the booking */
	CONTACT_FORTNIGHT,
	CONTACT_MONTH,
	CONTACT_LONG_AGO,
	CONTACT_AFTER, /* and never before, as far as is known */

	/* Where kinds overlap: a weight beside the kinds' own. */
	BOTH_NAMES_AGREE,
	BOTH_NAMES_EXACT,
	NAMES_AND_COMPANY_AGREE,
	LOCAL_REPEATS_NAME, /* and the company is not known or another */
	NAME_INCOMPLETE_COMPANY_AGREES,
	LAST_IN_LOCAL,            /* the name's last part is missing or an initial, the address spells it */
	FROM_COMPANY_TO_FREEMAIL, /* the lead is listed with a free-mail address, the attendee writes from the company
				   */
	FAMILY,                   /* same last name, other first name */
	SENDER_FREEMAIL,
	SENDER_DISPOSABLE,

	EVIDENCE_LEVELS,
};

enum { EVIDENCE_MOST = 20 };

/* How many of the workspace's leads are called so. */
struct name_count {
	uint64_t name; /* as person_names tells it */
	int64_t first, last;
};

/* Among whom the attendee is looked for. Without counts the shares of the census stand alone. */
struct population {
	int64_t leads;
	const struct name_count *names; /* of the attendee's names, in any order */
	size_t count;
};

struct evidence {
	uint8_t levels[EVIDENCE_MOST];
	size_t count;
	uint64_t has; /* the levels as a set: bit 1 << level */
	double first_share,
		last_share; /* of the people called like them in what they agree; 0: they agree in no name */
	const struct name_reading *attendee_name, *lead_name; /* that agree best; NULL: one has no name */
	double score;                                         /* sum of the weights */
};

static inline bool evidence_has(const struct evidence *evidence, enum evidence_level level)
{
	return evidence->has >> level & 1;
}

/* What is to be known of a lead beside the person. */
struct circumstances {
	bool phone_shared;     /* another person among the candidates has the number */
	bool contacted;        /* by the campaign of this row */
	int64_t contact_age_s; /* at the booking; below 0: after it */
};

struct evidence evidence_weigh(const struct person *attendee, const struct person *lead, const struct circumstances *,
	const struct population *);

/* Whether they have a number in common, at all. */
bool evidence_same_phone(const struct person *, const struct person *);

/* Weight of a level as it stands in this evidence. */
double evidence_weight(const struct evidence *, enum evidence_level);

/* Adds a level and its weight; for the files that find evidence. */
void evidence_note(struct evidence *, enum evidence_level);

#endif

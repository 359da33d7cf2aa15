/* name_evidence - how alike two names are, under the readings that suit both best, and how rare what they share is. */
#ifndef DOMAIN_NAME_EVIDENCE_H
#define DOMAIN_NAME_EVIDENCE_H

#include "domain/evidence.h"
#include "domain/name.h"

struct name_evidence {
	enum evidence_level first, last;
	double first_share, last_share;             /* as in struct evidence */
	const struct name_reading *attendee, *lead; /* NULL: there is none */
	double score;
};

struct name_evidence name_evidence_find(
	const struct name *attendee, const struct name *lead, const struct population *);
void name_evidence_note(struct evidence *, const struct name_evidence *);

/* Of two leads. Same: both names, spelt alike or as a nickname. Compatible: nothing speaks against it, though one may
 * lack a name or have an initial. */
enum names_likeness { NAMES_DIFFERENT, NAMES_COMPATIBLE, NAMES_SAME };
enum names_likeness names_compare(const struct name *, const struct name *);

#endif

/* evidence_words - evidence as a sentence for people: what agrees, what speaks against it, what is not known. */
#ifndef DOMAIN_EVIDENCE_WORDS_H
#define DOMAIN_EVIDENCE_WORDS_H

#include "domain/evidence.h"

struct arena;

/* "last name Hollenbeck same, 1 in 40,000; first name Katie is a form of Katherine; company Copper Global by the
 * domain; against: time zone Asia/Tokyo, the lead is in US; not known: phone". Holds personal data: for the reviewer,
 * not for logs. `first` stands in front; "" when there is nothing to say before. */
const char *evidence_in_words(struct arena *, const char *first, const struct evidence *, const struct person *attendee,
	const struct person *lead);

#endif

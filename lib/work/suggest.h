/* suggest - which leads an attendee may be: candidates from the database, the decision from domain/match. */
#ifndef WORK_SUGGEST_H
#define WORK_SUGGEST_H

#include "base/fail.h"
#include "base/scope.h"
#include "domain/match.h"
#include "store/guesses.h"
#include "store/known_leads.h"

struct arena;
struct db;

struct suggestion {
	struct match match; /* its candidates are indexes into `leads` */
	const struct known_lead *leads;
	int64_t epoch; /* of the leads */
};

/* Everything lives in the arena, to which the database's rows must go, too. */
bool suggest(struct arena *, struct db *, const struct uncertain *, struct suggestion *, struct fail *) MUST_CHECK;

/* What makes leads found and names counted: keys and names of a lead (domain/lead_keys, domain/person). */
struct person lead_person(struct arena *, const struct known_lead *);

#endif

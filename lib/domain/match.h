/* match - which lead is this attendee? Candidates in, a ranked decision out. Steps and their order: README, Matching.
 * Pure: no I/O, no clock; the order of the candidates does not matter. */
#ifndef DOMAIN_MATCH_H
#define DOMAIN_MATCH_H

#include "base/instant.h"
#include "domain/evidence.h"
#include "domain/person.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum match_outcome { MATCH_NONE, MATCH_REVIEW, MATCH_LINK };

enum match_method {
	MATCH_BY_NOTHING,
	MATCH_SAME_ADDRESS,
	MATCH_SAME_MAILBOX, /* without tag, and without dots where the provider ignores them */
	MATCH_LIKELY_PERSON,
};

enum {
	MATCH_BEST = 5, /* persons shown to the reviewer */
};

/* Of weights, calibration and thresholds together; stored with each decision. */
extern const char match_model[];

struct match_candidate {
	const struct person *person;
	const char *id; /* orders equals: the shorter first, then by bytes, so that numbers are in order */
	bool contacted;
	struct instant contacted_at; /* last, by the campaign of this row */
};

struct match_question {
	const struct person *attendee;
	struct instant booked_at;
	const struct match_candidate
		*candidates; /* of the booking's own workspace; with all that have the same mailbox */
	size_t count;
	struct population population;
};

/* A person, who may stand in several rows; `candidate` is the row to be credited: whose campaign contacted the person
 * last, not after the booking. */
struct match_ranked {
	size_t candidate;
	double probability;
	struct evidence evidence; /* of the row that resembles the attendee most */
	const char *because;      /* evidence in words; personal data */
};

struct match {
	enum match_outcome outcome;
	enum match_method method;
	double margin;                        /* between the probabilities of the first and the second */
	struct match_ranked best[MATCH_BEST]; /* the likeliest first; with MATCH_LINK the first is linked */
	size_t count;
};

/* Cannot fail: too little evidence is MATCH_NONE. Words live in the arena. */
struct match match_attendee(struct arena *, const struct match_question *);

#endif

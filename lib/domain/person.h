/* person - an attendee or a lead in the forms in which they can be compared, made from what was typed. Pure. */
#ifndef DOMAIN_PERSON_H
#define DOMAIN_PERSON_H

#include "domain/address.h"
#include "domain/company.h"
#include "domain/lists.h"
#include "domain/name.h"
#include "domain/notes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
	PERSON_DOMAINS = 3,
	PERSON_PHONES = 3,
	PERSON_COUNTRIES = 12,
	PERSON_NAMES = 48,
};

/* As it came; every string may be NULL. */
struct attendee_facts {
	const char *email, *name, *company, *phone, *timezone;
	const char *notes; /* what the attendee wrote into the form */
	const char *title; /* of the meeting */
};

struct lead_facts {
	const char *email, *first_name, *last_name, *company, *title, *phone, *website;
};

/* The part before the @, taken apart. */
struct local_part {
	const char *letters; /* skeleton without digits and signs; "" when there is none that says something */
	size_t length;
	uint64_t hash;                         /* of letters and digits */
	struct name_word segments[NAME_WORDS]; /* between signs and digits */
	size_t count;
	const char *plain; /* letters and digits, small, no signs */
};

struct person {
	struct address address; /* email_key NULL: no address */
	const char *host;       /* behind the @, as A-label; "" */
	bool freemail, disposable;
	struct local_part local; /* empty for a role mailbox */

	struct name name;
	struct company company;
	struct domain domains[PERSON_DOMAINS]; /* of the address first */
	size_t domain_count;
	bool said_company; /* in a field of its own */

	uint64_t phones[PERSON_PHONES]; /* the last eight digits */
	size_t phone_count;
	country_code countries[PERSON_COUNTRIES]; /* an attendee's by the time zone, a lead's by phone and domain */
	size_t country_count;

	struct name_word title;      /* of a lead: the job */
	struct notes notes, meeting; /* of an attendee; meeting: its title, unless that is no more than the two names */
	const char *timezone;        /* as given; NULL */
	const char *said_first, *said_last, *said_name,
		*said_company_name; /* as given, for people; "" when not given */
};

/* The arena, and the strings given, must outlive the person. */
struct person person_of_attendee(struct arena *, const struct attendee_facts *);
struct person person_of_lead(struct arena *, const struct lead_facts *);

/* Whose commonness matters for the weights: the hashes of all words that may be a name of this person. Returns their
 * number. */
size_t person_names(const struct person *, uint64_t names[static PERSON_NAMES]);

/* Under which names a lead is counted, for those shares: what stands as first name and what as last. Returns their
 * number. */
struct counted_name {
	uint64_t name;
	bool last;
};
size_t person_counted_names(const struct person *lead, struct counted_name names[static PERSON_NAMES]);

#endif

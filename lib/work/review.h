/* review - a person decides who an attendee is. */
#ifndef WORK_REVIEW_H
#define WORK_REVIEW_H

#include "base/fail.h"
#include "base/scope.h"
#include "store/reviews.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct db;

enum review_decision {
	REVIEW_LINK,    /* he is this lead; so is whoever books with his address later */
	REVIEW_DISMISS, /* he is no lead, and nobody wants to be asked again */
	REVIEW_UNLINK,  /* he is not whom he was linked to, and is not to be guessed */
};

struct review {
	int64_t workspace;
	const char *item; /* domain/review_item */
	enum review_decision decision;
	const char *lead_id; /* of a link */
	const char *actor;   /* who decides, for the timeline */
};

struct reviewed {
	const char *uid, *email_key;
	bool changed; /* false: it was so before */
	struct review_standing standing;
};

/* Counts in bookings and funnel at once. FAIL_ABSENT "item_absent", "lead_absent". FAIL_CONFLICT "match_certain": he is
 * a lead by an address or a booking link, which only a link to another lead overrules; "match_linked": unlink him
 * before dismissing. */
bool review_decide(struct arena *, struct db *, const struct review *, struct reviewed *, struct fail *) MUST_CHECK;

#endif

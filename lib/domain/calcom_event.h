/* calcom_event - one delivery of Cal.com as a typed struct, whichever of its shapes it came in. Pure.
 * Shapes: ordinary (data in "payload"), task queue ("payload"."evt"), flat (the booking's row at top level), and the
 * variants of older integrations (dotted trigger names, plain responses, uid beside the payload). */
#ifndef DOMAIN_CALCOM_EVENT_H
#define DOMAIN_CALCOM_EVENT_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/maybe.h"
#include "base/scope.h"
#include "domain/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum {
	UID_LIMIT_BYTES = 255,
	TRIGGER_LIMIT_BYTES = 100,
	TEXT_LIMIT_BYTES = 1000, /* of names, titles, reasons: longer ones are cut; the delivery itself is kept whole */
	ATTENDEE_LIMIT = 500,    /* Cal.com's largest groups have 100 */
};

struct moment {
	bool known;
	struct instant at;
};

struct attendee {
	struct address address;
	const char *name, *phone, *company, *timezone, *notes; /* NULL: not said */
	enum maybe attended;                                   /* older integrations, at the end of a meeting */
	enum maybe no_show;                                    /* the mark */
	const char *reference, *referred_lead;                 /* like the event's, in lists with one for each */
};

/* Strings are borrowed from the JSON or the arena; NULL: not said. */
struct calcom_event {
	const char *trigger;         /* BOOKING_CREATED, also when it was sent as booking.created */
	const struct trigger *known; /* NULL: a trigger that is not in domain/trigger */
	bool ping;                   /* the test button of Cal.com's webhook form */

	struct moment sent_at;    /* the envelope's createdAt: when it happened */
	struct moment made_at;    /* the booking row's createdAt, in events that carry the row */
	bool frozen;              /* the data is from when the booking was made, not from now */
	struct moment changed_at; /* of an API's row: since when all of it but marks and seats has been so */

	const char *uid;          /* NULL: only the number is known */
	int64_t number;           /* 0: not said */
	const char *replaced_uid; /* rescheduleUid, when it is another booking than this one */
	int64_t replaced_number;  /* 0: not said */
	struct moment replaced_starts_at, replaced_ends_at;
	const char *replaced_by_uid; /* of an API's row: the booking that took its place */

	const char *status; /* ACCEPTED, PENDING ... as sent */
	struct moment starts_at, ends_at;
	const char *title, *event_type, *location;
	int64_t event_type_id; /* 0: not said */
	bool seats;
	bool host_absent;  /* of an API's row, as is the next: */
	bool seats_listed; /* the attendees are all who have a seat */
	const char *reason, *by;
	bool reschedule_requested;
	int64_t payment_amount; /* minor units */
	const char *payment_currency;

	struct attendee *attendees; /* with an address, without the organiser and his team */
	size_t attendee_count;
	bool lists_people; /* somebody, be it only the organiser */

	const struct attendee *booker; /* who filled in the form; NULL: not known, or nobody's lead */
	const char *reference;         /* metadata.turnout, as it was sent: domain/lead_reference; NULL: not said */
	const char *referred_lead;     /* set by whoever verified it: the lead that the booker is */
};

/* FAIL_INPUT with a code that names the field when something needed is missing or of a wrong type; unknown fields and
 * unknown triggers are no failure. `root` must outlive the event. */
bool calcom_event_read(struct arena *, const json_t *root, struct calcom_event *, struct fail *) MUST_CHECK;

#endif

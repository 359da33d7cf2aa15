/* booking - what an event means: which facets of which bookings it sets, as of when. Pure: no I/O, no clock.
 * The one place that decides it; the database only knows that the newer setting of a facet wins
 * (schema/functions/1_facets.sql). */
#ifndef DOMAIN_BOOKING_H
#define DOMAIN_BOOKING_H

#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"

#include <stdbool.h>

struct calcom_event;

/* Order among settings of one facet that carry the same time; the higher wins. */
enum rank {
	RANK_GAP = -1, /* fills a gap and gives way to anything else: a title without times, what a begun payment
			  implies */
	RANK_FROZEN,   /* what a timed event carries from when the booking was made, or what is only implied */
	RANK_HOLD,     /* a request, or a seat being taken */
	RANK_ACCEPT,
	RANK_REJECT,
	RANK_CANCEL, /* a cancellation, or a seat being given up */
};

/* One effect of the trigger table: adds to `change` what the event says of its own booking. */
typedef void effect(const struct calcom_event *, json_t *change);

effect booking_accept_or_hold, booking_accept, booking_hold, booking_cancel, booking_reject;
effect booking_begin_payment, booking_pay;
effect booking_start, booking_end;
effect booking_mark, booking_blame_listed, booking_blame_guests, booking_note_host;
effect booking_note_only;
effect booking_read, booking_miss;

/* The changes of one event: an array of objects, one per booking, in order of uid, whose members are columns of the
 * tables bookings, attendees and activities. Empty for an event that changes nothing. The caller owns the result. */
json_t *booking_changes_take(const struct calcom_event *);

/* When it happened: createdAt, or for timed events the scheduled moment. */
struct instant booking_event_time(const struct calcom_event *);

#endif

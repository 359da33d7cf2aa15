/* calcom_row - one row of Cal.com's list of bookings, as it was read, in the shape of an event. Pure.
 * Shapes: API v2, version 2024-08-13 (start, hosts, attendees with absent and seatUid, rescheduledFromUid), and API v1
 * (startTime, user; neither createdAt nor updatedAt). */
#ifndef DOMAIN_CALCOM_ROW_H
#define DOMAIN_CALCOM_ROW_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"

struct arena;
struct calcom_event;

/* The event that says: at this moment the API ("v1", "v2") showed this row. The caller owns it; the row is shared. */
json_t *calcom_row_event_take(struct instant read_at, const char *api, json_t *row);

/* The event that says: at this moment the booking was asked for and was not there. The caller owns it. */
json_t *calcom_row_gone_take(struct instant read_at, const char *api, const char *uid);

/* The trigger and what is known of it are the event's already; fills the rest. createdAt is when the row was read. Its
 * updatedAt dates all but marks and seats, which may change without it; what does not say, or claims to be of a time
 * that has not come, is dated by the reading. FAIL_INPUT with a code that names the field. */
bool calcom_row_read(struct arena *, const json_t *root, struct calcom_event *, struct fail *) MUST_CHECK;

#endif

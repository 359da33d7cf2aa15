/* calcom_people - who is listed in one of Cal.com's objects, and who of them is nobody's lead. Pure. */
#ifndef DOMAIN_CALCOM_PEOPLE_H
#define DOMAIN_CALCOM_PEOPLE_H

#include "base/fail.h"
#include "base/scope.h"
#include "domain/calcom_field.h"

/* Fills attendees, lists_people and booker of the event. FAIL_INPUT "attendees_invalid", "attendees_too_many",
 * "attendee_invalid". */
bool people_read(const struct fields *, struct calcom_event *, struct fail *) MUST_CHECK;

/* Seats are taken and given up one by one. */
bool people_have_seats(const struct fields *);

#endif

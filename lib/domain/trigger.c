/* trigger - Cal.com's triggers: what each does to a booking, and what the lead's timeline says. */
#include "domain/trigger.h"

#include "base/scope.h"

#include <string.h>

/* The dotted spelling (booking.created) follows from the name, so it needs no column. The second block is what other
 * makers and older documents send for the same things. */
/* clang-format off */
static const struct trigger triggers[] = {
	{"BOOKING_CREATED",                   booking_accept_or_hold, "booked",            WHOLE},
	{"BOOKING_REQUESTED",                 booking_hold,           "requested",         WHOLE},
	{"BOOKING_RESCHEDULED",               booking_accept,         "rescheduled",       WHOLE},
	{"BOOKING_CANCELLED",                 booking_cancel,         "cancelled",         WHOLE},
	{"BOOKING_REJECTED",                  booking_reject,         "rejected",          WHOLE},
	{"BOOKING_PAYMENT_INITIATED",         booking_begin_payment,  "payment_initiated", WHOLE},
	{"BOOKING_PAID",                      booking_pay,            "paid",              WHOLE},
	{"BOOKING_NO_SHOW_UPDATED",           booking_mark,           NULL,                PARTS}, /* each mark has its own entry */
	{"MEETING_STARTED",                   booking_start,          "meeting_started",   TIMED},
	{"MEETING_ENDED",                     booking_end,            "meeting_ended",     TIMED},
	{"AFTER_GUESTS_CAL_VIDEO_NO_SHOW",    booking_blame_guests,   "guests_absent",     PARTS},
	{"AFTER_HOSTS_CAL_VIDEO_NO_SHOW",     booking_note_host,      "host_absent",       PARTS},
	{"RECORDING_READY",                   booking_note_only,      "recording_ready",   WHOLE},
	{"RECORDING_TRANSCRIPTION_GENERATED", booking_note_only,      "transcript_ready",  WHOLE},
	{"FORM_SUBMITTED",                    NULL,                   NULL,                WHOLE},
	{"FORM_SUBMITTED_NO_EVENT",           NULL,                   NULL,                WHOLE},
	{"ROUTING_FORM_FALLBACK_HIT",         NULL,                   NULL,                WHOLE},
	{"INSTANT_MEETING",                   NULL,                   NULL,                WHOLE},
	{"OOO_CREATED",                       NULL,                   NULL,                WHOLE},
	{"DELEGATION_CREDENTIAL_ERROR",       NULL,                   NULL,                WHOLE},
	{"WRONG_ASSIGNMENT_REPORT",           NULL,                   NULL,                WHOLE},

	{"BOOKING_CONFIRMED",                 booking_accept,         "booked",            WHOLE},
	{"BOOKING_REOPENED",                  booking_accept,         "booked",            WHOLE},
	{"BOOKING_COMPLETED",                 booking_end,            "meeting_ended",     TIMED},
	{"BOOKING_NO_SHOW",                   booking_blame_listed,   NULL,                PARTS},
	{"PAYMENT_INITIATED",                 booking_begin_payment,  "payment_initiated", WHOLE},
	{"PAYMENT_COMPLETED",                 booking_pay,            "paid",              WHOLE},
};

/* What nobody sends: it was read by work/sync_calcom. */
static const struct trigger readings[] = {
	{"BOOKING_POLLED",                    booking_read,           NULL,                ROW},
	{"BOOKING_GONE",                      booking_miss,           "gone",              PARTS},
};
/* clang-format on */

const struct trigger *trigger_find(const char *name)
{
	for (size_t i = 0; i < COUNT(triggers); i++)
		if (strcmp(triggers[i].name, name) == 0)
			return &triggers[i];
	for (size_t i = 0; i < COUNT(readings); i++)
		if (strcmp(readings[i].name, name) == 0)
			return &readings[i];
	return NULL;
}

const struct trigger *trigger_list(size_t *count)
{
	*count = COUNT(triggers);
	return triggers;
}

/* booking - which facets of which bookings each event sets, as of when and with which rank. */
#include "domain/booking.h"

#include "base/text.h"
#include "domain/calcom_event.h"
#include "domain/trigger.h"
#include "quoted.h"

#define BEGINNING "'0001-01-01T00:00:00Z'"
#define AT    "'2026-01-10T08:00:00Z'"
#define JANE  "'attendees': [{'email': 'jane@acme.test', 'name': 'Jane'}]"
#define TIMES "'startTime': '2026-01-12T10:00:00Z', 'endTime': '2026-01-12T10:30:00Z'"

/* An ordinary event of booking u with Jane, and of what is added to its payload. */
#define EVENT(trigger, more) "{'triggerEvent': '" trigger "', 'createdAt': " AT ", 'payload': {'uid': 'u', 'title': 'Intro', " TIMES ", " JANE more "}}"
/* What the classic scheduler sends at the end: frozen when it was booked. */
#define FLAT(trigger, more) "{'triggerEvent': '" trigger "', 'uid': 'u', 'createdAt': '2026-01-09T08:00:00Z', " TIMES more "}"

static const struct {
	const char *event, *changes, *what;
} rows[] = {
	{EVENT("BOOKING_CREATED", ", 'bookingId': 7, 'type': 'intro', 'eventTypeId': 12, 'location': 'here', 'status': 'ACCEPTED'"),
	 "[{'uid': 'u', 'number': 7, 'known_at': " AT ","
	 " 'status_set': {'at': " AT ", 'rank': 2, 'value': 'accepted', 'reason': null, 'by': null, 'reschedule_requested': false},"
	 " 'schedule': {'at': " AT ", 'rank': 2, 'starts_at': '2026-01-12T10:00:00Z', 'ends_at': '2026-01-12T10:30:00Z', 'title': 'Intro',"
	 "              'event_type': 'intro', 'event_type_id': 12, 'location': 'here', 'seats': false},"
	 " 'started_at': null, 'ended_at': null, 'payment': null, 'replaces': null, 'replaced_by': null, 'guests_absent': null, 'host_absent': null,"
	 " 'attendees': [{'email_key': 'jane@acme.test', 'mailbox_key': 'jane@acme.test', 'shared': false,"
	 "                'person': {'at': " AT ", 'rank': 2, 'email': 'jane@acme.test', 'name': 'Jane', 'phone': null, 'company': null, 'timezone': null},"
	 "                'seat': {'at': " AT ", 'rank': 2, 'taken': true, 'moved_to': null}, 'mark': null}],"
	 " 'activities': [{'kind': 'booked', 'email_key': '', 'happened_at': " AT "}]}]",
	 "a booking that is made is accepted, with its schedule and who comes"},
	{EVENT("BOOKING_CREATED", ", 'status': 'PENDING'"), "[{'status_set': {'rank': 1, 'value': 'pending'}, 'schedule': {'rank': 1}}]",
	 "one that needs confirmation is pending"},
	{EVENT("BOOKING_REQUESTED", ", 'status': 'ACCEPTED'"), "[{'status_set': {'at': " AT ", 'rank': 1, 'value': 'pending'}, 'activities': [{'kind': 'requested'}]}]",
	 "a request is pending, whatever its status says"},
	{EVENT("BOOKING_CONFIRMED", ", 'status': 'PENDING'"), "[{'status_set': {'rank': 2, 'value': 'accepted'}}]", "a confirmation accepts"},
	{EVENT("BOOKING_CANCELLED", ", 'cancellationReason': 'ill', 'cancelledBy': 'x', 'requestReschedule': true"),
	 "[{'status_set': {'at': " AT ", 'rank': 4, 'value': 'cancelled', 'reason': 'ill', 'by': 'x', 'reschedule_requested': true},"
	 "  'attendees': [{'seat': {'rank': 4, 'taken': true}}], 'activities': [{'kind': 'cancelled'}]}]",
	 "a cancellation cancels all, with reason and by whom"},
	{EVENT("BOOKING_CANCELLED", ", 'seatsPerTimeSlot': 5"),
	 "[{'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'}, 'schedule': {'seats': true},"
	 "  'attendees': [{'email_key': 'jane@acme.test', 'seat': {'at': " AT ", 'rank': 4, 'taken': false, 'moved_to': null}}]}]",
	 "with seats only who is listed leaves"},
	{"{'triggerEvent': 'BOOKING_CANCELLED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'seatsPerTimeSlot': 5, 'attendees': []}}",
	 "[{'status_set': {'rank': 4, 'value': 'cancelled'}, 'attendees': []}]", "with seats and nobody listed all is off"},
	{EVENT("BOOKING_REJECTED", ", 'rejectionReason': 'full'"), "[{'status_set': {'rank': 3, 'value': 'rejected', 'reason': 'full'}}]", "a rejection rejects"},

	{EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'a', 'rescheduleStartTime': '2026-01-11T10:00:00Z', 'rescheduleEndTime': '2026-01-11T10:30:00Z'"),
	 "[{'uid': 'a', 'known_at': " AT ", 'replaced_by': {'at': " AT ", 'uid': 'u'}, 'replaces': null, 'attendees': [], 'activities': [],"
	 "  'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'},"
	 "  'schedule': {'at': " BEGINNING ", 'rank': 0, 'starts_at': '2026-01-11T10:00:00Z', 'ends_at': '2026-01-11T10:30:00Z', 'title': 'Intro'}},"
	 " {'uid': 'u', 'replaces': {'at': " AT ", 'uid': 'a'}, 'replaced_by': null, 'status_set': {'rank': 2, 'value': 'accepted'},"
	 "  'schedule': {'at': " AT ", 'starts_at': '2026-01-12T10:00:00Z'}}]",
	 "a reschedule accepts the new booking and links the old one, in order of uid"},
	{EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'z'"), "[{'uid': 'u', 'replaces': {'uid': 'z'}}, {'uid': 'z', 'replaced_by': {'uid': 'u'}}]",
	 "also when the old one comes behind"},
	{EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'u'"), "[{'uid': 'u', 'replaces': null, 'schedule': {'at': " AT "}}]",
	 "a booking that keeps its uid only moves"},
	{EVENT("BOOKING_REQUESTED", ", 'rescheduleUid': 'a'"), "[{'uid': 'a', 'replaced_by': {'uid': 'u'}}, {'uid': 'u', 'status_set': {'value': 'pending'}}]",
	 "any trigger may name the booking before"},
	{EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'a', 'seatsPerTimeSlot': 5"),
	 "[{'uid': 'a', 'replaced_by': null, 'attendees': [{'email_key': 'jane@acme.test', 'seat': {'at': " AT ", 'rank': 4, 'taken': false, 'moved_to': 'u'}}]},"
	 " {'uid': 'u', 'replaces': null, 'attendees': [{'seat': {'taken': true}}]}]",
	 "with seats only who is listed moves over"},
	{"{'triggerEvent': 'BOOKING_RESCHEDULED', 'createdAt': " AT ", 'payload': {'bookingId': 8, 'rescheduleUid': 'a'}}", "[{'uid': null, 'number': 8}]",
	 "without a uid of its own it links nothing"},

	{EVENT("BOOKING_PAYMENT_INITIATED", ", 'status': 'ACCEPTED', 'paymentData': {'amount': 4900, 'currency': 'usd'}"),
	 "[{'payment': {'at': " AT ", 'rank': 1, 'state': 'initiated', 'amount': 4900, 'currency': 'usd'},"
	 "  'status_set': {'at': " BEGINNING ", 'rank': -1, 'value': 'pending'}, 'schedule': {'rank': 0}}]",
	 "a payment under way accepts nothing"},
	{EVENT("BOOKING_PAID", ", 'paymentData': {'amount': 4900, 'currency': 'usd'}"),
	 "[{'payment': {'rank': 2, 'state': 'paid', 'amount': 4900}, 'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'}}]",
	 "a payment made implies that the booking stands, until more is said"},

	{FLAT("MEETING_STARTED", ", " JANE),
	 "[{'known_at': '2026-01-09T08:00:00Z', 'started_at': '2026-01-12T10:00:00Z', 'ended_at': null,"
	 "  'status_set': {'at': '2026-01-09T08:00:00Z', 'rank': 0, 'value': 'accepted'}, 'activities': [{'kind': 'meeting_started', 'happened_at': '2026-01-12T10:00:00Z'}]}]",
	 "a start has the age of the scheduled start"},
	{FLAT("MEETING_ENDED", ", 'attendees': [{'email': 'jane@acme.test', 'name': 'Jane', 'noShow': false}]"),
	 "[{'known_at': '2026-01-09T08:00:00Z', 'ended_at': '2026-01-12T10:30:00Z',"
	 "  'status_set': {'at': '2026-01-09T08:00:00Z', 'rank': 0, 'value': 'accepted'}, 'schedule': {'at': '2026-01-09T08:00:00Z', 'rank': 0},"
	 "  'attendees': [{'person': {'at': '2026-01-09T08:00:00Z', 'rank': 0}, 'seat': {'at': '2026-01-09T08:00:00Z', 'rank': 0, 'taken': true}, 'mark': null}],"
	 "  'activities': [{'kind': 'meeting_ended', 'happened_at': '2026-01-12T10:30:00Z'}]}]",
	 "an end is as old as the scheduled end; what it froze is as old as the booking, and its noShow false says nothing"},
	{"{'triggerEvent': 'MEETING_ENDED', 'uid': 'u', " TIMES "}",
	 "[{'known_at': '2026-01-12T10:30:00Z', 'status_set': {'at': " BEGINNING ", 'rank': 0}, 'ended_at': '2026-01-12T10:30:00Z', 'schedule': {'at': " BEGINNING "}}]",
	 "without the booking's own time what is frozen is older than any news"},
	{"{'triggerEvent': 'MEETING_ENDED', 'createdAt': '2026-01-09T08:00:00Z', 'payload': {'bookingId': 7, 'evt': {'uid': 'u', " TIMES ", " JANE "}}}",
	 "[{'uid': 'u', 'number': 7, 'known_at': '2026-01-09T08:00:00Z', 'ended_at': '2026-01-12T10:30:00Z', 'status_set': {'at': " BEGINNING "},"
	 "  'attendees': [{'email_key': 'jane@acme.test', 'mark': null}]}]",
	 "the task queue's createdAt is when it was scheduled, never when it ended"},
	{"{'triggerEvent': 'meeting.ended', 'createdAt': " AT ", 'payload': {'bookingId': 7, 'attendees': [{'email': 'a@x.test', 'attended': true},"
	 " {'email': 'b@x.test', 'attended': false}, {'email': 'c@x.test', 'noShow': true}, {'email': 'd@x.test', 'attended': true, 'noShow': true}, {'email': 'e@x.test'}]}}",
	 "[{'uid': null, 'number': 7, 'ended_at': " AT ", 'schedule': null, 'attendees': ["
	 " {'email_key': 'a@x.test', 'mark': {'at': " AT ", 'rank': 2, 'showed': true, 'source': 'explicit'}},"
	 " {'email_key': 'b@x.test', 'mark': {'showed': false, 'source': 'explicit'}}, {'email_key': 'c@x.test', 'mark': {'showed': false}},"
	 " {'email_key': 'd@x.test', 'mark': {'showed': true}}, {'email_key': 'e@x.test', 'mark': null}],"
	 " 'activities': [{'kind': 'showed', 'email_key': 'a@x.test'}, {'kind': 'no_show', 'email_key': 'b@x.test'}, {'kind': 'no_show', 'email_key': 'c@x.test'},"
	 "  {'kind': 'showed', 'email_key': 'd@x.test'}, {'kind': 'meeting_ended', 'email_key': ''}]}]",
	 "flags at the end are explicit, and attended says more than noShow"},

	{"{'triggerEvent': 'BOOKING_NO_SHOW_UPDATED', 'createdAt': " AT ", 'payload': {'bookingUid': 'u', 'bookingId': 7, 'message': 'x',"
	 " 'attendees': [{'email': 'a@x.test', 'noShow': true}, {'email': 'b@x.test', 'noShow': false}, {'email': 'c@x.test'}]}}",
	 "[{'uid': 'u', 'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'}, 'schedule': null, 'ended_at': null, 'attendees': ["
	 " {'email_key': 'a@x.test', 'person': {'at': " BEGINNING ", 'rank': 0}, 'seat': null, 'mark': {'at': " AT ", 'showed': false, 'source': 'explicit'}},"
	 " {'email_key': 'b@x.test', 'mark': {'at': " AT ", 'showed': true, 'source': 'explicit'}}, {'email_key': 'c@x.test', 'mark': null}],"
	 " 'activities': [{'kind': 'no_show', 'email_key': 'a@x.test'}, {'kind': 'showed', 'email_key': 'b@x.test'}]}]",
	 "a mark is explicit for those it names, and says nothing else"},
	{"{'triggerEvent': 'BOOKING_NO_SHOW', 'createdAt': " AT ", 'payload': {'uid': 'u', 'attendees': [{'email': 'a@x.test'}]}}",
	 "[{'attendees': [{'mark': {'showed': false}}]}]", "the older mark blames all that it lists"},
	{"{'triggerEvent': 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', 'createdAt': " AT ", 'payload': {'bookingId': 7}}",
	 "[{'uid': null, 'number': 7, 'guests_absent': " AT ", 'attendees': [], 'schedule': null}]", "guests that stayed away are noted on the booking, by number alone"},
	{EVENT("AFTER_GUESTS_CAL_VIDEO_NO_SHOW", ""), "[{'guests_absent': " AT ", 'host_absent': null, 'attendees': [{'seat': null, 'mark': null}]}]",
	 "those that it lists are among them"},
	{EVENT("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", ""), "[{'host_absent': " AT ", 'guests_absent': null, 'attendees': []}]", "a host that stayed away blames nobody else"},
	{EVENT("RECORDING_READY", ""), "[{'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'}, 'schedule': {'rank': 0}, 'activities': [{'kind': 'recording_ready'}]}]",
	 "a recording implies that the meeting took place"},

	{"{'triggerEvent': 'FORM_SUBMITTED', 'createdAt': " AT ", 'payload': {'uid': 'u'}}", "[]", "a form changes no booking"},
	{"{'triggerEvent': 'SOMETHING_NEW_2027', 'createdAt': " AT ", 'payload': {'uid': 'u'}}", "[]", "nor does what is not known"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': " AT ", 'payload': {'type': 'Test', " TIMES ", " JANE "}}", "[]", "nor the test button"},
	{EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'a', 'rescheduleId': 6"), "[{'uid': 'a', 'number': 6}, {'uid': 'u'}]",
	 "the number of the booking before is learnt from rescheduleId"},
	{"{'triggerEvent': 'BOOKING_RESCHEDULED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'rescheduleUid': 'a', 'seatsPerTimeSlot': 5}}",
	 "[{'uid': 'a', 'replaced_by': {'uid': 'u'}, 'attendees': []}, {'uid': 'u', 'replaces': {'uid': 'a'}}]", "with seats and nobody listed all move over"},
	{"{'triggerEvent': 'BOOKING_CANCELLED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'seatsPerTimeSlot': 5, 'organizer': {'email': 'host@x.test'},"
	 " 'attendees': [{'email': 'host@x.test'}]}}",
	 "[{'status_set': {'at': " BEGINNING ", 'rank': 0, 'value': 'accepted'}, 'attendees': []}]", "a seat of the organiser is one seat, not the booking"},
	{"{'triggerEvent': 'BOOKING_CANCELLED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'seatsPerTimeSlot': 5, 'attendees': [{'email': '+391234'}]}}",
	 "[{'status_set': {'value': 'accepted'}, 'attendees': []}]", "so is a seat of somebody without an address"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'title': 'Intro'}}",
	 "[{'schedule': {'at': " BEGINNING ", 'rank': -1, 'starts_at': null, 'title': 'Intro'}}]", "a title without times gives way to any schedule"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': " AT ", 'payload': {'uid': 'u'}}", "[{'uid': 'u', 'schedule': null, 'attendees': []}]",
	 "a template may leave out all but the name"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'attendees': [{'email': 'info@acme.test'}, {'email': 'J.Doe+x@gmail.com'}]}}",
	 "[{'attendees': [{'shared': true, 'mailbox_key': 'info@acme.test'}, {'email_key': 'j.doe+x@gmail.com', 'mailbox_key': 'jdoe@gmail.com', 'person': {'at': " BEGINNING "}}]}]",
	 "addresses come in all their forms; who has no name says nothing new of himself"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': " AT ", 'payload': {'uid': 'u', 'createdAt': '2026-01-09T08:00:00Z'}}",
	 "[{'known_at': '2026-01-09T08:00:00Z', 'status_set': {'at': " AT "}}]", "a booking is known from when it was made"},
};

static const json_t *changes_of(struct arena *arena, const char *event_text)
{
	struct calcom_event event;
	struct fail f = {0};
	json_t *changes;

	if (!calcom_event_read(arena, quoted(arena, event_text), &event, &f)) {
		printf("# %s\n", f.detail);
		return NULL;
	}
	changes = booking_changes_take(&event);
	arena_later(arena, quoted_release, changes);
	return changes;
}

/* The lead whom a signed reference named is a facet of the booker alone. */
static void references(struct arena *arena)
{
	static const char text[] = EVENT("BOOKING_RESCHEDULED", ", 'rescheduleUid': 'a', 'metadata': {'turnout': 'R'},"
		" 'responses': {'email': {'value': 'JANE@acme.test'}, 'notes': {'value': 'from Acme'}}");
	struct calcom_event event;
	struct fail f = {0};
	json_t *changes;

	is_fit(arena, changes_of(arena, text), "[{'uid': 'a'}, {'uid': 'u', 'attendees': [{'reference': null, 'person': {'notes': 'from Acme'}}]}]",
		"a reference that nobody verified says nothing");
	ok(calcom_event_read(arena, quoted(arena, text), &event, &f), "the event is read once more");
	event.referred_lead = "lead-1";
	changes = booking_changes_take(&event);
	arena_later(arena, quoted_release, changes);
	is_fit(arena, changes,
		"[{'uid': 'a', 'attendees': []},"
		" {'uid': 'u', 'attendees': [{'email_key': 'jane@acme.test', 'reference': {'at': " AT ", 'rank': 2, 'lead_id': 'lead-1'}}]}]",
		"one that was is dated like everything else");
}

/* The time of each trigger's events, by what carries it. */
static void times(struct arena *arena)
{
	size_t count;
	const struct trigger *list = trigger_list(&count);
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		struct calcom_event event;
		struct fail f = {0};
		char text[INSTANT_SIZE];
		const char *body = arena_print(arena, "{'triggerEvent': '%s', 'createdAt': " AT ", 'payload': {'uid': 'u', " TIMES "}}", list[i].name);
		const char *expected = !list[i].effect || list[i].carries != TIMED ? "2026-01-10T08:00:00Z"
				     : list[i].effect == booking_start             ? "2026-01-12T10:00:00Z"
										   : "2026-01-12T10:30:00Z";

		good = good && calcom_event_read(arena, quoted(arena, body), &event, &f)
		    && strcmp(instant_to_rfc3339(booking_event_time(&event), text), expected) == 0;
	}
	ok(good, "an event is as old as its createdAt, a timed one as its scheduled moment");
}

/* What every change must be, so that the database may apply it without a look. */
static void forms(struct arena *arena)
{
	bool dated = true, ordered = true, repeated = true;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const json_t *changes = changes_of(arena, rows[i].event), *change;
		const char *before = "";
		size_t j;

		json_array_foreach(changes, j, change) {
			const char *uid = json_text_at(change, "uid"), *known = json_text_at(change, "known_at");
			struct instant at;

			ordered = ordered && (uid ? strcmp(before, uid) < 0 : json_array_size(changes) == 1 && json_object_get(change, "number"));
			before = uid ? uid : "";
			dated = dated && known && instant_from_rfc3339(known, strlen(known), &at) && json_array_at(change, "attendees")
			     && json_array_at(change, "activities") && json_object_at(change, "status_set");
		}
		repeated = repeated && json_equal(changes, changes_of(arena, rows[i].event)) == 1;
	}
	ok(ordered, "changes are in order of uid, or one without a uid but with a number");
	ok(dated, "each says since when the booking is known, and implies a status");
	ok(repeated, "the same event means the same again");
}

int main(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_fit(&arena, changes_of(&arena, rows[i].event), rows[i].changes, rows[i].what);
	references(&arena);
	times(&arena);
	forms(&arena);
	arena_end(&arena);
	return done_testing();
}

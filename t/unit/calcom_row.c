/* calcom_row - a row of Cal.com's list says what it can say, as of when it can, whichever version of the API it is of. */
#include "domain/calcom_row.h"

#include "domain/booking.h"
#include "domain/calcom_event.h"
#include "quoted.h"

#define READ "'2026-01-20T08:00:00Z'"
#define MADE "'2026-01-09T12:00:00Z'"
#define CHANGED "'2026-01-09T15:00:00Z'"
#define POLLED "{'triggerEvent': 'BOOKING_POLLED', 'createdAt': " READ ", 'api': 'v2', 'payload': {"
#define TIMES "'createdAt': " MADE ", 'updatedAt': " CHANGED ", 'start': '2026-01-10T13:30:00Z', 'end': '2026-01-10T14:00:00Z', "
#define ANN(more) "{'name': 'Ann', 'email': 'ann@acme.test', 'timeZone': 'UTC', 'phoneNumber': null" more "}"
#define BOB(more) "{'name': 'Bob', 'email': 'bob@acme.test'" more "}"
#define IMPLIED "{'at': '0001-01-01T00:00:00Z', 'rank': 0, 'value': 'accepted'}"

static const struct {
	const char *event, *changes, *what;
} rows[] = {
	{POLLED "'uid': 'u', 'id': 7, 'status': 'accepted', " TIMES "'title': 'Intro', 'eventType': {'id': 3, 'slug': 'intro'}, 'eventTypeId': 3,"
	 "'meetingUrl': 'https://v.test/a', 'location': 'x', 'hosts': [{'email': 'robin@host.test'}],"
	 "'attendees': [{'email': 'ROBIN@host.test'}, " ANN(", 'absent': false") "], 'bookingFieldsResponses': {'email': 'ann@acme.test', 'phone': '+1 5'}}}",
	 "[{'uid': 'u', 'number': 7, 'known_at': " MADE ", 'shown_at': " READ ", 'roster': null, 'host_absent': null,"
	 " 'schedule': {'at': " CHANGED ", 'rank': 2, 'starts_at': '2026-01-10T13:30:00Z', 'ends_at': '2026-01-10T14:00:00Z', 'event_type': 'intro',"
	 "              'event_type_id': 3, 'location': 'https://v.test/a', 'title': 'Intro', 'seats': false},"
	 " 'status_set': {'at': " CHANGED ", 'rank': 2, 'value': 'accepted'},"
	 " 'activities': [{'kind': 'seen_accepted', 'happened_at': " CHANGED "}],"
	 " 'attendees': [{'email_key': 'ann@acme.test', 'cleared_at': " READ ", 'mark': null, 'seat': {'at': " CHANGED ", 'rank': 2, 'taken': true},"
	 "                'person': {'at': " CHANGED ", 'name': 'Ann', 'phone': '+1 5'}}]}]",
	 "a row is true as of its last change, a mark as of the reading, and hosts are no leads"},
	{POLLED "'uid': 'u', 'status': 'pending', " TIMES "'attendees': [" ANN(", 'absent': true") "]}}",
	 "[{'status_set': {'at': " CHANGED ", 'rank': 1, 'value': 'pending'},"
	 " 'activities': [{'kind': 'seen_pending'}, {'kind': 'seen_no_show', 'email_key': 'ann@acme.test', 'happened_at': '2026-01-10T14:00:00Z'}],"
	 " 'attendees': [{'cleared_at': null, 'mark': {'at': " READ ", 'rank': 2, 'showed': false, 'source': 'explicit'}}]}]",
	 "one who is marked absent is so as of the reading"},
	{POLLED "'uid': 'u', 'status': 'accepted', " TIMES "'absentHost': true, 'attendees': [" ANN("") "]}}",
	 "[{'host_absent': " READ ", 'attendees': [{'cleared_at': null, 'mark': null}]}]", "an absent host is noted; who is not spoken of keeps his mark"},
	{POLLED "'uid': 'u', 'status': 'cancelled', 'cancellationReason': 'ill', 'cancelledByEmail': 'ann@acme.test', " TIMES "'attendees': []}}",
	 "[{'status_set': {'at': " CHANGED ", 'rank': 4, 'value': 'cancelled', 'reason': 'ill', 'by': 'ann@acme.test'}, 'attendees': [], 'roster': null}]",
	 "a cancellation comes with its reason; a list of nobody is no roster"},
	{POLLED "'uid': 'u', 'status': 'rejected', " TIMES "'attendees': []}}", "[{'status_set': {'rank': 3, 'value': 'rejected'}}]", "a rejection rejects"},
	{POLLED "'uid': 'u', 'status': 'cancelled', 'rescheduledToUid': 'w', " TIMES "'attendees': [" ANN("") "]}}",
	 "[{'uid': 'u', 'status_set': " IMPLIED ", 'replaced_by': {'at': " CHANGED ", 'uid': 'w'}, 'activities': [{'kind': 'seen_superseded'}]}]",
	 "a booking that was moved away is not cancelled, whatever it says"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'rescheduledFromUid': 'b', " TIMES "'attendees': [" ANN("") "]}}",
	 "[{'uid': 'b', 'replaced_by': {'at': " CHANGED ", 'uid': 'u'}, 'status_set': " IMPLIED ", 'known_at': " MADE "},"
	 " {'uid': 'u', 'replaces': {'at': " CHANGED ", 'uid': 'b'}}]",
	 "the booking that took another's place says so of both"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'rescheduledFromUid': 'u', 'rescheduledToUid': 'u', " TIMES "'attendees': []}}",
	 "[{'uid': 'u', 'replaces': null, 'replaced_by': null, 'status_set': {'value': 'accepted'}}]", "no booking takes its own place"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'rescheduledFromUid': 'b', " TIMES "'attendees': [" ANN(", 'seatUid': 's1', 'absent': false, 'metadata': {'turnout': 'x'},"
	 "'bookingFieldsResponses': {'company': 'Acme', 'phone': '+1 5'}") ", " BOB(", 'seatUid': 's2'") "]}}",
	 "[{'uid': 'u', 'replaces': null, 'schedule': {'seats': true}, 'roster': {'at': " READ ", 'keys': ['ann@acme.test', 'bob@acme.test']},"
	 " 'attendees': [{'person': {'company': 'Acme', 'phone': '+1 5'}, 'seat': {'at': " CHANGED "}}, {'seat': {'taken': true}}]}]",
	 "with seats the list is a roster, everybody has answers of his own, and nobody knows who came from where"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'hosts': [{'email': 'bob@acme.test'}], " TIMES "'attendees': [" BOB(", 'seatUid': 's2'") "]}}",
	 "[{'roster': {'keys': []}, 'attendees': []}]", "a roster of the host alone is empty"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'createdAt': " MADE ", 'updatedAt': null, 'attendees': []}}",
	 "[{'status_set': {'at': " MADE "}, 'schedule': null}]", "a row that never changed is as old as it is"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'createdAt': '2026-01-20T08:00:01Z', 'updatedAt': '2026-01-20T08:00:02Z', 'attendees': []}}",
	 "[{'status_set': {'at': '2026-01-20T08:00:02Z'}, 'known_at': '2026-01-20T08:00:01Z', 'activities': []}]", "a clock may be a little ahead"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'createdAt': '9999-01-20T08:00:00Z', 'updatedAt': '9999-01-20T08:00:00Z', 'attendees': []}}",
	 "[{'status_set': {'at': " READ "}, 'known_at': " READ "}]", "but nothing is true from a time on that has not come"},
	{POLLED "'id': 3001, 'uid': 'u', 'userId': 5, 'title': 'Intro', 'startTime': '2026-01-10T13:30:00Z', 'endTime': '2026-01-10T14:00:00Z', 'status': 'ACCEPTED',"
	 "'attendees': [{'email': 'v1@acme.test', 'name': 'Vee', 'timeZone': 'UTC', 'locale': 'en'}, {'email': 'robin@host.test'}],"
	 "'user': {'email': 'robin@host.test'}, 'payment': [], 'metadata': {}, 'responses': {'email': 'v1@acme.test', 'name': 'Vee', 'company': {'label': 'c', 'value': 'Acme'}}}}",
	 "[{'uid': 'u', 'number': 3001, 'known_at': " READ ", 'status_set': {'at': " READ ", 'rank': 2, 'value': 'accepted'}, 'activities': [],"
	 " 'schedule': {'at': " READ ", 'starts_at': '2026-01-10T13:30:00Z', 'ends_at': '2026-01-10T14:00:00Z', 'title': 'Intro'},"
	 " 'attendees': [{'email_key': 'v1@acme.test', 'person': {'company': 'Acme'}, 'cleared_at': null}]}]",
	 "a row of v1 does not say since when, so it is true as of the reading"},
	{POLLED "'uid': 'u', 'status': 'AWAITING_HOST', 'fromReschedule': 'b', 'attendees': []}}", "[{'uid': 'b'}, {'status_set': {'value': 'pending'}}]",
	 "nor does one that waits for a host"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'id': 'seven', 'title': [], 'eventType': 'x', 'eventTypeId': {}, 'hosts': [7, null], 'metadata': 'x', 'absentHost': 'yes',"
	 "'rescheduledFromUid': '', 'attendees': [{'email': 7}, {'email': 'ann@acme.test', 'absent': 'no', 'seatUid': 7, 'metadata': [], 'bookingFieldsResponses': []}]}}",
	 "[{'uid': 'u', 'number': null, 'host_absent': null, 'roster': null, 'attendees': [{'email_key': 'ann@acme.test', 'mark': null, 'cleared_at': null}]}]",
	 "what only describes counts as not said when it is of another type"},
	{"{'triggerEvent': 'BOOKING_GONE', 'createdAt': " READ ", 'payload': {'uid': 'u', 'cancellationReason': 'no longer in Cal.com'}}",
	 "[{'uid': 'u', 'gone_at': " READ ", 'known_at': " READ ", 'status_set': {'at': '0001-01-01T00:00:00Z'}, 'shown_at': null,"
	 " 'activities': [{'kind': 'gone', 'happened_at': " READ "}]}]",
	 "a booking that is not there any more is gone as of then"},
};

static const struct {
	const char *event, *code, *what;
} refused[] = {
	{"{'triggerEvent': 'BOOKING_POLLED', 'createdAt': " READ ", 'payload': 7}", "payload_invalid", "a row is an object"},
	{"{'triggerEvent': 'BOOKING_POLLED', 'payload': {'uid': 'u', 'status': 'accepted'}}", "created_at_missing", "somebody read it at some time"},
	{POLLED "'status': 'accepted'}}", "uid_missing", "it has a uid"},
	{POLLED "'uid': 7, 'status': 'accepted'}}", "uid_invalid", "that is a text"},
	{POLLED "'uid': 'number:1:2', 'status': 'accepted'}}", "uid_invalid", "and no name of ours"},
	{POLLED "'uid': 'u', 'rescheduledFromUid': 'a b', 'status': 'accepted'}}", "uid_invalid", "so has the one it replaced"},
	{POLLED "'uid': 'u', 'rescheduledToUid': [], 'status': 'accepted'}}", "uid_invalid", "and the one that replaced it"},
	{POLLED "'uid': 'u'}}", "status_invalid", "it has a status"},
	{POLLED "'uid': 'u', 'status': 'SOMETHING_NEW'}}", "status_invalid", "that we know"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'updatedAt': 1767225600}}", "time_invalid", "times are texts"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'start': 'noon'}}", "time_invalid", "in the format of RFC 3339"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'attendees': {}}}", "attendees_invalid", "attendees are a list"},
	{POLLED "'uid': 'u', 'status': 'accepted', 'attendees': ['ann@acme.test']}}", "attendee_invalid", "of objects"},
};

static const json_t *changes_of(struct arena *arena, const json_t *root, struct fail *f)
{
	struct calcom_event e;
	json_t *changes;

	if (!calcom_event_read(arena, root, &e, f))
		return NULL;
	changes = booking_changes_take(&e);
	arena_later(arena, quoted_release, changes);
	return changes;
}

/* What work/poll makes of a row and of what is missing is what is read above. */
static void made(struct arena *arena)
{
	struct instant at = {1768896000000000};
	AUTO(json_t) row = json_pack("{s:s, s:s}", "uid", "u", "status", "accepted");
	AUTO(json_t) polled = calcom_row_event_take(at, "v2", row);
	AUTO(json_t) gone = calcom_row_gone_take(at, "v2", "u");
	struct fail f = {0};

	is_fit(arena, polled, "{'triggerEvent': 'BOOKING_POLLED', 'createdAt': " READ ", 'api': 'v2', 'payload': {'uid': 'u', 'status': 'accepted'}}",
		"a reading names its moment, the version and the row");
	is_fit(arena, changes_of(arena, gone, &f), "[{'uid': 'u', 'gone_at': " READ "}]", "so does what was not there");
}

int main(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fail f = {0};

		is_fit(&arena, changes_of(&arena, quoted(&arena, rows[i].event), &f), rows[i].changes, rows[i].what);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct fail f = {0};

		ok(!changes_of(&arena, quoted(&arena, refused[i].event), &f) && f.kind == FAIL_INPUT && strcmp(f.code, refused[i].code) == 0 && *f.detail,
			refused[i].what);
	}
	made(&arena);
	arena_end(&arena);
	return done_testing();
}

/* calcom_event - every shape is understood, what is needed and missing is named, and the rest does no harm. */
#include "domain/calcom_event.h"

#include "base/text.h"
#include "domain/trigger.h"
#include "quoted.h"

#define AT "'createdAt': '2026-01-10T08:00:00Z'"
#define CREATED "'triggerEvent': 'BOOKING_CREATED', " AT

static const struct {
	const char *body, *code, *what;
} rows[] = {
	/* The envelope. */
	{"{" CREATED ", 'payload': {'uid': 'u'}}", "", "a trigger, a time and a uid are enough"},
	{"[]", "json_no_object", "a list is no event"},
	{"{}", "trigger_missing", "a trigger is needed"},
	{"{'triggerEvent': ''}", "trigger_missing", "by more than nothing"},
	{"{'triggerEvent': 7}", "trigger_missing", "as a text"},
	{"{'triggerEvent': null}", "trigger_missing", "not null"},
	{"{'triggerEvent': 'SOMETHING_NEW_2027', 'payload': {'x': [1, {'y': null}]}}", "", "an unknown trigger is kept, whatever it carries"},
	{"{'triggerEvent': 'SOMETHING_NEW_2027', 'payload': 7, 'createdAt': 'soon', 'uid': []}", "", "in whatever shape"},
	{"{'triggerEvent': 'FORM_SUBMITTED', 'payload': 'x'}", "", "so is one that changes no booking"},
	{"{" CREATED ", 'payload': [], 'uid': 'u'}", "payload_invalid", "a payload is an object"},
	{"{" CREATED ", 'payload': 'uid=u'}", "payload_invalid", "not a text"},
	{"{" CREATED ", 'payload': null, 'uid': 'u'}", "", "a payload that is null is none"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'payload': {'uid': 'u'}}", "created_at_missing", "a time is needed"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': null, 'payload': {'uid': 'u'}}", "created_at_missing", "not null"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': 1767225600, 'payload': {'uid': 'u'}}", "time_invalid", "as a text"},
	{"{'triggerEvent': 'BOOKING_CREATED', 'createdAt': '10.1.2026', 'payload': {'uid': 'u'}}", "time_invalid", "in the format of RFC 3339"},

	/* Which booking. */
	{"{" CREATED ", 'payload': {}}", "uid_missing", "a booking event names a booking"},
	{"{" CREATED ", 'payload': {'uid': null, 'bookingId': null}}", "uid_missing", "by something else than null"},
	{"{" CREATED ", 'payload': {'uid': ''}}", "uid_invalid", "by a uid that is not empty"},
	{"{" CREATED ", 'payload': {'uid': 7}}", "uid_invalid", "that is a text"},
	{"{" CREATED ", 'payload': {'uid': 'a b'}}", "uid_invalid", "without spaces"},
	{"{" CREATED ", 'payload': {'uid': 'a\\nb'}}", "uid_invalid", "without control characters"},
	{"{" CREATED ", 'payload': {'uid': 'number:1:7'}}", "uid_invalid", "that is not the name of a booking known by its number"},
	{"{" CREATED ", 'payload': {'uid': 'u);DROP/**/TABLE/**/bookings;--'}}", "", "what SQL would take for its own is a uid like any other"},
	{"{" CREATED ", 'payload': {'bookingUid': 'u'}}", "", "a uid may be called bookingUid"},
	{"{" CREATED ", 'uid': 'u', 'payload': {}}", "", "it may stand beside the payload"},
	{"{" CREATED ", 'payload': {'bookingId': 7}}", "", "a number is enough"},
	{"{" CREATED ", 'payload': {'bookingId': '7'}}", "", "also as a text"},
	{"{" CREATED ", 'payload': {'bookingId': 'abc'}}", "", "some send the uid there"},
	{"{" CREATED ", 'payload': {'bookingId': 0}}", "booking_id_invalid", "numbers begin at 1"},
	{"{" CREATED ", 'payload': {'bookingId': -7}}", "booking_id_invalid", "and are not negative"},
	{"{" CREATED ", 'payload': {'bookingId': 7.5}}", "booking_id_invalid", "nor fractions"},
	{"{" CREATED ", 'payload': {'bookingId': true}}", "booking_id_invalid", "nor anything else"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'rescheduleUid': ''}}", "uid_invalid", "the uid of the booking before must be one"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'rescheduleUid': null}}", "", "or null"},

	/* Times. */
	{"{" CREATED ", 'payload': {'uid': 'u', 'startTime': 'noon'}}", "time_invalid", "the start must be a time"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'endTime': '2026-02-30T08:00:00Z'}}", "time_invalid", "the end must be on a day that exists"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'startTime': '2026-01-12T10:00:00+01:00'}}", "", "with any offset"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'rescheduleStartTime': 7}}", "time_invalid", "so must the former start"},

	/* People. */
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': null}}", "", "nobody may be listed"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': []}}", "", "or an empty list"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': {}}}", "attendees_invalid", "attendees are a list"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': 'jane@acme.test'}}", "attendees_invalid", "not a text"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': ['jane@acme.test']}}", "attendee_invalid", "each is an object"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': [null]}}", "attendee_invalid", "not null"},
	{"{" CREATED ", 'payload': {'uid': 'u', 'attendees': [{}, {'email': null}, {'email': 7}, {'email': 'no address'}]}}", "", "one without an address is passed over"},

	/* Fields that only describe. */
	{"{" CREATED ", 'payload': {'uid': 'u', 'title': 7, 'location': {}, 'eventTypeId': 'x', 'status': [], 'responses': [], 'team': 7, 'organizer': 'x',"
	 " 'videoCallData': 7, 'paymentData': 'x', 'metadata': [], 'user': 1, 'seatsPerTimeSlot': '5'}}", "", "those of another type count as not said"},

	/* Events of a scheduled moment. */
	{"{'triggerEvent': 'MEETING_ENDED', 'uid': 'u', 'endTime': '2026-01-12T10:30:00Z'}", "", "a flat end needs no createdAt"},
	{"{'triggerEvent': 'MEETING_STARTED', 'uid': 'u', 'startTime': '2026-01-12T10:00:00Z'}", "", "nor does a flat start"},
	{"{'triggerEvent': 'MEETING_ENDED', 'uid': 'u', " AT "}", "created_at_missing", "but its own time: a row's createdAt is when it was booked"},
	{"{'triggerEvent': 'MEETING_STARTED', 'uid': 'u', 'endTime': '2026-01-12T10:30:00Z'}", "created_at_missing", "a start has its start"},
	{"{'triggerEvent': 'MEETING_ENDED', " AT ", 'payload': {'uid': 'u'}}", "", "in an envelope its createdAt will do"},
	{"{'triggerEvent': 'MEETING_ENDED', 'createdAt': 'x', 'uid': 'u', 'endTime': '2026-01-12T10:30:00Z'}", "time_invalid", "a row's createdAt must be a time"},

	/* The test button. */
	{"{" CREATED ", 'payload': {'type': 'Test', 'title': 'Test trigger event'}}", "", "the ping names no booking and is none"},
	{"{'triggerEvent': 'MEETING_ENDED', " AT ", 'payload': {'type': 'Test'}}", "", "of whatever trigger"},
	{"{" CREATED ", 'payload': {'type': 'test'}}", "uid_missing", "its type is Test and nothing else"},
};

static const char *code_of(struct arena *arena, const char *body)
{
	struct calcom_event event;
	struct fail f = {0};
	bool good = calcom_event_read(arena, quoted(arena, body), &event, &f);

	if (good != (f.kind == FAIL_NONE) || (!good && (f.kind != FAIL_INPUT || !*f.detail)))
		return "neither read nor refused";
	return good ? "" : f.code;
}

static struct calcom_event read(struct arena *arena, const char *body)
{
	struct calcom_event event;
	struct fail f = {0};

	if (!calcom_event_read(arena, quoted(arena, body), &event, &f)) {
		printf("Bail out! %s\n", f.detail);
		exit(1);
	}
	return event;
}

static bool moment_is(struct moment moment, const char *text)
{
	char printed[INSTANT_SIZE];

	return text ? moment.known && strcmp(instant_to_rfc3339(moment.at, printed), text) == 0 : !moment.known;
}

static void ordinary(struct arena *arena)
{
	struct calcom_event e = read(arena, "{" CREATED ", 'payload': {'uid': 'u', 'bookingId': 7, 'type': 'intro', 'eventTitle': 'Intro', 'title': 'Intro with Jane',"
		"'startTime': '2026-01-12T11:00:00+01:00', 'endTime': '2026-01-12T10:30:00Z', 'status': 'ACCEPTED', 'location': 'integrations:daily',"
		"'videoCallData': {'url': 'https://video.test/1'}, 'eventTypeId': 12, 'seatsPerTimeSlot': null, 'somethingNew': {'x': []},"
		"'attendees': [{'email': ' Jane@ACME.test', 'name': 'Jane Doe', 'timeZone': 'Europe/Rome', 'phoneNumber': '+391'}]}}");

	is_text(e.trigger, "BOOKING_CREATED", "the trigger");
	ok(e.known && e.known->effect && !e.ping && !e.frozen && !e.seats, "is known, and the event is news");
	is_text(e.uid, "u", "the uid");
	ok(e.number == 7 && !e.replaced_uid && e.event_type_id == 12, "the numbers");
	ok(moment_is(e.sent_at, "2026-01-10T08:00:00Z") && moment_is(e.made_at, NULL), "when it happened");
	ok(moment_is(e.starts_at, "2026-01-12T10:00:00Z") && moment_is(e.ends_at, "2026-01-12T10:30:00Z"), "when the meeting is");
	is_text(e.title, "Intro with Jane", "the title");
	is_text(e.event_type, "intro", "the event type by its slug");
	is_text(e.location, "https://video.test/1", "the address of the call before the name of the app");
	is_text(e.status, "ACCEPTED", "the status");
	ok(e.attendee_count == 1, "the attendee");
	is_text(e.attendees[0].address.email_key, "jane@acme.test", "with the address");
	is_text(e.attendees[0].name, "Jane Doe", "the name");
	is_text(e.attendees[0].phone, "+391", "the phone");
	is_text(e.attendees[0].timezone, "Europe/Rome", "the time zone");
	ok(e.attendees[0].attended == NOT_KNOWN && e.attendees[0].no_show == NOT_KNOWN, "and no word on attendance");
}

static void shapes(struct arena *arena)
{
	struct calcom_event flat = read(arena, "{'triggerEvent': 'MEETING_ENDED', 'id': 7, 'uid': 'u', 'createdAt': '2026-01-10T08:00:00Z',"
		"'startTime': '2026-01-12T10:00:00Z', 'endTime': '2026-01-12T10:30:00Z', 'status': 'ACCEPTED', 'userPrimaryEmail': 'host@sales.test',"
		"'attendees': [{'id': 9, 'email': 'jane@acme.test', 'name': 'Jane', 'bookingId': 8, 'noShow': false}, {'email': 'HOST@sales.test'}]}");
	struct calcom_event task = read(arena, "{'triggerEvent': 'MEETING_ENDED', 'createdAt': '2026-01-10T08:00:00Z', 'payload': {'bookingId': 7, 'responses': {},"
		"'evt': {'uid': 'u', 'endTime': '2026-01-12T10:30:00Z', 'organizer': {'email': 'host@sales.test'}, 'attendees': [{'email': 'jane@acme.test'}]}}}");
	struct calcom_event row = read(arena, "{'triggerEvent': 'MEETING_ENDED', 'createdAt': '2026-01-12T10:30:05Z', 'payload': {'id': 7, 'uid': 'u',"
		"'createdAt': '2026-01-10T08:00:00Z', 'endTime': '2026-01-12T10:30:00Z', 'user': {'email': 'host@sales.test'},"
		"'attendees': [{'email': 'jane@acme.test'}, {'email': 'host@sales.test'}]}}");
	struct calcom_event dotted = read(arena, "{'triggerEvent': 'meeting.ended', 'createdAt': '2026-01-12T10:30:05Z', 'payload': {'bookingId': '7',"
		"'attendees': [{'email': 'jane@acme.test', 'attended': true}, {'email': 'bob@acme.test', 'attended': false}, {'email': 'eve@acme.test'}]}}");

	ok(flat.number == 7 && flat.frozen && moment_is(flat.sent_at, NULL) && moment_is(flat.made_at, "2026-01-10T08:00:00Z"),
		"a flat event carries the booking's own createdAt");
	ok(flat.attendee_count == 1 && flat.attendees[0].no_show == NO, "its attendees without the host");
	ok(task.number == 7 && task.frozen && moment_is(task.sent_at, "2026-01-10T08:00:00Z") && task.attendee_count == 1
		&& moment_is(task.ends_at, "2026-01-12T10:30:00Z"), "an event of the task queue carries the booking inside evt");
	is_text(task.uid, "u", "with its uid");
	ok(row.number == 7 && row.frozen && moment_is(row.sent_at, "2026-01-12T10:30:05Z") && moment_is(row.made_at, "2026-01-10T08:00:00Z")
		&& row.attendee_count == 1, "a booking's row may come in an envelope");
	ok(!dotted.uid && dotted.number == 7 && dotted.attendee_count == 3, "an older event names its booking by number");
	ok(dotted.attendees[0].attended == YES && dotted.attendees[1].attended == NO && dotted.attendees[2].attended == NOT_KNOWN,
		"and says who attended");
}

/* The booker's answers, and what becomes of them. */
static const struct {
	const char *payload, *people, *what; /* "email|name|phone|company;" for each */
} answers[] = {
	{"'attendees': [{'email': 'jane@acme.test', 'name': 'Jane'}], 'responses': {'email': {'label': 'x', 'value': 'jane@acme.test'}, 'company': {'value': 'Acme'},"
	 " 'attendeePhoneNumber': {'value': '+1'}}", "jane@acme.test|Jane|+1|Acme;", "company and phone come from the answers"},
	{"'attendees': [{'email': 'jane@acme.test', 'phoneNumber': '+2'}], 'responses': {'email': 'JANE@acme.test', 'phone': '+1', 'companyName': 'Acme'}",
	 "jane@acme.test|-|+2|Acme;", "plain answers are understood; a phone of one's own stays"},
	{"'responses': {'email': 'mary@home.test', 'name': 'Mary Smith', 'phone': '+31'}", "mary@home.test|Mary Smith|+31|-;", "who booked comes where nobody is listed"},
	{"'attendees': [], 'responses': {'email': {'value': 'mary@home.test'}, 'name': {'value': {'firstName': 'Mary', 'lastName': 'Smith'}}}",
	 "mary@home.test|Mary Smith|-|-;", "a name may come in parts"},
	{"'attendees': [], 'responses': {'email': 'mary@home.test', 'name': {'lastName': 'Smith'}}", "mary@home.test|Smith|-|-;", "of which one may be missing"},
	{"'attendees': [], 'responses': {'email': 'mary@home.test', 'name': {'firstName': '', 'lastName': 'Smith'}}", "mary@home.test|Smith|-|-;", "or empty"},
	{"'attendees': [], 'responses': {'email': 'mary@home.test', 'name': {'firstName': ''}}", "mary@home.test|-|-|-;", "or all"},
	{"'metadata': {'responses': {'email': 'mary@home.test', 'company': 'Acme'}}", "mary@home.test|-|-|Acme;", "answers may stand in the metadata"},
	{"'responses': {}, 'metadata': {'responses': {'email': 'mary@home.test'}}", "mary@home.test|-|-|-;", "also beside empty ones"},
	{"'attendees': [{'email': 'bob@acme.test'}], 'responses': {'email': 'mary@home.test', 'company': 'Acme'}", "bob@acme.test|-|-|-;",
	 "answers of somebody who is not listed are nobody's"},
	{"'attendees': [{'email': 'a@acme.test'}, {'email': 'b@acme.test'}], 'responses': {'email': 'b@acme.test', 'company': 'Acme'}",
	 "a@acme.test|-|-|-;b@acme.test|-|-|Acme;", "answers belong to the one who gave them"},
	{"'responses': {'guests': {'value': ['x@acme.test']}, 'email': {'label': 'email'}}", "", "an answer without a value is none"},
	{"'organizer': {'email': 'host@sales.test'}, 'attendees': [{'email': 'host@sales.test'}], 'responses': {'email': 'host@sales.test'}", "",
	 "an organiser who books himself is nobody's lead"},
	{"'organizer': {'email': 'host@sales.test'}, 'attendees': [{'email': 'Host@Sales.test '}, {'email': 'jane@acme.test'}]", "jane@acme.test|-|-|-;",
	 "however his address is written"},
	{"'team': {'members': [{'email': 'bob@sales.test'}, {'name': 'x'}, 7]}, 'attendees': [{'email': 'jane@acme.test'}, {'email': 'bob@sales.test'}]",
	 "jane@acme.test|-|-|-;", "a team member is nobody's lead"},
	{"'hostEmail': 'host@sales.test', 'attendees': [{'email': 'host@sales.test'}]", "", "nor is the host of a video call"},
	{"'attendees': [{'email': 'jane@acme.test', 'name': ''}]", "jane@acme.test|-|-|-;", "an empty name is none"},
};

static void people(struct arena *arena)
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct calcom_event e = read(arena, arena_print(arena, "{" CREATED ", 'payload': {'uid': 'u', %s}}", answers[i].payload));
		struct text said = text_new(arena, 10000);

		for (size_t j = 0; j < e.attendee_count; j++) {
			const struct attendee *a = &e.attendees[j];

			text_add(&said, "%s|%s|%s|%s;", a->address.email, a->name ? a->name : "-", a->phone ? a->phone : "-", a->company ? a->company : "-");
		}
		is_text(said.bytes, answers[i].people, answers[i].what);
	}
}

/* Whose reference the booking link carried: "who booked|reference". */
static const struct {
	const char *payload, *booker, *what;
} bookers[] = {
	{"'attendees': [{'email': 'a@acme.test'}, {'email': 'b@acme.test'}], 'responses': {'email': {'value': 'B@acme.test'}}, 'metadata': {'turnout': 'R'}",
	 "b@acme.test|R", "who gave the answers booked"},
	{"'attendees': [{'email': 'a@acme.test'}, {'email': 'b@acme.test'}], 'metadata': {'turnout': 'R'}", "a@acme.test|R", "without answers the first did"},
	{"'attendees': [{'name': 'x'}, {'email': 'b@acme.test'}], 'metadata': {'turnout': 'R'}", "-|R", "unless nobody knows who that is"},
	{"'organizer': {'email': 'host@x.test'}, 'attendees': [{'email': 'host@x.test'}, {'email': 'b@acme.test'}], 'metadata': {'turnout': 'R'}", "-|R",
	 "or it is the organiser"},
	{"'attendees': [{'email': 'a@acme.test'}], 'responses': {'email': 'c@acme.test'}", "-|-", "somebody who is not listed is nobody here"},
	{"'seatsPerTimeSlot': 3, 'attendees': [{'email': 'a@acme.test'}], 'metadata': {'turnout': 'R'}", "-|R", "with seats the first may have booked long ago"},
	{"'responses': {'email': 'a@acme.test'}, 'metadata': {'turnout': 7}", "a@acme.test|-", "a reference is a text"},
	{"'responses': {'email': 'a@acme.test'}, 'metadata': ['turnout']", "a@acme.test|-", "in the metadata"},
};

static void references(struct arena *arena)
{
	for (size_t i = 0; i < COUNT(bookers); i++) {
		struct calcom_event e = read(arena, arena_print(arena, "{" CREATED ", 'payload': {'uid': 'u', %s}}", bookers[i].payload));

		is_text(arena_print(arena, "%s|%s", e.booker ? e.booker->address.email_key : "-", e.reference ? e.reference : "-"), bookers[i].booker,
			bookers[i].what);
		ok(!e.referred_lead, "and nobody has verified it yet");
	}
	is_text(read(arena, "{" CREATED ", 'payload': {'uid': 'u', 'attendees': [{'email': 'a@b.test'}], 'responses': {'email': 'a@b.test'}, 'additionalNotes': 'hi'}}")
			.attendees[0].notes, "hi", "the booker's notes are read");
}

static void other_facts(struct arena *arena)
{
	struct calcom_event e = read(arena, "{'triggerEvent': 'BOOKING_CANCELLED', " AT ", 'payload': {'uid': 'u', 'seatsPerTimeSlot': 5,"
		"'cancellationReason': 'ill', 'cancelledBy': 'jane@acme.test', 'requestReschedule': true}}");

	ok(e.seats && e.reschedule_requested, "seats, and the wish for another time");
	is_text(e.reason, "ill", "a reason");
	is_text(e.by, "jane@acme.test", "and by whom");
	e = read(arena, "{'triggerEvent': 'BOOKING_REJECTED', " AT ", 'payload': {'uid': 'u', 'rejectionReason': 'full'}}");
	is_text(e.reason, "full", "a rejection has its reason, too");
	e = read(arena, "{'triggerEvent': 'BOOKING_PAID', " AT ", 'payload': {'uid': 'u', 'paymentData': {'amount': 4900, 'currency': 'usd'}}}");
	ok(e.payment_amount == 4900, "an amount");
	is_text(e.payment_currency, "usd", "and its currency");
	e = read(arena, "{'triggerEvent': 'BOOKING_RESCHEDULED', " AT ", 'payload': {'uid': 'new', 'rescheduleUid': 'old',"
		"'rescheduleStartTime': '2026-01-11T10:00:00Z', 'rescheduledBy': 'x'}}");
	is_text(e.replaced_uid, "old", "the booking before");
	ok(e.replaced_number == 0, "whose number may not be said");
	ok(read(arena, "{'triggerEvent': 'BOOKING_RESCHEDULED', " AT ", 'payload': {'uid': 'new', 'rescheduleUid': 'old', 'rescheduleId': '6'}}").replaced_number == 6,
		"or be said as a text");
	ok(read(arena, "{'triggerEvent': 'BOOKING_RESCHEDULED', " AT ", 'payload': {'uid': 'new', 'rescheduleUid': 'old', 'rescheduleId': -6}}").replaced_number == 0,
		"or be none");
	ok(moment_is(e.replaced_starts_at, "2026-01-11T10:00:00Z") && moment_is(e.replaced_ends_at, NULL), "and when it would have been");
	is_text(read(arena, "{'triggerEvent': 'BOOKING_REQUESTED', " AT ", 'payload': {'uid': 'new', 'rescheduleUid': 'old'}}").replaced_uid, "old",
		"of whatever trigger");
	ok(!read(arena, "{'triggerEvent': 'BOOKING_RESCHEDULED', " AT ", 'payload': {'uid': 'u', 'rescheduleUid': 'u'}}").replaced_uid,
		"a booking does not replace itself");
	ok(read(arena, "{" CREATED ", 'payload': {'type': 'Test'}}").ping, "the test button is told from a booking");
	ok(!read(arena, "{" CREATED ", 'payload': {'type': 'Test', 'uid': 'u'}}").ping, "an event type called Test is not the test button");
	is_text(read(arena, "{" CREATED ", 'payload': {'uid': 'u', 'type': 'BOOKING_CREATED', 'eventTitle': 'Intro'}}").event_type, "Intro",
		"a trigger in the place of the event type is none");
	is_text(read(arena, "{'triggerEvent': 'SOMETHING.new', " AT ", 'uid': 'u'}").trigger, "SOMETHING_NEW", "an unknown trigger is spelled as the others");
	is_text(read(arena, "{'triggerEvent': 'FORM_SUBMITTED', " AT ", 'payload': {'uid': 'u'}}").uid, "u",
		"an event that changes no booking may name one");
}

/* count times the same between head and tail */
static const char *repeated(struct arena *arena, const char *head, const char *piece, size_t count, const char *tail)
{
	struct text text = text_new(arena, 4 << 20);

	text_add_string(&text, head);
	for (size_t i = 0; i < count; i++)
		text_add_string(&text, piece);
	text_add_string(&text, tail);
	return text.bytes;
}

static void limits(struct arena *arena)
{
	struct calcom_event e;
	bool whole = true;

	is_text(code_of(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': '", "x", UID_LIMIT_BYTES, "'}}")), "", "a uid may have 255 bytes");
	is_text(code_of(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': '", "x", UID_LIMIT_BYTES + 1, "'}}")), "uid_invalid", "and no more");
	is_text(code_of(arena, repeated(arena, "{'triggerEvent': '", "X", TRIGGER_LIMIT_BYTES, "'}")), "", "a trigger may have 100 bytes");
	is_text(code_of(arena, repeated(arena, "{'triggerEvent': '", "X", TRIGGER_LIMIT_BYTES + 1, "'}")), "trigger_missing", "and no more");
	is_text(code_of(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': 'u', 'attendees': [{}", ", {}", ATTENDEE_LIMIT - 1, "]}}")), "",
		"500 attendees are read");
	is_text(code_of(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': 'u', 'attendees': [{}", ", {}", ATTENDEE_LIMIT, "]}}")),
		"attendees_too_many", "501 are refused");
	e = read(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': 'u', 'attendees': [{'email': 'a@b.test', 'name': '", "x", 300000, "'}]}}"));
	is_number((long long)strlen(e.attendees[0].name), TEXT_LIMIT_BYTES, "a name of 300 KB is cut");
	for (size_t head = 0; head < 4; head++) {
		e = read(arena, repeated(arena, arena_print(arena, "{" CREATED ", 'payload': {'uid': 'u', 'title': '%.*s", (int)head, "xxxx"),
			"\xF0\x9F\x98\x80", 300, "'}}"));
		whole = whole && text_is_utf8(e.title, strlen(e.title)) && strlen(e.title) > TEXT_LIMIT_BYTES - 4 && strlen(e.title) <= TEXT_LIMIT_BYTES;
	}
	ok(whole, "a text is cut at a whole character");
	e = read(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': 'u', 'team': {'members': [{'email': 'x@y.test'}", ", {'email': 'x@y.test'}", 1000,
		"]}, 'attendees': [{'email': 'x@y.test'}]}}"));
	ok(e.attendee_count == 0, "a team may be of any size");
	e = read(arena, repeated(arena, "{" CREATED ", 'payload': {'uid': 'u', 'organizer': {'email': 'host@y.test'}, 'team': {'members': [{}",
		", {'email': 'x@y.test'}", 100, ", {'email': 'last@y.test'}]}, 'attendees': [{'email': 'last@y.test'}]}}"));
	ok(e.attendee_count == 0, "and its last member is a member like the first");
}

int main(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_text(code_of(&arena, rows[i].body), rows[i].code, rows[i].what);
	ordinary(&arena);
	shapes(&arena);
	people(&arena);
	references(&arena);
	other_facts(&arena);
	limits(&arena);
	arena_end(&arena);
	return done_testing();
}

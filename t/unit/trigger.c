/* trigger - every row of the table is found by its name and by nothing else, and synonyms do the same. */
#include "domain/trigger.h"

#include "base/arena.h"
#include "domain/calcom_event.h"
#include "quoted.h"

static void each_is_found(void)
{
	size_t count;
	const struct trigger *list = trigger_list(&count);
	bool found = true, spelled = true, noted = true;

	for (size_t i = 0; i < count; i++) {
		found = found && trigger_find(list[i].name) == &list[i];
		spelled = spelled && strspn(list[i].name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(list[i].name)
		       && strlen(list[i].name) <= TRIGGER_LIMIT_BYTES;
		noted = noted && (list[i].effect || !list[i].timeline);
	}
	ok(count >= 21 && found, "every trigger is found, so each is there once");
	ok(spelled, "names are capitals and underscores");
	ok(noted, "what changes no booking notes nothing on its timeline");
}

static const struct {
	const char *name;
	effect *effect;
	const char *what;
} rows[] = {
	{"BOOKING_CREATED", booking_accept_or_hold, "a booking that is made is accepted, or pending as its status says"},
	{"BOOKING_REQUESTED", booking_hold, "a request is pending"},
	{"BOOKING_CONFIRMED", booking_accept, "a confirmation accepts"},
	{"BOOKING_RESCHEDULED", booking_accept, "the new booking of a reschedule is accepted"},
	{"BOOKING_CANCELLED", booking_cancel, "a cancellation cancels"},
	{"BOOKING_REJECTED", booking_reject, "a rejection rejects"},
	{"BOOKING_PAYMENT_INITIATED", booking_begin_payment, "a payment begins"},
	{"BOOKING_PAID", booking_pay, "a payment is made"},
	{"MEETING_STARTED", booking_start, "a meeting begins"},
	{"MEETING_ENDED", booking_end, "a meeting ends"},
	{"BOOKING_NO_SHOW_UPDATED", booking_mark, "a mark is set or taken back"},
	{"AFTER_GUESTS_CAL_VIDEO_NO_SHOW", booking_blame_guests, "guests stayed away"},
	{"AFTER_HOSTS_CAL_VIDEO_NO_SHOW", booking_note_host, "the host stayed away"},
	{"RECORDING_READY", booking_note_only, "a recording is noted"},
	{"RECORDING_TRANSCRIPTION_GENERATED", booking_note_only, "a transcript is noted"},
	{"FORM_SUBMITTED", NULL, "a form changes no booking"},
	{"FORM_SUBMITTED_NO_EVENT", NULL, "nor does one without an event"},
	{"INSTANT_MEETING", NULL, "nor an instant meeting"},
	{"OOO_CREATED", NULL, "nor an absence"},
};

static const char *const strangers[] = {"", "BOOKING", "booking_created", "booking.created", "BOOKING_CREATED ", "SOMETHING_NEW_2027"};

/* booking.created, whatever its letters, is BOOKING_CREATED. */
static void spellings(struct arena *arena)
{
	size_t count;
	const struct trigger *list = trigger_list(&count);
	bool same = true;

	for (size_t i = 0; i < count; i++) {
		char *dotted = arena_string(arena, list[i].name);
		struct calcom_event event;
		struct fail f = {0};

		for (char *at = dotted; *at; at++)
			*at = *at == '_' ? '.' : (char)(*at - 'A' + 'a');
		same = same && calcom_event_read(arena,
			quoted(arena, arena_print(arena, "{'triggerEvent': '%s', 'createdAt': '2026-01-10T08:00:00Z', 'payload': {'uid': 'u'}}", dotted)),
			&event, &f) && event.known == &list[i] && strcmp(event.trigger, list[i].name) == 0;
	}
	ok(same, "the dotted spelling of every trigger is understood");
}

int main(void)
{
	struct arena arena = {0};

	each_is_found();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct trigger *trigger = trigger_find(rows[i].name);

		ok(trigger && trigger->effect == rows[i].effect, rows[i].what);
	}
	for (size_t i = 0; i < COUNT(strangers); i++)
		ok(!trigger_find(strangers[i]), "there is no trigger of another name");
	ok(trigger_find("PAYMENT_COMPLETED")->effect == trigger_find("BOOKING_PAID")->effect, "older names of a payment mean the same");
	ok(trigger_find("BOOKING_COMPLETED")->carries == TIMED, "older names of a meeting's end mean the same");
	spellings(&arena);
	arena_end(&arena);
	return done_testing();
}

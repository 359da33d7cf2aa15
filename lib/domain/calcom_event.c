/* calcom_event - one delivery of Cal.com as a typed struct, whichever of its shapes it came in. Pure. */
#include "domain/calcom_event.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/calcom_field.h"
#include "domain/calcom_people.h"
#include "domain/calcom_row.h"
#include "domain/lead_reference.h"
#include "domain/trigger.h"

#include <string.h>

/* A number, or its digits as text; older integrations put a uid here. */
static bool id_field(const struct fields *s, const char *key, struct calcom_event *e, struct fail *f)
{
	const json_t *value = field_json(s, key);
	const char *text = json_string_value(value);

	if (!value || e->number)
		return true;
	if (json_is_integer(value) && json_integer_value(value) > 0) {
		e->number = json_integer_value(value);
		return true;
	}
	if (text && i64_from_text(text, 1, INT64_MAX, &e->number))
		return true;
	if (text && (e->uid || uid_is_good(text))) {
		e->uid = e->uid ? e->uid : text;
		return true;
	}
	return fail(f, FAIL_INPUT, "booking_id_invalid", "the field \"%s\" is no booking id; expected a number from 1",
		key);
}

static bool read_identity(const struct fields *s, struct calcom_event *e, struct fail *f)
{
	const char *replaced = NULL;

	if (!field_uid(s, "uid", &e->uid, f) || (!e->uid && !field_uid(s, "bookingUid", &e->uid, f))
		|| !id_field(s, "bookingId", e, f) || !id_field(s, "id", e, f)
		|| !field_uid(s, "rescheduleUid", &replaced, f))
		return false;
	if (replaced && e->uid && strcmp(replaced, e->uid) != 0)
		e->replaced_uid = replaced;
	if (e->replaced_uid)
		e->replaced_number = number_read(field_json(s, "rescheduleId"));
	return true;
}

static bool read_trigger(struct arena *arena, const json_t *root, struct calcom_event *e, struct fail *f)
{
	const char *said = json_text_at(root, "triggerEvent");
	char *name;

	if (!said || !*said || strlen(said) > TRIGGER_LIMIT_BYTES)
		return fail(f, FAIL_INPUT, "trigger_missing",
			"the field \"triggerEvent\" is missing or no text of 1 to %d bytes", TRIGGER_LIMIT_BYTES);
	name = arena_string(arena, said);
	for (char *at = name; *at; at++)
		*at = *at == '.' ? '_' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	e->trigger = name;
	e->known = trigger_find(name);
	return true;
}

static bool read_sources(struct arena *arena, const json_t *root, struct fields *s, struct fail *f)
{
	const json_t *payload = json_object_get(root, "payload"), *inner;

	*s = (struct fields){.arena = arena};
	if (payload && !json_is_null(payload) && !json_is_object(payload))
		return fail(f, FAIL_INPUT, "payload_invalid", "the field \"payload\" is not an object");
	s->flat = !json_is_object(payload);
	inner = json_object_at(payload, "evt");
	if (inner)
		s->objects[s->count++] = inner;
	if (!s->flat)
		s->objects[s->count++] = payload;
	s->objects[s->count++] = root;
	return true;
}

/* A flat event of the classic scheduler is the booking's row, so its createdAt is the booking's own. */
static bool read_times(const struct fields *s, const json_t *root, struct calcom_event *e, struct fail *f)
{
	const json_t *created = json_object_get(root, "createdAt"), *payload = json_object_get(root, "payload");
	bool row = s->flat && e->known->carries == TIMED;

	if (!moment_read(created, "createdAt", row ? &e->made_at : &e->sent_at, f)
		|| (!s->flat && !moment_read(json_object_get(payload, "createdAt"), "createdAt", &e->made_at, f))
		|| !field_moment(s, "startTime", &e->starts_at, f) || !field_moment(s, "endTime", &e->ends_at, f)
		|| !field_moment(s, "rescheduleStartTime", &e->replaced_starts_at, f)
		|| !field_moment(s, "rescheduleEndTime", &e->replaced_ends_at, f))
		return false;
	e->frozen = e->known->carries != WHOLE;
	if (e->sent_at.known || (row && (e->known->effect == booking_start ? e->starts_at : e->ends_at).known))
		return true;
	return fail(f, FAIL_INPUT, "created_at_missing",
		"the field \"createdAt\" is missing: nobody can tell when this happened");
}

static void read_description(const struct fields *s, struct calcom_event *e)
{
	const json_t *event_type_id = field_json(s, "eventTypeId"), *payment = field_json(s, "paymentData");
	const char *reasons[] = {"cancellationReason", "rejectionReason"},
		   *persons[] = {"cancelledBy", "rescheduledBy"};
	const char *type = field_text(s, "type"), *video = json_text_at(field_json(s, "videoCallData"), "url");

	e->status = field_text(s, "status");
	e->title = field_text(s, "title");
	e->event_type = type && !trigger_find(type) ? type : field_text(s, "eventTitle");
	e->location = video && *video ? text_bounded(s->arena, video) : field_text(s, "location");
	e->event_type_id = json_is_integer(event_type_id) ? json_integer_value(event_type_id) : 0;
	e->seats = people_have_seats(s);
	e->reference = json_text_at(field_json(s, "metadata"), LEAD_REFERENCE_MEMBER);
	for (size_t i = 0; i < COUNT(reasons) && !e->reason; i++)
		e->reason = field_text(s, reasons[i]);
	for (size_t i = 0; i < COUNT(persons) && !e->by; i++)
		e->by = field_text(s, persons[i]);
	e->reschedule_requested = json_is_true(field_json(s, "requestReschedule"));
	e->payment_amount = json_integer_value(json_object_get(payment, "amount"));
	e->payment_currency = text_bounded(s->arena, json_text_at(payment, "currency"));
}

bool calcom_event_read(struct arena *arena, const json_t *root, struct calcom_event *e, struct fail *f)
{
	struct fields s;
	struct fail ignored = {0};

	*e = (struct calcom_event){0};
	if (!json_is_object(root))
		return fail(f, FAIL_INPUT, "json_no_object", "the body is not a JSON object");
	if (!read_trigger(arena, root, e, f))
		return false;
	/* What changes no booking is kept as it came; its shape is nobody's business yet. */
	if (!e->known || !e->known->effect) {
		if (read_sources(arena, root, &s, &ignored) && read_identity(&s, e, &ignored))
			(void)moment_read(json_object_get(root, "createdAt"), "createdAt", &e->sent_at, &ignored);
		return true;
	}
	if (e->known->carries == ROW)
		return calcom_row_read(arena, root, e, f);
	if (!read_sources(arena, root, &s, f) || !read_identity(&s, e, f))
		return false;
	if (!e->uid && !e->number) {
		const char *type = field_text(&s, "type");

		e->ping = type && strcmp(type, "Test") == 0;
		return e->ping
		       || fail(f, FAIL_INPUT, "uid_missing",
			       "the event names no booking: the fields \"uid\" and \"bookingId\" are missing");
	}
	if (!read_times(&s, root, e, f) || !people_read(&s, e, f))
		return false;
	read_description(&s, e);
	return true;
}

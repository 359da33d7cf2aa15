/* calcom_event - one delivery of Cal.com as a typed struct, whichever of its shapes it came in. Pure. */
#include "domain/calcom_event.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/lead_reference.h"
#include "domain/trigger.h"

#include <string.h>

/* Where to look for a field, innermost first: the booking of the task queue's shape, the payload, the envelope. */
struct source {
	struct arena *arena;
	const json_t *objects[3];
	size_t count;
	bool flat; /* there is no payload: the envelope is the booking's row */
};

static const json_t *look_up(const struct source *s, const char *key)
{
	for (size_t i = 0; i < s->count; i++) {
		const json_t *value = json_object_get(s->objects[i], key);

		if (value && !json_is_null(value))
			return value;
	}
	return NULL;
}

/* Cut at a whole character. */
static const char *bounded(struct arena *arena, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length <= TEXT_LIMIT_BYTES)
		return text;
	for (length = TEXT_LIMIT_BYTES; ((unsigned char)text[length] & 0xC0) == 0x80; length--)
		;
	return arena_copy(arena, text, length);
}

/* Descriptive fields: another type than text counts as not said. */
static const char *text_field(const struct source *s, const char *key)
{
	const char *text = json_string_value(look_up(s, key));

	return text && *text ? bounded(s->arena, text) : NULL;
}

static bool moment_of(const json_t *value, const char *key, struct moment *moment, struct fail *f)
{
	const char *text = json_string_value(value);

	if (!value || json_is_null(value))
		return true;
	if (!text || !instant_from_rfc3339(text, json_string_length(value), &moment->at))
		return fail(f, FAIL_INPUT, "time_invalid",
			"the field \"%s\" is no time; expected RFC 3339 such as 2024-05-06T07:08:09Z", key);
	moment->known = true;
	return true;
}

static bool moment_field(const struct source *s, const char *key, struct moment *moment, struct fail *f)
{
	return moment_of(look_up(s, key), key, moment, f);
}

/* Uids are stored, shown and put into URLs, and no uid may look like the name of a booking known by number only. */
static bool uid_is_good(const char *uid)
{
	size_t length = strlen(uid);

	for (const char *at = uid; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7F)
			return false;
	return length > 0 && length <= UID_LIMIT_BYTES && strncmp(uid, "number:", 7) != 0;
}

static bool uid_field(const struct source *s, const char *key, const char **uid, struct fail *f)
{
	const json_t *value = look_up(s, key);

	if (!value)
		return true;
	if (!json_is_string(value) || !uid_is_good(json_string_value(value)))
		return fail(f, FAIL_INPUT, "uid_invalid",
			"the field \"%s\" is no uid; expected a text of 1 to %d characters without spaces", key,
			UID_LIMIT_BYTES);
	*uid = json_string_value(value);
	return true;
}

/* A number, or its digits as text; older integrations put a uid here. */
static bool id_field(const struct source *s, const char *key, struct calcom_event *e, struct fail *f)
{
	const json_t *value = look_up(s, key);
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

static int64_t number_of(const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t number = json_integer_value(value);

	if (text && !i64_from_text(text, 1, INT64_MAX, &number))
		return 0;
	return number > 0 ? number : 0;
}

static bool read_identity(const struct source *s, struct calcom_event *e, struct fail *f)
{
	const char *replaced = NULL;

	if (!uid_field(s, "uid", &e->uid, f) || (!e->uid && !uid_field(s, "bookingUid", &e->uid, f))
		|| !id_field(s, "bookingId", e, f) || !id_field(s, "id", e, f)
		|| !uid_field(s, "rescheduleUid", &replaced, f))
		return false;
	if (replaced && e->uid && strcmp(replaced, e->uid) != 0)
		e->replaced_uid = replaced;
	if (e->replaced_uid)
		e->replaced_number = number_of(look_up(s, "rescheduleId"));
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

static bool read_sources(struct arena *arena, const json_t *root, struct source *s, struct fail *f)
{
	const json_t *payload = json_object_get(root, "payload"), *inner;

	*s = (struct source){.arena = arena};
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
static bool read_times(const struct source *s, const json_t *root, struct calcom_event *e, struct fail *f)
{
	const json_t *created = json_object_get(root, "createdAt"), *payload = json_object_get(root, "payload");
	bool row = s->flat && e->known->carries == TIMED;

	if (!moment_of(created, "createdAt", row ? &e->made_at : &e->sent_at, f)
		|| (!s->flat && !moment_of(json_object_get(payload, "createdAt"), "createdAt", &e->made_at, f))
		|| !moment_field(s, "startTime", &e->starts_at, f) || !moment_field(s, "endTime", &e->ends_at, f)
		|| !moment_field(s, "rescheduleStartTime", &e->replaced_starts_at, f)
		|| !moment_field(s, "rescheduleEndTime", &e->replaced_ends_at, f))
		return false;
	e->frozen = e->known->carries != WHOLE;
	if (e->sent_at.known || (row && (e->known->effect == booking_start ? e->starts_at : e->ends_at).known))
		return true;
	return fail(f, FAIL_INPUT, "created_at_missing",
		"the field \"createdAt\" is missing: nobody can tell when this happened");
}

/* A response is a plain text, or an object with the text in "value", or with a name in parts. */
static const char *response_text(struct arena *arena, const json_t *responses, const char *slug)
{
	const json_t *value = json_object_get(responses, slug);
	const char *first, *last;

	if (json_is_object(value) && json_object_get(value, "value"))
		value = json_object_get(value, "value");
	if (json_is_string(value))
		return *json_string_value(value) ? bounded(arena, json_string_value(value)) : NULL;
	first = json_text_at(value, "firstName");
	last = json_text_at(value, "lastName");
	if (first || last)
		return bounded(arena,
			arena_print(arena, "%s%s%s", first ? first : "", first && last ? " " : "", last ? last : ""));
	return NULL;
}

static const char *any_response(struct arena *arena, const json_t *responses, const char *const *slugs, size_t count)
{
	const char *text = NULL;

	for (size_t i = 0; i < count && !text; i++)
		text = response_text(arena, responses, slugs[i]);
	return text;
}

/* Addresses of the organiser and of his team, who are nobody's leads. */
struct hosts {
	const char **keys;
	size_t count;
};

static void add_host(const struct source *s, struct hosts *hosts, const char *email)
{
	struct address address;

	if (email && address_parse(s->arena, email, &address))
		hosts->keys[hosts->count++] = address.email_key;
}

static void find_hosts(const struct source *s, struct hosts *hosts)
{
	const json_t *members = json_array_at(look_up(s, "team"), "members"), *member;
	size_t i;

	/* The team, and the four fields below. */
	hosts->keys = arena_alloc(s->arena, (json_array_size(members) + 4) * sizeof *hosts->keys);
	add_host(s, hosts, json_text_at(look_up(s, "organizer"), "email"));
	add_host(s, hosts, json_text_at(look_up(s, "user"), "email"));
	add_host(s, hosts, text_field(s, "userPrimaryEmail"));
	add_host(s, hosts, text_field(s, "hostEmail"));
	json_array_foreach(members, i, member) add_host(s, hosts, json_text_at(member, "email"));
}

static bool is_host(const struct hosts *hosts, const char *email_key)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (strcmp(hosts->keys[i], email_key) == 0)
			return true;
	return false;
}

static enum maybe maybe_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? (json_is_true(value) ? YES : NO) : NOT_KNOWN;
}

static bool add_attendee(
	const struct source *s, const json_t *row, const struct hosts *hosts, struct calcom_event *e, struct fail *f)
{
	struct attendee *a = &e->attendees[e->attendee_count];
	const char *email = json_text_at(row, "email"), *name = json_text_at(row, "name");
	const char *phone = json_text_at(row, "phoneNumber"), *zone = json_text_at(row, "timeZone");

	if (!json_is_object(row))
		return fail(f, FAIL_INPUT, "attendee_invalid", "an element of \"attendees\" is not an object");
	/* Without an address nobody can be matched; the event is kept all the same. */
	if (!email || !address_parse(s->arena, email, &a->address) || is_host(hosts, a->address.email_key))
		return true;
	a->name = bounded(s->arena, name && *name ? name : NULL);
	a->phone = bounded(s->arena, phone && *phone ? phone : NULL);
	a->timezone = bounded(s->arena, zone && *zone ? zone : NULL);
	a->attended = maybe_at(row, "attended");
	a->no_show = maybe_at(row, "noShow");
	e->attendee_count++;
	return true;
}

static bool has_seats(const struct source *s)
{
	return json_number_value(look_up(s, "seatsPerTimeSlot")) > 0;
}

/* Who filled in the form: his answers, and himself where the event lists nobody. */
static void add_booker(const struct source *s, const struct hosts *hosts, bool first_is_listed, struct calcom_event *e)
{
	static const char *const phones[] = {"phone", "attendeePhoneNumber", "smsReminderNumber", "phoneNumber"};
	static const char *const companies[] = {"company", "companyName", "organization", "organisation"};
	static const char *const notes[] = {"notes", "additionalNotes"};
	const json_t *responses = look_up(s, "responses");
	struct attendee *booker = NULL;
	struct address address;
	const char *email;

	if (!json_is_object(responses) || json_object_size(responses) == 0)
		responses = json_object_get(look_up(s, "metadata"), "responses");
	email = response_text(s->arena, responses, "email");
	/* Without an answer it is the first of the list. Not where seats are taken one by one: there the list is
	 * everybody's. */
	if (!email && first_is_listed && !has_seats(s))
		e->booker = &e->attendees[0];
	if (!email || !address_parse(s->arena, email, &address) || is_host(hosts, address.email_key))
		return;
	for (size_t i = 0; i < e->attendee_count && !booker; i++)
		if (strcmp(e->attendees[i].address.email_key, address.email_key) == 0)
			booker = &e->attendees[i];
	if (!booker && e->attendee_count == 0) {
		booker = &e->attendees[e->attendee_count++];
		*booker = (struct attendee){.address = address, .attended = NOT_KNOWN, .no_show = NOT_KNOWN};
		booker->name = response_text(s->arena, responses, "name");
	}
	if (!booker)
		return;
	e->booker = booker;
	if (!booker->phone)
		booker->phone = any_response(s->arena, responses, phones, COUNT(phones));
	booker->company = any_response(s->arena, responses, companies, COUNT(companies));
	booker->notes = any_response(s->arena, responses, notes, COUNT(notes));
	if (!booker->notes)
		booker->notes = text_field(s, "additionalNotes");
}

static bool read_people(const struct source *s, struct calcom_event *e, struct fail *f)
{
	const json_t *list = look_up(s, "attendees"), *row;
	struct hosts hosts = {0};
	bool first_is_listed = false;
	size_t i;

	if (list && !json_is_array(list))
		return fail(f, FAIL_INPUT, "attendees_invalid", "the field \"attendees\" is not an array");
	if (json_array_size(list) > ATTENDEE_LIMIT)
		return fail(f, FAIL_INPUT, "attendees_too_many", "the field \"attendees\" lists more than %d people",
			ATTENDEE_LIMIT);
	e->attendees = arena_alloc(s->arena, (json_array_size(list) + 1) * sizeof *e->attendees);
	find_hosts(s, &hosts);
	json_array_foreach(list, i, row)
	{
		if (!add_attendee(s, row, &hosts, e, f))
			return false;
		first_is_listed |= i == 0 && e->attendee_count == 1;
	}
	add_booker(s, &hosts, first_is_listed, e);
	e->lists_people = json_array_size(list) > 0 || e->attendee_count > 0;
	return true;
}

static void read_description(const struct source *s, struct calcom_event *e)
{
	const json_t *event_type_id = look_up(s, "eventTypeId"), *payment = look_up(s, "paymentData");
	const char *reasons[] = {"cancellationReason", "rejectionReason"},
		   *persons[] = {"cancelledBy", "rescheduledBy"};
	const char *type = text_field(s, "type"), *video = json_text_at(look_up(s, "videoCallData"), "url");

	e->status = text_field(s, "status");
	e->title = text_field(s, "title");
	e->event_type = type && !trigger_find(type) ? type : text_field(s, "eventTitle");
	e->location = video && *video ? bounded(s->arena, video) : text_field(s, "location");
	e->event_type_id = json_is_integer(event_type_id) ? json_integer_value(event_type_id) : 0;
	e->seats = has_seats(s);
	e->reference = json_text_at(look_up(s, "metadata"), LEAD_REFERENCE_MEMBER);
	for (size_t i = 0; i < COUNT(reasons) && !e->reason; i++)
		e->reason = text_field(s, reasons[i]);
	for (size_t i = 0; i < COUNT(persons) && !e->by; i++)
		e->by = text_field(s, persons[i]);
	e->reschedule_requested = json_is_true(look_up(s, "requestReschedule"));
	e->payment_amount = json_integer_value(json_object_get(payment, "amount"));
	e->payment_currency = bounded(s->arena, json_text_at(payment, "currency"));
}

bool calcom_event_read(struct arena *arena, const json_t *root, struct calcom_event *e, struct fail *f)
{
	struct source s;
	struct fail ignored = {0};

	*e = (struct calcom_event){0};
	if (!json_is_object(root))
		return fail(f, FAIL_INPUT, "json_no_object", "the body is not a JSON object");
	if (!read_trigger(arena, root, e, f))
		return false;
	/* What changes no booking is kept as it came; its shape is nobody's business yet. */
	if (!e->known || !e->known->effect) {
		if (read_sources(arena, root, &s, &ignored) && read_identity(&s, e, &ignored))
			(void)moment_of(json_object_get(root, "createdAt"), "createdAt", &e->sent_at, &ignored);
		return true;
	}
	if (!read_sources(arena, root, &s, f) || !read_identity(&s, e, f))
		return false;
	if (!e->uid && !e->number) {
		const char *type = text_field(&s, "type");

		e->ping = type && strcmp(type, "Test") == 0;
		return e->ping
		       || fail(f, FAIL_INPUT, "uid_missing",
			       "the event names no booking: the fields \"uid\" and \"bookingId\" are missing");
	}
	if (!read_times(&s, root, e, f) || !read_people(&s, e, f))
		return false;
	read_description(&s, e);
	return true;
}

/* calcom_row - one row of Cal.com's list of bookings, as it was read, in the shape of an event. Pure. */
#include "domain/calcom_row.h"

#include "base/text.h"
#include "domain/calcom_event.h"
#include "domain/calcom_field.h"
#include "domain/calcom_people.h"
#include "domain/lead_reference.h"

#include <string.h>
#include <strings.h>

static const int64_t tolerance_us = 600000000; /* ten minutes */

static json_t *event_take(const char *trigger, struct instant read_at, const char *api)
{
	char at[INSTANT_SIZE];

	return json_pack(
		"{s:s, s:s, s:s}", "triggerEvent", trigger, "createdAt", instant_to_rfc3339(read_at, at), "api", api);
}

json_t *calcom_row_event_take(struct instant read_at, const char *api, json_t *row)
{
	json_t *event = event_take("BOOKING_POLLED", read_at, api);

	json_object_set(event, "payload", row);
	return event;
}

json_t *calcom_row_gone_take(struct instant read_at, const char *api, const char *uid)
{
	json_t *event = event_take("BOOKING_GONE", read_at, api);

	json_object_set_new(
		event, "payload", json_pack("{s:s, s:s}", "uid", uid, "cancellationReason", "no longer in Cal.com"));
	return event;
}

static const char *either_text(const struct fields *s, const char *key, const char *other)
{
	const char *text = field_text(s, key);

	return text ? text : field_text(s, other);
}

/* Empty counts as not said. */
static bool either_uid(const struct fields *s, const char *key, const char *other, const char **uid, struct fail *f)
{
	const char *names[] = {key, other};

	for (size_t i = 0; i < COUNT(names) && !*uid; i++) {
		const json_t *value = field_json(s, names[i]);

		if (value && (!json_is_string(value) || *json_string_value(value)) && !field_uid(s, names[i], uid, f))
			return false;
	}
	return true;
}

static bool read_identity(const struct fields *s, struct calcom_event *e, struct fail *f)
{
	const char *from = NULL, *to = NULL;

	if (!field_uid(s, "uid", &e->uid, f) || !either_uid(s, "rescheduledFromUid", "fromReschedule", &from, f)
		|| !either_uid(s, "rescheduledToUid", "rescheduledToUid", &to, f))
		return false;
	if (!e->uid)
		return fail(f, FAIL_INPUT, "uid_missing", "the row names no booking: the field \"uid\" is missing");
	e->number = number_read(field_json(s, "id"));
	if (from && strcmp(from, e->uid) != 0)
		e->replaced_uid = from;
	if (to && strcmp(to, e->uid) != 0)
		e->replaced_by_uid = to;
	return true;
}

/* A row of v1 says neither when it was made nor when it changed. */
static bool read_times(const struct fields *s, const json_t *root, struct calcom_event *e, struct fail *f)
{
	if (!moment_read(json_object_get(root, "createdAt"), "createdAt", &e->sent_at, f)
		|| !field_moment(s, "createdAt", &e->made_at, f) || !field_moment(s, "updatedAt", &e->changed_at, f)
		|| !field_moment(s, "start", &e->starts_at, f) || !field_moment(s, "end", &e->ends_at, f)
		|| !field_moment(s, "startTime", &e->starts_at, f) || !field_moment(s, "endTime", &e->ends_at, f))
		return false;
	if (!e->sent_at.known)
		return fail(f, FAIL_INPUT, "created_at_missing",
			"the field \"createdAt\" is missing: nobody can tell when the row was read");
	if (!e->changed_at.known || (e->made_at.known && before(e->changed_at.at, e->made_at.at)))
		e->changed_at = e->made_at;
	/* Clocks differ a little, and what is years ahead would never be news again. */
	if (!e->changed_at.known || e->changed_at.at.us > e->sent_at.at.us + tolerance_us)
		e->changed_at = e->sent_at;
	if (e->made_at.at.us > e->sent_at.at.us + tolerance_us)
		e->made_at = e->sent_at;
	return true;
}

static bool read_status(const struct fields *s, struct calcom_event *e, struct fail *f)
{
	static const struct {
		const char *said, *means;
	} all[] = {
		{"accepted", "accepted"},
		{"pending", "pending"},
		{"awaiting_host", "pending"},
		{"cancelled", "cancelled"},
		{"rejected", "rejected"},
	};
	const char *said = field_text(s, "status");

	for (size_t i = 0; said && i < COUNT(all); i++)
		if (strcasecmp(said, all[i].said) == 0) {
			e->status = all[i].means;
			return true;
		}
	return fail(f, FAIL_INPUT, "status_invalid", "the field \"status\" is none of those that are known");
}

static void read_description(const struct fields *s, struct calcom_event *e)
{
	const json_t *type = field_json(s, "eventType"), *type_id = field_json(s, "eventTypeId");
	const char *slug = json_text_at(type, "slug");

	e->title = field_text(s, "title");
	e->event_type = slug && *slug ? text_bounded(s->arena, slug) : NULL;
	e->event_type_id = json_is_integer(type_id) ? json_integer_value(type_id) : 0;
	e->location = either_text(s, "meetingUrl", "location");
	e->reason = either_text(s, "cancellationReason", "rejectionReason");
	e->by = either_text(s, "cancelledByEmail", "rescheduledByEmail");
	e->host_absent = json_is_true(field_json(s, "absentHost"));
	e->reference = json_text_at(field_json(s, "metadata"), LEAD_REFERENCE_MEMBER);
}

bool calcom_row_read(struct arena *arena, const json_t *root, struct calcom_event *e, struct fail *f)
{
	struct fields s = {.arena = arena, .objects = {json_object_get(root, "payload")}, .count = 1};

	if (!json_is_object(s.objects[0]))
		return fail(f, FAIL_INPUT, "payload_invalid", "the row is not an object");
	if (!read_identity(&s, e, f) || !read_times(&s, root, e, f) || !read_status(&s, e, f) || !people_read(&s, e, f))
		return false;
	read_description(&s, e);
	e->seats = e->seats_listed;
	/* Who came from where is not said: with seats people move one by one. */
	if (e->seats)
		e->replaced_uid = NULL;
	return true;
}

/* calcom_people - who is listed in one of Cal.com's objects, and who of them is nobody's lead. Pure. */
#include "domain/calcom_people.h"

#include "base/arena.h"
#include "domain/calcom_field.h"
#include "domain/lead_reference.h"
#include "domain/trigger.h"

#include <string.h>

/* Addresses of the organiser and of his team, who are nobody's leads. */
struct hosts {
	const char **keys;
	size_t count;
};

static void add_host(const struct fields *s, struct hosts *hosts, const char *email)
{
	struct address address;

	if (email && address_parse(s->arena, email, &address))
		hosts->keys[hosts->count++] = address.email_key;
}

static void find_hosts(const struct fields *s, struct hosts *hosts)
{
	const json_t *members = json_array_at(field_json(s, "team"), "members"), *listed = field_json(s, "hosts"),
		     *member;
	size_t i;

	/* The team, the hosts, and the four fields below. */
	hosts->keys =
		arena_alloc(s->arena, (json_array_size(members) + json_array_size(listed) + 4) * sizeof *hosts->keys);
	add_host(s, hosts, json_text_at(field_json(s, "organizer"), "email"));
	add_host(s, hosts, json_text_at(field_json(s, "user"), "email"));
	add_host(s, hosts, field_text(s, "userPrimaryEmail"));
	add_host(s, hosts, field_text(s, "hostEmail"));
	json_array_foreach(members, i, member) add_host(s, hosts, json_text_at(member, "email"));
	json_array_foreach(listed, i, member) add_host(s, hosts, json_text_at(member, "email"));
}

static bool is_host(const struct hosts *hosts, const char *email_key)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (strcmp(hosts->keys[i], email_key) == 0)
			return true;
	return false;
}

/* The answers of the booking form that speak for a person. */
static void add_answers(struct arena *arena, const json_t *responses, struct attendee *a)
{
	static const char *const phones[] = {"phone", "attendeePhoneNumber", "smsReminderNumber", "phoneNumber"};
	static const char *const companies[] = {"company", "companyName", "organization", "organisation"};
	static const char *const notes[] = {"notes", "additionalNotes"};

	if (!a->phone)
		a->phone = response_any(arena, responses, phones, COUNT(phones));
	if (!a->company)
		a->company = response_any(arena, responses, companies, COUNT(companies));
	if (!a->notes)
		a->notes = response_any(arena, responses, notes, COUNT(notes));
}

static bool add_attendee(
	const struct fields *s, const json_t *row, const struct hosts *hosts, struct calcom_event *e, struct fail *f)
{
	struct attendee *a = &e->attendees[e->attendee_count];
	const char *email = json_text_at(row, "email"), *name = json_text_at(row, "name");
	const char *phone = json_text_at(row, "phoneNumber"), *zone = json_text_at(row, "timeZone");

	if (!json_is_object(row))
		return fail(f, FAIL_INPUT, "attendee_invalid", "an element of \"attendees\" is not an object");
	e->seats_listed |= json_text_at(row, "seatUid") != NULL;
	/* Without an address nobody can be matched; the event is kept all the same. */
	if (!email || !address_parse(s->arena, email, &a->address) || is_host(hosts, a->address.email_key))
		return true;
	a->name = text_bounded(s->arena, name && *name ? name : NULL);
	a->phone = text_bounded(s->arena, phone && *phone ? phone : NULL);
	a->timezone = text_bounded(s->arena, zone && *zone ? zone : NULL);
	a->attended = maybe_at(row, "attended");
	a->no_show = maybe_at(row, "noShow");
	if (a->no_show == NOT_KNOWN)
		a->no_show = maybe_at(row, "absent");
	/* Where each took his own seat, each filled in his own form. */
	add_answers(s->arena, json_object_at(row, "bookingFieldsResponses"), a);
	a->reference = json_text_at(json_object_get(row, "metadata"), LEAD_REFERENCE_MEMBER);
	e->attendee_count++;
	return true;
}

bool people_have_seats(const struct fields *s)
{
	return json_number_value(field_json(s, "seatsPerTimeSlot")) > 0;
}

/* Who filled in the form: his answers, and himself where the event lists nobody. */
static void add_booker(const struct fields *s, const struct hosts *hosts, bool first_is_listed, struct calcom_event *e)
{
	const json_t *responses = field_json(s, "responses");
	struct attendee *booker = NULL;
	struct address address;
	const char *email;

	if (!json_is_object(responses) || json_object_size(responses) == 0)
		responses = json_object_get(field_json(s, "metadata"), "responses");
	if (!responses)
		responses = field_json(s, "bookingFieldsResponses");
	email = response_text(s->arena, responses, "email");
	/* Without an answer it is the first of the list. Not where seats are taken one by one: there the list is
	 * everybody's. */
	if (!email && first_is_listed && !people_have_seats(s) && !e->seats_listed)
		e->booker = &e->attendees[0];
	if (!email || !address_parse(s->arena, email, &address) || is_host(hosts, address.email_key))
		return;
	for (size_t i = 0; i < e->attendee_count && !booker; i++)
		if (strcmp(e->attendees[i].address.email_key, address.email_key) == 0)
			booker = &e->attendees[i];
	/* An API's row lists everybody who is still in it. */
	if (!booker && e->attendee_count == 0 && e->known->carries != ROW) {
		booker = &e->attendees[e->attendee_count++];
		*booker = (struct attendee){.address = address, .attended = NOT_KNOWN, .no_show = NOT_KNOWN};
		booker->name = response_text(s->arena, responses, "name");
	}
	if (!booker)
		return;
	e->booker = booker;
	add_answers(s->arena, responses, booker);
	if (!booker->notes)
		booker->notes = field_text(s, "additionalNotes");
}

bool people_read(const struct fields *s, struct calcom_event *e, struct fail *f)
{
	const json_t *list = field_json(s, "attendees"), *row;
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

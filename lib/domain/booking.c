/* booking - what an event means: which facets of which bookings it sets, as of when. Pure: no I/O, no clock. */
#include "domain/booking.h"

#include "domain/calcom_event.h"
#include "domain/trigger.h"

#include <string.h>

/* 0001-01-01: older than any news, for what an event implies or froze without saying when. */
static const struct instant beginning = {-62135596800000000};

static json_t *instant_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return json_string(instant_to_rfc3339(at, text));
}

static json_t *moment_json(struct moment moment)
{
	return moment.known ? instant_json(moment.at) : json_null();
}

static json_t *text_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *facet(struct instant at, enum rank rank)
{
	json_t *facet = json_object();

	json_object_set_new(facet, "at", instant_json(at));
	json_object_set_new(facet, "rank", json_integer(rank));
	return facet;
}

static struct instant earlier(struct instant a, struct instant b)
{
	return before(a, b) ? a : b;
}

struct instant booking_event_time(const struct calcom_event *e)
{
	struct moment scheduled = e->known && e->known->effect == booking_start ? e->starts_at : e->ends_at;

	return e->known && e->known->carries == TIMED && scheduled.known ? scheduled.at : e->sent_at.at;
}

/* As of when the descriptive data of the event counts. */
static struct instant data_time(const struct calcom_event *e)
{
	if (!e->frozen)
		return e->changed_at.known ? e->changed_at.at : booking_event_time(e);
	return e->made_at.known ? e->made_at.at : beginning;
}

/* The earliest moment at which this event says that the booking existed. */
static struct instant known_at(const struct calcom_event *e)
{
	if (e->changed_at.known && e->made_at.known)
		return e->made_at.at;
	if (e->sent_at.known && e->made_at.known)
		return earlier(e->sent_at.at, e->made_at.at);
	return e->sent_at.known ? e->sent_at.at : e->made_at.known ? e->made_at.at : booking_event_time(e);
}

/* As of when a booking took the place of another: what the event froze was so long before its own time. */
static struct instant link_time(const struct calcom_event *e)
{
	return e->frozen ? known_at(e) : data_time(e);
}

static void set_status(
	json_t *change, const struct calcom_event *e, struct instant at, enum rank rank, const char *value)
{
	json_t *status = facet(at, rank);

	json_object_set_new(status, "value", json_string(value));
	json_object_set_new(status, "reason", text_json(e->reason));
	json_object_set_new(status, "by", text_json(e->by));
	json_object_set_new(status, "reschedule_requested", json_boolean(e->reschedule_requested));
	json_object_set_new(change, "status_set", status);
}

static void set_schedule(json_t *change, const struct calcom_event *e, enum rank rank)
{
	json_t *schedule;

	if (!e->starts_at.known && !e->title)
		return;
	schedule = e->starts_at.known ? facet(data_time(e), rank) : facet(beginning, RANK_GAP);
	json_object_set_new(schedule, "starts_at", moment_json(e->starts_at));
	json_object_set_new(schedule, "ends_at", moment_json(e->ends_at));
	json_object_set_new(schedule, "title", text_json(e->title));
	json_object_set_new(schedule, "event_type", text_json(e->event_type));
	json_object_set_new(schedule, "event_type_id", e->event_type_id ? json_integer(e->event_type_id) : json_null());
	json_object_set_new(schedule, "location", text_json(e->location));
	json_object_set_new(schedule, "seats", json_boolean(e->seats));
	json_object_set_new(change, "schedule", schedule);
}

static void note(json_t *change, const char *kind, const char *email_key, struct instant at)
{
	json_t *activities = json_object_get(change, "activities");
	json_t *activity = json_object();

	json_object_set_new(activity, "kind", json_string(kind));
	json_object_set_new(activity, "email_key", json_string(email_key));
	json_object_set_new(activity, "happened_at", instant_json(at));
	json_array_append_new(activities, activity);
}

/* The attendee's row; who only carries a mark or a seat says nothing new about the person. */
static json_t *add_attendee(json_t *change, const struct calcom_event *e, const struct attendee *a, enum rank rank)
{
	json_t *row = json_object(), *person = facet(a->name ? data_time(e) : beginning, rank);

	json_object_set_new(person, "email", json_string(a->address.email));
	json_object_set_new(person, "name", text_json(a->name));
	json_object_set_new(person, "phone", text_json(a->phone));
	json_object_set_new(person, "company", text_json(a->company));
	json_object_set_new(person, "timezone", text_json(a->timezone));
	json_object_set_new(person, "notes", text_json(a->notes));
	json_object_set_new(row, "person", person);
	json_object_set_new(row, "email_key", json_string(a->address.email_key));
	json_object_set_new(row, "mailbox_key", json_string(a->address.mailbox_key));
	json_object_set_new(row, "shared", json_boolean(a->address.shared));
	if (a->referred_lead || (e->referred_lead && a == e->booker)) {
		json_t *reference = facet(data_time(e), rank);

		json_object_set_new(
			reference, "lead_id", json_string(a->referred_lead ? a->referred_lead : e->referred_lead));
		json_object_set_new(row, "reference", reference);
	}
	json_array_append_new(json_object_get(change, "attendees"), row);
	return row;
}

static void set_seat(json_t *row, struct instant at, enum rank rank, bool taken, const char *moved_to)
{
	json_t *seat = facet(at, rank);

	json_object_set_new(seat, "taken", json_boolean(taken));
	json_object_set_new(seat, "moved_to", text_json(moved_to));
	json_object_set_new(row, "seat", seat);
}

static void put_mark(json_t *row, struct instant at, bool showed)
{
	json_t *facts = facet(at, RANK_ACCEPT);

	json_object_set_new(facts, "showed", json_boolean(showed));
	json_object_set_new(facts, "source", json_string("explicit"));
	json_object_set_new(row, "mark", facts);
}

static void set_mark(json_t *change, json_t *row, const struct attendee *a, struct instant at, bool showed)
{
	put_mark(row, at, showed);
	note(change, showed ? "showed" : "no_show", a->address.email_key, at);
}

/* Schedule and people as the event tells them, everybody on his seat. */
static void describe(json_t *change, const struct calcom_event *e, enum rank rank)
{
	set_schedule(change, e, rank);
	for (size_t i = 0; i < e->attendee_count; i++)
		set_seat(add_attendee(change, e, &e->attendees[i], rank), data_time(e), rank, true, NULL);
}

static void stand(json_t *change, const struct calcom_event *e, enum rank rank, const char *status)
{
	set_status(change, e, booking_event_time(e), rank, status);
	describe(change, e, rank);
}

void booking_accept(const struct calcom_event *e, json_t *change)
{
	stand(change, e, RANK_ACCEPT, "accepted");
}

void booking_hold(const struct calcom_event *e, json_t *change)
{
	stand(change, e, RANK_HOLD, "pending");
}

void booking_accept_or_hold(const struct calcom_event *e, json_t *change)
{
	(e->status && strcmp(e->status, "PENDING") == 0 ? booking_hold : booking_accept)(e, change);
}

void booking_reject(const struct calcom_event *e, json_t *change)
{
	stand(change, e, RANK_REJECT, "rejected");
}

/* In an event with seats only those who are listed leave; without seats, or with nobody listed, all is off. */
void booking_cancel(const struct calcom_event *e, json_t *change)
{
	if (!e->seats || !e->lists_people) {
		stand(change, e, RANK_CANCEL, "cancelled");
		return;
	}
	/* That somebody leaves says that the booking stood. */
	set_status(change, e, beginning, RANK_FROZEN, "accepted");
	set_schedule(change, e, RANK_CANCEL);
	for (size_t i = 0; i < e->attendee_count; i++)
		set_seat(add_attendee(change, e, &e->attendees[i], RANK_CANCEL), booking_event_time(e), RANK_CANCEL,
			false, NULL);
}

/* Whether the status ACCEPTED is true while a payment is under way is not certain, so a payment only implies what
 * stands as long as nobody says more. */
static void set_payment(json_t *change, const struct calcom_event *e, enum rank rank, const char *state)
{
	json_t *payment = facet(booking_event_time(e), rank);

	json_object_set_new(payment, "state", json_string(state));
	json_object_set_new(payment, "amount", json_integer(e->payment_amount));
	json_object_set_new(payment, "currency", text_json(e->payment_currency));
	json_object_set_new(change, "payment", payment);
	describe(change, e, RANK_FROZEN);
}

void booking_begin_payment(const struct calcom_event *e, json_t *change)
{
	set_payment(change, e, RANK_HOLD, "initiated");
	set_status(change, e, beginning, RANK_GAP, "pending");
}

void booking_pay(const struct calcom_event *e, json_t *change)
{
	set_payment(change, e, RANK_ACCEPT, "paid");
	set_status(change, e, beginning, RANK_FROZEN, "accepted");
}

/* A meeting that began, ended or was missed had been accepted, whatever else was or was not heard of it. */
static void imply_accepted(const struct calcom_event *e, json_t *change)
{
	set_status(change, e, e->frozen ? data_time(e) : beginning, RANK_FROZEN, "accepted");
}

void booking_start(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	describe(change, e, RANK_FROZEN);
	json_object_set_new(change, "started_at", instant_json(booking_event_time(e)));
}

/* noShow false in this event was frozen when the booking was made, so it says nothing; true, or an `attended`, was put
 * there. */
void booking_end(const struct calcom_event *e, json_t *change)
{
	struct instant at = booking_event_time(e);

	imply_accepted(e, change);
	set_schedule(change, e, RANK_FROZEN);
	json_object_set_new(change, "ended_at", instant_json(at));
	for (size_t i = 0; i < e->attendee_count; i++) {
		const struct attendee *a = &e->attendees[i];
		json_t *row = add_attendee(change, e, a, RANK_FROZEN);

		set_seat(row, data_time(e), RANK_FROZEN, true, NULL);
		if (a->attended != NOT_KNOWN)
			set_mark(change, row, a, at, a->attended == YES);
		else if (a->no_show == YES)
			set_mark(change, row, a, at, false);
	}
}

void booking_mark(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	for (size_t i = 0; i < e->attendee_count; i++) {
		const struct attendee *a = &e->attendees[i];
		json_t *row = add_attendee(change, e, a, RANK_FROZEN);

		if (a->no_show != NOT_KNOWN)
			set_mark(change, row, a, booking_event_time(e), a->no_show == NO);
	}
}

void booking_blame_listed(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	for (size_t i = 0; i < e->attendee_count; i++)
		set_mark(change, add_attendee(change, e, &e->attendees[i], RANK_FROZEN), &e->attendees[i],
			booking_event_time(e), false);
}

void booking_blame_guests(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	set_schedule(change, e, RANK_FROZEN);
	for (size_t i = 0; i < e->attendee_count; i++)
		add_attendee(change, e, &e->attendees[i], RANK_FROZEN);
	json_object_set_new(change, "guests_absent", instant_json(booking_event_time(e)));
}

void booking_note_host(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	set_schedule(change, e, RANK_FROZEN);
	json_object_set_new(change, "host_absent", instant_json(booking_event_time(e)));
}

void booking_note_only(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	describe(change, e, RANK_FROZEN);
}

static void set_link(json_t *change, const char *member, const struct calcom_event *e, const char *uid)
{
	json_t *link = json_object();

	json_object_set_new(link, "at", instant_json(link_time(e)));
	json_object_set_new(link, "uid", json_string(uid));
	json_object_set_new(change, member, link);
}

/* What a row was read to say, beside what it says since it was changed. Nobody is called absent at first, so that he is
 * not now only takes back what was marked before. */
static void read_seats_and_marks(json_t *change, const struct calcom_event *e)
{
	json_t *rows = json_object_get(change, "attendees"), *row, *roster, *keys;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (e->attendees[i].no_show == YES) {
			put_mark(row, e->sent_at.at, false);
			note(change, "seen_no_show", e->attendees[i].address.email_key,
				e->ends_at.known ? e->ends_at.at : e->sent_at.at);
		} else if (e->attendees[i].no_show == NO) {
			json_object_set_new(row, "cleared_at", instant_json(e->sent_at.at));
		}
	}
	if (!e->seats_listed)
		return;
	keys = json_array();
	for (i = 0; i < e->attendee_count; i++)
		json_array_append_new(keys, json_string(e->attendees[i].address.email_key));
	roster = json_object();
	json_object_set_new(roster, "at", instant_json(e->sent_at.at));
	json_object_set_new(roster, "keys", keys);
	json_object_set_new(change, "roster", roster);
}

/* A booking that was moved away shows as cancelled, which it is not. */
void booking_read(const struct calcom_event *e, json_t *change)
{
	static const struct {
		const char *value, *timeline;
		enum rank rank;
	} all[] = {
		{"accepted", "seen_accepted", RANK_ACCEPT},
		{"pending", "seen_pending", RANK_HOLD},
		{"cancelled", "seen_cancelled", RANK_CANCEL},
		{"rejected", "seen_rejected", RANK_REJECT},
	};
	size_t i = 0;

	while (i + 1 < COUNT(all) && strcmp(all[i].value, e->status) != 0)
		i++;
	describe(change, e, all[i].rank);
	if (e->replaced_by_uid) {
		set_status(change, e, beginning, RANK_FROZEN, "accepted");
		set_link(change, "replaced_by", e, e->replaced_by_uid);
	} else {
		set_status(change, e, data_time(e), all[i].rank, all[i].value);
	}
	/* Where it is not said when the row changed, nobody knows when this came to be so. */
	if (before(data_time(e), e->sent_at.at))
		note(change, e->replaced_by_uid ? "seen_superseded" : all[i].timeline, "", data_time(e));
	read_seats_and_marks(change, e);
	json_object_set_new(change, "shown_at", instant_json(e->sent_at.at));
	if (e->host_absent)
		json_object_set_new(change, "host_absent", instant_json(e->sent_at.at));
}

void booking_miss(const struct calcom_event *e, json_t *change)
{
	imply_accepted(e, change);
	json_object_set_new(change, "gone_at", instant_json(e->sent_at.at));
}

static json_t *change_new(const char *uid, struct instant known)
{
	json_t *change = json_object();

	json_object_set_new(change, "uid", text_json(uid));
	json_object_set_new(change, "known_at", instant_json(known));
	json_object_set_new(change, "attendees", json_array());
	json_object_set_new(change, "activities", json_array());
	return change;
}

/* With seats only those who are listed go over to the new booking; without, or with nobody listed, all do. */
static bool replaces_whole(const struct calcom_event *e)
{
	return !e->seats || !e->lists_people;
}

static json_t *replaced_change(const struct calcom_event *e)
{
	json_t *change = change_new(e->replaced_uid, known_at(e));
	struct calcom_event then = *e;

	if (e->replaced_number)
		json_object_set_new(change, "number", json_integer(e->replaced_number));
	then.starts_at = e->replaced_starts_at;
	then.ends_at = e->replaced_ends_at;
	then.frozen = true;
	then.made_at = (struct moment){0};
	then.referred_lead = NULL; /* it came with the new booking */
	set_schedule(change, &then, RANK_FROZEN);
	set_status(change, &then, beginning, RANK_FROZEN, "accepted");
	if (replaces_whole(e)) {
		set_link(change, "replaced_by", e, e->uid);
		return change;
	}
	for (size_t i = 0; i < e->attendee_count; i++)
		set_seat(add_attendee(change, &then, &e->attendees[i], RANK_FROZEN), link_time(e), RANK_CANCEL, false,
			e->uid);
	return change;
}

json_t *booking_changes_take(const struct calcom_event *e)
{
	json_t *changes = json_array(), *change, *replaced;

	if (!e->known || !e->known->effect || e->ping)
		return changes;
	change = change_new(e->uid, known_at(e));
	if (e->number)
		json_object_set_new(change, "number", json_integer(e->number));
	e->known->effect(e, change);
	if (e->known->timeline)
		note(change, e->known->timeline, "", booking_event_time(e));
	json_array_append_new(changes, change);
	if (!e->replaced_uid || !e->uid)
		return changes;
	if (replaces_whole(e))
		set_link(change, "replaces", e, e->replaced_uid);
	replaced = replaced_change(e);
	json_array_insert_new(changes, strcmp(e->replaced_uid, e->uid) < 0 ? 0 : 1, replaced);
	return changes;
}

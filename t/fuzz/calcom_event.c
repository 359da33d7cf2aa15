/* fuzz/calcom_event - any bytes are understood or refused as the sender's fault; what is understood yields changes that the
 * database may apply without a look. */
#include "domain/calcom_event.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/booking.h"
#include "domain/trigger.h"

#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

static void is_refusal(const struct fail *f)
{
	must(f->kind == FAIL_INPUT && f->code && *f->detail && text_is_utf8(f->detail, strlen(f->detail)));
}

static void is_bounded(const char *text)
{
	must(!text || (*text && strlen(text) <= TEXT_LIMIT_BYTES && text_is_utf8(text, strlen(text))));
}

static void is_sound(struct arena *arena, const struct calcom_event *e)
{
	must(e->trigger && *e->trigger && strlen(e->trigger) <= TRIGGER_LIMIT_BYTES && trigger_find(e->trigger) == e->known);
	must(!e->uid || (*e->uid && strlen(e->uid) <= UID_LIMIT_BYTES && !strpbrk(e->uid, " \t\r\n")));
	must(e->number >= 0);
	must(!e->replaced_uid || (e->uid && *e->replaced_uid && strcmp(e->uid, e->replaced_uid) != 0));
	must(e->attendee_count <= ATTENDEE_LIMIT);
	if (e->known && e->known->effect && !e->ping)
		must(e->uid || e->number);
	is_bounded(e->title), is_bounded(e->event_type), is_bounded(e->location), is_bounded(e->reason), is_bounded(e->by);
	for (size_t i = 0; i < e->attendee_count; i++) {
		struct address again;

		must(address_parse(arena, e->attendees[i].address.email_key, &again)
			&& strcmp(again.email_key, e->attendees[i].address.email_key) == 0);
		is_bounded(e->attendees[i].name), is_bounded(e->attendees[i].phone), is_bounded(e->attendees[i].company);
	}
}

/* Wherever a facet stands, it is dated. */
static void is_dated(const json_t *facet)
{
	const char *at = json_text_at(facet, "at");
	struct instant instant;

	must(!facet || (at && instant_from_rfc3339(at, strlen(at), &instant)));
}

static void are_applicable(const json_t *changes)
{
	const json_t *change, *row, *activity;
	const char *before = NULL;
	size_t i, j;

	must(json_array_size(changes) <= 2);
	json_array_foreach(changes, i, change) {
		const char *uid = json_text_at(change, "uid");

		must(uid ? !before || strcmp(before, uid) < 0 : json_array_size(changes) == 1 && json_object_get(change, "number"));
		before = uid;
		must(json_text_at(change, "known_at") && json_object_at(change, "status_set"));
		is_dated(json_object_get(change, "schedule")), is_dated(json_object_get(change, "status_set"));
		is_dated(json_object_get(change, "payment")), is_dated(json_object_get(change, "replaces"));
		is_dated(json_object_get(change, "replaced_by"));
		must(json_array_at(change, "attendees") && json_array_at(change, "activities"));
		json_array_foreach(json_object_get(change, "attendees"), j, row) {
			must(json_text_at(row, "email_key") && json_text_at(row, "mailbox_key") && json_object_at(row, "person"));
			is_dated(json_object_get(row, "person")), is_dated(json_object_get(row, "seat"));
			is_dated(json_object_get(row, "mark"));
		}
		json_array_foreach(json_object_get(change, "activities"), j, activity)
			must(json_text_at(activity, "kind") && json_text_at(activity, "email_key") && json_text_at(activity, "happened_at"));
	}
}

static char *dumped(struct arena *arena, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	must(text != NULL);
	arena_later(arena, free, text);
	return text;
}

/* What an event means; NULL when it is refused. */
static char *meaning(struct arena *arena, const json_t *root)
{
	struct calcom_event event;
	struct fail f = {0};

	if (!calcom_event_read(arena, root, &event, &f)) {
		is_refusal(&f);
		return NULL;
	}
	must(f.kind == FAIL_NONE);
	is_sound(arena, &event);
	AUTO(json_t) changes = booking_changes_take(&event);
	are_applicable(changes);
	return dumped(arena, changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct fail f = {0};
	json_t *root, *again;

	if (!json_parse_take((const char *)bytes, size, &root, &f)) {
		is_refusal(&f);
	} else {
		const char *text = dumped(&arena, root), *said = meaning(&arena, root), *twice;

		/* The order of fields and the white space mean nothing. */
		must(json_parse_take(text, strlen(text), &again, &f));
		twice = meaning(&arena, again);
		must(said ? twice && strcmp(said, twice) == 0 : !twice);
		json_decref(again);
		json_decref(root);
	}
	arena_end(&arena);
	return 0;
}

/* fuzz/calcom_row - any row of Cal.com's list is understood or refused as the list's fault; what is understood is dated no later than
 * it may be, marks nobody whom it does not list, and means the same whatever the order of its fields. */
#include "domain/calcom_row.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/booking.h"
#include "domain/calcom_event.h"

#include <stdlib.h>
#include <string.h>

static const struct instant read_at = {1768896000000000};
#define READ_AT "2026-01-20T08:00:00Z"

static void must(bool law)
{
	if (!law)
		abort();
}

static void is_not_later(const json_t *facet)
{
	const char *text = json_text_at(facet, "at");
	struct instant at;

	must(!facet || (text && instant_from_rfc3339(text, strlen(text), &at) && at.us <= read_at.us + 600000000));
}

static bool is_read_at(const json_t *text)
{
	return !text || strcmp(json_string_value(text), READ_AT) == 0;
}

static void is_sound(const json_t *change, const struct calcom_event *e)
{
	const json_t *rows = json_array_at(change, "attendees"), *row, *roster = json_object_get(change, "roster");
	size_t i;

	is_not_later(json_object_get(change, "schedule")), is_not_later(json_object_get(change, "status_set"));
	is_not_later(json_object_get(change, "replaces")), is_not_later(json_object_get(change, "replaced_by"));
	must(json_object_at(change, "status_set") && json_array_at(change, "activities") && json_text_at(change, "known_at"));
	must(is_read_at(json_object_get(change, "shown_at")) && is_read_at(json_object_get(change, "host_absent")));
	json_array_foreach(rows, i, row) {
		const json_t *mark = json_object_get(row, "mark");

		must(json_text_at(row, "email_key") && json_text_at(row, "mailbox_key") && json_object_at(row, "person"));
		is_not_later(json_object_get(row, "person")), is_not_later(json_object_get(row, "seat"));
		/* A reading marks somebody absent, or says that he is not marked; never that he came. */
		must(!mark || (json_is_false(json_object_get(mark, "showed")) && is_read_at(json_object_get(mark, "at"))));
		must(is_read_at(json_object_get(row, "cleared_at")) && !(mark && json_object_get(row, "cleared_at")));
	}
	must(!roster || (e->seats_listed && json_array_size(json_array_at(roster, "keys")) == e->attendee_count && is_read_at(json_object_get(roster, "at"))));
	must(!roster || !json_object_get(change, "replaces"));
}

/* What the row means; NULL when it is refused. */
static char *meaning(struct arena *arena, json_t *row)
{
	struct calcom_event e;
	struct fail f = {0};
	AUTO(json_t) event = calcom_row_event_take(read_at, "v2", row);
	AUTO(json_t) changes = NULL;
	char *text;

	if (!calcom_event_read(arena, event, &e, &f)) {
		must(f.kind == FAIL_INPUT && f.code && *f.detail && text_is_utf8(f.detail, strlen(f.detail)));
		return NULL;
	}
	must(f.kind == FAIL_NONE && e.uid && *e.uid && e.status && e.attendee_count <= ATTENDEE_LIMIT);
	changes = booking_changes_take(&e);
	must(json_array_size(changes) == (e.replaced_uid ? 2 : 1));
	for (size_t i = 0; i < json_array_size(changes); i++)
		if (strcmp(json_text_at(json_array_get(changes, i), "uid"), e.uid) == 0)
			is_sound(json_array_get(changes, i), &e);
	text = json_dumps(changes, JSON_COMPACT | JSON_SORT_KEYS);
	must(text != NULL);
	arena_later(arena, free, text);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	struct fail f = {0};
	json_t *row;

	if (json_parse_take((const char *)bytes, size, &row, &f)) {
		char *sorted = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
		AUTO(json_t) again = json_loads(sorted, JSON_DECODE_ANY, NULL);
		const char *said = meaning(&arena, row), *twice = meaning(&arena, again);

		must(said ? twice && strcmp(said, twice) == 0 : !twice);
		free(sorted);
		json_decref(row);
	}
	arena_end(&arena);
	return 0;
}

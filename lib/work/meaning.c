/* meaning - a stored delivery, read once more: what it says of which bookings. */
#include "work/meaning.h"

#include "base/arena.h"
#include "domain/booking.h"
#include "domain/lead_reference.h"

#include <stdlib.h>
#include <string.h>

static const char *compact(struct arena *arena, const json_t *json, size_t flags)
{
	char *text = json_dumps(json, JSON_COMPACT | flags);

	if (!text)
		abort();
	arena_later(arena, free, text);
	return text;
}

/* Cal.com gives no delivery id, and two subscriptions of one account send the same event with its fields in another
 * order. So the key is of what was said, not of how. Two that differ in createdAt by milliseconds are two events;
 * applying both changes nothing. */
static struct bytes delivery_key(struct arena *arena, const json_t *root)
{
	const char *canonical = compact(arena, root, JSON_SORT_KEYS);
	unsigned char *key = arena_alloc(arena, DIGEST_BYTES);

	digest((struct bytes){(const unsigned char *)canonical, strlen(canonical)}, key);
	return (struct bytes){key, DIGEST_BYTES};
}

bool meaning_read(struct arena *arena, const struct secret_key *key, int64_t workspace, struct bytes body,
	struct meaning *m, struct fail *f)
{
	json_t *root;
	AUTO(json_t) changes = NULL;

	if (!json_parse_take((const char *)body.at, body.length, &root, f))
		return false;
	json_later(arena, root); /* the event borrows from it */
	if (!calcom_event_read(arena, root, &m->event, f))
		return false;
	if (m->event.reference)
		m->event.referred_lead = lead_reference_read(arena, key, workspace, m->event.reference);
	m->forged = m->event.reference && !m->event.referred_lead;
	for (size_t i = 0; i < m->event.attendee_count; i++) {
		struct attendee *a = &m->event.attendees[i];

		if (a->reference)
			a->referred_lead = lead_reference_read(arena, key, workspace, a->reference);
		m->forged |= a->reference && !a->referred_lead;
	}
	changes = booking_changes_take(&m->event);
	m->delivery_key = delivery_key(arena, root);
	m->happened_at = booking_event_time(&m->event);
	m->has_happened_at = m->event.sent_at.known || json_array_size(changes);
	m->status = json_array_size(changes) ? "processed" : "ignored";
	m->changes = compact(arena, changes, 0);
	return true;
}

bool meaning_read_sealed(struct arena *arena, const struct secret_key *key, int64_t workspace, struct bytes sealed,
	struct meaning *m, struct fail *f)
{
	struct bytes body;

	return secret_unseal(arena, key, sealed, &body, f) && meaning_read(arena, key, workspace, body, m, f);
}

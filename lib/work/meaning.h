/* meaning - a stored delivery, read once more: what it says of which bookings. */
#ifndef WORK_MEANING_H
#define WORK_MEANING_H

#include "base/fail.h"
#include "base/json.h"
#include "base/scope.h"
#include "base/secret.h"
#include "domain/calcom_event.h"

struct arena;

/* What the database is told about one event. Borrowed from the arena. */
struct meaning {
	struct calcom_event event;
	struct bytes delivery_key;
	struct instant happened_at;
	bool has_happened_at;
	const char *status;  /* "processed", or "ignored" when no booking changes */
	const char *changes; /* JSON, of domain/booking */
	bool forged;         /* it carries a lead reference that was not made for this workspace, which says nothing */
};

/* The key is the programs' own: it tells a lead reference from a forged one. FAIL_INPUT when the body is not an event.
 */
bool meaning_read(struct arena *, const struct secret_key *, int64_t workspace, struct bytes body, struct meaning *,
	struct fail *) MUST_CHECK;

/* Of a sealed body. FAIL_BUG when it does not open with this key. */
bool meaning_read_sealed(struct arena *, const struct secret_key *, int64_t workspace, struct bytes sealed,
	struct meaning *, struct fail *) MUST_CHECK;

#endif

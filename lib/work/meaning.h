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
};

/* FAIL_INPUT when the body is not an event. */
bool meaning_read(struct arena *, struct bytes body, struct meaning *, struct fail *) MUST_CHECK;

/* Of a sealed body. FAIL_BUG when it does not open with this key. */
bool meaning_read_sealed(
	struct arena *, const struct secret_key *, struct bytes sealed, struct meaning *, struct fail *) MUST_CHECK;

#endif

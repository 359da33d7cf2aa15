/* ingest - a verified delivery becomes an event that is stored, applied and matched; all of it or nothing. */
#ifndef WORK_INGEST_H
#define WORK_INGEST_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"
#include "work/sender_file.h"

#include <stdint.h>

struct arena;
struct db;

/* What became of a delivery. */
enum ingested {
	INGESTED_PROCESSED,
	INGESTED_DUPLICATE, /* it had come before; nothing changed */
	INGESTED_IGNORED,   /* kept, but no booking changes */
	INGESTED_QUEUED,    /* kept, but could not be applied yet */
};

struct delivery {
	int64_t workspace_id, connection_id;
	enum sender_kind kind;
	const char *source; /* "webhook"; "clock": the worker says that a meeting is over; "poll": work/poll */
	struct instant received_at;
	struct bytes body; /* raw */
	struct bytes key;  /* what makes it the same as one before; at NULL: what it says */
	/* Set by ingest, these as soon as they are known: */
	const char *trigger;
	bool forged; /* it carries a lead reference that is not ours */

	/* and these when it is stored: */
	enum ingested outcome;
	const char *uncertain; /* JSON array of the bookings with somebody whose lead is not certain
				  (work/match_likely); NULL: none */
};

/* Of Cal.com. True only when the event is durable. FAIL_INPUT when the body is not an event, FAIL_LATER when the
 * database is away.
 */
bool ingest(struct arena *, struct db *, const struct secret_key *, struct delivery *, struct fail *) MUST_CHECK;

/* Up to INGEST_TOGETHER deliveries in one transaction, which costs each less than one of its own. All or none, in no
 * order that means anything; nothing is tried again, nor kept as failed, and nobody waited for (db_run_together). */
enum { INGEST_TOGETHER = 8 };
bool ingest_together(struct arena *, struct db *, const struct secret_key *, struct delivery *const *, size_t count,
	struct fail *) MUST_CHECK;

#endif

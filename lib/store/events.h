/* events - webhook deliveries as received, and what became of each. */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct db;

/* One delivery that was verified and understood. All borrowed. */
struct stored_event {
	int64_t workspace_id, connection_id;
	struct bytes delivery_key;
	const char *source;                /* "webhook", "clock" or "poll" */
	const char *trigger, *uid;         /* uid NULL: the event names none */
	int64_t number;                    /* 0: the event names none */
	const struct instant *happened_at; /* NULL: the event does not say */
	struct instant received_at;
	struct bytes sealed_body;
	const char *status;  /* "processed" or "ignored" */
	const char *changes; /* JSON, of domain/booking */
};

/* Borrowed from the rows. */
struct event_answer {
	const char *outcome;   /* "duplicate", or the status */
	const char *uncertain; /* JSON array of the bookings with somebody whose lead is not certain; NULL: none */
};

/* Stores and applies it, in one transaction and one round trip. */
bool events_ingest(struct db *, const struct stored_event *, struct event_answer *, struct fail *) MUST_CHECK;

/* Several in one transaction and one round trip: all, or none, without waiting for rows that others hold
 * (db_run_together). */
enum { EVENTS_TOGETHER = 8 };
bool events_ingest_together(
	struct db *, const struct stored_event *, struct event_answer *, size_t count, struct fail *) MUST_CHECK;

/* Keeps one that could not be applied, with the reason; it changes nothing else. */
bool events_keep_failed(struct db *, const struct stored_event *, const char *why, struct fail *) MUST_CHECK;

#endif

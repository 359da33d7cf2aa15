/* kept_events - the stored deliveries: looked at, and those that could not be applied tried again. */
#ifndef STORE_KEPT_EVENTS_H
#define STORE_KEPT_EVENTS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;
struct rows;

/* An event as it is kept. Strings and bytes are borrowed from the rows; NULL: not said. */
struct kept_event {
	int64_t event_id, workspace_id, connection_id;
	const char *source, *trigger, *uid, *status, *error;
	int64_t number;             /* 0: not said */
	struct instant happened_at; /* us is INT64_MIN when not said */
	struct instant received_at;
	int64_t attempts;
	struct bytes sealed_body; /* empty in lists */
};

struct events_filter {
	int64_t workspace_id, limit;
	const char *status, *trigger, *uid, *since, *until; /* NULL: no matter; times in RFC 3339 */
};

/* Newest first, without bodies. */
bool kept_events_list(struct db *, struct arena *, const struct events_filter *, struct kept_event **, size_t *count,
	struct fail *) MUST_CHECK;

/* FAIL_ABSENT when there is none. */
bool kept_events_find(struct db *, int64_t workspace, int64_t event, struct kept_event *, struct fail *) MUST_CHECK;

/* Failed ones whose time has come: the workspaces that have any, and those of one. */
bool kept_events_waiting(struct db *, struct arena *, int64_t **workspaces, size_t *count, struct fail *) MUST_CHECK;
bool kept_events_due(struct db *, struct arena *, int64_t workspace, int64_t limit, struct kept_event **, size_t *count,
	struct fail *) MUST_CHECK;

/* Applies a failed one; status and changes as in stored_event. */
bool kept_events_apply(
	struct db *, const struct kept_event *, const char *status, const char *changes, struct fail *) MUST_CHECK;

/* Not yet: to be tried again after delay_ms, or dead. */
bool kept_events_put_off(
	struct db *, const struct kept_event *, const char *why, int64_t delay_ms, bool dead, struct fail *) MUST_CHECK;

/* Failed and dead ones are due at once; event 0: all. */
bool kept_events_retry(struct db *, int64_t workspace, int64_t event, int64_t *count, struct fail *) MUST_CHECK;

/* For statements that bring the columns of a kept event. */
bool kept_events_read(const struct rows *, struct arena *, bool with_bodies, struct kept_event **, size_t *count,
	struct fail *) MUST_CHECK;

#endif

/* connections - a workspace's links to other systems; secrets come and go sealed, opening them is done elsewhere. */
#ifndef STORE_CONNECTIONS_H
#define STORE_CONNECTIONS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings and bytes are borrowed from the rows. */
struct connection {
	int64_t workspace_id, connection_id;
	const char *kind; /* "calcom", "emailbison" */
	const char *name;
	struct bytes secret, previous_secret; /* sealed; empty where there is none */
	bool unsigned_, active, rotating, has_api;
	struct instant created_at, last_event_at; /* last_event_at.us is 0 when none came */
	const char
		*unknown; /* JSON object: how many words that we do not know it has used, by their kind; NULL: none */
};

/* `sealed` empty: a connection that accepts unsigned deliveries. FAIL_ABSENT when there is no such workspace. */
bool connections_put(struct db *, int64_t workspace, const char *kind, const char *name, struct bytes sealed,
	int64_t *id, struct fail *) MUST_CHECK;

/* FAIL_ABSENT when there is none with this id. Without secrets. */
bool connections_find(struct db *, int64_t id, struct connection *, struct fail *) MUST_CHECK;

/* All, or those of a workspace; 0: of all workspaces. Without secrets. */
bool connections_list(
	struct db *, struct arena *, int64_t workspace, struct connection **, size_t *count, struct fail *) MUST_CHECK;

/* The one with this id, or with id 0 the oldest `limit`: those that may receive deliveries. With secrets. */
bool connections_receiving(struct db *, struct arena *, int64_t id, int64_t limit, struct connection **, size_t *count,
	struct fail *) MUST_CHECK;

/* The present secret becomes the previous one; both are valid until the rotation is finished. FAIL_ABSENT when there is
 * no such connection or it is unsigned. */
bool connections_rotate(struct db *, int64_t id, struct bytes sealed, struct fail *) MUST_CHECK;
bool connections_rotate_finish(struct db *, int64_t id, struct fail *) MUST_CHECK;

/* Id, kind, name, has_api, time of the last event and unknown words of at most 100 connections; workspace 0: of all. */
bool connections_health(
	struct db *, struct arena *, int64_t workspace, struct connection **, size_t *count, struct fail *) MUST_CHECK;

#endif

/* sources - other systems that are asked by their API: access, how far it got, and how the last round went. */
#ifndef STORE_SOURCES_H
#define STORE_SOURCES_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings and bytes are borrowed from the rows. */
struct source {
	int64_t workspace_id, connection_id;
	const char *kind; /* "calcom", "emailbison" */
	const char *name;
	const char *api_base;    /* "https://api.cal.com/v2": no slash behind */
	const char *api_version; /* Cal.com: "v1" or "v2"; NULL otherwise */
	struct bytes api_key;    /* sealed */
	const char *account;     /* whom the key belonged to at the first round; NULL: there was none */
	const char *mark;        /* JSON object: the source's own */
	const char *timezone;    /* of the workspace */
	int64_t failures;
	struct instant succeeded_at; /* us 0: never */
	struct instant started_at;   /* of the round; tells it from others */
	struct instant ended_at;     /* of the last that ended; us 0: none did */
	struct instant quiet_until;  /* the source wants no request before; us 0: whenever */
};

/* Access to a connection's API: NULL and empty leave what is stored. The next round is due at once. FAIL_ABSENT when
 * there is no such connection, or still no key. */
bool sources_put(struct db *, int64_t workspace, int64_t connection, struct bytes sealed_key, const char *base,
	const char *version, struct fail *) MUST_CHECK;

/* FAIL_ABSENT when there is no such connection, or it has no API key. */
bool sources_find(struct db *, int64_t workspace, int64_t connection, struct source *, struct fail *) MUST_CHECK;

/* Ids of a workspace's connections of a kind that have an API key. */
bool sources_of_kind(struct db *, struct arena *, int64_t workspace, const char *kind, int64_t **list, size_t *count,
	struct fail *) MUST_CHECK;

/* That the key is `account`'s. FAIL_CONFLICT "source_other_account" when it was another's before: then nothing may be
 * written. */
bool sources_claim_account(struct db *, const struct source *, const char *account, struct fail *) MUST_CHECK;

/* One round at a time: held by the session until it ends or unlocks. FAIL_CONFLICT "sync_busy" when another holds it.
 */
bool sources_lock(struct db *, int64_t connection, struct fail *) MUST_CHECK;
void sources_unlock(struct db *, int64_t connection);

struct source_id {
	int64_t workspace_id, connection_id;
};

/* Connections, at most `limit`, whose round is due: each is given out once, and again after pause_ms unless its round
 * says otherwise. */
bool sources_due(struct db *, struct arena *, int64_t limit, int64_t pause_ms, struct source_id **, size_t *count,
	struct fail *) MUST_CHECK;

/* A round begins: sets the source's started_at. */
bool sources_begin(struct db *, struct source *, int64_t pause_ms, struct fail *) MUST_CHECK;

/* How far a round is. */
struct source_progress {
	const char *mark, *phase;
	int64_t done, total; /* total -1: not known */
	int64_t seen, applied, corrected, refused;
};

/* FAIL_CONFLICT "sync_overtaken" when another round has begun meanwhile: this one must end. */
bool sources_keep(struct db *, const struct source *, const struct source_progress *, struct fail *) MUST_CHECK;

/* Lets the server look at tables that have grown much, so that it plans well for them; nothing else changes. */
bool sources_analyze(struct db *, struct fail *) MUST_CHECK;

/* How a round ended. code and words NULL: it was whole. */
struct source_ending {
	const char *code, *words;
	const char *remark; /* what it left out; NULL: nothing */
	int64_t next_ms;    /* until the next */
	int64_t quiet_ms;   /* for which the source wants no request; 0: it does not say */
};
bool sources_end(struct db *, const struct source *, const struct source_ending *, struct fail *) MUST_CHECK;
bool sources_interrupt(struct db *, const struct source *, struct fail *) MUST_CHECK;

/* Asks for a round with every connection of the workspace, but for those asked for within pause_ms. */
bool sources_ask(struct db *, int64_t workspace, int64_t pause_ms, size_t *asked, struct fail *) MUST_CHECK;

/* Strings are borrowed from the rows; NULL and us 0 where there is nothing to say. */
struct source_state {
	int64_t workspace_id, connection_id;
	const char *kind, *name;
	struct instant asked_at, started_at, ended_at, succeeded_at, next_at, quiet_until;
	int64_t failures;
	const char *error_code, *error, *remark, *phase;
	int64_t done, total; /* total -1: not known */
	int64_t seen, applied, corrected, refused;
	bool running;
};

/* Of at most 100 connections with an API key; workspace 0: of all. */
bool sources_states(struct db *, struct arena *, int64_t workspace, struct source_state **, size_t *count,
	struct fail *) MUST_CHECK;

#endif

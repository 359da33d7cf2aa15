/* sources - other systems that are asked by their API: access, how far it got, and how the last round went. */
#ifndef STORE_SOURCES_H
#define STORE_SOURCES_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"
#include "base/secret.h"

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
};

/* FAIL_ABSENT when there is no such connection, or it has no API key. */
bool sources_find(struct db *, int64_t workspace, int64_t connection, struct source *, struct fail *) MUST_CHECK;

/* That the key is `account`'s. FAIL_CONFLICT "source_other_account" when it was another's before: then nothing may be
 * written. */
bool sources_claim_account(struct db *, const struct source *, const char *account, struct fail *) MUST_CHECK;

#endif

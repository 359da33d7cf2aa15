/* tokens - who may read or write what. Known by digest only. */
#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings are borrowed from the rows. Instants of 0: never. */
struct token {
	int64_t token_id, workspace_id; /* workspace 0: all */
	const char *name;
	bool may_write;
	struct instant expires_at, revoked_at, created_at;
};

/* workspace 0: all workspaces; days 0: does not expire. FAIL_ABSENT when there is no such workspace. */
bool tokens_put(struct db *, int64_t workspace, const char *name, const char *token, bool may_write, int64_t days,
	struct fail *) MUST_CHECK;

bool tokens_list(
	struct db *, struct arena *, int64_t workspace, struct token **, size_t *count, struct fail *) MUST_CHECK;

/* Revoking twice is no failure. FAIL_ABSENT when there is no such token. */
bool tokens_revoke(struct db *, int64_t id, struct fail *) MUST_CHECK;

struct token_rights {
	bool may_see;   /* the workspace asked for, which exists */
	bool may_write; /* what it may see */
	int64_t token_id;
	const char *name; /* borrowed from the rows; may be "" */
};

/* FAIL_DENIED when the token is unknown, revoked or expired: which of them is nobody's business. */
bool tokens_find(struct db *, const char *token, int64_t workspace, struct token_rights *, struct fail *) MUST_CHECK;

#endif

/* known_leads - who a lead is, and which leads an attendee may be. */
#ifndef STORE_KNOWN_LEADS_H
#define STORE_KNOWN_LEADS_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Strings are borrowed from the rows. */
struct known_lead {
	const char *lead_id, *email, *first_name, *last_name, *company, *phone, *website;
	struct instant contacted_at; /* us is INT64_MIN: never, or not asked for */
};

/* FAIL_ABSENT when there is no such lead in the workspace. */
bool known_leads_find(
	struct db *, int64_t workspace, const char *lead_id, struct known_lead *, struct fail *) MUST_CHECK;

/* Those that have a key or the mailbox in common, at most LEAD_CANDIDATES by keys (domain/lead_keys); mailbox_key NULL:
 * none. In no order. */
bool known_leads_candidates(struct db *, struct arena *, int64_t workspace, const uint64_t *keys, size_t key_count,
	const char *mailbox_key, struct instant booked_at, struct known_lead **, size_t *count,
	struct fail *) MUST_CHECK;

/* How common names are among the leads of a workspace. */
struct lead_name_count {
	int64_t name, first_count, last_count;
};

struct lead_name_counts {
	int64_t leads, epoch; /* epoch goes up whenever leads change; 0: there are none */
	struct lead_name_count *list;
	size_t count;
};

bool known_leads_names(struct db *, struct arena *, int64_t workspace, const uint64_t *names, size_t count,
	struct lead_name_counts *, struct fail *) MUST_CHECK;

#endif

/* lead_index - by what leads are found, and how common their names are; follows the leads in the transaction that
 * changes them. */
#ifndef STORE_LEAD_INDEX_H
#define STORE_LEAD_INDEX_H

#include "base/fail.h"
#include "base/scope.h"
#include "store/known_leads.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct arrival {
	struct known_lead now;
	struct known_lead was; /* lead_id NULL: it is new */
};

/* Arrived leads (store/leads) behind `after`, in order of lead_id: those of whom anything matters here. "" for the
 * first. */
bool lead_index_arrivals(struct db *, struct arena *, int64_t workspace, const char *after, int64_t limit,
	struct arrival **, size_t *count, struct fail *) MUST_CHECK;

/* The same of all stored leads. */
bool lead_index_stored(struct db *, struct arena *, int64_t workspace, const char *after, int64_t limit,
	struct arrival **, size_t *count, struct fail *) MUST_CHECK;

enum index_kind { INDEX_KEY = 'k', INDEX_FIRST_NAME = 'f', INDEX_LAST_NAME = 'l' };

/* Once in a transaction: begin. Then, any number of times: open, put for each key, close; and flush, which makes it
 * count. The arena of put is for scratch. */
bool lead_index_begin(struct db *, struct fail *) MUST_CHECK;
bool lead_index_open(struct db *, struct fail *) MUST_CHECK;
bool lead_index_put(struct db *, struct arena *, const char *lead_id, enum index_kind, uint64_t key, bool comes,
	struct fail *) MUST_CHECK;
bool lead_index_close(struct db *, struct fail *) MUST_CHECK;
bool lead_index_flush(struct db *, int64_t workspace, struct fail *) MUST_CHECK;

/* The leads have changed, and there are so many more of them. */
bool lead_index_note(struct db *, int64_t workspace, int64_t version, int64_t more, struct fail *) MUST_CHECK;

/* Whether it is of this version and of all leads that are stored. */
bool lead_index_is_whole(struct db *, int64_t workspace, int64_t version, bool *whole, struct fail *) MUST_CHECK;
bool lead_index_empty(struct db *, int64_t workspace, struct fail *) MUST_CHECK;

/* keys: JSON array of the lead's keys; names: of [name, as first, as last]. FAIL_ABSENT when there is no such lead. */
bool lead_index_drop(struct db *, int64_t workspace, const char *lead_id, const char *keys, const char *names,
	struct fail *) MUST_CHECK;

#endif

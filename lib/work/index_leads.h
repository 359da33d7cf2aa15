/* index_leads - makes leads findable by what they may have in common with an attendee, when they come, change and go.
 */
#ifndef WORK_INDEX_LEADS_H
#define WORK_INDEX_LEADS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct db;

/* Told now and then how many leads are done; NULL: nobody asks. */
typedef void index_progress(void *context, size_t leads);

/* In the transaction of an import, between the arrival of its leads and their merge (store/leads). */
bool index_arrived(struct db *, int64_t workspace, index_progress *, void *context, struct fail *) MUST_CHECK;

/* All leads of a workspace once more, in a transaction of its own: those that were there before, or after another
 * version of domain/lead_keys. FAIL_ABSENT when there is no such workspace. */
bool index_again(
	struct db *, int64_t workspace, index_progress *, void *context, size_t *leads, struct fail *) MUST_CHECK;

/* A lead goes; his bookings stay and are matched anew. FAIL_ABSENT when there is none. */
bool drop_lead(struct db *, int64_t workspace, const char *lead_id, struct fail *) MUST_CHECK;

#endif

/* merge_leads - staged leads come in: merged with those stored, findable, and linked to who waits for them. */
#ifndef WORK_MERGE_LEADS_H
#define WORK_MERGE_LEADS_H

#include "base/fail.h"
#include "base/scope.h"
#include "store/leads.h"
#include "work/index_leads.h"

#include <stdint.h>

struct db;

/* Inside a transaction, behind leads_stage_end. Reports follow with leads_settle, so that the caller may change more of
 * them before. progress may be NULL. */
bool merge_leads(struct db *, int64_t workspace, index_progress *progress, void *context, struct leads_merged *,
	struct fail *) MUST_CHECK;

#endif

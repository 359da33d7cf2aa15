/* merge_leads - staged leads come in: merged with those stored, findable, and linked to who waits for them. */
#include "work/merge_leads.h"

bool merge_leads(struct db *db, int64_t workspace, index_progress *progress, void *context, struct leads_merged *merged,
	struct fail *f)
{
	return leads_arrive(db, workspace, merged, f) && index_arrived(db, workspace, progress, context, f)
	       && leads_merge(db, workspace, merged, f);
}

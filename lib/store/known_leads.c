/* known_leads - who a lead is, for matching. */
#include "store/known_leads.h"

#include "world/db.h"
#include "world/rows.h"

bool known_leads_must_exist(struct db *db, int64_t workspace, const char *lead_id, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_known_leads_find, f, PARAMS(as_i64(workspace), as_text(lead_id)));

	return rows
	       && (rows->count == 1
		       || fail(f, FAIL_ABSENT, "lead_absent", "there is no lead \"%.80s\" in workspace %lld", lead_id,
			       (long long)workspace));
}

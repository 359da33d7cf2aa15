/* sync_emailbison - what EmailBison's API shows of campaigns, their days and their leads. */
#include "work/sync_emailbison.h"

#include "store/staging.h"
#include "work/bison.h"
#include "work/bison_campaigns.h"
#include "work/bison_emails.h"
#include "work/bison_events.h"
#include "work/bison_leads.h"
#include "work/bison_replies.h"
#include "world/db.h"

#include <string.h>

/* --- The round */

static bool begin(struct bison *b, struct fail *f)
{
	struct arena *pages = db_use_arena(b->sync->db, &b->lasting);
	bool good = outreach_clock(b->sync->db, b->sync->source->workspace_id, &b->clock, f);
	const char *night = bison_mark(b, "night", NULL);

	db_use_arena(b->sync->db, pages);
	b->nightly = good && (!night || strcmp(night, b->clock.today) != 0);
	return good && bison_identify(b, f);
}

/* What leads said may concern the days of any campaign. */
static bool settle(struct bison *b, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	IN_TRANSACTION(tx, b->sync->db, f);

	return tx.open && staging_begin(b->sync->db, workspace, f)
	       && outreach_settle_unsettled(
		       b->sync->db, b->sync->arena, workspace, NULL, &b->sync->applied, &b->sync->corrected, f)
	       && outreach_keep_words(b->sync->db, workspace, b->sync->source->connection_id, b->words, f)
	       && tx_commit(&tx, f);
}

static bool end(struct bison *b, struct fail *f)
{
	json_object_set_new(b->sync->mark, "night", json_string(b->clock.today));
	return sync_page_done(b->sync, "done", 0, -1, f);
}

bool sync_emailbison(struct sync *sync, struct fail *f)
{
	AUTO(json_t) words = json_array();
	struct bison b = {.sync = sync, .words = words};
	bool good = begin(&b, f) && bison_campaigns(&b, f) && bison_series(&b, f) && bison_replies(&b, f)
		    && bison_leads(&b, f) && settle(&b, f) && bison_emails(&b, f) && bison_events(&b, f)
		    && settle(&b, f) && end(&b, f);

	arena_end(&b.lasting);
	return good;
}

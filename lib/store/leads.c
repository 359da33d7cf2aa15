/* leads - people being contacted, and what each campaign did with each of them. */
#include "store/leads.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "store/staging.h"
#include "world/db.h"

#include <string.h>

/* The name of a lead that has none: the same for the same address, on every machine. */
static const char *id_from_address(struct arena *arena, const char *email_key)
{
	enum { ID_BYTES = 12 }; /* 96 bits: two of a billion addresses are the same with a chance of 1 in 10^11 */
	unsigned char hash[DIGEST_BYTES];
	char hex[2 * ID_BYTES + 1];

	digest((struct bytes){(const unsigned char *)email_key, strlen(email_key)}, hash);
	hex_from_bytes(hash, ID_BYTES, hex);
	return arena_print(arena, "mail-%s", hex);
}

bool leads_stage_begin(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_leads_staging, f, NO_PARAMS) && db_copy_begin(db, QUERY_leads_copy, f);
}

bool leads_stage_put(struct db *db, struct arena *arena, const struct lead_line *l, struct fail *f)
{
	/* In the order of leads_copy. Lines compare as text when they are padded. */
	const char *const cells[] = {
		arena_print(arena, "%010zu", l->line),
		l->lead_id,
		l->lead_id ? NULL : id_from_address(arena, l->email_key),
		l->email,
		l->email_key,
		l->mailbox_key,
		l->first_name,
		l->last_name,
		l->company,
		l->title,
		l->phone,
		l->website,
		l->campaign_id,
		l->first_contacted_at,
		l->last_contacted_at,
		l->replied_at,
		l->interested_at,
	};

	return staging_put(db, arena, cells, COUNT(cells), f);
}

bool leads_stage_end(struct db *db, struct fail *f)
{
	return db_copy_end(db, f) && db_run(db, QUERY_leads_staged, f, NO_PARAMS);
}

bool leads_arrive(struct db *db, int64_t workspace, struct leads_merged *m, struct fail *f)
{
	*m = (struct leads_merged){0};
	return db_run(db, QUERY_leads_identify, f, PARAMS(as_i64(workspace)))
	       && db_run(db, QUERY_leads_arriving, f, NO_PARAMS)
	       && staging_count(db, QUERY_leads_arrive, &m->leads, f, NO_PARAMS)
	       && db_run(db, QUERY_leads_arrived, f, NO_PARAMS);
}

static bool merge_leads(struct db *db, const struct param *workspace, struct leads_merged *m, struct fail *f)
{
	return staging_count(db, QUERY_leads_change, &m->changed, f, workspace, 1)
	       && staging_count(db, QUERY_leads_make, &m->made, f, workspace, 1);
}

bool leads_news(struct db *db, struct fail *f)
{
	return db_run(db, QUERY_leads_news, f, NO_PARAMS);
}

static bool merge_members(struct db *db, const struct param *workspace, struct leads_merged *m, struct fail *f)
{
	return db_run(db, QUERY_members_name_campaigns, f, workspace, 1)
	       && db_run(db, QUERY_members_arriving, f, NO_PARAMS) && leads_news(db, f)
	       && staging_count(db, QUERY_members_arrive, &m->members, f, NO_PARAMS)
	       && db_run(db, QUERY_members_arrived, f, NO_PARAMS)
	       && staging_count(db, QUERY_members_change, &m->member_changed, f, workspace, 1)
	       && staging_count(db, QUERY_members_join, &m->joined, f, workspace, 1);
}

static bool link_waiting(struct db *db, const struct param *workspace, struct leads_merged *m, struct fail *f)
{
	return staging_count(db, QUERY_leads_link_waiting, &m->linked, f, workspace, 1)
	       && db_run(db, QUERY_leads_end_waiting, f, workspace, 1);
}

bool leads_hold_contacts(struct db *db, int64_t workspace, struct fail *f)
{
	return db_run(db, QUERY_leads_hold_contacts, f, PARAMS(as_i64(workspace)));
}

bool leads_merge(struct db *db, int64_t workspace, struct leads_merged *m, struct fail *f)
{
	const struct param p = as_i64(workspace);

	return leads_hold_contacts(db, workspace, f) && merge_leads(db, &p, m, f) && merge_members(db, &p, m, f)
	       && link_waiting(db, &p, m, f);
}

/* Folded at once: a million leads that wait for the worker would make every report slow. */
bool leads_settle(struct db *db, int64_t workspace, struct fail *f)
{
	const struct param p = as_i64(workspace);

	return db_run(db, QUERY_leads_note_news, f, &p, 1) && db_run(db, QUERY_leads_restand, f, &p, 1)
	       && db_run(db, QUERY_fold_all, f, &p, 1);
}

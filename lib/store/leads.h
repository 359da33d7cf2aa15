/* leads - people being contacted, and what each campaign did with each of them. */
#ifndef STORE_LEADS_H
#define STORE_LEADS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* What one line of a file says of a lead. NULL: nothing, and what is stored stays. Times in RFC 3339. */
struct lead_line {
	size_t line;
	const char *email, *email_key, *mailbox_key; /* never NULL */
	const char *lead_id;                         /* NULL: the lead is whoever has the address */
	const char *first_name, *last_name, *company, *title, *phone, *website;
	const char *campaign_id; /* NULL: the times below are not kept */
	const char *first_contacted_at, *last_contacted_at, *replied_at, *interested_at;
};

struct leads_merged {
	int64_t leads, made, changed;            /* leads: that the lines speak of */
	int64_t members, joined, member_changed; /* a lead in a campaign */
	int64_t linked;                          /* attendees that waited for a lead */
};

/* Inside a transaction (store/staging): begin, put for each line, end, arrive, merge, settle. Of lines that speak of
 * the same lead the later ones win; contact times become the earliest and the latest known, replied_at and
 * interested_at the earliest. The same lines once more change nothing. */
bool leads_stage_begin(struct db *, struct fail *) MUST_CHECK;
bool leads_stage_put(struct db *, struct arena *, const struct lead_line *, struct fail *) MUST_CHECK;
bool leads_stage_end(struct db *, struct fail *) MUST_CHECK;
bool leads_arrive(struct db *, int64_t workspace, struct leads_merged *, struct fail *) MUST_CHECK;
bool leads_merge(struct db *, int64_t workspace, struct leads_merged *, struct fail *) MUST_CHECK;

/* Before anything of leads and their contacts is changed: bookings that others record until the commit are looked at
 * again after it. Part of leads_merge. */
bool leads_hold_contacts(struct db *, int64_t workspace, struct fail *) MUST_CHECK;

/* Brings in line what reports read of leads with news. Where no leads were merged, the news begin with leads_news. */
bool leads_news(struct db *, struct fail *) MUST_CHECK;
bool leads_settle(struct db *, int64_t workspace, struct fail *) MUST_CHECK;

#endif

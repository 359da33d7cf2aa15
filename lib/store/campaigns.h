/* campaigns - outbound campaigns and their daily counts. */
#ifndef STORE_CAMPAIGNS_H
#define STORE_CAMPAIGNS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* What one line of a file says of a campaign. */
struct campaign_line {
	size_t line;
	const char *campaign_id;
	const char *name;                                  /* NULL: what is stored stays, else the id */
	const char *day;                                   /* NULL: the line only names the campaign */
	const char *sent, *bounced, *replied, *interested; /* decimal; NULL: 0 */
};

struct campaigns_merged {
	int64_t campaigns, made, renamed; /* campaigns: that the lines speak of */
	int64_t days, day_made, day_changed;
};

/* Inside a transaction (store/staging): begin, put for each line, end, then merge. The later line wins; the counts of a
 * day replace those stored. The same lines once more change nothing. */
bool campaigns_stage_begin(struct db *, struct fail *) MUST_CHECK;
bool campaigns_stage_empty(struct db *, struct fail *) MUST_CHECK; /* instead: lines come from other tables */
bool campaigns_stage_put(struct db *, struct arena *, const struct campaign_line *, struct fail *) MUST_CHECK;
bool campaigns_stage_end(struct db *, struct fail *) MUST_CHECK;
bool campaigns_merge(struct db *, int64_t workspace, struct campaigns_merged *, struct fail *) MUST_CHECK;

/* Calls `each` for every staged line whose day another, later line gives again. */
bool campaigns_overruled(
	struct db *, void (*each)(void *context, size_t line, size_t later), void *context, struct fail *) MUST_CHECK;

#endif

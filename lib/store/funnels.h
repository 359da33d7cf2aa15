/* funnels - the counts of the funnel, per campaign and in total, for a window of time. */
#ifndef STORE_FUNNELS_H
#define STORE_FUNNELS_H

#include "base/fail.h"
#include "base/scope.h"
#include "domain/funnel.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct funnel_question {
	int64_t workspace_id;
	const char *from, *to; /* as in bookings_filter; NULL: no bound */
	const char *campaign;  /* NULL: all */
	const char *timezone;  /* checked; NULL: the workspace's */
	bool cohort;           /* leads first contacted in the window, instead of what happened in it */
};

/* Strings are borrowed from the rows. */
struct campaign_funnel {
	bool is_total;
	const char *campaign_id,
		*campaign_name; /* both NULL in the total, and for bookings that no campaign brought about */
	struct funnel funnel;
};

/* The total comes last. */
bool funnels_count(struct db *, struct arena *, const struct funnel_question *, struct campaign_funnel **,
	size_t *count, struct fail *) MUST_CHECK;

#endif

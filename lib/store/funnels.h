/* funnels - the counts of the funnel for a window of time, row by row and in total, and what is behind each of them. */
#ifndef STORE_FUNNELS_H
#define STORE_FUNNELS_H

#include "base/fail.h"
#include "base/instant.h"
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
	const char *group_by;  /* campaign, day, week, month, event_type */
	const char *as_of;     /* as in bookings_filter */
	bool cohort;           /* leads first contacted in the window, instead of what happened in it */
};

/* Strings are borrowed from the rows. */
struct funnel_row {
	bool is_total;
	const char
		*key; /* what it is grouped by; NULL in the total, and for what belongs to no campaign or event type */
	const char *campaign_name;
	struct funnel funnel;
};

/* The total comes last. */
bool funnels_count(struct db *, struct arena *, const struct funnel_question *, struct funnel_row **, size_t *count,
	struct fail *) MUST_CHECK;

/* One number of the report. */
struct funnel_cell {
	enum stage stage;
	bool whole;      /* of the total */
	const char *key; /* else of this row, NULL: of the row without a key */
};

/* A lead that is counted. */
struct funnel_lead {
	const char *lead_id, *lead_email;
	struct instant at;                    /* when it happened */
	const char *campaign_id, *event_type; /* NULL: none */
	const char *booking_uid;              /* by which it is counted, where there is one */
};

/* What a campaign counted on a day. */
struct funnel_day {
	const char *day, *campaign_id;
	int64_t sent, bounced, replied, interested, counts; /* counts: towards the number */
};

/* Newest first, behind *after, or from the first on when that is NULL. */
bool funnels_leads(struct db *, struct arena *, const struct funnel_question *, const struct funnel_cell *,
	const struct funnel_lead *after, int64_t limit, struct funnel_lead **, size_t *count, struct fail *) MUST_CHECK;
bool funnels_days(struct db *, struct arena *, const struct funnel_question *, const struct funnel_cell *,
	const struct funnel_day *after, int64_t limit, struct funnel_day **, size_t *count, struct fail *) MUST_CHECK;

#endif

/* outreach - what the outbound platform says, kept as it says it, and what reports read of it. */
#ifndef STORE_OUTREACH_H
#define STORE_OUTREACH_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Lists are JSON arrays of objects; `n` in each is its place, and of two that speak of the same the later wins. What
 * changes a campaign's counts marks it as unsettled, until outreach_days_follow and outreach_settled. */

/* [{n, campaign_id, state, began_at, emails_sent}], all made before (store/campaigns). */
bool outreach_campaigns_note(struct db *, int64_t workspace, int64_t connection, const char *list, int64_t *changed,
	struct fail *) MUST_CHECK;

/* Days as 2026-01-31; NULL: not known, or never. */
struct outreach_campaign {
	const char *campaign_id, *began_on;
	const char *series_read_on; /* the series since the beginning was read then */
	const char *emails_read_on; /* e-mails of earlier days are known */
	bool replies_read;          /* all that there were, once */
	int64_t emails_now;         /* another number than when they were last read: more were sent, */
	bool emails_wait;           /* as this says */
};

/* At most `limit` of a connection, behind `after`; "" for the first. */
bool outreach_campaigns(struct db *, struct arena *, int64_t workspace, int64_t connection, const char *after,
	int64_t limit, struct outreach_campaign **, size_t *count, struct fail *) MUST_CHECK;

/* [{n, label, day, value}]. A value that goes down is noted as a correction. */
bool outreach_series_put(struct db *, int64_t workspace, const char *campaign, const char *list, int64_t *changed,
	int64_t *corrected, struct fail *) MUST_CHECK;
bool outreach_series_read(
	struct db *, int64_t workspace, const char *campaign, const char *day, struct fail *) MUST_CHECK;

/* [{n, reply_id, lead_id, received_at, changed_at, interested, automated, type, human, bounce, outgoing}]. listed: they
 * stand in the platform's list now. */
bool outreach_replies_put(struct db *, int64_t workspace, const char *campaign, const char *list, bool listed,
	int64_t *changed, struct fail *) MUST_CHECK;

/* The database's clock, and days where the workspace is: today, and so many days before. */
struct outreach_clock {
	struct instant now;
	const char *today, *settled /* 2 */, *week, *events /* 10 */, *quarter, *year;
};
bool outreach_clock(struct db *, int64_t workspace, struct outreach_clock *, struct fail *) MUST_CHECK;

/* Replies received at `since` or later that were known before `before` and are not among `met`, a JSON array of ids,
 * are gone. */
bool outreach_replies_missing(struct db *, int64_t workspace, const char *campaign, struct instant since,
	struct instant before, const char *met, int64_t *gone, struct fail *) MUST_CHECK;

/* All replies of the campaign have been read once. */
bool outreach_replies_read(struct db *, int64_t workspace, const char *campaign, struct fail *) MUST_CHECK;

/* All its e-mails before that day have been read; `now` is the campaign's emails_now before. */
bool outreach_emails_read(
	struct db *, int64_t workspace, const char *campaign, const char *day, int64_t now, struct fail *) MUST_CHECK;

/* Inside the transaction of an import (store/staging), between leads_merge and leads_settle.
 * [{n, lead_id, campaign_id, state, replied, bounced, emails_sent, at, sent_at}]: what was said of members. The times
 * that reports read of them follow with outreach_members_follow, which may be given the same list. */
bool outreach_members_note(
	struct db *, int64_t workspace, const char *list, int64_t *changed, struct fail *) MUST_CHECK;
bool outreach_members_follow(
	struct db *, int64_t workspace, const char *pairs, int64_t *changed, struct fail *) MUST_CHECK;

/* Those whom the campaign's replies may concern, as a list for outreach_members_follow. Borrowed from the rows. */
bool outreach_members_answering(
	struct db *, int64_t workspace, const char *campaign, const char **pairs, struct fail *) MUST_CHECK;

/* Stages the days of a campaign that are to have other counts (store/campaigns: between campaigns_stage_empty and
 * campaigns_merge) and notes which replies went down. */
bool outreach_days_follow(
	struct db *, int64_t workspace, const char *campaign, int64_t *corrected, struct fail *) MUST_CHECK;

/* Ids, in order. */
bool outreach_unsettled(
	struct db *, struct arena *, int64_t workspace, const char ***list, size_t *count, struct fail *) MUST_CHECK;
bool outreach_settled(struct db *, int64_t workspace, const char *campaign, struct fail *) MUST_CHECK;

struct outreach_event {
	int64_t workspace_id, connection_id;
	struct bytes delivery_key;
	const char *source; /* "webhook", "poll" */
	const char *type, *status;
	struct instant received_at;
	struct bytes sealed_body;
};

/* *fresh: it had not come before. */
bool outreach_event_put(struct db *, const struct outreach_event *, bool *fresh, struct fail *) MUST_CHECK;

/* [{kind, word}] that are not known here. */
bool outreach_words_put(struct db *, int64_t workspace, int64_t connection, const char *list, struct fail *) MUST_CHECK;

/* Whose the connection's key was when it was last used: EmailBison's id of a workspace; NULL: it was not. Borrowed from
 * the rows. */
bool outreach_account(
	struct db *, int64_t workspace, int64_t connection, const char **account, struct fail *) MUST_CHECK;

struct outreach_word {
	int64_t connection_id;
	const char *kind, *word;
	struct instant first_at;
};

struct outreach_correction {
	const char *campaign_id, *day;
	const char *source; /* "series": the platform's count under a label; "replies": ours of its replies */
	const char *label;
	int64_t was, now;
	struct instant noted_at;
};

/* At most `limit`, newest first. */
bool outreach_words(struct db *, struct arena *, int64_t workspace, int64_t limit, struct outreach_word **,
	size_t *count, struct fail *) MUST_CHECK;
bool outreach_corrections(struct db *, struct arena *, int64_t workspace, int64_t limit, struct outreach_correction **,
	size_t *count, struct fail *) MUST_CHECK;

#endif

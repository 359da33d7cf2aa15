/* outreach - what the outbound platform says, kept as it says it, and what reports read of it. */
#include "store/outreach.h"

#include "base/arena.h"
#include "store/staging.h"
#include "world/db.h"
#include "world/rows.h"

static const struct column campaign_columns[] = {
	COLUMN(struct outreach_campaign, campaign_id, read_text),
	COLUMN(struct outreach_campaign, began_on, read_text),
	COLUMN(struct outreach_campaign, series_read_on, read_text),
	COLUMN(struct outreach_campaign, emails_read_on, read_text),
	COLUMN(struct outreach_campaign, replies_read, read_bool),
	COLUMN(struct outreach_campaign, emails_now, read_i64),
	COLUMN(struct outreach_campaign, emails_wait, read_bool),
};

bool outreach_campaigns_note(
	struct db *db, int64_t workspace, int64_t connection, const char *list, int64_t *changed, struct fail *f)
{
	return staging_count(db, QUERY_outreach_campaigns_note, changed, f,
		PARAMS(as_i64(workspace), as_i64(connection), as_text(list)));
}

bool outreach_campaigns(struct db *db, struct arena *arena, int64_t workspace, int64_t connection, const char *after,
	int64_t limit, struct outreach_campaign **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_campaigns, f,
		PARAMS(as_i64(workspace), as_i64(connection), as_text(after), as_i64(limit)));

	*list = rows_into(rows, arena, campaign_columns, COUNT(campaign_columns), sizeof **list, NULL, count, f);
	return *list;
}

bool outreach_series_put(struct db *db, int64_t workspace, const char *campaign, const char *list, int64_t *changed,
	int64_t *corrected, struct fail *f)
{
	struct {
		int64_t changed, corrected;
	} counts;
	const struct column columns[] = {{"changed", read_i64, 0}, {"corrected", read_i64, sizeof counts.changed}};
	const struct rows *rows =
		db_run(db, QUERY_outreach_series_put, f, PARAMS(as_i64(workspace), as_text(campaign), as_text(list)));

	if (!rows || !row_into(rows, 0, columns, COUNT(columns), &counts, f))
		return false;
	*changed = counts.changed;
	*corrected = counts.corrected;
	return true;
}

bool outreach_series_read(struct db *db, int64_t workspace, const char *campaign, const char *day, struct fail *f)
{
	return db_run(db, QUERY_outreach_series_read, f, PARAMS(as_i64(workspace), as_text(campaign), as_text(day)));
}

bool outreach_replies_put(struct db *db, int64_t workspace, const char *campaign, const char *list, bool listed,
	int64_t *changed, struct fail *f)
{
	return staging_count(db, QUERY_outreach_replies_put, changed, f,
		PARAMS(as_i64(workspace), as_text(campaign), as_text(list), as_bool(listed)));
}

bool outreach_clock(struct db *db, int64_t workspace, struct outreach_clock *clock, struct fail *f)
{
	static const struct column columns[] = {
		COLUMN(struct outreach_clock, now, read_instant),
		COLUMN(struct outreach_clock, today, read_text),
		COLUMN(struct outreach_clock, settled, read_text),
		COLUMN(struct outreach_clock, week, read_text),
		COLUMN(struct outreach_clock, events, read_text),
		COLUMN(struct outreach_clock, quarter, read_text),
		COLUMN(struct outreach_clock, year, read_text),
	};
	const struct rows *rows = db_run(db, QUERY_outreach_clock, f, PARAMS(as_i64(workspace)));

	return rows && row_into(rows, 0, columns, COUNT(columns), clock, f);
}

bool outreach_replies_missing(struct db *db, int64_t workspace, const char *campaign, struct instant since,
	struct instant before, const char *met, int64_t *gone, struct fail *f)
{
	return staging_count(db, QUERY_outreach_replies_missing, gone, f,
		PARAMS(as_i64(workspace), as_text(campaign), as_instant(&since), as_instant(&before), as_text(met)));
}

bool outreach_replies_read(struct db *db, int64_t workspace, const char *campaign, struct fail *f)
{
	return db_run(db, QUERY_outreach_replies_read, f, PARAMS(as_i64(workspace), as_text(campaign)));
}

bool outreach_emails_read(
	struct db *db, int64_t workspace, const char *campaign, const char *day, int64_t sent, struct fail *f)
{
	return db_run(db, QUERY_outreach_emails_read, f,
		PARAMS(as_i64(workspace), as_text(campaign), as_text(day), as_i64(sent)));
}

bool outreach_members_note(struct db *db, int64_t workspace, const char *list, int64_t *changed, struct fail *f)
{
	return staging_count(db, QUERY_outreach_members_note, changed, f, PARAMS(as_i64(workspace), as_text(list)));
}

bool outreach_members_follow(struct db *db, int64_t workspace, const char *pairs, int64_t *changed, struct fail *f)
{
	return staging_count(db, QUERY_outreach_members_follow, changed, f, PARAMS(as_i64(workspace), as_text(pairs)));
}

bool outreach_members_answering(
	struct db *db, int64_t workspace, const char *campaign, const char **pairs, struct fail *f)
{
	const struct rows *rows =
		db_run(db, QUERY_outreach_members_answering, f, PARAMS(as_i64(workspace), as_text(campaign)));

	return rows && row_into(rows, 0, &(const struct column){"pairs", read_text, 0}, 1, pairs, f);
}

bool outreach_days_follow(struct db *db, int64_t workspace, const char *campaign, int64_t *corrected, struct fail *f)
{
	return db_run(db, QUERY_outreach_days_stage, f, PARAMS(as_i64(workspace), as_text(campaign)))
	       && staging_count(db, QUERY_outreach_days_correct, corrected, f, PARAMS(as_i64(workspace)));
}

bool outreach_unsettled(
	struct db *db, struct arena *arena, int64_t workspace, const char ***list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_unsettled, f, PARAMS(as_i64(workspace)));

	*list = rows_into(
		rows, arena, &(const struct column){"campaign_id", read_text, 0}, 1, sizeof **list, NULL, count, f);
	return *list;
}

bool outreach_settled(struct db *db, int64_t workspace, const char *campaign, struct fail *f)
{
	return db_run(db, QUERY_outreach_settled, f, PARAMS(as_i64(workspace), as_text(campaign)));
}

bool outreach_event_put(struct db *db, const struct outreach_event *e, bool *fresh, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_event_put, f,
		PARAMS(as_i64(e->workspace_id), as_i64(e->connection_id), as_bytes(e->delivery_key), as_text(e->source),
			as_text(e->type), as_text(e->status), as_instant(&e->received_at), as_bytes(e->sealed_body)));

	*fresh = rows && rows->count == 1;
	return rows;
}

bool outreach_words_put(struct db *db, int64_t workspace, int64_t connection, const char *list, struct fail *f)
{
	return db_run(db, QUERY_outreach_words_put, f, PARAMS(as_i64(workspace), as_i64(connection), as_text(list)));
}

bool outreach_account(struct db *db, int64_t workspace, int64_t connection, const char **account, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_account, f, PARAMS(as_i64(workspace), as_i64(connection)));

	*account = NULL;
	return rows && row_into(rows, 0, &(const struct column){"account", read_text, 0}, 1, account, f);
}

static const struct column word_columns[] = {
	COLUMN(struct outreach_word, connection_id, read_i64),
	COLUMN(struct outreach_word, kind, read_text),
	COLUMN(struct outreach_word, word, read_text),
	COLUMN(struct outreach_word, first_at, read_instant),
};

bool outreach_words(struct db *db, struct arena *arena, int64_t workspace, int64_t limit, struct outreach_word **list,
	size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_words, f, PARAMS(as_i64(workspace), as_i64(limit)));

	*list = rows_into(rows, arena, word_columns, COUNT(word_columns), sizeof **list, NULL, count, f);
	return *list;
}

static const struct column correction_columns[] = {
	COLUMN(struct outreach_correction, campaign_id, read_text),
	COLUMN(struct outreach_correction, day, read_text),
	COLUMN(struct outreach_correction, source, read_text),
	COLUMN(struct outreach_correction, label, read_text),
	COLUMN(struct outreach_correction, was, read_i64),
	COLUMN(struct outreach_correction, now, read_i64),
	COLUMN(struct outreach_correction, noted_at, read_instant),
};

bool outreach_corrections(struct db *db, struct arena *arena, int64_t workspace, int64_t limit,
	struct outreach_correction **list, size_t *count, struct fail *f)
{
	const struct rows *rows = db_run(db, QUERY_outreach_corrections, f, PARAMS(as_i64(workspace), as_i64(limit)));

	*list = rows_into(rows, arena, correction_columns, COUNT(correction_columns), sizeof **list, NULL, count, f);
	return *list;
}

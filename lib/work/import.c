/* import - a CSV file becomes leads or campaigns: every line checked, the good ones merged in one transaction. */
#include "work/import.h"

#include "base/arena.h"
#include "base/log.h"
#include "store/staging.h"
#include "work/match_likely.h"
#include "work/merge_leads.h"
#include "world/db.h"

/* An import under way. */
struct import {
	const struct import_job *job;
	const struct kind *kind;
	struct import_result *result;
	struct db *db;
	struct csv *csv;
	struct import_header header;
	struct arena *whole, row; /* memory of the import, and of one row */
	size_t lines;             /* read by now, without the header */
};

struct kind {
	bool (*begin)(struct db *, struct fail *);
	bool (*put)(struct import *, const struct import_line *, struct fail *);
	bool (*end)(struct db *, struct fail *);
	bool (*merge)(struct import *, struct fail *);
	void (*after)(struct import *); /* the commit; what fails here undoes nothing */
};

static bool put_lead(struct import *im, const struct import_line *line, struct fail *f)
{
	return leads_stage_put(im->db, &im->row, &line->lead, f);
}

static void tell_indexed(void *context, size_t leads)
{
	const struct import *im = context;

	im->job->progress(im->job->context, "indexing", leads);
}

static bool merge_lines_of_leads(struct import *im, struct fail *f)
{
	const int64_t workspace = im->job->workspace;

	return merge_leads(im->db, workspace, tell_indexed, im, &im->result->leads, f)
	       && leads_settle(im->db, workspace, f);
}

/* Those who wait for a lead with another address than theirs. Each by himself, so that no event has to wait; what is
 * left undone here is the worker's. */
static void match_waiting(struct import *im)
{
	enum { BATCH = 200 };
	struct fail trouble = {0};
	struct likely likely;
	int64_t done = 0;
	bool more = true;

	while (more && match_likely_in(im->db, im->job->workspace, BATCH, &likely, &more, &trouble)) {
		im->result->leads.linked += likely.linked;
		im->job->progress(im->job->context, "matching", (size_t)(done += likely.looked_at));
	}
	if (trouble.kind)
		log_line(LOG_WARN, trouble.code, "the leads are loaded; who waits for them is matched later: %s",
			trouble.detail);
}

static bool put_campaign(struct import *im, const struct import_line *line, struct fail *f)
{
	return campaigns_stage_put(im->db, &im->row, &line->campaign, f);
}

static void remark_overruled(void *context, size_t line, size_t later)
{
	struct import *im = context;

	im->job->remarked(im->job->context, line,
		arena_print(&im->row, "the same campaign and day stand again on line %zu, which counts", later));
	arena_empty(&im->row);
}

static bool merge_lines_of_campaigns(struct import *im, struct fail *f)
{
	return campaigns_overruled(im->db, remark_overruled, im, f)
	       && campaigns_merge(im->db, im->job->workspace, &im->result->campaigns, f);
}

static const struct kind kinds[] = {
	[IMPORT_LEADS] = {leads_stage_begin, put_lead, leads_stage_end, merge_lines_of_leads, match_waiting},
	[IMPORT_CAMPAIGNS] = {campaigns_stage_begin, put_campaign, campaigns_stage_end, merge_lines_of_campaigns, NULL},
};

static bool read_header(struct import *im, struct fail *f)
{
	struct csv_row row;
	enum csv_found found = csv_next(im->csv, &row, f);

	if (found == CSV_END)
		return fail(f, FAIL_INPUT, "no_header", "the file is empty; its first line is to name the columns: %s",
			import_columns(im->whole, im->job->kind));
	if (found != CSV_ROW || !import_header_read(im->whole, im->job->kind, &row, &im->header, f))
		return false;
	for (size_t i = 0; i < im->header.width; i++)
		if (im->header.ignored[i])
			im->job->remarked(im->job->context, row.line, im->header.ignored[i]);
	return true;
}

/* Spreadsheets end their files with lines of nothing but commas. */
static bool is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (*row->fields[i])
			return false;
	return true;
}

static void refuse(struct import *im, size_t line, const char *why)
{
	im->result->refused++;
	im->job->refused(im->job->context, line, why);
}

/* False when the import cannot go on; a bad row is no reason. */
static bool take_row(struct import *im, const struct csv_row *row, struct fail *f)
{
	struct import_line line;
	const char *lost;
	struct fail why = {0};

	if (!import_line_read(&im->row, &im->header, row, &line, &lost, &why)) {
		refuse(im, row->line, why.detail);
		return true;
	}
	if (lost)
		im->job->remarked(im->job->context, row->line, lost);
	im->result->loaded++;
	/* Once a strict job is lost, the rest is read only to tell what else is wrong. */
	return (im->job->strict && im->result->refused > 0) || im->kind->put(im, &line, f);
}

static bool read_lines(struct import *im, struct fail *f)
{
	for (;;) {
		struct fail why = {0};
		struct csv_row row;

		switch (csv_next(im->csv, &row, &why)) {
		case CSV_END:
			return true;
		case CSV_UNREADABLE:
			return fail(f, why.kind, why.code, "%s", why.detail);
		case CSV_REFUSED:
			refuse(im, row.line, why.detail);
			break;
		case CSV_ROW:
			if (!is_blank(&row) && !take_row(im, &row, f))
				return false;
		}
		arena_empty(&im->row);
		im->job->progress(im->job->context, "reading", ++im->lines);
	}
}

static bool worth_keeping(const struct import *im, struct fail *f)
{
	if (im->job->strict && im->result->refused > 0)
		return fail(f, FAIL_INPUT, "strict",
			"nothing was loaded, because lines were refused and --strict was asked for");
	if (im->result->loaded == 0 && im->result->refused > 0)
		return fail(f, FAIL_INPUT, "all_refused", "nothing was loaded, because every line was refused");
	return true;
}

static bool merge(struct import *im, struct fail *f)
{
	im->job->progress(im->job->context, "merging", im->lines);
	return im->kind->merge(im, f);
}

static bool run(struct import *im, struct fail *f)
{
	if (!read_header(im, f))
		return false;
	IN_TRANSACTION(tx, im->db, f);
	return tx.open && staging_begin(im->db, im->job->workspace, f) && im->kind->begin(im->db, f)
	       && read_lines(im, f) && im->kind->end(im->db, f) && worth_keeping(im, f) && merge(im, f)
	       && tx_commit(&tx, f);
}

bool import_run(
	struct arena *arena, struct db *db, const struct import_job *job, struct import_result *result, struct fail *f)
{
	struct import im = {
		.job = job,
		.kind = &kinds[job->kind],
		.result = result,
		.db = db,
		.csv = csv_open(arena, job->read, job->from),
		.whole = arena,
	};
	bool done;

	*result = (struct import_result){0};
	done = run(&im, f);
	if (done && im.kind->after)
		im.kind->after(&im);
	arena_end(&im.row);
	return done;
}

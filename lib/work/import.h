/* import - a CSV file becomes leads or campaigns: every line checked, the good ones merged in one transaction. */
#ifndef WORK_IMPORT_H
#define WORK_IMPORT_H

#include "base/csv.h"
#include "base/fail.h"
#include "base/scope.h"
#include "work/import_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

struct import_job {
	enum import_kind kind;
	int64_t workspace;
	bool strict; /* nothing is kept when a line is refused */
	csv_source *read;
	void *from;

	/* What the user should know of a line. The sentence may quote the file. */
	void (*refused)(void *context, size_t line, const char *why);
	void (*remarked)(void *context, size_t line, const char *what);
	/* "reading" or "merging" and how many lines were read by now, "indexing" and how many leads, "matching" and how
	 * many attendees. Comes often. */
	void (*progress)(void *context, const char *what, size_t lines);
	void *context;
};

struct import_result {
	size_t loaded, refused; /* lines; loaded is what would have been when nothing was kept */
	struct leads_merged leads;
	struct campaigns_merged campaigns;
};

/* Keeps all that it can, or nothing. FAIL_INPUT: the header is not understood, every line was refused, or one was and
 * the job is strict. FAIL_ABSENT: no such workspace. The counts of lines are right also then. */
bool import_run(
	struct arena *, struct db *, const struct import_job *, struct import_result *, struct fail *) MUST_CHECK;

#endif

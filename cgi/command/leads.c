/* leads - `turnout leads rekey` and `leads drop`. */
#include "command/command.h"
#include "work/index_leads.h"
#include "work/match_likely.h"

#include <stdio.h>
#include <unistd.h>

static void show_progress(void *context, size_t leads)
{
	(void)context;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu leads \033[K", leads);
}

static bool match_all(struct db *db, int64_t workspace, int64_t *linked, struct fail *f)
{
	enum { BATCH = 200 };
	struct likely likely;
	bool more = true;

	for (*linked = 0; more; *linked += likely.linked)
		if (!match_likely_in(db, workspace, BATCH, &likely, &more, f))
			return false;
	return true;
}

bool leads_rekey(struct session *session, int argc, char **argv, struct fail *f)
{
	int64_t workspace = 0, linked;
	size_t leads;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, true, &workspace}), f)
		|| !index_again(session->db, workspace, show_progress, NULL, &leads, f)
		|| !match_all(session->db, workspace, &linked, f))
		return false;
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	printf("%zu leads can be found by what they have in common with an attendee, %lld attendees linked\n", leads,
		(long long)linked);
	return true;
}

bool leads_drop(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *lead = NULL;
	int64_t workspace = 0, linked;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, true, &workspace}, {"lead", TEXT, true, &lead}), f)
		|| !drop_lead(session->db, workspace, lead, f) || !match_all(session->db, workspace, &linked, f))
		return false;
	fputs("the lead is removed; the bookings stay and wait for another lead\n", stderr);
	return true;
}

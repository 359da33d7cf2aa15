/* unmatched - `turnout unmatched list`, `link`, `dismiss` and `unlink`. */
#include "base/instant.h"
#include "command/command.h"
#include "work/review.h"
#include "work/review_list.h"
#include "work/suggest.h"

#include <stdio.h>

static void print_entry(const struct review_entry *e)
{
	const struct uncertain *who = &e->row->who;
	const struct match *match = &e->suggestion->match;
	char since[INSTANT_SIZE];

	printf("%s\n    %s <%s>%s%s, since %s, booking %s\n", e->item, who->name ? who->name : "(no name)",
		who->email ? who->email : who->email_key, who->company ? ", " : "", who->company ? who->company : "",
		instant_to_rfc3339(e->row->since, since), who->uid);
	if (match->count == 0)
		puts("    nobody like that among the leads");
	for (size_t i = 0; i < match->count; i++) {
		const struct known_lead *lead = &e->suggestion->leads[match->best[i].candidate];

		printf("    %5.1f %%  lead %s  %s %s <%s>%s%s\n             %s\n", 100 * match->best[i].probability,
			lead->lead_id, lead->first_name, lead->last_name, lead->email, *lead->company ? ", " : "",
			lead->company, match->best[i].because);
	}
}

bool unmatched_list(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *limit = NULL, *after = NULL, *next;
	struct query query = {.parameters = {{"limit", ""}, {"after", ""}}, .count = 2};
	struct review_question question;
	struct review_entry *list;
	int64_t workspace = 0, total;
	size_t count;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &workspace}, {"limit", TEXT, false, &limit},
			    {"after", TEXT, false, &after}),
		    f))
		return false;
	query.parameters[0].value = limit ? limit : "";
	query.parameters[1].value = after ? after : "";
	if (!review_question_read(session->arena, &query, workspace, &question, f)
		|| !review_list(session->arena, session->db, &question, &list, &count, &next, f)
		|| !reviews_count(session->db, workspace, &total, f))
		return false;
	for (size_t i = 0; i < count; i++)
		print_entry(&list[i]);
	fprintf(stderr, "%zu of %lld attendees without a lead%s%s\n", count, (long long)total,
		next ? "; go on with --after " : "", next ? next : "");
	return true;
}

static bool decide(struct session *session, struct review *review, struct fail *f)
{
	struct reviewed reviewed;

	review->actor = "command line";
	if (!review_decide(session->arena, session->db, review, &reviewed, f))
		return false;
	fprintf(stderr, "%s: %s%s\n", reviewed.changed ? "done" : "it was so before",
		reviewed.standing.lead_id ? "lead " : "no lead",
		reviewed.standing.lead_id ? reviewed.standing.lead_id : "");
	return true;
}

bool unmatched_link(struct session *session, int argc, char **argv, struct fail *f)
{
	struct review review = {.decision = REVIEW_LINK};

	return options_read(argc, argv,
		       OPTIONS({"workspace", NUMBER, true, &review.workspace}, {"lead", TEXT, true, &review.lead_id},
			       {NULL, TEXT, true, &review.item}),
		       f)
	       && decide(session, &review, f);
}

static bool decide_without_lead(
	struct session *session, int argc, char **argv, enum review_decision decision, struct fail *f)
{
	struct review review = {.decision = decision};

	return options_read(argc, argv,
		       OPTIONS({"workspace", NUMBER, true, &review.workspace}, {NULL, TEXT, true, &review.item}), f)
	       && decide(session, &review, f);
}

bool unmatched_dismiss(struct session *session, int argc, char **argv, struct fail *f)
{
	return decide_without_lead(session, argc, argv, REVIEW_DISMISS, f);
}

bool unmatched_unlink(struct session *session, int argc, char **argv, struct fail *f)
{
	return decide_without_lead(session, argc, argv, REVIEW_UNLINK, f);
}

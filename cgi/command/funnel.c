/* funnel - `turnout funnel`: the report as a table for people. */
#include "command/command.h"
#include "store/workspaces.h"
#include "work/funnel_report.h"

#include <stdio.h>

static void print_rate(int64_t numerator, int64_t divisor)
{
	struct rate rate = rate_of(numerator, divisor);

	if (rate.known)
		printf(" %8lld.%02lld", (long long)(rate.hundredths / 100), (long long)(rate.hundredths % 100));
	else
		printf(" %11s", "-");
}

static void print_row(const struct funnel_row *row)
{
	const char *name = row->is_total        ? "total"
			   : row->campaign_name ? row->campaign_name
			   : row->key           ? row->key
						: "(no campaign)";

	printf("%-28.28s", name);
	for (size_t i = 0; i < STAGE_COUNT; i++)
		printf(" %10lld", (long long)row->funnel.counts[i]);
	for (size_t i = 0; i < FUNNEL_RATE_COUNT; i++)
		print_rate(row->funnel.counts[funnel_rates[i].numerator], row->funnel.counts[funnel_rates[i].divisor]);
	putchar('\n');
}

/* "delivery %" for delivery_rate: the column is narrow. */
static void print_rate_name(const char *name)
{
	char title[16];
	int length = 0;

	while (name[length] && name[length] != '_')
		length++;
	snprintf(title, sizeof title, "%.*s %%", length, name);
	printf(" %11s", title);
}

bool funnel_table(struct session *session, int argc, char **argv, struct fail *f)
{
	struct query query = {.parameters = {{"from", ""}, {"to", ""}, {"campaign", ""}, {"basis", ""},
				      {"timezone", ""}, {"group_by", ""}, {"as_of", ""}},
		.count = 7};
	const char *given[7] = {NULL};
	struct funnel_question question;
	struct funnel_row *rows;
	int64_t workspace = 0;
	size_t count;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &workspace}, {"from", TEXT, false, &given[0]},
			    {"to", TEXT, false, &given[1]}, {"campaign", TEXT, false, &given[2]},
			    {"basis", TEXT, false, &given[3]}, {"timezone", TEXT, false, &given[4]},
			    {"group-by", TEXT, false, &given[5]}, {"as-of", TEXT, false, &given[6]}),
		    f))
		return false;
	for (size_t i = 0; i < query.count; i++)
		query.parameters[i].value = given[i] ? given[i] : "";
	if (!workspaces_find(session->db, workspace, &(struct workspace){0}, f)
		|| !funnel_question_read(session->db, &query, workspace, &question, f)
		|| !funnels_count(session->db, session->arena, &question, &rows, &count, f))
		return false;
	printf("%-28s", question.group_by);
	for (size_t i = 0; i < STAGE_COUNT; i++)
		printf(" %10s", stage_names[i]);
	for (size_t i = 0; i < FUNNEL_RATE_COUNT; i++)
		print_rate_name(funnel_rates[i].name);
	putchar('\n');
	for (size_t i = 0; i < count; i++)
		print_row(&rows[i]);
	return true;
}

/* turnout - the command line: setting up, importing, and the funnel on a terminal. */
#include "base/log.h"
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static command version, settings_table;

static const struct {
	const char *name;
	command *run;
	const char *usage, *meaning;
	void (*details)(void); /* prints what --help says beyond that; NULL: nothing */
} commands[] = {
	{"migrate", migrate, "[--dry-run]", "bring the database's schema up to date, or show what would run", NULL},
	{"workspace add", workspace_add, "--name NAME [--timezone ZONE] [--attendance presume|explicit]",
		"add a workspace and print its id", NULL},
	{"workspace list", workspace_list, "", "list the workspaces", NULL},
	{"connection add", connection_add,
		"--workspace N [--kind calcom|emailbison] [--name NAME] [--secret-file FILE|-] [--unsigned]"
		" [--api-key-file FILE|-] [--api-base URL] [--api-version v1|v2]",
		"connect an account of Cal.com or EmailBison; prints the id of its webhook path, and the secret when one was "
		"made",
		NULL},
	{"connection api", connection_api, "ID [--api-key-file FILE|-] [--api-base URL] [--api-version v1|v2]",
		"let a connection be read by its API too, or by another key", NULL},
	{"connection list", connection_list, "[--workspace N]", "list the connections", NULL},
	{"connection rotate", connection_rotate, "ID [--secret-file FILE|-] [--finish]",
		"give a connection a new secret beside the old one; --finish forgets the old one", NULL},
	{"token add", token_add, "(--workspace N | --all) [--write] [--expires DAYS] [--name NAME]",
		"make an access token and print it, once", NULL},
	{"token list", token_list, "[--workspace N]", "list the tokens", NULL},
	{"token revoke", token_revoke, "ID", "end a token", NULL},
	{"import leads", import_leads, "FILE --workspace N [--strict]",
		"load leads from CSV, with a header that names the columns in any order", import_leads_columns},
	{"import campaigns", import_campaigns, "FILE --workspace N [--strict]",
		"load campaigns and their daily counts from CSV, a row per campaign and day", import_campaigns_columns},
	{"leads rekey", leads_rekey, "--workspace N",
		"make all leads findable again by what they have in common with an attendee: after an upgrade that says so", NULL},
	{"leads drop", leads_drop, "--workspace N --lead ID", "remove a lead; its bookings stay and are matched anew", NULL},
	{"sync calcom", sync_calcom_now, "--workspace N [--connection ID] [--since TIME]",
		"read now what Cal.com's API shows, and tell how it goes", NULL},
	{"sync emailbison", sync_emailbison_now, "--workspace N [--connection ID] [--since TIME]",
		"read now what EmailBison's API shows, and tell how it goes", NULL},
	{"funnel", funnel_table,
		"--workspace N [--from DAY] [--to DAY] [--campaign ID] [--basis activity|cohort] [--timezone ZONE]"
		" [--group-by campaign|day|week|month|event_type] [--as-of TIME]",
		"print the funnel as a table", NULL},
	{"unmatched list", unmatched_list, "--workspace N [--limit N] [--after CURSOR]",
		"list attendees without a lead, newest first, with the leads that they may be and why; it holds personal data",
		NULL},
	{"unmatched link", unmatched_link, "ITEM --workspace N --lead ID",
		"decide that an attendee is this lead, now and whenever the address books again", NULL},
	{"unmatched dismiss", unmatched_dismiss, "ITEM --workspace N", "decide that an attendee is no lead", NULL},
	{"unmatched unlink", unmatched_unlink, "ITEM --workspace N", "take such a decision back", NULL},
	{"link", link_print, "URL --workspace N --lead ID",
		"print the booking link URL with a signed reference to a lead: who books by it is matched with "
		"certainty",
		NULL},
	{"verify", verify, "--workspace N", "prove that what is kept for the reports equals a recount", NULL},
	{"events list", events_list,
		"--workspace N [--status processed|ignored|failed|dead] [--trigger T] [--booking UID]"
		" [--since T] [--until T] [--limit N]",
		"list the stored deliveries, newest first", NULL},
	{"events show", events_show, "ID --workspace N", "print a stored delivery as it came; it holds personal data",
		NULL},
	{"events retry", events_retry, "[ID] --workspace N", "apply failed and dead events now", NULL},
	{"events replay", events_replay, "--workspace N [--booking UID]",
		"rebuild bookings from their stored events and tell what differed", NULL},
	{"match stored", match_stored, "--workspace N --bookings FILE",
		"decide over a file of bookings among the stored leads, and say how long that takes; nothing is changed", NULL},
	{"match", match_files, "--leads FILE --bookings FILE --out FILE",
		"say which lead each booking is, over CSV files, with the code that decides in the product", NULL},
	{"settings", settings_table, "", "list the settings that the environment may hold", NULL},
	{"version", version, "", "print the version", NULL},
};

static bool version(struct session *session, int argc, char **argv, struct fail *f)
{
	(void)session, (void)argc, (void)argv, (void)f;
	puts("turnout " TURNOUT_VERSION);
	return true;
}

static void print_setting(const char *name, const char *older_name, const char *standard, const char *meaning)
{
	printf("%-24s %-20s %-8s %s\n", name, older_name ? older_name : "", standard, meaning);
}

static bool settings_table(struct session *session, int argc, char **argv, struct fail *f)
{
	(void)session, (void)argc, (void)argv, (void)f;
	print_setting("name", "older name", "default", "meaning");
	settings_each(print_setting);
	return true;
}

static int help(FILE *to)
{
	fputs("turnout - an honest sales funnel from Cal.com's webhooks\n\n", to);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(to, "  turnout %s %s\n        %s\n", commands[i].name, commands[i].usage, commands[i].meaning);
	fputs("\nSettings come from the environment: `turnout settings` lists them.\n"
	      "Exit status: 0 done, 1 failed, 2 not understood.\n",
		to);
	return to == stdout ? 0 : 2;
}

/* How many of the words name the command: 0 when they do not. */
static int words_of(const char *name, int argc, char **argv)
{
	int words = 1 + (strchr(name, ' ') != NULL);
	char said[64];

	if (argc < words)
		return 0;
	snprintf(said, sizeof said, words == 2 ? "%s %s" : "%s", argv[0], words == 2 ? argv[1] : "");
	return strcmp(said, name) == 0 ? words : 0;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

bool session_key(const struct session *session, struct secret_key *key, struct fail *f)
{
	return settings_key(session->settings, key, f);
}

/* Commands that need no database run without any setting. */
static bool needs_database(command *run)
{
	return run != version && run != settings_table && run != match_files;
}

static int run(size_t row, int argc, char **argv)
{
	struct arena arena = {0};
	struct settings settings;
	struct session session = {.arena = &arena, .settings = &settings};
	struct fail f = {0};
	bool done;
	AUTO(database) db = NULL;

	secret_open();
	done = !needs_database(commands[row].run) || settings_read(&settings, &f);
	if (done) {
		if (needs_database(commands[row].run))
			session.db = db = db_open(&arena, settings.database_owner_url, settings.prepared_statements);
		done = commands[row].run(&session, argc, argv, &f);
	}
	if (!done)
		fprintf(stderr, "turnout: %s\n", f.detail);
	if (!done && strcmp(f.code, "usage") == 0)
		fprintf(stderr, "usage: turnout %s %s\n", commands[row].name, commands[row].usage);
	arena_end(&arena);
	return done ? 0 : strcmp(f.code, "usage") == 0 ? 2 : 1;
}

int main(int argc, char **argv)
{
	log_open("turnout", LOG_ERROR);
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "--version") == 0)
		argv[1] = argv[1] + 2;
	for (size_t i = 0; i < COUNT(commands); i++) {
		int words = words_of(commands[i].name, argc - 1, argv + 1);

		if (!words)
			continue;
		if (!asks_for_help(argc - 1 - words, argv + 1 + words))
			return run(i, argc - words, argv + words);
		printf("turnout %s %s\n\n%s\n", commands[i].name, commands[i].usage, commands[i].meaning);
		if (commands[i].details)
			commands[i].details();
		return 0;
	}
	if (asks_for_help(1, argv + 1) || strcmp(argv[1], "help") == 0)
		return help(stdout);
	fprintf(stderr, "turnout: \"%s\" is no command\n", argv[1]);
	return help(stderr);
}

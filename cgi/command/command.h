/* command - what the subcommands of `turnout` have in common: their session, and how they read their options. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"
#include "base/settings.h"
#include "world/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session {
	struct arena *arena;
	const struct settings *settings;
	struct db *db; /* as the owner of the schema */
};

/* Results on stdout, sentences for people on stderr. FAIL_INPUT "usage" ends the tool with 2, other failures with 1. */
typedef bool command(struct session *, int argc, char **argv, struct fail *);

/* cgi/command/<subject>.c */
command migrate;
command workspace_add, workspace_list;
command connection_add, connection_api, connection_list, connection_rotate;
command token_add, token_list, token_revoke;
command import_leads, import_campaigns;
void import_leads_columns(void), import_campaigns_columns(void);
command funnel_table, verify;
command sync_calcom_now, sync_emailbison_now;
command link_print;
command match_files, match_stored;
command leads_rekey, leads_drop;
command unmatched_list, unmatched_link, unmatched_dismiss, unmatched_unlink;
command events_list, events_show, events_retry, events_replay;

/* One option. The field it sets: const char * (TEXT), int64_t (NUMBER, 1 and up), bool (FLAG). */
struct option_row {
	const char *name; /* without the dashes; NULL: the operand, of which there is at most one */
	enum { TEXT, NUMBER, FLAG } kind;
	bool needed;
	void *field;
};

/* argv[0] is the subcommand's last word. FAIL_INPUT "usage". */
bool options_read(int argc, char **argv, const struct option_row *, size_t count, struct fail *) MUST_CHECK;

#define OPTIONS(...) (const struct option_row[]){__VA_ARGS__}, COUNT(((const struct option_row[]){__VA_ARGS__}))

/* The key that seals secrets, for the commands that need it. */
bool session_key(const struct session *, struct secret_key *, struct fail *) MUST_CHECK;

#endif

/* events - `turnout events list`, `show`, `retry` and `replay`. */
#include "base/instant.h"
#include "base/json.h"
#include "command/command.h"
#include "store/kept_events.h"
#include "store/workspaces.h"
#include "work/replay.h"
#include "work/retry_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_STANDARD = 50 };

static bool moment_or_none(const char *name, const char *value, struct fail *f)
{
	struct instant instant;

	return !value || instant_from_rfc3339(value, strlen(value), &instant)
	       || fail(f, FAIL_INPUT, "usage", "--%s is \"%s\", expected a moment such as 2024-05-06T07:08:09Z", name,
		       value);
}

static bool status_or_none(const char *value, struct fail *f)
{
	static const char *const statuses[] = {"processed", "ignored", "failed", "dead"};

	for (size_t i = 0; value && i < COUNT(statuses); i++)
		if (strcmp(value, statuses[i]) == 0)
			return true;
	return !value
	    || fail(f, FAIL_INPUT, "usage", "--status is \"%s\", expected processed, ignored, failed or dead", value);
}

bool events_list(struct session *session, int argc, char **argv, struct fail *f)
{
	struct events_filter filter = {0};
	struct kept_event *list;
	char received[INSTANT_SIZE];
	size_t count;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &filter.workspace_id}, {"status", TEXT, false, &filter.status},
			    {"trigger", TEXT, false, &filter.trigger}, {"booking", TEXT, false, &filter.uid},
			    {"since", TEXT, false, &filter.since}, {"until", TEXT, false, &filter.until},
			    {"limit", NUMBER, false, &filter.limit}),
		    f)
		|| !status_or_none(filter.status, f) || !moment_or_none("since", filter.since, f) || !moment_or_none("until", filter.until, f))
		return false;
	if (!filter.limit)
		filter.limit = LIMIT_STANDARD;
	if (!kept_events_list(session->db, session->arena, &filter, &list, &count, f))
		return false;
	printf("%10s  %-27s  %-32s  %-24s  %-9s  %8s  %s\n", "id", "received", "trigger", "booking", "status",
		"attempts", "error");
	for (size_t i = 0; i < count; i++)
		printf("%10lld  %-27s  %-32s  %-24s  %-9s  %8lld  %s\n", (long long)list[i].event_id,
			instant_to_rfc3339(list[i].received_at, received), list[i].trigger,
			list[i].uid ? list[i].uid : "", list[i].status, (long long)list[i].attempts,
			list[i].error ? list[i].error : "");
	return true;
}

bool events_show(struct session *session, int argc, char **argv, struct fail *f)
{
	int64_t workspace = 0, id = 0;
	struct kept_event event;
	struct secret_key key;
	struct bytes body;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, true, &workspace}, {NULL, NUMBER, true, &id}), f)
		|| !session_key(session, &key, f) || !kept_events_find(session->db, workspace, id, &event, f)
		|| !secret_unseal(session->arena, &key, event.sealed_body, &body, f))
		return false;
	AUTO(json_t) json = json_loadb((const char *)body.at, body.length, 0, NULL);
	char *pretty = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	puts(pretty ? pretty : (const char *)body.at);
	free(pretty);
	return true;
}

/* Does at once what the worker would do at its next round. */
bool events_retry(struct session *session, int argc, char **argv, struct fail *f)
{
	int64_t workspace = 0, id = 0, due;
	struct retried retried = {0};
	struct secret_key key;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, true, &workspace}, {NULL, NUMBER, false, &id}), f)
		|| !session_key(session, &key, f) || !kept_events_retry(session->db, workspace, id, &due, f))
		return false;
	if (id && !due)
		return fail(f, FAIL_ABSENT, "event_absent", "there is no failed or dead event %lld in this workspace",
			(long long)id);
	if (!retry_events_of(session->arena, session->db, &key, workspace, &retried, f))
		return false;
	printf("%lld applied, %lld failed again\n", (long long)retried.applied,
		(long long)(retried.put_off + retried.dead));
	return retried.put_off + retried.dead == 0
	       || fail(f, FAIL_CONFLICT, "events_failed", "see `turnout events list --workspace %lld --status failed`",
		       (long long)workspace);
}

static void show_progress(int64_t events)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%lld events ", (long long)events);
}

bool events_replay(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *uid = NULL;
	struct workspace found;
	struct replayed replayed;
	struct secret_key key;
	int64_t workspace = 0, differences = 0;

	if (!options_read(
		    argc, argv, OPTIONS({"workspace", NUMBER, true, &workspace}, {"booking", TEXT, false, &uid}), f)
		|| !session_key(session, &key, f) || !workspaces_find(session->db, workspace, &found, f)
		|| !replay(session->arena, session->db, &key, workspace, uid, show_progress, &replayed, f))
		return false;
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	for (size_t i = 0; i < replayed.count; i++) {
		const struct replay_difference *d = &replayed.differences[i];

		differences += d->appeared + d->vanished;
		if (d->appeared + d->vanished)
			printf("%s: %lld rows appeared, %lld vanished\n", d->table_name, (long long)d->appeared,
				(long long)d->vanished);
	}
	if (uid && !replayed.events && !differences)
		return fail(f, FAIL_ABSENT, "booking_absent", "there is no such booking in this workspace");
	printf("%lld events replayed, %lld differences\n", (long long)replayed.events, (long long)differences);
	return true;
}

/* source_report - how it stands with the sources: for reports, for health, and for who asked for a round. */
#include "work/source_report.h"

#include "base/arena.h"
#include "store/connections.h"
#include "store/outreach.h"
#include "work/sync_source.h"

#include <inttypes.h>
#include <string.h>

enum { ASK_PAUSE_MS = 60000 };

static bool is_refused(const struct source_state *s)
{
	return s->error_code
	       && (strcmp(s->error_code, "source_denied") == 0 || strcmp(s->error_code, "source_other_account") == 0);
}

enum source_health source_state_health(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	return source_health(is_refused(s), s->failures, s->succeeded_at, interval_ms, now);
}

enum breaker_state source_state_breaker(const struct source_state *s, struct instant now)
{
	return breaker_state(s->failures, s->next_at, now);
}

static json_t *moment_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return at.us ? json_string(instant_to_rfc3339(at, text)) : json_null();
}

/* For people: what it means for the numbers that they see. */
static const char *words(
	struct arena *arena, const struct source_state *s, enum source_health health, int64_t interval_ms)
{
	const char *name = sync_source_name(s->kind);
	char next[INSTANT_SIZE];

	if (s->error)
		return arena_print(arena, "%s. %sNext try: %s.", s->error,
			s->succeeded_at.us ? "The last known numbers are shown. " : "",
			instant_to_rfc3339(s->next_at, next));
	if (health == SOURCE_UNAVAILABLE)
		return arena_print(
			arena, s->running ? "%s is being read for the first time." : "%s has not been read yet.", name);
	if (health == SOURCE_STALE)
		return arena_print(arena, "%s was last read too long ago; is the worker running?", name);
	return interval_ms < 120000
		       ? arena_print(arena, "%s is read every %" PRId64 " seconds.", name, interval_ms / 1000)
		       : arena_print(arena, "%s is read every %" PRId64 " minutes.", name, interval_ms / 60000);
}

static json_t *error_json(const struct source_state *s)
{
	return s->error ? json_pack("{s:s, s:s}", "code", s->error_code, "message", s->error) : json_null();
}

static json_t *round_json(const struct source_state *s)
{
	return json_pack("{s:b, s:s, s:I, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "running", (int)s->running, "phase",
		s->phase, "done", (json_int_t)s->done, "total",
		s->total < 0 ? json_null() : json_integer((json_int_t)s->total), "seen", (json_int_t)s->seen, "applied",
		(json_int_t)s->applied, "corrected", (json_int_t)s->corrected, "not_understood", (json_int_t)s->refused,
		"started_at", moment_json(s->started_at), "ended_at", moment_json(s->ended_at));
}

json_t *source_state_json(
	struct arena *arena, const struct source_state *s, bool named, int64_t interval_ms, struct instant now)
{
	enum source_health health = source_state_health(s, interval_ms, now);
	json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o}", "connection",
		(json_int_t)s->connection_id, "kind", s->kind, "state", source_health_name(health), "message",
		words(arena, s, health, interval_ms), "breaker", breaker_state_name(source_state_breaker(s, now)),
		"failures", (json_int_t)s->failures, "last_success", moment_json(s->succeeded_at), "next_try",
		moment_json(s->next_at), "error", error_json(s));

	if (!named)
		return json;
	json_object_set_new(json, "name", json_string(s->name));
	json_object_set_new(json, "remark", s->remark ? json_string(s->remark) : json_null());
	json_object_set_new(json, "asked_at", moment_json(s->asked_at));
	json_object_set_new(json, "round", round_json(s));
	return json;
}

/* Words that the outbound platform used and we do not know, and numbers that it, or its replies, took back. */
static bool add_outreach(struct arena *arena, struct db *db, int64_t workspace, json_t *report, struct fail *f)
{
	enum { SHOWN = 100 };
	struct outreach_word *words_list;
	struct outreach_correction *lower;
	size_t word_count, lower_count;
	json_t *unknown = json_array(), *corrections = json_array();

	json_object_set_new(report, "unknown_words", unknown);
	json_object_set_new(report, "corrections", corrections);
	if (!outreach_words(db, arena, workspace, SHOWN, &words_list, &word_count, f)
		|| !outreach_corrections(db, arena, workspace, SHOWN, &lower, &lower_count, f))
		return false;
	for (size_t i = 0; i < word_count; i++)
		json_array_append_new(
			unknown, json_pack("{s:I, s:s, s:s, s:o}", "connection",
					 (json_int_t)words_list[i].connection_id, "kind", words_list[i].kind, "word",
					 words_list[i].word, "first_at", moment_json(words_list[i].first_at)));
	for (size_t i = 0; i < lower_count; i++)
		json_array_append_new(
			corrections, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "campaign_id",
					     lower[i].campaign_id, "day", lower[i].day, "source", lower[i].source,
					     "label", lower[i].label, "was", (json_int_t)lower[i].was, "now",
					     (json_int_t)lower[i].now, "noted_at", moment_json(lower[i].noted_at)));
	return true;
}

bool source_report_take(
	struct arena *arena, struct db *db, int64_t workspace, int64_t interval_ms, json_t **report, struct fail *f)
{
	struct instant now = instant_now();
	struct source_state *list;
	json_t *sources;
	size_t count;

	if (!sources_states(db, arena, workspace, &list, &count, f))
		return false;
	sources = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(sources, source_state_json(arena, &list[i], true, interval_ms, now));
	*report = json_pack("{s:o}", "sources", sources);
	if (add_outreach(arena, db, workspace, *report, f))
		return true;
	json_decref(*report);
	return false;
}

bool source_ask(struct arena *arena, struct db *db, int64_t workspace, size_t *asked, int64_t *again_s, struct fail *f)
{
	struct source_state *list;
	struct instant latest = {0};
	int64_t left_ms;
	size_t count;

	if (!sources_ask(db, workspace, ASK_PAUSE_MS, asked, f)
		|| !sources_states(db, arena, workspace, &list, &count, f))
		return false;
	if (count == 0)
		return fail(f, FAIL_CONFLICT, "source_absent",
			"no connection of this workspace has an API key; `turnout connection api` gives it one");
	if (*asked > 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (before(latest, list[i].asked_at))
			latest = list[i].asked_at;
	left_ms = ASK_PAUSE_MS - (instant_now().us - latest.us) / 1000;
	*again_s = left_ms > 0 ? (left_ms + 999) / 1000 : 1;
	return fail(f, FAIL_TOO_MANY, "sync_asked", "this was asked for already; ask again in %" PRId64 " s", *again_s);
}

static json_t *data_json(const char *state, struct instant last, const char *sentence)
{
	return json_pack("{s:s, s:o, s:s}", "state", state, "last_success", moment_json(last), "message", sentence);
}

/* Webhooks alone: a connection that may deliver is as good as it gets. */
static json_t *webhooks_json(struct arena *arena, const char *kind, const struct connection *list, size_t count)
{
	const char *name = sync_source_name(kind);
	struct instant last = {0};
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].kind, kind) != 0)
			continue;
		found++;
		if (before(last, list[i].last_event_at))
			last = list[i].last_event_at;
	}
	if (found == 0)
		return data_json("unavailable", last,
			strcmp(kind, "calcom") == 0
				? "Cal.com is not connected."
				: "EmailBison is not connected; campaigns and leads are those imported from files.");
	return data_json("ok", last,
		arena_print(
			arena, last.us ? "%s delivers webhooks." : "%s is connected; no webhook has come yet.", name));
}

struct basis {
	struct source_state *sources;
	struct connection *connections;
	size_t source_count, connection_count;
	int64_t interval_ms;
};

static json_t *kind_json(struct arena *arena, const struct basis *b, const char *kind)
{
	const struct source_state *worst = NULL;
	enum source_health health = SOURCE_OK;
	struct instant now = instant_now();

	for (size_t i = 0; i < b->source_count; i++) {
		const struct source_state *one = &b->sources[i];
		enum source_health its = source_state_health(one, b->interval_ms, now);

		if (strcmp(one->kind, kind) != 0 || (worst && its < health))
			continue;
		if (!worst || its > health || before(one->succeeded_at, worst->succeeded_at))
			worst = one, health = its;
	}
	return worst ? data_json(
		       source_health_name(health), worst->succeeded_at, words(arena, worst, health, b->interval_ms))
		     : webhooks_json(arena, kind, b->connections, b->connection_count);
}

bool source_data_take(
	struct arena *arena, struct db *db, int64_t workspace, int64_t interval_ms, json_t **data, struct fail *f)
{
	struct basis b = {.interval_ms = interval_ms};

	if (!connections_health(db, arena, workspace, &b.connections, &b.connection_count, f)
		|| !sources_states(db, arena, workspace, &b.sources, &b.source_count, f))
		return false;
	*data = json_pack("{s:o, s:o}", "calcom", kind_json(arena, &b, "calcom"), "emailbison",
		kind_json(arena, &b, "emailbison"));
	return true;
}

/* health - says whether Turnout works, and answers for all paths that nobody else serves. */
#include "store/health.h"
#include "base/instant.h"
#include "base/settings.h"
#include "store/connections.h"
#include "work/metrics.h"
#include "work/source_report.h"
#include "world/http_server.h"

static handler alive, dependencies, metrics;

int main(void)
{
	return serve("health",
		ROUTES({"GET", "/healthz", .handler = alive}, {"GET", "/api/cal/health", .handler = dependencies},
			{"GET", "/metrics", .handler = metrics}));
}

/* The process runs and answers; nothing else is asked. */
static bool alive(struct request *request, struct reply *reply, struct fail *f)
{
	(void)request;
	return reply_json_take(reply, 200, json_pack("{s:s}", "status", "ok"), f);
}

static json_t *moment_json(struct instant at)
{
	char text[INSTANT_SIZE];

	return at.us ? json_string(instant_to_rfc3339(at, text)) : json_null();
}

/* Without their names, which may be those of clients: this answer needs no token. */
static json_t *connections_json(const struct connection *connections, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const char *unknown = connections[i].unknown ? connections[i].unknown : "{}";

		json_array_append_new(list,
			json_pack("{s:I, s:s, s:o, s:o}", "connection", (json_int_t)connections[i].connection_id,
				"kind", connections[i].kind, "last_event_at", moment_json(connections[i].last_event_at),
				"unknown_words", json_loads(unknown, 0, NULL)));
	}
	return list;
}

static json_t *spool_json(const struct spool *spool, bool *good)
{
	struct spool_state state;
	struct fail f = {0};

	if (!*spool->directory)
		return json_pack("{s:s}", "status", "absent");
	if (!spool_look(spool, &state, &f)) {
		*good = false;
		return json_pack("{s:s, s:s}", "status", "broken", "message", f.detail);
	}
	*good = state.files == 0 && state.set_aside == 0;
	return json_pack("{s:s, s:I, s:I, s:o, s:I}", "status", *good ? "ok" : "filled", "files",
		(json_int_t)state.files, "bytes", (json_int_t)state.bytes, "oldest", moment_json(state.oldest),
		"set_aside", (json_int_t)state.set_aside);
}

static json_t *database_json(bool up, double latency_ms, const struct fail *trouble)
{
	return up ? json_pack("{s:s, s:f}", "status", "ok", "latency_ms", latency_ms)
		  : json_pack("{s:s, s:s}", "status", "unavailable", "message", trouble->detail);
}

static json_t *sources_json(struct request *request, const struct source_state *sources, size_t count, bool *good)
{
	int64_t interval_ms = request->settings->sync_seconds * 1000;
	struct instant now = instant_now();
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		*good = *good && source_state_health(&sources[i], interval_ms, now) == SOURCE_OK;
		json_array_append_new(list, source_state_json(request->arena, &sources[i], false, interval_ms, now));
	}
	return list;
}

/* Degraded is still 200: monitors that only look at the status ask whether requests are answered, and they are. Without
 * the database they are not, but for webhooks. */
static bool dependencies(struct request *request, struct reply *reply, struct fail *f)
{
	const struct spool spool = spool_from_settings(request->settings);
	struct instant begin = instant_now();
	struct health_counts counts = {0};
	struct connection *connections = NULL;
	struct source_state *sources = NULL;
	struct fail trouble = {0};
	bool up = health_counts(request->db, &counts, &trouble), spool_good = true, good = true;
	double latency_ms = (double)(instant_now().us - begin.us) / 1000;
	size_t count = 0, source_count = 0;
	json_t *health, *list;

	up = up && connections_health(request->db, request->arena, 0, &connections, &count, &trouble)
	     && sources_states(request->db, request->arena, 0, &sources, &source_count, &trouble);
	health = json_pack("{s:s, s:o, s:o}", "version", TURNOUT_VERSION, "database",
		database_json(up, latency_ms, &trouble), "spool", spool_json(&spool, &spool_good));
	if (!up) {
		json_object_set_new(health, "status", json_string("unavailable"));
		return reply_json_take(reply, 503, health, f);
	}
	list = sources_json(request, sources, source_count, &good);
	good = good && spool_good && counts.failed == 0 && counts.dead == 0 && counts.worker_active;
	json_object_set_new(health, "status", json_string(good ? "ok" : "degraded"));
	json_object_set_new(health, "events",
		json_pack("{s:I, s:I, s:o}", "failed", (json_int_t)counts.failed, "dead", (json_int_t)counts.dead,
			"oldest_failed_at", moment_json(counts.oldest_failed_at)));
	json_object_set_new(health, "worker", json_pack("{s:b}", "active", (int)counts.worker_active));
	json_object_set_new(health, "connections", connections_json(connections, count));
	json_object_set_new(health, "sources", list);
	return reply_json_take(reply, 200, health, f);
}

static bool metrics(struct request *request, struct reply *reply, struct fail *f)
{
	enum { METRICS_LIMIT_BYTES = 256 * 1024 };
	const struct spool spool = spool_from_settings(request->settings);
	struct text text = text_new(request->arena, METRICS_LIMIT_BYTES);
	struct health_counts counts;
	struct spool_state state;
	struct source_state *sources = NULL;
	size_t count = 0;
	struct fail away = {0}, absent = {0};
	bool up = health_counts(request->db, &counts, &away)
		  && sources_states(request->db, request->arena, 0, &sources, &count, &away);
	bool spooling = spool_look(&spool, &state, &absent);

	metrics_print(request->counters,
		&(struct gauges){.events = up ? &counts : NULL,
			.spool = spooling ? &state : NULL,
			.sources = sources,
			.source_count = up ? count : 0,
			.interval_ms = request->settings->sync_seconds * 1000},
		instant_now(), &text);
	return text_whole(&text, f) && reply_stream_begin(request, reply, "text/plain; version=0.0.4", NULL, f)
	       && reply_write(request, text.bytes, text.length, f);
}

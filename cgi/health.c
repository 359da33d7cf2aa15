/* health - says whether Turnout works, and answers for all paths that nobody else serves. */
#include "store/health.h"
#include "base/instant.h"
#include "store/connections.h"
#include "world/http_server.h"

#include <string.h>

static handler alive, dependencies, metrics;

int main(void)
{
	return serve("health", ROUTES({"GET", "/healthz", alive}, {"GET", "/api/cal/health", dependencies},
				       {"GET", "/metrics", metrics}));
}

/* The process runs and answers; nothing else is asked. */
static bool alive(struct request *request, struct reply *reply, struct fail *f)
{
	(void)request;
	return reply_json_take(reply, 200, json_pack("{s:s}", "status", "ok"), f);
}

static json_t *connection_json(const struct connection *c)
{
	char text[INSTANT_SIZE];

	return json_pack("{s:I, s:s, s:s?}", "connection", (json_int_t)c->connection_id, "name", c->name,
		"last_event_at", c->last_event_at.us ? instant_to_rfc3339(c->last_event_at, text) : NULL);
}

/* Degraded is still 200: monitors that only look at the status ask whether requests are answered, and they are. */
static bool dependencies(struct request *request, struct reply *reply, struct fail *f)
{
	struct instant begin = instant_now();
	struct fail trouble = {0};
	struct health_counts counts;
	struct connection *connections;
	json_t *list;
	size_t count;
	bool works = health_counts(request->db, &counts, &trouble);
	double latency_ms = (double)(instant_now().us - begin.us) / 1000;

	if (!works || !connections_health(request->db, request->arena, 0, &connections, &count, &trouble))
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, connection_json(&connections[i]));
	return reply_json_take(reply, 200,
		json_pack("{s:s, s:s, s:{s:s, s:f}, s:{s:I, s:I}, s:o}", "status",
			counts.failed || counts.dead ? "degraded" : "ok", "version", TURNOUT_VERSION, "database",
			"status", "ok", "latency_ms", latency_ms, "events", "failed", (json_int_t)counts.failed, "dead",
			(json_int_t)counts.dead, "connections", list),
		f);
}

static bool metrics(struct request *request, struct reply *reply, struct fail *f)
{
	struct health_counts counts;
	struct fail away = {0};
	bool up = health_counts(request->db, &counts, &away);
	const char *text = arena_print(request->arena,
		"# HELP turnout_database_up Whether the database answered.\n"
		"# TYPE turnout_database_up gauge\n"
		"turnout_database_up %d\n"
		"# HELP turnout_events_unsettled Events that could not be applied.\n"
		"# TYPE turnout_events_unsettled gauge\n"
		"turnout_events_unsettled{status=\"failed\"} %lld\n"
		"turnout_events_unsettled{status=\"dead\"} %lld\n",
		up, (long long)counts.failed, (long long)counts.dead);

	return reply_stream_begin(request, reply, "text/plain; version=0.0.4", NULL, f)
	       && reply_write(request, text, strlen(text), f);
}

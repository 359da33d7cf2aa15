/* webhook - receives Cal.com's deliveries. */
#include "base/log.h"
#include "domain/trigger.h"
#include "base/settings.h"
#include "work/queued.h"
#include "work/senders.h"
#include "world/http_server.h"

#include <string.h>

static handler describe, receive;

int main(void)
{
	return serve(
		"webhook", ROUTES({"GET", "/api/webhooks/calcom", describe}, {"POST", "/api/webhooks/calcom", receive},
				   {"GET", "/api/webhooks/calcom/{connection}", describe},
				   {"POST", "/api/webhooks/calcom/{connection}", receive},
				   /* The paths of older installations. */
				   {"GET", "/api/webhooks/cal", describe}, {"POST", "/api/webhooks/cal", receive},
				   {"GET", "/webhooks/calcom", describe}, {"POST", "/webhooks/calcom", receive},
				   {"GET", "/api/cal/webhook", describe}, {"POST", "/api/cal/webhook", receive}));
}

/* Cal.com's own header, then those of older integrations; the first that is there decides. */
static const char *signature_header(const struct request *request)
{
	static const char *const names[] = {
		"HTTP_X_CAL_SIGNATURE_256", "HTTP_X_CAL_SIGNATURE", "HTTP_CAL_WEBHOOK_SIGNATURE"};
	const char *value = NULL;

	for (size_t i = 0; i < COUNT(names) && !value; i++)
		value = request_parameter(request, names[i]);
	return value;
}

static bool answer(struct reply *reply, enum ingested outcome, struct fail *f)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		[INGESTED_PROCESSED] = {200, "processed"},
		[INGESTED_DUPLICATE] = {200, "duplicate"},
		[INGESTED_IGNORED] = {200, "ignored"  },
		[INGESTED_QUEUED] = {202, "queued"   },
	};

	return reply_json_take(
		reply, words[outcome].status, json_pack("{s:s, s:b}", "status", words[outcome].word, "success", 1), f);
}

static bool receive(struct request *request, struct reply *reply, struct fail *f)
{
	static struct senders senders;
	const struct spool spool = {request->settings->spool_dir, request->settings->spool_files,
		request->settings->spool_megabytes * 1000000};
	const struct sender *sender;
	struct delivery delivery;
	enum ingested outcome;

	if (!request_body(request, BODY_LIMIT_BYTES, &delivery.body, f))
		return false;
	if (!senders_find(&senders, request->db, request->key, request_segment(request, "connection"), delivery.body,
		    signature_header(request), &sender, f)) {
		if (f->kind == FAIL_DENIED)
			log_line(LOG_WARN, f->code, "a delivery from %s was refused", request->peer);
		return false;
	}
	delivery.workspace_id = sender->workspace_id;
	delivery.connection_id = sender->connection_id;
	delivery.source = "webhook";
	delivery.received_at = instant_now();
	return ingest_or_queue(request->arena, request->db, request->key, &spool, &delivery, &outcome, f)
	       && answer(reply, outcome, f);
}

static bool describe(struct request *request, struct reply *reply, struct fail *f)
{
	json_t *names = json_array();
	size_t count;
	const struct trigger *triggers = trigger_list(&count);

	(void)request;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(names, json_string(triggers[i].name));
	return reply_json_take(reply, 200,
		json_pack("{s:s, s:s, s:s, s:o}", "status", "ok", "service", "turnout", "version", TURNOUT_VERSION,
			"supported_triggers", names),
		f);
}

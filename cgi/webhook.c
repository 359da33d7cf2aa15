/* webhook - receives the deliveries of Cal.com and of EmailBison. */
#include "base/instant.h"
#include "base/log.h"
#include "domain/trigger.h"
#include "work/match_likely.h"
#include "work/metrics.h"
#include "work/queued.h"
#include "work/senders.h"
#include "world/http_server.h"
#include "world/residency.h"

#include <string.h>

static handler describe, receive, receive_outreach;

/* nginx turns the paths of older installations into the first of these. */
int main(void)
{
	return serve(
		"webhook", ROUTES({"GET", "/api/webhooks/calcom", describe}, {"POST", "/api/webhooks/calcom", receive},
				   {"GET", "/api/webhooks/calcom/{connection}", describe},
				   {"POST", "/api/webhooks/calcom/{connection}", receive},
				   {"POST", "/api/webhooks/emailbison/{connection}/{secret}", receive_outreach}));
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

/* EmailBison sends again what is not answered with 200. */
static bool answer(struct reply *reply, enum sender_kind kind, enum ingested outcome, struct fail *f)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		[INGESTED_PROCESSED] = {200, "processed"},
		[INGESTED_DUPLICATE] = {200, "duplicate"},
		[INGESTED_IGNORED] = {200, "ignored"},
		[INGESTED_QUEUED] = {202, "queued"},
	};

	return reply_json_take(reply, kind == SENDER_EMAILBISON ? 200 : words[outcome].status,
		json_pack("{s:s, s:b}", "status", words[outcome].word, "success", 1), f);
}

/* Whose delivery it is, and whether it becomes an event. */
static bool take_in(struct request *request, struct delivery *delivery, const char *proof, struct fail *f)
{
	static struct senders senders;
	const struct spool spool = spool_from_settings(request->settings);
	const struct sender *sender;

	senders.directory = spool.directory;
	if (!request_body(request, BODY_LIMIT_BYTES, &delivery->body, f)
		|| !senders_find(&senders, request->db, request->key, delivery->kind,
			request_segment(request, "connection"), delivery->body, proof, &sender, f))
		return false;
	delivery->workspace_id = sender->workspace_id;
	delivery->connection_id = sender->connection_id;
	return ingest_or_queue(request->arena, request->db, request->key, &spool, delivery, f);
}

static enum delivered kind_of_failure(enum fail_kind kind)
{
	switch (kind) {
	case FAIL_DENIED:
	case FAIL_ABSENT:
		return DELIVERED_REFUSED;
	case FAIL_LATER:
	case FAIL_BUG:
		return DELIVERED_FAILED;
	default:
		return DELIVERED_INVALID;
	}
}

/* A stranger may knock as often as he likes: one line a minute and address. */
static void note_refusal(const struct request *request, const struct fail *f)
{
	uint64_t held_back;

	if (f->kind == FAIL_DENIED && once_a_minute(request->counters, request->peer, instant_now(), &held_back))
		log_line(LOG_WARN, f->code, "a delivery from %s was refused; %llu other lines like this were held back",
			request->peer, (unsigned long long)held_back);
}

/* The delivery is durable and stays so; what goes wrong here is made up for by the worker. So is the rest of a large
 * group, since Cal.com waits. */
static void match_uncertain(const struct request *request, const struct delivery *delivery)
{
	enum { AT_MOST = 20 };
	struct likely likely;
	struct fail trouble = {0};

	if (!match_likely_some(request->db, delivery->workspace_id, delivery->uncertain, AT_MOST, &likely, &trouble))
		log_line(LOG_WARN, trouble.code, "attendees are matched later: %s", trouble.detail);
	residency_forget_tables();
}

static bool receive_from(
	enum sender_kind kind, const char *proof, struct request *request, struct reply *reply, struct fail *f)
{
	static const enum delivered kinds[] = {
		[INGESTED_PROCESSED] = DELIVERED_PROCESSED,
		[INGESTED_DUPLICATE] = DELIVERED_DUPLICATE,
		[INGESTED_IGNORED] = DELIVERED_IGNORED,
		[INGESTED_QUEUED] = DELIVERED_QUEUED,
	};
	struct delivery delivery = {.kind = kind, .source = "webhook", .received_at = instant_now()};
	bool good = take_in(request, &delivery, proof, f);

	metrics_delivery(request->counters, delivery.trigger, good ? kinds[delivery.outcome] : kind_of_failure(f->kind),
		instant_now().us - delivery.received_at.us);
	if (delivery.forged)
		metrics_forged_reference(request->counters);
	if (good && delivery.uncertain)
		match_uncertain(request, &delivery);
	if (good)
		return answer(reply, kind, delivery.outcome, f);
	note_refusal(request, f);
	return false;
}

static bool receive(struct request *request, struct reply *reply, struct fail *f)
{
	return receive_from(SENDER_CALCOM, signature_header(request), request, reply, f);
}

static bool receive_outreach(struct request *request, struct reply *reply, struct fail *f)
{
	return receive_from(SENDER_EMAILBISON, request_segment(request, "secret"), request, reply, f);
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

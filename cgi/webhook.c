/* webhook - receives the deliveries of Cal.com and of EmailBison. */
#include "base/instant.h"
#include "base/log.h"
#include "domain/trigger.h"
#include "work/match_likely.h"
#include "work/metrics.h"
#include "work/queued.h"
#include "work/senders.h"
#include "world/db.h"
#include "world/http_server.h"
#include "world/residency.h"

#include <assert.h>
#include <string.h>

static handler describe, receive_outreach;
static handler_together receive;

/* nginx turns the paths of older installations into the first of these. */
int main(void)
{
	return serve("webhook",
		ROUTES({"GET", "/api/webhooks/calcom", .handler = describe},
			{"POST", "/api/webhooks/calcom", .together = receive},
			{"GET", "/api/webhooks/calcom/{connection}", .handler = describe},
			{"POST", "/api/webhooks/calcom/{connection}", .together = receive},
			{"POST", "/api/webhooks/emailbison/{connection}/{secret}", .handler = receive_outreach}));
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

struct intake {
	struct request *request;
	struct reply *reply;
	struct fail *fail;
	struct delivery delivery;
	bool admitted, stored;
};

/* Whose delivery it is, and whether it becomes an event. */
static bool admit(struct intake *in, const char *proof)
{
	static struct senders senders;
	struct request *request = in->request;
	struct delivery *delivery = &in->delivery;
	const struct sender *sender;

	delivery->source = "webhook";
	delivery->received_at = instant_now();
	senders.directory = spool_from_settings(request->settings).directory;
	if (!request_body(request, BODY_LIMIT_BYTES, &delivery->body, in->fail)
		|| !senders_find(&senders, request->db, request->key, delivery->kind,
			request_segment(request, "connection"), delivery->body, proof, &sender, in->fail))
		return false;
	delivery->workspace_id = sender->workspace_id;
	delivery->connection_id = sender->connection_id;
	in->admitted = true;
	return true;
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

static void store_alone(struct intake *in)
{
	const struct request *request = in->request;
	const struct spool spool = spool_from_settings(request->settings);

	in->stored = ingest_or_queue(request->arena, request->db, request->key, &spool, &in->delivery, in->fail);
}

static void conclude(struct intake *in)
{
	static const enum delivered kinds[] = {
		[INGESTED_PROCESSED] = DELIVERED_PROCESSED,
		[INGESTED_DUPLICATE] = DELIVERED_DUPLICATE,
		[INGESTED_IGNORED] = DELIVERED_IGNORED,
		[INGESTED_QUEUED] = DELIVERED_QUEUED,
	};
	const struct delivery *delivery = &in->delivery;

	metrics_delivery(in->request->counters, delivery->trigger,
		in->stored ? kinds[delivery->outcome] : kind_of_failure(in->fail->kind),
		instant_now().us - delivery->received_at.us);
	if (delivery->forged)
		metrics_forged_reference(in->request->counters);
	if (in->stored && delivery->uncertain)
		match_uncertain(in->request, delivery);
	if (in->stored)
		in->stored = answer(in->reply, delivery->kind, delivery->outcome, in->fail);
	else
		note_refusal(in->request, in->fail);
}

static bool receive_outreach(struct request *request, struct reply *reply, struct fail *f)
{
	struct intake in = {.request = request, .reply = reply, .fail = f, .delivery.kind = SENDER_EMAILBISON};

	if (admit(&in, request_segment(request, "secret")))
		store_alone(&in);
	conclude(&in);
	return in.stored;
}

/* In one transaction; if that cannot be, each in one of its own, but for those that have to wait or to fail. Half of
 * the patience is for all, the other for each alone; a database that did not answer is not asked this way again. */
static void store_together(struct intake *const *ins, size_t count)
{
	const struct request *request = ins[0]->request;
	struct delivery *deliveries[TOGETHER];
	struct fail trouble = {0};
	bool all, again;

	for (size_t i = 0; i < count; i++)
		deliveries[i] = &ins[i]->delivery;
	db_set_patience(request->db, PATIENCE_MS / 2);
	all = ingest_together(request->arena, request->db, request->key, deliveries, count, &trouble);
	again = trouble.kind != FAIL_LATER || db_is_busy(&trouble);
	db_set_patience(request->db, PATIENCE_MS / 2 / (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		struct fail ignored = {0};

		ins[i]->stored = all
				 || (again
					 && ingest_together(request->arena, request->db, request->key, &deliveries[i],
						 1, &ignored));
	}
}

static void finish(struct exchange *e, struct intake *in)
{
	log_request(e->request.id);
	if (in->admitted && !in->stored)
		store_alone(in);
	conclude(in);
	exchange_answer(e);
}

/* Who needs nothing more is answered before those for whom something has to be waited for or looked up. */
static void receive(struct exchange *exchanges, size_t count)
{
	struct intake all[TOGETHER] = {0}, *admitted[TOGETHER];
	size_t n = 0;

	static_assert((int)TOGETHER <= (int)INGEST_TOGETHER, "what waits together is ingested together");
	for (size_t i = 0; i < count; i++) {
		struct request *request = &exchanges[i].request;

		all[i] = (struct intake){.request = request,
			.reply = &exchanges[i].reply,
			.fail = &exchanges[i].fail,
			.delivery.kind = SENDER_CALCOM};
		log_request(request->id);
		if (admit(&all[i], signature_header(request)))
			admitted[n++] = &all[i];
	}
	log_request(NULL);
	if (n > 1)
		store_together(admitted, n);
	for (size_t i = 0; i < count; i++)
		if (!all[i].admitted || (all[i].stored && !all[i].delivery.uncertain))
			finish(&exchanges[i], &all[i]);
	for (size_t i = 0; i < count; i++)
		if (!exchanges[i].answered)
			finish(&exchanges[i], &all[i]);
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

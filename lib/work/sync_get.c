/* sync_get - one question to a source, and what each refusal means to the user. */
#include "work/sync_get.h"

#include "base/arena.h"
#include "base/query.h"
#include "base/text.h"
#include "world/http_client.h"

#include <string.h>

enum {
	IN_FLIGHT = 4,
	HEADERS = 8,
	URL_LIMIT_BYTES = 8000,
	ANSWER_LIMIT_BYTES = 8 * 1024 * 1024, /* 250 bookings are about 1 MiB */
};

/* Cal.com v1 wants the key in the URL; some documents show the header for it, so both are sent. */
static bool make_url(const struct sync *sync, const char *path, const char **url, struct fail *f)
{
	const struct source *source = sync->source;
	struct text text = text_new(sync->arena, URL_LIMIT_BYTES);

	text_add(&text, "%s%s", source->api_base, path);
	if (source->api_version && strcmp(source->api_version, "v1") == 0) {
		text_add_string(&text, strchr(path, '?') ? "&apiKey=" : "?apiKey=");
		query_add_escaped(&text, sync->api_key);
	}
	*url = text.bytes;
	return text_whole(&text, f);
}

static const char *const *all_headers(const struct sync *sync, const char *const *headers)
{
	const char **all = arena_alloc(sync->arena, (HEADERS + 3) * sizeof *all);
	size_t count = 0;

	all[count++] = "Accept: application/json";
	all[count++] = arena_print(sync->arena, "Authorization: Bearer %s", sync->api_key);
	for (size_t i = 0; headers && headers[i] && i < HEADERS; i++)
		all[count++] = headers[i];
	return all;
}

static bool denied(const struct sync *sync, int status, struct fail *f)
{
	const char *name = sync_source_name(sync->source->kind);

	return fail(f, FAIL_DENIED, "source_denied",
		"%s refused the API key (status %d): it is wrong, has expired, was revoked, or lacks rights. Make a "
		"new one "
		"there and store it with `turnout connection api %lld --api-key-file FILE`",
		name, status, (long long)sync->source->connection_id);
}

/* What an answer that is not the one wanted means. */
static bool refused(const struct sync *sync, const struct http_answer *answer, struct fail *f)
{
	const char *name = sync_source_name(sync->source->kind);
	int status = answer->status;

	if (status == 401 || status == 403)
		return denied(sync, status, f);
	if (status == 404)
		return fail(f, FAIL_ABSENT, "source_absent",
			"%s knows no such thing (status 404); is the address of its API right?", name);
	if (status == 429 && answer->retry_after_ms > 0)
		return fail(f, FAIL_LATER, "source_limited", "%s takes no more requests for %lld s (status 429)", name,
			(long long)(answer->retry_after_ms + 999) / 1000);
	if (status == 429)
		return fail(
			f, FAIL_LATER, "source_limited", "%s takes no more requests for the moment (status 429)", name);
	if (status == 408 || status >= 500)
		return fail(f, FAIL_LATER, "source_trouble", "%s has trouble itself (status %d)", name, status);
	if (status >= 400)
		return fail(f, FAIL_INPUT, "source_refused", "%s refused a request (status %d)", name, status);
	return fail(f, FAIL_BUG, "source_answer", "%s answered with status %d; is the address of its API right?", name,
		status);
}

static bool read_answer(const struct sync *sync, const struct http_answer *answer, json_t **json, struct fail *f)
{
	struct fail trouble = {0};

	if (answer->status != 200)
		return refused(sync, answer, f);
	return json_parse_take((const char *)answer->body.at, answer->body.length, json, &trouble)
	       || fail(f, FAIL_BUG, "source_answer",
		       "%s answered what is not JSON (%.100s); is the address of its API right?",
		       sync_source_name(sync->source->kind), trouble.detail);
}

/* When what these answers say was read over there, the first of them. Date is whole seconds, cut, and set when the
 * answer was ready, which was no longer after the reading than the whole request took. */
static struct instant read_at(const struct http_answer *answers, size_t count, struct instant sent_at)
{
	struct instant first = {INT64_MAX};

	for (size_t i = 0; i < count; i++) {
		struct instant at = answers[i].date.us
					    ? (struct instant){answers[i].date.us - (answers[i].took_ms + 1) * 1000}
					    : sent_at;

		if (before(at, first))
			first = at;
	}
	return count ? first : sent_at;
}

static bool send_all(struct sync *sync, const char *const *paths, size_t count, const char *const *headers,
	int attempts, struct http_answer *answers, struct fail *f)
{
	struct http_call *calls = arena_alloc(sync->arena, count * sizeof *calls);
	const char *const *all = all_headers(sync, headers);
	struct instant sent_at = instant_now();
	struct fail trouble = {0};

	for (size_t i = 0; i < count; i++) {
		calls[i] = (struct http_call){
			.method = "GET", .headers = all, .limit_bytes = ANSWER_LIMIT_BYTES, .attempts = attempts};
		if (!make_url(sync, paths[i], &calls[i].url, f))
			return false;
	}
	if (!http_client_send(sync->http, sync->arena, calls, count, IN_FLIGHT, answers, &trouble))
		return fail(
			f, trouble.kind, trouble.code, "%s %s", sync_source_name(sync->source->kind), trouble.detail);
	sync->read_at = read_at(answers, count, sent_at);
	return true;
}

bool sync_get(struct sync *sync, const char *path, const char *const *headers, json_t **json, struct fail *f)
{
	struct http_answer answer = {0};

	*json = NULL;
	return send_all(sync, &path, 1, headers, 0, &answer, f) && read_answer(sync, &answer, json, f);
}

bool sync_get_all(struct sync *sync, const char *const *paths, size_t count, const char *const *headers, json_t **json,
	struct fail *f)
{
	struct http_answer *answers = arena_alloc(sync->arena, count * sizeof *answers);
	bool good;

	memset(json, 0, count * sizeof *json);
	good = send_all(sync, paths, count, headers, 0, answers, f);
	for (size_t i = 0; good && i < count; i++)
		good = answers[i].status == 404 || read_answer(sync, &answers[i], &json[i], f);
	for (size_t i = 0; !good && i < count; i++) {
		json_decref(json[i]);
		json[i] = NULL;
	}
	return good;
}

bool sync_probe(struct sync *sync, struct fail *f)
{
	bool calcom = strcmp(sync->source->kind, "calcom") == 0;
	const char *path = calcom ? "/me" : "/api/users";
	struct http_answer answer = {0};

	return send_all(sync, &path, 1, NULL, 1, &answer, f) && (answer.status == 200 || refused(sync, &answer, f));
}

/* reply - what goes back over HTTP: JSON, a problem, or a stream; and what each kind of failure means outside. */
#include "world/reply.h"

#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"
#include "world/http_server.h"

#include <stdlib.h>
#include <string.h>

/* What a kind means outside; the only place that knows statuses of failures. */
static const struct {
	int status;
	const char *title, *header;
} meaning[] = {
	[FAIL_INPUT] = {400, "The request is not valid", ""},
	[FAIL_DENIED] = {401, "Not allowed", "WWW-Authenticate: Bearer realm=\"turnout\"\r\n"},
	[FAIL_FORBIDDEN] = {403, "Not allowed with this token", ""},
	[FAIL_ABSENT] = {404, "Not found", ""},
	[FAIL_METHOD] = {405, "Method not allowed", ""},
	[FAIL_TOO_LARGE] = {413, "Too large", ""},
	[FAIL_TOO_MANY] = {429, "Too many requests", "Retry-After: 1\r\n"},
	[FAIL_CONFLICT] = {409, "Conflict", ""},
	[FAIL_LATER] = {503, "Try again later", "Retry-After: 5\r\n"},
	[FAIL_BUG] = {500, "Internal error", ""},
};

/* Failures that clients of older installations know by another title, or that ask for another proof. */
static const struct {
	const char *code, *title, *header;
} special[] = {
	{"signature_wrong", "Invalid signature", "WWW-Authenticate: X-Cal-Signature-256\r\n"},
	{"signature_missing", "Invalid signature", "WWW-Authenticate: X-Cal-Signature-256\r\n"},
};

bool reply_json_take(struct reply *reply, int status, json_t *body, struct fail *f)
{
	char now[INSTANT_SIZE];

	json_decref(reply->json);
	reply->json = body;
	reply->status = status;
	if (!body || json_object_set_new(body, "timestamp", json_string(instant_to_rfc3339(instant_now(), now))) != 0)
		return fail(f, FAIL_BUG, "reply", "the answer could not be put together");
	return true;
}

bool reply_report_take(struct reply *reply, json_t *body, struct fail *f)
{
	reply->has_etag = true;
	return reply_json_take(reply, 200, body, f);
}

/* 15 digits: every rate that we show comes out as it was rounded (64.1, not 64.099999999999994). */
#define JSON_FORMAT (JSON_COMPACT | JSON_REAL_PRECISION(15))

static void put(struct request *request, const char *text)
{
	FCGX_PutS(text, request->fcgi.out);
}

/* RFC 9110, section 15; of the statuses that we answer. nginx passes on what it is given, and the status line needs a
 * word. */
static const char *reason(int status)
{
	static const struct {
		int status;
		const char *words;
	} reasons[] = {{200, "OK"}, {202, "Accepted"}, {304, "Not Modified"}, {400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
		{409, "Conflict"}, {413, "Content Too Large"}, {429, "Too Many Requests"},
		{500, "Internal Server Error"}, {503, "Service Unavailable"}};

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].words;
	return "Answer";
}

/* `headers`: complete lines, or "". Nothing that we answer may be kept by a shared cache or shown as another type. */
static void put_head(struct request *request, int status, const char *type, const char *cache, const char *headers)
{
	FCGX_FPrintF(request->fcgi.out, "Status: %d %s\r\nContent-Type: %s\r\nCache-Control: %s\r\n%s\r\n", status,
		reason(status), type, cache, headers);
}

static const char *etag_of(struct request *request, const char *text, size_t length)
{
	unsigned char sum[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	digest((struct bytes){(const unsigned char *)text, length}, sum);
	hex_from_bytes(sum, 16, hex);
	return arena_print(request->arena, "\"%s\"", hex);
}

/* If-None-Match (RFC 9110, section 13.1.2): a list of tags, weak or strong, or a star. */
static bool client_has(const struct request *request, const char *etag)
{
	const char *known = request_parameter(request, "HTTP_IF_NONE_MATCH");

	return known && (strcmp(known, "*") == 0 || strstr(known, etag));
}

static void send_json(struct request *request, const struct reply *reply)
{
	char *text = json_dumps(reply->json, JSON_FORMAT);

	put_head(request, reply->status, "application/json", "no-store", "");
	put(request, text ? text : "");
	put(request, "\n");
	free(text);
}

/* Written out once: without the timestamp, which is added behind the rest when it is known what the tag is. */
static void send_report(struct request *request, const struct reply *reply)
{
	const char *now = arena_string(request->arena, json_string_value(json_object_get(reply->json, "timestamp")));
	const char *etag, *headers;
	char *text;
	size_t length;

	json_object_del(reply->json, "timestamp");
	text = json_dumps(reply->json, JSON_FORMAT);
	if (!text)
		return;
	length = strlen(text);
	etag = etag_of(request, text, length);
	headers = arena_print(request->arena, "ETag: %s\r\n", etag);
	if (client_has(request, etag)) {
		put_head(request, 304, "application/json", "private, no-cache", headers);
	} else {
		put_head(request, reply->status, "application/json", "private, no-cache", headers);
		FCGX_PutStr(text, (int)length - 1, request->fcgi.out);
		put(request, arena_print(request->arena, ",\"timestamp\":\"%s\"}\n", now));
	}
	free(text);
}

static void send_problem(struct request *request, const struct reply *reply, const struct fail *f)
{
	const char *title = meaning[f->kind].title, *headers = meaning[f->kind].header;
	char now[INSTANT_SIZE], *text;

	for (size_t i = 0; i < COUNT(special); i++)
		if (strcmp(f->code, special[i].code) == 0)
			title = special[i].title, headers = special[i].header;
	if (reply->allow)
		headers = arena_print(request->arena, "Allow: %s\r\n", reply->allow);
	if (reply->retry_after_s > 0)
		headers = arena_print(request->arena, "Retry-After: %lld\r\n", (long long)reply->retry_after_s);
	AUTO(json_t)
	problem = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "title", title, "status", meaning[f->kind].status,
		"detail", f->detail, "code", f->code, "error", title, "timestamp",
		instant_to_rfc3339(instant_now(), now));
	text = json_dumps(problem, JSON_COMPACT);
	put_head(request, meaning[f->kind].status, "application/problem+json", "no-store", headers);
	put(request, text ? text : "{}");
	put(request, "\n");
	free(text);
}

bool reply_stream_begin(
	struct request *request, struct reply *reply, const char *content_type, const char *file_name, struct fail *f)
{
	const char *headers = file_name ? arena_print(
				      request->arena, "Content-Disposition: attachment; filename=\"%s\"\r\n", file_name)
					: "";

	reply->streaming = true;
	put_head(request, 200, content_type, "no-store", headers);
	return reply_write(request, "", 0, f);
}

bool reply_write(struct request *request, const char *bytes, size_t length, struct fail *f)
{
	if (FCGX_PutStr(bytes, (int)length, request->fcgi.out) < 0 || FCGX_GetError(request->fcgi.out) != 0)
		return fail(f, FAIL_LATER, "client_gone", "the client closed the connection");
	return true;
}

void reply_send(struct request *request, const struct reply *reply, const struct fail *f)
{
	if (f->kind == FAIL_BUG)
		log_line(LOG_ERROR, f->code, "%s", f->detail);
	if (reply->streaming) {
		/* The head said 200: closing without the end-of-request record makes nginx cut the answer off, so that
		 * no client takes half a list for a whole one. */
		if (f->kind != FAIL_NONE)
			FCGX_Free(&request->fcgi, 1);
	} else if (f->kind != FAIL_NONE) {
		send_problem(request, reply, f);
	} else if (reply->has_etag) {
		send_report(request, reply);
	} else {
		send_json(request, reply);
	}
}

void reply_end(struct reply *reply)
{
	json_decref(reply->json);
	reply->json = NULL;
}

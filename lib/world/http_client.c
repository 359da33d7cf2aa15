/* http_client - asking other systems over HTTP: bounded, verified, retried where that is allowed. All of it is
 * libcurl's. */
#include "world/http_client.h"

#include "base/arena.h"
#include "base/backoff.h"
#include "base/clock.h"
#include "base/text.h"
#include "world/http_limits.h"

#include <curl/curl.h>
#include <sodium.h>
#include <string.h>

enum {
	ATTEMPTS = 5,
	SLOW_ATTEMPTS = 2, /* of what took too long: five would be minutes */
	FIRST_PAUSE_MS = 500,
	LONGEST_PAUSE_MS = 8000,
	CONNECT_MS = 5000,
	LOOK_MS = 200, /* at `stop` */
	CONNECTIONS = 8,
};

struct http_client {
	CURLM *multi; /* with its connections, kept from call to call */
	const volatile sig_atomic_t *stop;
	int64_t timeout_ms;
	int64_t quiet_until_us; /* the server wants no request before; by clock_us */
};

/* A call, from its first attempt to its answer. */
struct transfer {
	const struct http_call *call;
	struct http_answer *answer;
	struct arena *arena;
	CURL *easy; /* NULL: not under way */
	struct curl_slist *headers;
	struct text body;
	struct http_limits limits;
	int attempts;
	int64_t due_ms; /* monotonic */
	bool done;
};

/* Several of them. */
struct batch {
	struct http_client *client;
	struct transfer *transfers;
	size_t count, in_flight, under_way, done;
};

struct http_client *http_client_open(struct arena *arena, int64_t timeout_ms, const volatile sig_atomic_t *stop)
{
	struct http_client *client = arena_alloc(arena, sizeof *client);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	*client = (struct http_client){.multi = curl_multi_init(), .stop = stop, .timeout_ms = timeout_ms};
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
	return client;
}

void http_client_close(struct http_client *client)
{
	curl_multi_cleanup(client->multi);
	curl_global_cleanup();
}

int64_t http_client_quiet_ms(const struct http_client *client)
{
	int64_t left_us = client->quiet_until_us - clock_us();

	return left_us > 0 ? (left_us + 999) / 1000 : 0;
}

static size_t take_header(char *line, size_t size, size_t count, void *into)
{
	struct transfer *t = into;

	http_limits_header(&t->limits, line, size * count);
	return size * count;
}

/* Returning less than came ends the transfer. */
static size_t take_body(char *bytes, size_t size, size_t count, void *into)
{
	struct transfer *t = into;

	text_add_bytes(&t->body, bytes, size * count);
	return t->body.broken ? 0 : size * count;
}

/* Certificates are verified, nothing but HTTP is spoken, and redirects, which could lead anywhere with the key, are not
 * followed. */
static void set_bounds(const struct http_client *client, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)client->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "turnout/" TURNOUT_VERSION);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_call(CURL *easy, struct transfer *t)
{
	const struct http_call *call = t->call;

	for (size_t i = 0; call->headers && call->headers[i]; i++)
		t->headers = curl_slist_append(t->headers, call->headers[i]);
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	if (call->body.length > 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.at);
	}
	if (strcmp(call->method, "GET") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

static void begin(struct batch *batch, struct transfer *t)
{
	t->easy = curl_easy_init();
	t->body = text_new(t->arena, t->call->limit_bytes);
	t->limits = (struct http_limits){0};
	t->attempts++;
	set_bounds(batch->client, t->easy);
	set_call(t->easy, t);
	curl_multi_add_handle(batch->client->multi, t->easy);
	batch->under_way++;
}

static void end(struct batch *batch, struct transfer *t)
{
	if (!t->easy)
		return;
	curl_multi_remove_handle(batch->client->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	t->easy = NULL;
	t->headers = NULL;
	batch->under_way--;
}

/* What a transfer without an answer means. `unsent`: the other side cannot have acted on it. */
static const struct trouble {
	CURLcode code;
	enum fail_kind kind;
	const char *name, *words;
	bool again, unsent;
} troubles[] = {
	/* clang-format off */
	{CURLE_COULDNT_RESOLVE_HOST, FAIL_LATER, "source_unreachable", "could not be reached: its name is not known; is its address right?", true, true},
	{CURLE_COULDNT_RESOLVE_PROXY, FAIL_LATER, "source_unreachable", "could not be reached: the proxy's name is not known", true, true},
	{CURLE_COULDNT_CONNECT, FAIL_LATER, "source_unreachable", "could not be reached: nobody answers at its address", true, true},
	{CURLE_OPERATION_TIMEDOUT, FAIL_LATER, "source_slow", "did not answer in time", true, false},
	{CURLE_PEER_FAILED_VERIFICATION, FAIL_LATER, "source_tls", "showed a certificate that is not to be trusted; is its address right?", false, true},
	{CURLE_SSL_CACERT_BADFILE, FAIL_LATER, "source_tls", "could not be verified: the list of trusted certificates is missing", false, true},
	{CURLE_SSL_CONNECT_ERROR, FAIL_LATER, "source_tls", "did not agree on how to encrypt", true, true},
	{CURLE_GOT_NOTHING, FAIL_LATER, "source_cut", "closed the connection without an answer", true, false},
	{CURLE_RECV_ERROR, FAIL_LATER, "source_cut", "cut the connection", true, false},
	{CURLE_SEND_ERROR, FAIL_LATER, "source_cut", "cut the connection", true, false},
	{CURLE_PARTIAL_FILE, FAIL_LATER, "source_cut", "cut the connection amid its answer", true, false},
	{CURLE_HTTP2, FAIL_LATER, "source_cut", "cut the connection", true, false},
	{CURLE_HTTP2_STREAM, FAIL_LATER, "source_cut", "cut the connection amid its answer", true, false},
	{CURLE_UNSUPPORTED_PROTOCOL, FAIL_LATER, "source_cut", "answered what is not HTTP", true, false},
	{CURLE_WEIRD_SERVER_REPLY, FAIL_LATER, "source_cut", "answered what is not HTTP", true, false},
	{CURLE_BAD_CONTENT_ENCODING, FAIL_LATER, "source_cut", "answered what could not be decompressed", true, false},
	{CURLE_URL_MALFORMAT, FAIL_INPUT, "source_address", "cannot be reached: its address is not a URL", false, true},
	/* clang-format on */
};

static const struct trouble *trouble_of(CURLcode code)
{
	static const struct trouble other = {
		.kind = FAIL_LATER, .name = "source_unreachable", .words = "could not be asked"};

	for (size_t i = 0; i < COUNT(troubles); i++)
		if (troubles[i].code == code)
			return &troubles[i];
	return &other;
}

static void try_again(struct transfer *t)
{
	t->due_ms = clock_ms() + backoff_ms(t->attempts, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, randombytes_random());
}

static int most_attempts(const struct transfer *t, CURLcode code)
{
	int most = t->call->attempts ? t->call->attempts : ATTEMPTS;

	return code == CURLE_OPERATION_TIMEDOUT && most > SLOW_ATTEMPTS ? SLOW_ATTEMPTS : most;
}

static bool may_repeat(const struct transfer *t)
{
	return t->call->repeatable || strcmp(t->call->method, "GET") == 0;
}

/* The connection failed, or the answer is none. */
static bool fell_through(struct transfer *t, CURLcode code, struct fail *f)
{
	const struct trouble *trouble = trouble_of(code);
	curl_off_t sent_after_us = 0;
	bool unsent = trouble->unsent;

	if (t->body.broken)
		return fail(f, FAIL_TOO_LARGE, "answer_too_large", "answered with more than %zu bytes",
			t->call->limit_bytes);
	curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after_us);
	unsent = unsent || sent_after_us == 0;
	if (trouble->again && (unsent || may_repeat(t)) && t->attempts < most_attempts(t, code)) {
		try_again(t);
		return true;
	}
	if (code == CURLE_OPERATION_TIMEDOUT && unsent)
		return fail(f, FAIL_LATER, "source_unreachable", "could not be reached in time");
	return fail(f, trouble->kind, trouble->name, "%s", trouble->words);
}

static bool worth_another_try(const struct transfer *t, int status)
{
	switch (status) {
	case 429:
	case 503: /* refused before anything was done */
		return true;
	case 408:
	case 500:
	case 502:
	case 504:
		return may_repeat(t);
	default:
		return false;
	}
}

/* An answer came: it is what the caller gets, unless another attempt is allowed and the server does not want too long a
 * pause before it. */
static void answered(struct batch *batch, struct transfer *t)
{
	struct http_client *client = batch->client;
	long status = 0;
	curl_off_t took_us = 0;
	int64_t quiet_ms;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	*t->answer = (struct http_answer){.status = (int)status,
		.body = {(const unsigned char *)t->body.bytes, t->body.length},
		.retry_after_ms = http_limits_retry_after_ms(&t->limits),
		.date = t->limits.date,
		.took_ms = took_us / 1000};
	quiet_ms = http_limits_quiet_ms(&t->limits, (int)status);
	if (quiet_ms > 0 && clock_us() + quiet_ms * 1000 > client->quiet_until_us)
		client->quiet_until_us = clock_us() + quiet_ms * 1000;
	t->done = !worth_another_try(t, (int)status) || t->attempts >= most_attempts(t, CURLE_OK)
		  || http_client_quiet_ms(client) > HTTP_PATIENCE_MS;
	if (!t->done)
		try_again(t);
	batch->done += t->done;
}

static bool take_finished(struct batch *batch, struct fail *f)
{
	CURLMsg *message;
	int left;
	bool good = true;

	while (good && (message = curl_multi_info_read(batch->client->multi, &left))) {
		CURLcode code = message->data.result;
		char *private = NULL;
		struct transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		t = (struct transfer *)(void *)private;
		if (code == CURLE_OK)
			answered(batch, t);
		else
			good = fell_through(t, code, f);
		end(batch, t);
	}
	return good;
}

/* Begins what is due; *wait_ms: until there may be more to do. */
static bool begin_due(struct batch *batch, int64_t *wait_ms, struct fail *f)
{
	int64_t quiet_ms = http_client_quiet_ms(batch->client);
	bool waiting = batch->done + batch->under_way < batch->count;

	*wait_ms = LOOK_MS;
	if (waiting && quiet_ms > HTTP_PATIENCE_MS)
		return fail(f, FAIL_LATER, "source_limited", "takes no more requests for %lld s",
			(long long)(quiet_ms + 999) / 1000);
	if (quiet_ms > 0) {
		*wait_ms = quiet_ms < LOOK_MS ? quiet_ms : LOOK_MS;
		return true;
	}
	for (size_t i = 0; i < batch->count && batch->under_way < batch->in_flight; i++) {
		struct transfer *t = &batch->transfers[i];
		int64_t left_ms = t->due_ms - clock_ms();

		if (t->done || t->easy)
			continue;
		if (left_ms <= 0)
			begin(batch, t);
		else if (left_ms < *wait_ms)
			*wait_ms = left_ms;
	}
	return true;
}

static bool run(struct batch *batch, struct fail *f)
{
	while (batch->done < batch->count) {
		int64_t wait_ms;
		size_t under_way;
		int running;

		if (batch->client->stop && *batch->client->stop)
			return fail(f, FAIL_LATER, "stopped", "was left amid its answer, because the program ends");
		if (!begin_due(batch, &wait_ms, f))
			return false;
		under_way = batch->under_way;
		curl_multi_perform(batch->client->multi, &running);
		if (!take_finished(batch, f))
			return false;
		if (batch->under_way == under_way) /* else there is room for the next */
			curl_multi_poll(batch->client->multi, NULL, 0, (int)wait_ms, NULL);
	}
	return true;
}

bool http_client_send(struct http_client *client, struct arena *arena, const struct http_call *calls, size_t count,
	size_t in_flight, struct http_answer *answers, struct fail *f)
{
	struct batch batch = {.client = client,
		.transfers = arena_alloc(arena, count * sizeof *batch.transfers),
		.count = count,
		.in_flight = in_flight};
	bool good;

	for (size_t i = 0; i < count; i++)
		batch.transfers[i] = (struct transfer){.call = &calls[i], .answer = &answers[i], .arena = arena};
	good = run(&batch, f);
	for (size_t i = 0; i < count; i++)
		end(&batch, &batch.transfers[i]);
	return good;
}

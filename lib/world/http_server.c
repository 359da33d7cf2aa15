/* http_server - a FastCGI program: routes, requests and their answers, one by one or several that wait together. */
#include "world/http_server.h"

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "world/counters.h"
#include "world/db.h"
#include "world/listener.h"
#include "world/residency.h"

#include <string.h>

/* Requests after which connections are open and statements prepared. */
enum { SETTLED_AFTER = 20 };

const char *request_parameter(const struct request *request, const char *name)
{
	return FCGX_GetParam(name, request->fcgi.envp);
}

const char *request_segment(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->parameter_count; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value;
	return NULL;
}

/* False when it is no number. 0 when nothing is said. */
static bool announced_length(const struct request *request, int64_t *length)
{
	const char *announced = request_parameter(request, "CONTENT_LENGTH");

	*length = 0;
	return !announced || !*announced || i64_from_text(announced, 0, INT64_MAX, length);
}

bool request_body(struct request *request, size_t limit_bytes, struct bytes *body, struct fail *f)
{
	int64_t length;
	char *bytes;

	if (!announced_length(request, &length))
		return fail(f, FAIL_INPUT, "content_length", "the header Content-Length is not a number");
	if ((uint64_t)length > limit_bytes)
		return fail(f, FAIL_TOO_LARGE, "body_too_large", "the body is longer than %zu bytes", limit_bytes);
	bytes = arena_alloc(request->arena, (size_t)length + 1);
	if (FCGX_GetStr(bytes, (int)length, request->fcgi.in) != (int)length)
		return fail(f, FAIL_INPUT, "body_cut", "the body is shorter than its Content-Length");
	*body = (struct bytes){(unsigned char *)bytes, (size_t)length};
	return true;
}

/* The length of a path segment of letters, digits, '-' and '_'. */
static size_t segment_length(const char *path)
{
	return strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

/* Notes the segments that stand for {names}; false when the path is another one. */
static bool path_fits(struct request *request, const char *pattern)
{
	const char *path = request->path;

	request->parameter_count = 0;
	while (*pattern == *path || *pattern == '{') {
		size_t length;
		const char *end;

		if (*pattern == '\0')
			return true;
		if (*pattern != '{') {
			pattern++, path++;
			continue;
		}
		length = segment_length(path);
		end = strchr(pattern, '}');
		if (length == 0 || request->parameter_count == PATH_PARAMETERS)
			return false;
		request->parameters[request->parameter_count].name =
			arena_copy(request->arena, pattern + 1, (size_t)(end - pattern - 1));
		request->parameters[request->parameter_count++].value = arena_copy(request->arena, path, length);
		pattern = end + 1;
		path += length;
	}
	return false;
}

static bool method_fits(const char *allowed, const char *method)
{
	return strcmp(allowed, method) == 0 || (strcmp(allowed, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static const struct route *find(
	struct request *request, struct reply *reply, const struct route *routes, size_t count, struct fail *f)
{
	struct text allowed = text_new(request->arena, 200);

	for (size_t i = 0; i < count; i++) {
		if (!path_fits(request, routes[i].pattern))
			continue;
		if (method_fits(routes[i].method, request->method))
			return &routes[i];
		text_add(&allowed, "%s%s%s", allowed.length ? ", " : "", routes[i].method,
			strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
	}
	if (!allowed.length) {
		fail(f, FAIL_ABSENT, "path_unknown", "there is nothing at this path");
		return NULL;
	}
	reply->allow = allowed.bytes;
	fail(f, FAIL_METHOD, "method", "this path takes only %s", allowed.bytes);
	return NULL;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void read_exchange(struct exchange *e, const struct route *routes, size_t count)
{
	struct request *request = &e->request;

	e->reply = (struct reply){.status = 200};
	e->fail = (struct fail){0};
	e->apart = false;
	e->answered = false;
	request->id = request_parameter(request, "REQUEST_ID");
	request->method = or_empty(request_parameter(request, "REQUEST_METHOD"));
	request->path = or_empty(request_parameter(request, "DOCUMENT_URI"));
	request->peer = or_empty(request_parameter(request, "REMOTE_ADDR"));
	log_request(request->id);
	e->route = find(request, &e->reply, routes, count, &e->fail);
	if (!query_parse(request->arena, request_parameter(request, "QUERY_STRING"), &request->query, &e->fail))
		e->route = NULL;
	log_request(NULL);
}

void exchange_answer(struct exchange *e)
{
	if (e->answered)
		return;
	log_request(e->request.id);
	reply_send(&e->request, &e->reply, &e->fail);
	log_request(NULL);
	db_serve(e->request.db, -1);
	FCGX_Finish_r(&e->request.fcgi);
	reply_end(&e->reply);
	e->answered = true;
}

/* One, and where its handler takes several, those that wait already. The last may be another's. 0: the program ends. */
static size_t gather(struct exchange *exchanges, const struct route *routes, size_t route_count)
{
	size_t count = 0;
	int64_t bytes = 0, length;

	if (!listener_wait(&exchanges[0].request.fcgi))
		return 0;
	for (;;) {
		struct exchange *e = &exchanges[count++];

		read_exchange(e, routes, route_count);
		if (!e->route || !e->route->together || !announced_length(&e->request, &length))
			return count;
		e->apart = length > TOGETHER_BYTES - bytes;
		if (e->apart)
			return count;
		bytes += length;
		if (count == TOGETHER || !listener_next(&exchanges[count].request.fcgi))
			return count;
	}
}

static void answer_one(struct exchange *e)
{
	log_request(e->request.id);
	if (e->route)
		(void)e->route->handler(&e->request, &e->reply, &e->fail); /* fail says what went wrong */
	exchange_answer(e);
}

static void answer_together(struct exchange *exchanges, size_t count, struct db *db)
{
	exchanges->route->together(exchanges, count);
	for (size_t i = 0; i < count; i++)
		exchange_answer(&exchanges[i]);
	db_set_patience(db, PATIENCE_MS); /* which the handler may have divided among them */
}

/* How many at the beginning go to the same handler of several; 0: the first is for one that takes no others. */
static size_t alike(const struct exchange *exchanges, size_t count)
{
	size_t n = 0;

	while (n < count && exchanges[n].route && exchanges[n].route->together
		&& exchanges[n].route->together == exchanges->route->together && !(n > 0 && exchanges[n].apart))
		n++;
	return n;
}

static void answer(struct exchange *exchanges, size_t count, struct db *db)
{
	while (count > 0) {
		size_t n = alike(exchanges, count);

		if (n)
			answer_together(exchanges, n, db);
		else
			answer_one(exchanges);
		exchanges += n ? n : 1;
		count -= n ? n : 1;
	}
}

static int complain(const struct fail *f)
{
	log_line(LOG_ERROR, "start_failed", "%s", f->detail);
	return 1;
}

int serve(const char *program, const struct route *routes, size_t count)
{
	static struct exchange exchanges[TOGETHER];
	struct arena arena = {0};
	struct settings settings;
	struct secret_key key;
	struct counters *counters;
	struct fail f = {0};
	AUTO(database) db = NULL;
	size_t served = 0, gathered;
	bool settled;

	log_open(program, LOG_INFO);
	residency_open();
	secret_open();
	if (!settings_read(&settings, &f) || !settings_key(&settings, &key, &f))
		return complain(&f);
	log_open(program, settings.log_level);
	if (!counters_open(settings.counters_file, &counters, &f) || !listener_open(&f))
		return complain(&f);
	db = db_open(&arena, settings.database_url, settings.prepared_statements);
	db_set_patience(db, PATIENCE_MS);
	for (size_t i = 0; i < TOGETHER; i++) {
		exchanges[i].request = (struct request){
			.arena = &arena, .db = db, .key = &key, .settings = &settings, .counters = counters};
		if (!listener_room(&exchanges[i].request.fcgi, &f))
			return complain(&f);
	}
	residency_forget_code();
	while ((gathered = gather(exchanges, routes, count)) > 0) {
		answer(exchanges, gathered, db);
		arena_empty(&arena);
		residency_forget_heap();
		settled = served >= SETTLED_AFTER;
		served += gathered;
		if (!settled && served >= SETTLED_AFTER)
			residency_forget_code();
	}
	for (size_t i = 0; i < TOGETHER; i++)
		FCGX_Free(&exchanges[i].request.fcgi, 1);
	arena_end(&arena);
	return listener_ended_well() ? 0 : 1;
}

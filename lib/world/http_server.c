/* http_server - a FastCGI program: routes, the request, the accept loop. Handlers answer one request at a time. */
#include "world/http_server.h"

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "world/counters.h"
#include "world/db.h"
#include "world/residency.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Twice this, for who sent it and what it says, is less than the 15 s that nginx waits for us (turnout.conf): so a
 * silent database still becomes an answer. */
enum { PATIENCE_MS = 7000 };

/* Requests after which connections are open and statements prepared. */
enum { SETTLED_AFTER = 20 };

static volatile sig_atomic_t stop;
static int nothing; /* /dev/null */

/* A signal between the look at `stop` and accept() would be lost. Taking the listening socket away is not: accept()
 * then fails at once, while the request in hand has a descriptor of its own. */
static void on_signal(int number)
{
	(void)number;
	stop = 1;
	dup2(nothing, FCGI_LISTENSOCK_FILENO);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};

	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* Sent by multiwatch, and caught by libfcgi in a way of its own. */
	sigaction(SIGUSR1, &action, NULL);
	/* A client that leaves must not end the program. */
	sigaction(SIGPIPE, &ignore, NULL);
}

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

bool request_body(struct request *request, size_t limit_bytes, struct bytes *body, struct fail *f)
{
	const char *announced = request_parameter(request, "CONTENT_LENGTH");
	int64_t length = 0;
	char *bytes;

	if (announced && *announced && !i64_from_text(announced, 0, INT64_MAX, &length))
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

static handler *find(
	struct request *request, struct reply *reply, const struct route *routes, size_t count, struct fail *f)
{
	struct text allowed = text_new(request->arena, 200);

	for (size_t i = 0; i < count; i++) {
		if (!path_fits(request, routes[i].pattern))
			continue;
		if (method_fits(routes[i].method, request->method))
			return routes[i].handler;
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

static void answer(struct request *request, const struct route *routes, size_t count)
{
	struct reply reply = {.status = 200};
	struct fail f = {0};
	handler *handle;

	request->method = or_empty(request_parameter(request, "REQUEST_METHOD"));
	request->path = or_empty(request_parameter(request, "DOCUMENT_URI"));
	request->peer = or_empty(request_parameter(request, "REMOTE_ADDR"));
	log_request(request_parameter(request, "REQUEST_ID"));
	handle = find(request, &reply, routes, count, &f);
	if (handle && query_parse(request->arena, request_parameter(request, "QUERY_STRING"), &request->query, &f))
		(void)handle(request, &reply, &f); /* f says what went wrong */
	reply_send(request, &reply, &f);
	log_request(NULL);
}

static int complain(const struct fail *f)
{
	log_line(LOG_ERROR, "start_failed", "%s", f->detail);
	return 1;
}

int serve(const char *program, const struct route *routes, size_t count)
{
	struct arena arena = {0};
	struct settings settings;
	struct secret_key key;
	struct fail f = {0};
	struct request request = {.arena = &arena, .key = &key};
	AUTO(database) db = NULL;
	int served = 0;

	log_open(program, LOG_INFO);
	residency_open();
	secret_open();
	if (!settings_read(&settings, &f) || !settings_key(&settings, &key, &f))
		return complain(&f);
	log_open(program, settings.log_level);
	if (!counters_open(settings.counters_file, &request.counters, &f))
		return complain(&f);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request.fcgi, FCGI_LISTENSOCK_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0
		|| FCGX_IsCGI()) {
		fail(&f, FAIL_INPUT, "no_socket",
			"file descriptor 0 is no listening socket; start this program with spawn-fcgi or systemd");
		return complain(&f);
	}
	request.settings = &settings;
	request.db = db = db_open(&arena, settings.database_url, settings.prepared_statements);
	db_set_patience(db, PATIENCE_MS);
	catch_signals();
	residency_forget_code();
	while (!stop && FCGX_Accept_r(&request.fcgi) == 0) {
		answer(&request, routes, count);
		db_serve(db, -1);
		FCGX_Finish_r(&request.fcgi);
		arena_empty(&arena);
		residency_forget_heap();
		if (++served == SETTLED_AFTER)
			residency_forget_code();
	}
	FCGX_Free(&request.fcgi, 1);
	arena_end(&arena);
	if (!stop)
		log_line(LOG_ERROR, "accept_failed", "no further request could be accepted: %s", strerror(errno));
	return stop ? 0 : 1;
}

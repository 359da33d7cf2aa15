/* http_server - a FastCGI program: routes, the request, the accept loop. Handlers answer one request at a time. */
#ifndef WORLD_HTTP_SERVER_H
#define WORLD_HTTP_SERVER_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/query.h"
#include "base/scope.h"
#include "base/secret.h"
#include "world/reply.h"

#include <fcgiapp.h>
#include <stdbool.h>
#include <stddef.h>

struct db;
struct settings;
struct counters;

/* 1 MiB, as in turnout.conf: nginx refuses more, so this is the second fence, for tests and other front ends. */
enum { BODY_LIMIT_BYTES = 1 << 20 };

enum { PATH_PARAMETERS = 4 };

struct request {
	struct arena *arena;
	struct db *db;
	const struct secret_key *key;
	const struct settings *settings;
	struct counters *counters;
	const char *method, *path, *peer; /* peer: the client's address, for the log of refused deliveries only */
	struct query query;
	struct {
		const char *name, *value;
	} parameters[PATH_PARAMETERS]; /* of the route's pattern */
	size_t parameter_count;
	FCGX_Request fcgi;
};

typedef bool handler(struct request *, struct reply *, struct fail *);

/* pattern: a path in which {name} stands for one segment of letters, digits, '-' and '_'. */
struct route {
	const char *method, *pattern;
	handler *handler;
};

#define ROUTES(...) (const struct route[]){__VA_ARGS__}, COUNT(((const struct route[]){__VA_ARGS__}))

/* Serves file descriptor 0 until SIGTERM or SIGINT, then finishes the request in hand. Returns the exit status; 1 with
 * one line in the log when a setting is wrong. */
int serve(const char *program, const struct route *, size_t count);

/* NULL when absent. `name` as FastCGI spells it: "HTTP_AUTHORIZATION". Borrowed. */
const char *request_parameter(const struct request *, const char *name);

/* The segment that the pattern calls `name`; never NULL for a name of the pattern. */
const char *request_segment(const struct request *, const char *name);

/* The raw body, which lives as long as the request. FAIL_TOO_LARGE beyond the limit. */
bool request_body(struct request *, size_t limit_bytes, struct bytes *, struct fail *) MUST_CHECK;

#endif

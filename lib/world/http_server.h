/* http_server - a FastCGI program: routes, requests and their answers, one by one or several that wait together. */
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
	const char *id, *method, *path, *peer; /* peer: the client's address, for the log of refused deliveries only */
	struct query query;
	struct {
		const char *name, *value;
	} parameters[PATH_PARAMETERS]; /* of the route's pattern */
	size_t parameter_count;
	FCGX_Request fcgi;
};

typedef bool handler(struct request *, struct reply *, struct fail *);

/* A request and what becomes of it. */
struct exchange {
	struct request request;
	struct reply reply;
	struct fail fail;
	const struct route *route; /* NULL: there is nothing to do, and fail says why */
	bool apart;                /* too large to wait for */
	bool answered;
};

/* How long one request may wait for an answer of the database. Twice this, for who sent it and what it says, is less
 * than the 15 s that nginx waits for us (turnout.conf): so a silent database still becomes an answer. */
enum { PATIENCE_MS = 7000 };

/* At most so many wait for one another, with bodies of at most so many bytes: the memory of a program is small. */
enum { TOGETHER = 8, TOGETHER_BYTES = 64 * 1024 };

/* Answers 1 to TOGETHER requests, in the time that one may take. Those for which it has not called exchange_answer are
 * answered when it returns. */
typedef void handler_together(struct exchange *, size_t count);

/* pattern: a path in which {name} stands for one segment of letters, digits, '-' and '_'. One of the two is NULL. */
struct route {
	const char *method, *pattern;
	handler *handler;
	handler_together *together;
};

#define ROUTES(...) (const struct route[]){__VA_ARGS__}, COUNT(((const struct route[]){__VA_ARGS__}))

/* Serves file descriptor 0 until SIGTERM or SIGINT, then finishes the request in hand. Returns the exit status; 1 with
 * one line in the log when a setting is wrong. */
int serve(const char *program, const struct route *, size_t count);

/* Sends the reply, or what fail says, once. */
void exchange_answer(struct exchange *);

/* NULL when absent. `name` as FastCGI spells it: "HTTP_AUTHORIZATION". Borrowed. */
const char *request_parameter(const struct request *, const char *name);

/* The segment that the pattern calls `name`; never NULL for a name of the pattern. */
const char *request_segment(const struct request *, const char *name);

/* The raw body, which lives as long as the request. FAIL_TOO_LARGE beyond the limit. */
bool request_body(struct request *, size_t limit_bytes, struct bytes *, struct fail *) MUST_CHECK;

#endif

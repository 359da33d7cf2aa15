/* http_client - asking other systems over HTTP: bounded, verified, retried where that is allowed. All of it is
 * libcurl's. */
#ifndef WORLD_HTTP_CLIENT_H
#define WORLD_HTTP_CLIENT_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/scope.h"
#include "base/secret.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct http_client;
typedef struct http_client http_client; /* for AUTO */

struct http_call {
	const char *method;         /* "GET" */
	const char *url;            /* whole; http or https. Never logged: some carry keys */
	const char *const *headers; /* "Name: value", ending in NULL; may be NULL */
	struct bytes body;
	bool repeatable;    /* may be sent again when it is not known whether it arrived; GET always may */
	size_t limit_bytes; /* of the answer's body */
	int attempts;       /* at most; 0: five */
};

struct http_answer {
	int status;
	struct bytes body;      /* in the arena, NUL behind the last */
	int64_t retry_after_ms; /* Retry-After, whichever form; -1: not said */
	struct instant date;    /* the server's clock; us 0: not said */
	int64_t took_ms;        /* of the last attempt, until the answer was whole */
};

/* `stop`: set by a signal handler; waits and transfers end soon then, with FAIL_LATER "stopped"; may be NULL. An answer
 * must be whole within timeout_ms. Proxies come from the environment as curl knows them (https_proxy ...). Never NULL;
 * lives in the arena, which must outlive it. */
struct http_client *http_client_open(struct arena *, int64_t timeout_ms, const volatile sig_atomic_t *stop);
void http_client_close(struct http_client *);
OWNED_BY_SCOPE(http_client, http_client_close)

/* Sends the calls, at most `in_flight` at once, and fills `answers` in order. Each is tried up to five times, with
 * exponential backoff and full jitter, when the connection fails or the answer is 408, 429, 500, 502, 503 or 504; what
 * took too long once more only. Retry-After and an exhausted X-RateLimit are waited for to the second, by all calls, as
 * long as that is at most PATIENCE_MS; a longer wait is not begun: FAIL_LATER "source_limited", or the answer itself.
 * True when every call has an answer, whatever its status; redirects are answers. FAIL_LATER "source_unreachable",
 * "source_slow", "source_tls", "source_cut"; FAIL_TOO_LARGE "answer_too_large"; FAIL_INPUT "source_address". The
 * sentence names no URL and begins with its verb: the caller knows who it was that "could not be reached". */
enum { HTTP_PATIENCE_MS = 60000 };
bool http_client_send(struct http_client *, struct arena *, const struct http_call *, size_t count, size_t in_flight,
	struct http_answer *, struct fail *) MUST_CHECK;

/* For how long, from now, the server asked for no further request, rounded up: who waits that long is not too early
 * by a part of a millisecond. 0: it did not. At most a day. */
int64_t http_client_quiet_ms(const struct http_client *);

#endif

/* reply - what goes back over HTTP: JSON, a problem, or a stream; and what each kind of failure means outside. */
#ifndef WORLD_REPLY_H
#define WORLD_REPLY_H

#include "base/fail.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

struct reply {
	int status;
	json_t *json;          /* owned; NULL: no body yet */
	bool has_etag;         /* the body may be compared with the caller's copy */
	const char *allow;     /* methods, for a wrong one */
	int64_t retry_after_s; /* with a failure that may pass: when to come back; 0: as always for its kind */
	bool streaming;        /* the head is out; a failure can only cut the answer off */
};

/* The call takes over the reference to body. Adds the member "timestamp". */
bool reply_json_take(struct reply *, int status, json_t *body, struct fail *);

/* The same, with a strong ETag over everything but the timestamp, which changes by itself; If-None-Match gets 304. */
bool reply_report_take(struct reply *, json_t *body, struct fail *);

/* A text that is not JSON and may be long: head first, then any number of writes. file_name: what a browser saves it
 * as, or NULL. reply_write fails with FAIL_LATER when the client has gone. */
bool reply_stream_begin(
	struct request *, struct reply *, const char *content_type, const char *file_name, struct fail *);
bool reply_write(struct request *, const char *bytes, size_t length, struct fail *);

/* Sends what the handler made of it; with a failure noted, the problem (RFC 9457) that it means. */
void reply_send(struct request *, const struct reply *, const struct fail *);

/* Gives the body back. When the client has all of it, not before: a thousand rows are many pieces. */
void reply_end(struct reply *);

#endif

/* poll - what Cal.com's list shows becomes events like those that Cal.com sends, unless nothing is new about it. */
#ifndef WORK_POLL_H
#define WORK_POLL_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"

#include <stdbool.h>

struct sync;

/* Rows (an array) that were read at s->read_at. When it returns true all are committed; those that nobody can
 * understand are counted and named in `s`. Counts seen and applied. */
bool poll_rows(struct sync *, const char *api, const json_t *rows, struct fail *) MUST_CHECK;

/* The booking was asked for at s->read_at and was not there. Counts it as corrected. */
bool poll_gone(struct sync *, const char *api, const char *uid, struct fail *) MUST_CHECK;

/* Counts something that cannot be understood, once, however often it is met: `which` tells it from others. The first
 * becomes the remark. */
void poll_refuse(struct sync *, const char *what, const char *which, const char *why);

#endif

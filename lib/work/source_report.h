/* source_report - how it stands with the sources: for reports, for health, and for who asked for a round. */
#ifndef WORK_SOURCE_REPORT_H
#define WORK_SOURCE_REPORT_H

#include "base/fail.h"
#include "base/json.h"
#include "base/scope.h"
#include "domain/breaker.h"
#include "domain/source_health.h"
#include "store/sources.h"

#include <stdint.h>

struct arena;
struct db;

enum source_health source_state_health(const struct source_state *, int64_t interval_ms, struct instant now);
enum breaker_state source_state_breaker(const struct source_state *, struct instant now);

/* Everything of one source, for who may see its workspace; the caller owns it. named: with what the connection is
 * called and what else may be a client's, which is nobody else's business. */
json_t *source_state_json(
	struct arena *, const struct source_state *, bool named, int64_t interval_ms, struct instant now);

/* {"sources": [...], "unknown_words": [...], "corrections": [...]} of a workspace, of the latter the newest hundred.
 * The caller owns *report. */
bool source_report_take(
	struct arena *, struct db *, int64_t workspace, int64_t interval_ms, json_t **report, struct fail *) MUST_CHECK;

/* Asks the worker for a round with each source. FAIL_CONFLICT "source_absent" when there is none. FAIL_TOO_MANY
 * "sync_asked" when that was asked less than a minute ago; *again_s: until it may be asked again. */
bool source_ask(
	struct arena *, struct db *, int64_t workspace, size_t *asked, int64_t *again_s, struct fail *) MUST_CHECK;

/* What a report rests on: per kind of source its state, last success and a sentence; the worst of several. Of those
 * that only deliver webhooks nothing more can be known than that something came. The caller owns *data. */
bool source_data_take(
	struct arena *, struct db *, int64_t workspace, int64_t interval_ms, json_t **data, struct fail *) MUST_CHECK;

#endif

/* ingest_outreach - a delivery of EmailBison is stored, and what it carries comes in; all of it or nothing. */
#ifndef WORK_INGEST_OUTREACH_H
#define WORK_INGEST_OUTREACH_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"
#include "work/ingest.h"

struct arena;
struct db;

/* delivery.source is "webhook" or "poll". True only when it is durable. A lead that is known stays as the lists show
 * him: a delivery may be old. Counts per day follow from series and replies alone, so nothing counts twice. FAIL_INPUT
 * when the body names no type, FAIL_LATER when the database is away. */
bool ingest_outreach(
	struct arena *, struct db *, const struct secret_key *, struct delivery *, struct fail *) MUST_CHECK;

#endif

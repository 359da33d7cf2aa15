/* queued - verified deliveries while the database is away: into the spool, and out of it when the database is back. */
#ifndef WORK_QUEUED_H
#define WORK_QUEUED_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/secret.h"
#include "work/ingest.h"
#include "world/spool.h"

struct arena;
struct db;

/* As `ingest`, or `ingest_outreach` by its kind, but a delivery that the database cannot take now is spooled:
 * INGESTED_QUEUED. FAIL_LATER only when that failed too. */
bool ingest_or_queue(struct arena *, struct db *, const struct secret_key *, const struct spool *, struct delivery *,
	struct fail *) MUST_CHECK;

/* Applies what lies in the spool, oldest first. What cannot be understood is set aside; when the database is away the
 * rest stays: FAIL_LATER. *applied: how many went into the database. */
bool queued_apply(struct arena *, struct db *, const struct secret_key *, const struct spool *, int64_t *applied,
	struct fail *) MUST_CHECK;

#endif

/* metrics - what is counted of deliveries, and all of it as Prometheus reads it. */
#ifndef WORK_METRICS_H
#define WORK_METRICS_H

#include "base/fail.h"
#include "base/scope.h"
#include "base/text.h"
#include "store/health.h"
#include "store/sources.h"
#include "world/counters.h"
#include "world/spool.h"

#include <stdint.h>

/* What became of a delivery, as counted. */
enum delivered {
	DELIVERED_PROCESSED,
	DELIVERED_DUPLICATE,
	DELIVERED_IGNORED,
	DELIVERED_QUEUED,
	DELIVERED_REFUSED, /* 401, 404: by whom is not known */
	DELIVERED_INVALID, /* 400, 413 */
	DELIVERED_FAILED,  /* 500, 503 */
	DELIVERED_KINDS,
};

/* trigger: as the event named it, or NULL when that was never read. */
void metrics_delivery(struct counters *, const char *trigger, enum delivered, int64_t took_us);

/* A delivery carried a lead reference that was not made here, or for another workspace. */
void metrics_forged_reference(struct counters *);

/* What the other gauges are taken from; NULL: not known now. */
struct gauges {
	const struct health_counts *events;
	const struct spool_state *spool;
	const struct source_state *sources;
	size_t source_count;
	int64_t interval_ms; /* between two rounds with a source */
};

/* Prometheus' text format, version 0.0.4. */
void metrics_print(const struct counters *, const struct gauges *, struct instant now, struct text *);

#endif

/* metrics - what is counted of deliveries, and all of it as Prometheus reads it. */
#include "work/metrics.h"

#include "domain/trigger.h"
#include "work/source_report.h"

#include <assert.h>
#include <string.h>

static const char *const kinds[DELIVERED_KINDS] = {
	[DELIVERED_PROCESSED] = "processed",
	[DELIVERED_DUPLICATE] = "duplicate",
	[DELIVERED_IGNORED] = "ignored",
	[DELIVERED_QUEUED] = "queued",
	[DELIVERED_REFUSED] = "refused",
	[DELIVERED_INVALID] = "invalid",
	[DELIVERED_FAILED] = "failed",
};

/* Upper bounds of the latency histogram; the last, without bound, follows. */
static const int64_t bounds_us[] = {
	1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

/* Where each counter is: histogram first, then a row of kinds per trigger, the last row for all that are not in the
 * table. */
enum {
	BUCKETS = (int)COUNT(bounds_us) + 1,
	SUM_US = BUCKETS,
	DELIVERIES,
	TRIGGER_ROWS = 64,
	FORGED_REFERENCES = DELIVERIES + TRIGGER_ROWS * DELIVERED_KINDS,
	COUNTERS_USED,
};

static_assert((int)COUNTERS_USED <= (int)COUNTER_COUNT, "all counters have a place");

static size_t row_of(const char *name)
{
	size_t count;
	const struct trigger *triggers = trigger_list(&count);

	for (size_t i = 0; name && i < count && i < TRIGGER_ROWS - 1; i++)
		if (strcmp(triggers[i].name, name) == 0)
			return i;
	return TRIGGER_ROWS - 1;
}

void metrics_delivery(struct counters *counters, const char *trigger, enum delivered kind, int64_t took_us)
{
	size_t bucket = 0;

	while (bucket < COUNT(bounds_us) && took_us > bounds_us[bucket])
		bucket++;
	counter_add(counters, bucket, 1);
	counter_add(counters, SUM_US, took_us > 0 ? (uint64_t)took_us : 0);
	counter_add(counters, DELIVERIES + row_of(trigger) * DELIVERED_KINDS + kind, 1);
}

void metrics_forged_reference(struct counters *counters)
{
	counter_add(counters, FORGED_REFERENCES, 1);
}

static void print_deliveries(const struct counters *counters, struct text *text)
{
	size_t count;
	const struct trigger *triggers = trigger_list(&count);

	text_add_string(text,
		"# HELP turnout_deliveries_total Webhook deliveries by trigger and by what became of them.\n"
		"# TYPE turnout_deliveries_total counter\n");
	for (size_t row = 0; row < TRIGGER_ROWS; row++) {
		for (size_t kind = 0; kind < DELIVERED_KINDS; kind++) {
			uint64_t value = counter_read(counters, DELIVERIES + row * DELIVERED_KINDS + kind);

			if (value)
				text_add(text, "turnout_deliveries_total{trigger=\"%s\",result=\"%s\"} %llu\n",
					row < count ? triggers[row].name : "other", kinds[kind],
					(unsigned long long)value);
		}
	}
}

static void print_latency(const struct counters *counters, struct text *text)
{
	uint64_t total = 0;

	text_add_string(text, "# HELP turnout_delivery_seconds Time from a delivery's arrival to its answer.\n"
			      "# TYPE turnout_delivery_seconds histogram\n");
	for (size_t i = 0; i < COUNT(bounds_us); i++) {
		total += counter_read(counters, i);
		text_add(text, "turnout_delivery_seconds_bucket{le=\"%g\"} %llu\n", (double)bounds_us[i] / 1e6,
			(unsigned long long)total);
	}
	total += counter_read(counters, BUCKETS - 1);
	text_add(text,
		"turnout_delivery_seconds_bucket{le=\"+Inf\"} %llu\n"
		"turnout_delivery_seconds_sum %.6f\n"
		"turnout_delivery_seconds_count %llu\n",
		(unsigned long long)total, (double)counter_read(counters, SUM_US) / 1e6, (unsigned long long)total);
}

static void print_gauge(struct text *text, const char *name, const char *help, double value)
{
	text_add(text, "# HELP %s %s\n# TYPE %s gauge\n%s %.15g\n", name, help, name, name, value);
}

static double age_s(struct instant since, struct instant now)
{
	return since.us == 0 ? 0 : (double)(now.us - since.us) / 1e6;
}

/* One of the figures of a source. */
struct source_figure {
	const char *name, *help;
	double (*value)(const struct source_state *, int64_t interval_ms, struct instant now);
};

static double source_state(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	return source_state_health(s, interval_ms, now);
}

static double source_breaker(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	(void)interval_ms;
	return source_state_breaker(s, now);
}

static double source_failures(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	(void)interval_ms, (void)now;
	return (double)s->failures;
}

static double source_success(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	(void)interval_ms, (void)now;
	return (double)s->succeeded_at.us / 1e6;
}

static double source_refused(const struct source_state *s, int64_t interval_ms, struct instant now)
{
	(void)interval_ms, (void)now;
	return (double)s->refused;
}

static void print_sources(const struct gauges *gauges, struct instant now, struct text *text)
{
	static const struct source_figure figures[] = {
		{"turnout_source_state", "Whether a source's numbers can be relied on: 0 ok, 1 stale, 2 unavailable.",
			source_state},
		{"turnout_source_breaker", "Whether a source is asked: 0 closed, 1 half open, 2 open.", source_breaker},
		{"turnout_source_failures", "Rounds in a row that were not whole.", source_failures},
		{"turnout_source_success_timestamp_seconds", "End of the last whole round; 0 without one.",
			source_success},
		{"turnout_source_not_understood", "Things of the last round that could not be understood.",
			source_refused},
	};

	for (size_t i = 0; gauges->source_count > 0 && i < COUNT(figures); i++) {
		text_add(text, "# HELP %s %s\n# TYPE %s gauge\n", figures[i].name, figures[i].help, figures[i].name);
		for (size_t j = 0; j < gauges->source_count; j++)
			text_add(text, "%s{kind=\"%s\",connection=\"%lld\"} %.15g\n", figures[i].name,
				gauges->sources[j].kind, (long long)gauges->sources[j].connection_id,
				figures[i].value(&gauges->sources[j], gauges->interval_ms, now));
	}
}

void metrics_print(const struct counters *counters, const struct gauges *gauges, struct instant now, struct text *text)
{
	print_deliveries(counters, text);
	print_latency(counters, text);
	text_add(text,
		"# HELP turnout_references_refused_total Lead references of deliveries that were forged or of another "
		"workspace.\n"
		"# TYPE turnout_references_refused_total counter\n"
		"turnout_references_refused_total %llu\n",
		(unsigned long long)counter_read(counters, FORGED_REFERENCES));
	print_gauge(text, "turnout_database_up", "Whether the database answered.", gauges->events != NULL);
	if (gauges->events) {
		print_gauge(text, "turnout_events_failed", "Events that will be tried again.",
			(double)gauges->events->failed);
		print_gauge(text, "turnout_events_dead", "Events that were given up.", (double)gauges->events->dead);
		print_gauge(text, "turnout_events_oldest_failed_seconds",
			"Age of the oldest event that waits to be tried again.",
			age_s(gauges->events->oldest_failed_at, now));
		print_gauge(text, "turnout_worker_active", "Whether a worker holds the lock.",
			gauges->events->worker_active);
	}
	if (gauges->spool) {
		print_gauge(text, "turnout_spool_files", "Deliveries that wait in the spool.",
			(double)gauges->spool->files);
		print_gauge(text, "turnout_spool_bytes", "Their size.", (double)gauges->spool->bytes);
		print_gauge(text, "turnout_spool_oldest_seconds", "Age of the oldest of them.",
			age_s(gauges->spool->oldest, now));
		print_gauge(text, "turnout_spool_set_aside", "Spooled files that could not be understood.",
			(double)gauges->spool->set_aside);
	}
	print_sources(gauges, now, text);
}

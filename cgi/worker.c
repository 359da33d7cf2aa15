/* worker - what has to be done without anybody asking: a table of jobs, each with its pause. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/settings.h"
#include "domain/breaker.h"
#include "store/sources.h"
#include "store/standings.h"
#include "store/worker_lock.h"
#include "work/fold_counts.h"
#include "work/match_again.h"
#include "work/match_likely.h"
#include "work/presume.h"
#include "work/queued.h"
#include "work/retry_events.h"
#include "world/children.h"
#include "world/db.h"
#include "world/residency.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct shift {
	struct arena *arena;
	struct db *db;
	const struct settings *settings;
	const struct secret_key *key;
	struct children *syncers;
	int64_t unfolded;  /* changes that waited after the last portion, at most */
	int64_t looked_ms; /* when that was begun */
	/* When the job is due again: set by one that has more to do. Rested: after this percentage of the time that it
	 * took, for work that can wait while many events come in. */
	enum again { AGAIN_LATER, AGAIN_AT_ONCE, AGAIN_RESTED } again;
	int64_t rest_percent;
};

typedef bool job(struct shift *, struct fail *);

static job empty_spool, stand, fold, retry_failed, presume, match, guess, sources;

static struct {
	const char *name;
	job *run;
	int64_t pause_ms;
	bool alone; /* only one worker of the database does it; the spool is this machine's own */
	int64_t due_ms;
	const char *trouble; /* the code of what its last round failed with */
} jobs[] = {
	{"spool", empty_spool, 500, false, 0, NULL},
	{"stand", stand, 1000, true, 0, NULL},
	{"fold", fold, 1000, true, 0, NULL},
	{"retry", retry_failed, 5000, true, 0, NULL},
	{"presume", presume, 60000, true, 0, NULL},
	{"match", match, 60000, true, 0, NULL},
	{"guess", guess, 60000, true, 0, NULL},
	{"sources", sources, 1000, true, 0, NULL},
};

static bool empty_spool(struct shift *s, struct fail *f)
{
	const struct spool spool = spool_from_settings(s->settings);
	int64_t applied;

	if (!*spool.directory)
		return true;
	if (!queued_apply(s->arena, s->db, s->key, &spool, &applied, f))
		return false;
	if (applied)
		log_line(LOG_INFO, "spool_applied", "%lld spooled deliveries were applied", (long long)applied);
	return true;
}

static bool stand(struct shift *s, struct fail *f)
{
	return standings_again(s->db, s->arena, f);
}

static bool fold(struct shift *s, struct fail *f)
{
	/* While more than so many changes a second come in, they are folded in a tenth of the time, so that deliveries
	 * do not notice; otherwise without a rest. Reports look at each change that waits, and BEARABLE of them cost
	 * the funnel half a second (measured): from half as many on the rests get shorter, and then portions larger. */
	enum { BUSY = 500, BEARABLE = 20000, GENTLE = 200, BRISK = 2000, LONGEST_REST = 900 };
	int64_t portion = s->unfolded < BEARABLE ? GENTLE : BRISK, began_ms = clock_ms(), came, room;
	struct folded folded;

	if (!fold_changes(s->arena, s->db, portion, &folded, f)) {
		s->unfolded = 0; /* so the next portion is a small one */
		return false;
	}
	came = folded.waiting + folded.folded - s->unfolded;
	s->unfolded = folded.waiting;
	room = s->unfolded < BEARABLE ? BEARABLE - s->unfolded : 0;
	s->rest_percent = room < BEARABLE / 2 ? LONGEST_REST * room / (BEARABLE / 2) : LONGEST_REST;
	s->again = s->unfolded == 0                                 ? AGAIN_LATER
		   : came * 1000 > BUSY * (began_ms - s->looked_ms) ? AGAIN_RESTED
								    : AGAIN_AT_ONCE;
	s->looked_ms = began_ms;
	return true;
}

static bool retry_failed(struct shift *s, struct fail *f)
{
	struct retried retried = {0};

	if (!retry_events(s->arena, s->db, s->key, &retried, f))
		return false;
	if (retried.applied)
		log_line(LOG_INFO, "events_retried", "%lld failed events were applied", (long long)retried.applied);
	return true;
}

static bool presume(struct shift *s, struct fail *f)
{
	int64_t count;

	if (!presume_ended(s->arena, s->db, s->key, s->settings->presume_minutes, &count, f))
		return false;
	if (count)
		log_line(LOG_INFO, "meetings_presumed", "%lld meetings are over, by the clock", (long long)count);
	return true;
}

static bool match(struct shift *s, struct fail *f)
{
	int64_t count;

	if (!match_again(s->arena, s->db, &count, f))
		return false;
	if (count)
		log_line(LOG_INFO, "bookings_matched", "%lld bookings were matched again", (long long)count);
	return true;
}

/* What the webhook and the import left undone. Few at a time: the spool is waiting. */
static bool guess(struct shift *s, struct fail *f)
{
	enum { BATCH = 100 };
	struct likely likely;
	bool more;

	if (!match_likely(s->db, BATCH, &likely, &more, f))
		return false;
	s->again = more ? AGAIN_AT_ONCE : AGAIN_LATER;
	if (likely.looked_at) {
		log_line(LOG_INFO, "attendees_matched", "%lld attendees were looked for among the leads, %lld linked",
			(long long)likely.looked_at, (long long)likely.linked);
		/* Nothing else here needs either, and there are hours without. */
		residency_forget_tables();
		residency_forget_code();
	}
	return true;
}

static bool start_round(struct shift *s, const struct source_id *id, struct fail *f)
{
	char workspace[24], connection[24];

	snprintf(workspace, sizeof workspace, "%lld", (long long)id->workspace_id);
	snprintf(connection, sizeof connection, "%lld", (long long)id->connection_id);
	return children_start(s->syncers, "syncer", (const char *const[]){workspace, connection, NULL}, f);
}

/* Rounds are others' work: they wait for foreign systems, and want libraries that would stay in memory here. */
static bool sources(struct shift *s, struct fail *f)
{
	int64_t pause_ms = breaker_first_pause_ms(s->settings->sync_seconds * 1000);
	int64_t room = CHILDREN_LIMIT - (int64_t)s->syncers->count;
	struct source_id *due;
	size_t count;

	if (room == 0)
		return true;
	if (!sources_due(s->db, s->arena, room, pause_ms, &due, &count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!start_round(s, &due[i], f))
			return false;
	return true;
}

/* What keeps a job from its work does so at every round: said once when it begins, or becomes another, and once when it
 * is over. */
static void report(size_t row, bool good, const struct fail *f)
{
	const char *name = jobs[row].name, *before = jobs[row].trouble;

	jobs[row].trouble = good ? NULL : f->code;
	if (good && before)
		log_line(LOG_INFO, "job_goes_on", "job %s works again", name);
	if (good || (before && strcmp(before, f->code) == 0))
		return;
	if (f->kind == FAIL_LATER)
		log_line(LOG_WARN, f->code, "job %s has to wait: %s", name, f->detail);
	else
		log_line(LOG_ERROR, f->code, "job %s: %s", name, f->detail);
}

static int64_t next_due_ms(const struct shift *s, int64_t began_ms, int64_t pause_ms)
{
	int64_t now_ms = clock_ms();

	return s->again == AGAIN_AT_ONCE  ? now_ms
	       : s->again == AGAIN_RESTED ? now_ms + s->rest_percent * (now_ms - began_ms) / 100
					  : now_ms + pause_ms;
}

static void run_due(struct shift *shift)
{
	children_reap(shift->syncers);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		struct fail f = {0};
		bool held = !jobs[i].alone, good;
		int64_t began_ms = clock_ms();

		if (began_ms < jobs[i].due_ms)
			continue;
		shift->again = AGAIN_LATER;
		good = held || worker_lock(shift->db, &held, &f);
		if (good && held)
			good = jobs[i].run(shift, &f);
		report(i, good, &f);
		jobs[i].due_ms = next_due_ms(shift, began_ms, jobs[i].pause_ms);
		arena_empty(shift->arena);
	}
}

/* Sleeps until the next job is due; false when a signal asks to end. */
static bool rest(const sigset_t *signals)
{
	int64_t next_ms = clock_ms() + 60000, left_ms;
	struct timespec pause;

	for (size_t i = 0; i < COUNT(jobs); i++)
		if (jobs[i].due_ms < next_ms)
			next_ms = jobs[i].due_ms;
	left_ms = next_ms > clock_ms() ? next_ms - clock_ms() : 0;
	pause = (struct timespec){.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
	return sigtimedwait(signals, NULL, &pause) < 0;
}

/* Long enough for a round of work, short enough to notice a server that is silent. */
enum { PATIENCE_MS = 30000 };

/* Until a round that was asked to end is ended; less than the supervisors wait for us. */
enum { SYNCERS_END_MS = 5000 };

int main(void)
{
	struct arena arena = {0};
	struct settings settings;
	struct secret_key key;
	struct fail f = {0};
	struct children syncers = {0};
	struct shift shift = {.arena = &arena, .settings = &settings, .key = &key, .syncers = &syncers};
	sigset_t signals;
	AUTO(database) db = NULL;

	log_open("worker", LOG_INFO);
	residency_open();
	secret_open();
	if (!settings_read(&settings, &f) || !settings_key(&settings, &key, &f)) {
		log_line(LOG_ERROR, "start_failed", "%s", f.detail);
		return 1;
	}
	log_open("worker", settings.log_level);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGUSR1); /* sent by multiwatch */
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	shift.db = db = db_open(&arena, settings.database_url, settings.prepared_statements);
	db_set_patience(db, PATIENCE_MS);
	run_due(&shift);
	residency_forget_code();
	while (rest(&signals))
		run_due(&shift);
	children_end(&syncers, SYNCERS_END_MS);
	arena_end(&arena);
	return 0;
}

/* sync_calcom - one round with Cal.com: what its API shows and webhooks did not tell is fed in as events.
 *
 * API v2, version 2024-08-13. A round walks the list three times, each time onwards from where it got to:
 *   bookings  by createdAt: at first all there are, later the new ones. It never changes, so no row moves meanwhile
 *   changes   by updatedAt: a row that changes while it is walked moves on to where the walk still comes
 *   meetings  by start, those of some days about now: marks of attendance and seats change without updatedAt moving.
 * Once a day the last is wider, and what stands here and was not shown is asked for by itself: bookings can vanish.
 * API v1 knows neither times nor filters: all of it is read each time, and nothing vanishes.
 *
 * Pages are asked for by the time of the last row seen, not by their number, because numbers shift while data changes.
 * Only where more rows than fit into a page have the same time numbers must do; then pages overlap by half. */
#include "work/sync_calcom.h"

#include "base/arena.h"
#include "base/query.h"
#include "base/text.h"
#include "store/polls.h"
#include "work/poll.h"
#include "work/sync_get.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAKE = 250, /* the most that v2 gives */
	TAKE_V1 = 100,
	BAD_LIMIT = 10,   /* rows of a walk that are left out for what they are: more, */
	BAD_IN_A_ROW = 3, /* or so many one after the other, and it is the answers that are bad */
	ASK_AT_ONCE = 20,
	SKIP_LIMIT = 1000000,
};

static const int64_t minute_us = 60000000, day_us = 86400000000;

static const char *const version[] = {"cal-api-version: 2024-08-13", NULL};

/* Without a status some versions show only what is to come. */
#define EVERY_STATUS "status=upcoming,recurring,past,cancelled,unconfirmed"

/* Whose key it is; a version that cannot say so need not. */
static bool claim(struct sync *s, struct fail *f)
{
	json_t *answer;
	struct fail trouble = {0};
	const json_t *user;

	if (!sync_get(s, "/me", NULL, &answer, &trouble))
		return trouble.kind == FAIL_ABSENT || fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	AUTO(json_t) held = answer;
	user = json_object_get(held, "data");
	if (!user)
		user = json_object_get(held, "user");
	if (!json_is_integer(json_object_get(user, "id")))
		return true;
	return sources_claim_account(s->db, s->source,
		arena_print(s->arena, "%lld", (long long)json_integer_value(json_object_get(user, "id"))), f);
}

struct walk {
	const char *phase;
	const char *member, *after, *sort; /* of a row; parameters of the list */
	const char *mark;                  /* the member of s->mark that holds the last time seen; NULL: none */
	struct instant from;               /* us 0: from the first */
	struct instant until;              /* us 0: to the last; else meetings that are over by then */
	bool compare;                      /* what was not shown is asked for */

	/* While it goes on. */
	int64_t skip, take, bad, bad_in_a_row, done, total;
	char first_uid[300]; /* of the page before, where pages go by number */
};

static struct instant from_json(const json_t *mark, const char *member)
{
	const json_t *text = json_object_get(mark, member);
	struct instant at;

	return json_is_string(text) && instant_from_rfc3339(json_string_value(text), json_string_length(text), &at)
		       ? at
		       : (struct instant){0};
}

/* Marks only go up. */
static void raise_mark(struct sync *s, const char *member, struct instant at)
{
	char text[INSTANT_SIZE];

	if (before(from_json(s->mark, member), at))
		json_object_set_new(s->mark, member, json_string(instant_to_rfc3339(at, text)));
}

static struct instant moved(struct instant at, int64_t by_us)
{
	return (struct instant){at.us + by_us};
}

static const char *page_path(struct sync *s, const struct walk *w)
{
	char from[INSTANT_SIZE], until[INSTANT_SIZE];
	struct text path = text_new(s->arena, 1000);

	text_add(&path, "/bookings?" EVERY_STATUS "&take=%lld&skip=%lld&%s=asc", (long long)w->take, (long long)w->skip,
		w->sort);
	if (w->from.us)
		text_add(&path, "&%s=%s", w->after, instant_to_rfc3339(w->from, from));
	if (w->until.us)
		text_add(&path, "&beforeEnd=%s", instant_to_rfc3339(w->until, until));
	return path.bytes;
}

/* Whether it is what the page holds that cannot be read: then smaller pages tell which row it is. */
static bool is_of_content(const struct fail *f)
{
	return (f->kind == FAIL_BUG && strcmp(f->code, "source_answer") == 0) || f->kind == FAIL_TOO_LARGE;
}

static bool list_in(const json_t *answer, struct fail *f)
{
	return json_array_at(answer, "data")
	       || fail(f, FAIL_BUG, "source_answer",
		       "Cal.com answered without a list of bookings; is the address of its API right?");
}

/* *answer stays NULL when the one row asked for had to be left out. */
static bool ask_page(struct sync *s, struct walk *w, json_t **answer, struct fail *f)
{
	for (;;) {
		struct fail trouble = {0};

		if (sync_get(s, page_path(s, w), version, answer, &trouble) && list_in(*answer, &trouble))
			return true;
		json_decref(*answer);
		*answer = NULL;
		if (!is_of_content(&trouble)
			|| (w->take == 1 && (++w->bad > BAD_LIMIT || ++w->bad_in_a_row == BAD_IN_A_ROW)))
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
		if (w->take == 1) {
			poll_refuse(s, arena_print(s->arena, "a booking in the list of %s", w->phase), page_path(s, w),
				trouble.detail);
			return true;
		}
		w->take = w->take > 10 ? w->take / 10 : 1;
	}
}

/* The time of the last row that has one. */
static struct instant last_time(const json_t *rows, const char *member)
{
	struct instant last = {0};

	for (size_t i = json_array_size(rows); i-- > 0 && !last.us;)
		last = from_json(json_array_get(rows, i), member);
	return last;
}

static bool is_last(const json_t *answer, size_t count, const struct walk *w)
{
	const json_t *pagination = json_object_get(answer, "pagination"),
		     *more = json_object_get(pagination, "hasNextPage");

	return count == 0 || (json_is_boolean(more) ? json_is_false(more) : (int64_t)count < w->take);
}

static const char *booking_path(struct sync *s, const char *uid)
{
	struct text path = text_new(s->arena, 2000);

	text_add_string(&path, "/bookings/");
	query_add_escaped(&path, uid);
	return path.bytes;
}

/* Of one booking: its row, or all rows of a recurring one. NULL: it is not there. */
static bool take_answer(struct sync *s, const char *uid, const json_t *answer, struct fail *f)
{
	json_t *data = json_object_get(answer, "data");
	AUTO(json_t) rows = NULL;

	if (!answer)
		return poll_gone(s, "v2", uid, f);
	rows = json_is_array(data) ? json_incref(data) : json_pack("[O]", data ? data : json_null());
	return poll_rows(s, "v2", rows, f);
}

/* What is wrong with one booking is not wrong with the others: it is left out, and so is what the key may not see. */
static bool ask_one(struct sync *s, const char *uid, struct fail *f)
{
	struct fail trouble = {0};
	AUTO(json_t) answer = NULL;

	if (sync_get(s, booking_path(s, uid), version, &answer, &trouble) || trouble.kind == FAIL_ABSENT)
		return take_answer(s, uid, answer, f);
	if (trouble.kind == FAIL_DENIED)
		return claim(s, f);
	if (!is_of_content(&trouble))
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	poll_refuse(s, arena_print(s->arena, "booking %s", uid), uid, trouble.detail);
	return true;
}

static bool ask_each(struct sync *s, const char *const *uids, size_t count, struct fail *f)
{
	const char **paths = arena_alloc(s->arena, count * sizeof *paths);
	json_t **answers = arena_alloc(s->arena, count * sizeof *answers);
	struct fail trouble = {0};
	bool good = true;

	for (size_t i = 0; i < count; i++)
		paths[i] = booking_path(s, uids[i]);
	if (!sync_get_all(s, paths, count, version, answers, &trouble)) {
		if (trouble.kind != FAIL_DENIED && !is_of_content(&trouble))
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
		for (size_t i = 0; good && i < count; i++)
			good = ask_one(s, uids[i], f);
		return good;
	}
	for (size_t i = 0; i < count; i++) {
		good = good && take_answer(s, uids[i], answers[i], f);
		json_decref(answers[i]);
	}
	return good;
}

/* What stands here in the range and was not among the rows. */
static bool ask_for_missing(
	struct sync *s, const struct meeting_range *range, const json_t *rows, struct walk *w, struct fail *f)
{
	AUTO(json_t) uids = json_array();
	const char **missing, *after = "";
	char *shown;
	size_t count;

	for (size_t i = 0; i < json_array_size(rows); i++)
		json_array_append(uids, json_object_get(json_array_get(rows, i), "uid"));
	shown = json_dumps(uids, JSON_COMPACT);
	arena_later(s->arena, free, shown);
	do {
		if (!polls_missing(s->db, s->arena, s->source->workspace_id, s->source->connection_id, range, shown,
			    after, ASK_AT_ONCE, &missing, &count, f)
			|| (count && !ask_each(s, missing, count, f)))
			return false;
		after = count ? missing[count - 1] : after;
		w->done += (int64_t)count;
	} while (count == ASK_AT_ONCE);
	return true;
}

/* Where the next page begins. */
static bool go_on(struct walk *w, const json_t *rows, struct instant last, struct fail *f)
{
	int64_t count = (int64_t)json_array_size(rows);
	const char *uid = json_text_at(json_array_get(rows, 0), "uid");

	w->bad_in_a_row = 0;
	w->take = w->take * 10 < TAKE ? w->take * 10 : TAKE;
	if (before(w->from, last)) {
		w->from = last;
		w->skip = 0;
		*w->first_uid = '\0';
		return true;
	}
	if ((uid && strcmp(w->first_uid, uid) == 0) || w->skip > SKIP_LIMIT)
		return fail(
			f, FAIL_BUG, "source_answer", "Cal.com's list of bookings does not go on from page to page");
	snprintf(w->first_uid, sizeof w->first_uid, "%s", uid ? uid : "");
	w->skip += count > 1 ? count / 2 : 1;
	return true;
}

/* One page: asked for, taken in, and where the walk goes on. */
static bool step(struct sync *s, struct walk *w, struct instant began_at, bool *more, struct fail *f)
{
	json_t *answer;
	bool good;

	if (!ask_page(s, w, &answer, f))
		return false;
	AUTO(json_t) held = answer;
	const json_t *rows = json_array_at(answer, "data");
	const json_t *total = json_object_get(json_object_get(answer, "pagination"), "totalItems");
	const struct instant last = last_time(rows, w->member);

	if (!held) { /* the row was left out */
		w->skip++;
		return true;
	}
	*more = !is_last(answer, json_array_size(rows), w);
	if (w->total < 0 && json_is_integer(total))
		w->total = json_integer_value(total);
	good = poll_rows(s, "v2", rows, f);
	if (good && w->compare && (!*more || before(w->from, last)))
		good = ask_for_missing(
			s, &(struct meeting_range){w->from, *more ? last : w->until, w->until}, rows, w, f);
	w->done += (int64_t)json_array_size(rows);
	/* A time of the future is somebody's mistake: it must not keep us from what comes before it. */
	if (good && w->mark)
		raise_mark(s, w->mark, before(began_at, last) ? began_at : last);
	return good && (!*more || go_on(w, rows, last, f))
	       && sync_page_done(s, w->phase, w->done, w->total > w->done ? w->total : w->done, f);
}

static bool walk(struct sync *s, struct walk w, struct instant began_at, struct fail *f)
{
	bool more = true;

	w.take = TAKE;
	w.total = -1;
	while (more)
		if (!step(s, &w, began_at, &more, f))
			return false;
	return true;
}

/* Where a walk by a mark begins. What was being written down while the last round read may be older than what it read;
 * and who asks for all changes from some time on gets them all. */
static struct instant from_mark(const struct sync *s, const char *member)
{
	struct instant mark = from_json(s->mark, member), from = moved(mark, -10 * minute_us);

	if (!mark.us)
		return s->since;
	return s->since.us && before(s->since, from) ? s->since : from;
}

static bool walk_v2(struct sync *s, struct instant now, struct fail *f)
{
	bool reconcile = !before(now, moved(from_json(s->mark, "reconciled"), day_us));
	struct walk bookings = {.phase = "bookings", .mark = "created"},
		    changes = {.phase = "changes", .mark = "updated"}, meetings = {.phase = "meetings"};

	bookings.member = "createdAt", bookings.after = "afterCreatedAt", bookings.sort = "sortCreated";
	changes.member = "updatedAt", changes.after = "afterUpdatedAt", changes.sort = "sortUpdatedAt";
	meetings.member = "start", meetings.after = "afterStart", meetings.sort = "sortStart";
	bookings.from = from_mark(s, "created");
	/* What changes while all are read for the first time is a change; so is what changed before a first walk was
	 * broken off. */
	if (!from_json(s->mark, "updated").us && !s->since.us)
		raise_mark(s, "updated", now);
	if (!walk(s, bookings, now, f))
		return false;
	changes.from = from_mark(s, "updated");
	meetings.from = moved(now, reconcile ? -7 * day_us : -4 * day_us);
	meetings.until = moved(now, reconcile ? 90 * day_us : 14 * day_us);
	meetings.compare = reconcile;
	if (!walk(s, changes, now, f) || !walk(s, meetings, now, f))
		return false;
	/* With a time given there may have been neither a mark nor a change. */
	if (s->since.us)
		raise_mark(s, "updated", now);
	if (reconcile)
		raise_mark(s, "reconciled", now);
	return sync_page_done(s, "", 0, 0, f);
}

static bool step_v1(struct sync *s, int page, int64_t *done, char first_uid[static 300], bool *more, struct fail *f)
{
	json_t *answer;

	if (!sync_get(s, arena_print(s->arena, "/bookings?page=%d&take=%d", page, TAKE_V1), NULL, &answer, f))
		return false;
	AUTO(json_t) held = answer;
	const json_t *rows = json_array_at(held, "bookings");
	const char *uid = json_text_at(json_array_get(rows, 0), "uid");

	if (!rows)
		return fail(f, FAIL_BUG, "source_answer",
			"Cal.com answered without a list of bookings; is the address of its API right?");
	/* One that does not know pages shows the same again. */
	*more = json_array_size(rows) > 0 && !(uid && strcmp(first_uid, uid) == 0);
	if (!*more)
		return true;
	snprintf(first_uid, 300, "%s", uid ? uid : "");
	*done += (int64_t)json_array_size(rows);
	return poll_rows(s, "v1", rows, f) && sync_page_done(s, "bookings", *done, -1, f);
}

/* A row that is deleted meanwhile shifts the others, and one may be left out; the next round has it. */
static bool walk_v1(struct sync *s, struct fail *f)
{
	char first_uid[300] = "";
	int64_t done = 0;
	bool more = true;

	for (int page = 1; more; page++)
		if (!step_v1(s, page, &done, first_uid, &more, f))
			return false;
	return sync_page_done(s, "", 0, 0, f);
}

bool sync_calcom(struct sync *s, struct fail *f)
{
	AUTO(json_t) left_out = json_object();

	s->read_at = instant_now();
	s->left_out = left_out;
	if (!claim(s, f))
		return false;
	return s->source->api_version && strcmp(s->source->api_version, "v1") == 0 ? walk_v1(s, f)
										   : walk_v2(s, s->read_at, f);
}

/* match_stored - `turnout match stored`: decides over a file of bookings among the stored leads, and says how long that
 * takes. */
#include "base/clock.h"
#include "base/csv.h"
#include "base/instant.h"
#include "command/command.h"
#include "work/suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BOOKING_ID, MADE, EMAIL, NAME, COMPANY, PHONE, NOTES, TIMEZONE, TITLE, CELLS };

static const char *const columns[CELLS] = {
	"booking_id", "created_at", "email", "name", "company", "phone", "notes", "timezone", "title"};

struct desk {
	struct db *db;
	int64_t workspace;
	int fd, where[CELLS];
	int64_t *took_us; /* grows in the session's arena */
	size_t count, room;
};

static bool read_file(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	ssize_t length = read(*(int *)from, into, room);

	*got = length < 0 ? 0 : (size_t)length;
	return length >= 0 || fail(f, FAIL_INPUT, "unreadable", "could not read the file: %s", strerror(errno));
}

static bool read_header(struct desk *desk, const struct csv_row *row, struct fail *f)
{
	for (size_t c = 0; c < CELLS; c++) {
		desk->where[c] = -1;
		for (size_t i = 0; i < row->count; i++)
			if (strcasecmp(row->fields[i], columns[c]) == 0)
				desk->where[c] = (int)i;
	}
	return desk->where[BOOKING_ID] >= 0
	       || fail(f, FAIL_INPUT, "column_missing", "the file has no column \"booking_id\"");
}

static const char *cell(const struct desk *desk, const struct csv_row *row, int column)
{
	int at = desk->where[column];

	return at >= 0 && (size_t)at < row->count && *row->fields[at] ? row->fields[at] : NULL;
}

static void print_answer(const char *booking, const struct suggestion *s)
{
	static const char *const names[] = {[MATCH_NONE] = "none", [MATCH_REVIEW] = "review", [MATCH_LINK] = "link"};

	printf("%s,%s,", booking, names[s->match.outcome]);
	if (s->match.count > 0)
		printf("%s,%.4f,", s->leads[s->match.best[0].candidate].lead_id, s->match.best[0].probability);
	else
		fputs(",,", stdout);
	for (size_t i = 0; i < s->match.count; i++)
		printf("%s%s", i ? ";" : "", s->leads[s->match.best[i].candidate].lead_id);
	putchar('\n');
}

static void note_time(struct desk *desk, struct arena *lasting, int64_t took_us)
{
	if (desk->count == desk->room) {
		int64_t *more = arena_alloc(lasting, (desk->room = desk->room ? 2 * desk->room : 1024) * sizeof *more);

		if (desk->count)
			memcpy(more, desk->took_us, desk->count * sizeof *more);
		desk->took_us = more;
	}
	desk->took_us[desk->count++] = took_us;
}

static bool decide(
	struct desk *desk, struct arena *lasting, struct arena *each, const struct csv_row *row, struct fail *f)
{
	const char *made = cell(desk, row, MADE), *id = cell(desk, row, BOOKING_ID);
	struct uncertain who = {.workspace_id = desk->workspace,
		.email = cell(desk, row, EMAIL),
		.name = cell(desk, row, NAME),
		.phone = cell(desk, row, PHONE),
		.company = cell(desk, row, COMPANY),
		.timezone = cell(desk, row, TIMEZONE),
		.notes = cell(desk, row, NOTES),
		.title = cell(desk, row, TITLE)};
	struct suggestion suggestion;
	int64_t began_us;

	if (!made || !instant_from_rfc3339(made, strlen(made), &who.booked_at))
		who.booked_at = instant_now();
	began_us = clock_us();
	if (!suggest(each, desk->db, &who, &suggestion, f))
		return false;
	note_time(desk, lasting, clock_us() - began_us);
	print_answer(id ? id : "", &suggestion);
	arena_empty(each);
	return true;
}

static bool decide_all(struct desk *desk, struct arena *lasting, struct arena *each, struct fail *f)
{
	struct csv *csv = csv_open(lasting, read_file, &desk->fd);
	struct csv_row row;

	for (bool header = true;; header = false) {
		struct fail why = {0};

		switch (csv_next(csv, &row, &why)) {
		case CSV_ROW:
			if (header ? !read_header(desk, &row, f) : !decide(desk, lasting, each, &row, f))
				return false;
			break;
		case CSV_END:
			return true;
		default:
			return fail(f, FAIL_INPUT, "csv", "line %zu: %s", row.line, why.detail);
		}
	}
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_times(struct desk *desk)
{
	static const struct {
		const char *name;
		double share;
	} points[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};

	qsort(desk->took_us, desk->count, sizeof *desk->took_us, by_number);
	fprintf(stderr, "%zu attendees, candidates and decision:", desk->count);
	for (size_t i = 0; i < COUNT(points); i++)
		fprintf(stderr, " %s %.2f ms", points[i].name,
			(double)desk->took_us[(size_t)((double)(desk->count - 1) * points[i].share)] / 1000);
	fputc('\n', stderr);
}

bool match_stored(struct session *session, int argc, char **argv, struct fail *f)
{
	struct desk desk = {.db = session->db};
	struct arena each = {0}, *before;
	const char *path = NULL;
	bool done;

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &desk.workspace}, {"bookings", TEXT, true, &path}), f))
		return false;
	desk.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (desk.fd < 0)
		return fail(f, FAIL_INPUT, "unreadable", "could not open \"%.80s\": %s", path, strerror(errno));
	before = db_use_arena(session->db, &each);
	puts("booking_id,decision,lead_id,probability,candidates");
	done = decide_all(&desk, session->arena, &each, f);
	db_use_arena(session->db, before);
	arena_end(&each);
	close(desk.fd);
	if (done && desk.count)
		print_times(&desk);
	return done;
}

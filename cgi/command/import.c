/* import - `turnout import`: reads the file, and tells on the terminal what becomes of it. */
#include "work/import.h"

#include "base/arena.h"
#include "base/clock.h"
#include "command/command.h"
#include "work/import_line.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_LINES = 100 };

/* Where the file is read and its lines are complained of. */
struct desk {
	const char *path, *name;
	int fd;
	bool live; /* stderr is a terminal */
	size_t refused, remarked;
	int64_t began_us, told_us;
};

static bool open_file(struct desk *desk, struct fail *f)
{
	struct stat stat;

	desk->fd = strcmp(desk->path, "-") == 0 ? STDIN_FILENO : open(desk->path, O_RDONLY | O_CLOEXEC);
	if (desk->fd < 0 || fstat(desk->fd, &stat) != 0)
		return fail(f, FAIL_INPUT, "unreadable", "could not open \"%.80s\": %s", desk->path, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return fail(f, FAIL_INPUT, "directory", "\"%.80s\" is a directory, expected a file", desk->path);
	return true;
}

static bool read_file(void *from, char *into, size_t room, size_t *got, struct fail *f)
{
	const struct desk *desk = from;
	ssize_t length;

	do
		length = read(desk->fd, into, room);
	while (length < 0 && errno == EINTR);
	*got = length < 0 ? 0 : (size_t)length;
	return length >= 0
	       || fail(f, FAIL_INPUT, "unreadable", "could not read \"%.80s\": %s", desk->path, strerror(errno));
}

static void clear_progress(const struct desk *desk)
{
	if (desk->live)
		fputs("\r\033[K", stderr);
}

static void say(const struct desk *desk, size_t *said, size_t line, const char *sentence)
{
	if (++*said > SHOWN_LINES)
		return;
	clear_progress(desk);
	fprintf(stderr, "%s:%zu: %s\n", desk->name, line, sentence);
}

static void refused(void *context, size_t line, const char *why)
{
	struct desk *desk = context;

	say(desk, &desk->refused, line, why);
}

static void remarked(void *context, size_t line, const char *what)
{
	struct desk *desk = context;

	say(desk, &desk->remarked, line, what);
}

static void progress(void *context, const char *what, size_t lines)
{
	enum { LINES_PER_LOOK = 256 }; /* at the clock */
	struct desk *desk = context;
	bool reading = strcmp(what, "reading") == 0;
	int64_t now_us;

	if (!desk->live || (reading && lines % LINES_PER_LOOK != 0))
		return;
	now_us = clock_us();
	if (reading && now_us - desk->told_us < 500000)
		return;
	desk->told_us = now_us;
	fprintf(stderr, "\r%s: %zu lines, %.0f lines/s\033[K", what, lines,
		(double)lines / ((double)(now_us - desk->began_us) / 1e6 + 1e-9));
}

static void tell_unsaid(const struct desk *desk)
{
	clear_progress(desk);
	if (desk->refused > SHOWN_LINES)
		fprintf(stderr, "%s: %zu more lines were refused\n", desk->name, desk->refused - SHOWN_LINES);
	if (desk->remarked > SHOWN_LINES)
		fprintf(stderr, "%s: %zu more remarks\n", desk->name, desk->remarked - SHOWN_LINES);
}

static void print_counts(const char *what, int64_t all, int64_t made, int64_t changed)
{
	printf("%s: %" PRId64 " new, %" PRId64 " changed, %" PRId64 " unchanged\n", what, made, changed,
		all - made - changed);
}

static void print_result(enum import_kind kind, const struct import_result *r)
{
	if (kind == IMPORT_LEADS) {
		print_counts("leads", r->leads.leads, r->leads.made, r->leads.changed);
		print_counts("memberships", r->leads.members, r->leads.joined, r->leads.member_changed);
		printf("attendees linked: %" PRId64 "\n", r->leads.linked);
	} else {
		print_counts("campaigns", r->campaigns.campaigns, r->campaigns.made, r->campaigns.renamed);
		print_counts("days", r->campaigns.days, r->campaigns.day_made, r->campaigns.day_changed);
	}
	printf("%zu loaded, %zu lines refused\n", r->loaded, r->refused);
}

static bool import(struct session *session, enum import_kind kind, int argc, char **argv, struct fail *f)
{
	struct desk desk = {.live = isatty(STDERR_FILENO)};
	struct import_job job = {.kind = kind,
		.read = read_file,
		.from = &desk,
		.refused = refused,
		.remarked = remarked,
		.progress = progress,
		.context = &desk};
	struct import_result result = {0};
	bool done;

	if (!options_read(argc, argv,
		    OPTIONS({NULL, TEXT, true, &desk.path}, {"workspace", NUMBER, true, &job.workspace},
			    {"strict", FLAG, false, &job.strict}),
		    f)
		|| !open_file(&desk, f))
		return false;
	desk.name = desk.fd == STDIN_FILENO ? "stdin" : desk.path;
	desk.began_us = clock_us();
	done = import_run(session->arena, session->db, &job, &result, f);
	tell_unsaid(&desk);
	if (done && result.loaded == 0)
		fprintf(stderr, "%s: there is a header and no line below it\n", desk.name);
	if (done)
		print_result(kind, &result);
	else if (result.refused > 0)
		printf("0 loaded, %zu lines refused\n", result.refused);
	close(desk.fd);
	return done;
}

bool import_leads(struct session *session, int argc, char **argv, struct fail *f)
{
	return import(session, IMPORT_LEADS, argc, argv, f);
}

bool import_campaigns(struct session *session, int argc, char **argv, struct fail *f)
{
	return import(session, IMPORT_CAMPAIGNS, argc, argv, f);
}

static void print_columns(enum import_kind kind)
{
	struct arena arena = {0};

	printf("\ncolumns: %s\n", import_columns(&arena, kind));
	arena_end(&arena);
}

void import_leads_columns(void)
{
	print_columns(IMPORT_LEADS);
}

void import_campaigns_columns(void)
{
	print_columns(IMPORT_CAMPAIGNS);
}

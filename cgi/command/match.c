/* match - `turnout match`: decides over files, with the code that decides in the product, so that it can be measured.
 */
#include "domain/match.h"

#include "base/arena.h"
#include "base/clock.h"
#include "command/command.h"
#include "command/match_lines.h"
#include "domain/hash64.h"
#include "domain/lead_keys.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The columns of both files. */
enum {
	LEAD_ID,
	LEAD_WORKSPACE,
	LEAD_EMAIL,
	LEAD_FIRST,
	LEAD_LAST,
	LEAD_COMPANY,
	LEAD_TITLE,
	LEAD_PHONE,
	LEAD_WEBSITE,
	LEAD_CONTACTED,
	LEAD_CELLS
};
enum {
	BOOKING_ID,
	BOOKING_WORKSPACE,
	BOOKING_MADE,
	BOOKING_EMAIL,
	BOOKING_NAME,
	BOOKING_COMPANY,
	BOOKING_PHONE,
	BOOKING_NOTES,
	BOOKING_TIMEZONE,
	BOOKING_TITLE,
	BOOKING_CELLS
};

static_assert((int)LEAD_CELLS <= (int)LINE_CELLS && (int)BOOKING_CELLS <= (int)LINE_CELLS,
	"a line holds the cells of both files");

static const char *const lead_columns[LEAD_CELLS] = {"lead_id", "workspace_id", "email", "first_name", "last_name",
	"company", "title", "phone", "website", "last_contacted_at"};
static const char *const booking_columns[BOOKING_CELLS] = {
	"booking_id", "workspace_id", "created_at", "email", "name", "company", "phone", "notes", "timezone", "title"};

/* A key of a lead, or a name it is counted under, in its workspace. */
struct entry {
	uint64_t workspace, key;
	size_t lead;
};

struct index {
	struct entry *at;
	size_t count, room;
};

/* What is known of all leads. */
struct desk {
	struct arena *arena;
	struct lines leads, bookings;
	struct index keys, names, all; /* all: one entry per lead */
	bool live;                     /* stderr is a terminal */
	int64_t began_us, told_us;
};

/* --- What the database does otherwise: keys of leads, and the search by them */

static void add_entry(struct arena *arena, struct index *index, uint64_t workspace, uint64_t key, size_t lead)
{
	if (index->count == index->room) {
		struct entry *more =
			arena_alloc(arena, (index->room = index->room ? 2 * index->room : 4096) * sizeof *more);

		if (index->count > 0)
			memcpy(more, index->at, index->count * sizeof *more);
		index->at = more;
	}
	index->at[index->count++] = (struct entry){workspace, key, lead};
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->workspace != y->workspace)
		return x->workspace < y->workspace ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->lead > y->lead) - (x->lead < y->lead);
}

/* Leads may have no key at all. */
static void sort_index(struct index *index)
{
	if (index->count > 1)
		qsort(index->at, index->count, sizeof *index->at, by_key);
}

/* The first of the entries with this key, and how many there are. */
static size_t entries_of(const struct index *index, uint64_t workspace, uint64_t key, const struct entry **first)
{
	size_t low = 0, high = index->count, count = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_key(&index->at[middle], &(struct entry){workspace, key, 0}) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = index->at + low;
	while (low + count < index->count && (*first)[count].workspace == workspace && (*first)[count].key == key)
		count++;
	return count;
}

static uint64_t hash_of(const char *text)
{
	return hash64(text, strlen(text));
}

static uint64_t mailbox_entry(const struct person *person)
{
	return hash64_mixed(hash_of(person->address.mailbox_key) + 1);
}

static uint64_t name_entry(uint64_t name, bool last)
{
	return hash64_mixed(name + last);
}

static struct person lead_of(struct arena *arena, const struct line *line)
{
	return person_of_lead(arena, &(struct lead_facts){.email = line->cells[LEAD_EMAIL],
					     .first_name = line->cells[LEAD_FIRST],
					     .last_name = line->cells[LEAD_LAST],
					     .company = line->cells[LEAD_COMPANY],
					     .title = line->cells[LEAD_TITLE],
					     .phone = line->cells[LEAD_PHONE],
					     .website = line->cells[LEAD_WEBSITE]});
}

static void index_lead(struct desk *desk, struct arena *scratch, size_t row)
{
	const struct line *line = &desk->leads.at[row];
	struct person lead = lead_of(scratch, line);
	uint64_t workspace = hash_of(line->cells[LEAD_WORKSPACE]), keys[LEAD_KEYS];
	struct counted_name names[PERSON_NAMES];
	size_t count = lead_keys(&lead, keys);

	for (size_t i = 0; i < count; i++)
		add_entry(desk->arena, &desk->keys, workspace, keys[i], row);
	if (lead.address.email_key)
		add_entry(desk->arena, &desk->keys, workspace, mailbox_entry(&lead), row);
	count = person_counted_names(&lead, names);
	for (size_t i = 0; i < count; i++)
		add_entry(desk->arena, &desk->names, workspace, name_entry(names[i].name, names[i].last), row);
	add_entry(desk->arena, &desk->all, workspace, 0, row);
}

static int by_lead_id(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->cells[LEAD_ID], y->cells[LEAD_ID]);

	for (size_t c = 0; order == 0 && c < LEAD_CELLS; c++)
		order = strcmp(x->cells[c], y->cells[c]);
	return order;
}

struct hit {
	size_t lead, keys;
};

static int by_hits(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->keys != y->keys ? (x->keys < y->keys) - (x->keys > y->keys)
				  : (x->lead > y->lead) - (x->lead < y->lead);
}

static int by_lead(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return (x->lead > y->lead) - (x->lead < y->lead);
}

static size_t add_hits(struct hit *hits, size_t count, const struct entry *entries, size_t found)
{
	for (size_t i = 0; i < found && i < LEAD_KEYS_PER_KEY; i++)
		hits[count++] = (struct hit){entries[i].lead, 1};
	return count;
}

static size_t add_up(struct hit *hits, size_t count)
{
	size_t to = 0;

	qsort(hits, count, sizeof *hits, by_lead);
	for (size_t i = 0; i < count; i++)
		if (to > 0 && hits[to - 1].lead == hits[i].lead)
			hits[to - 1].keys += hits[i].keys;
		else
			hits[to++] = hits[i];
	qsort(hits, to, sizeof *hits, by_hits);
	return to;
}

/* As the statement in the database does it: so many of each key, those with most keys first. */
static size_t find_leads(
	const struct desk *desk, uint64_t workspace, const struct person *attendee, struct hit *hits, size_t most)
{
	uint64_t keys[ATTENDEE_KEYS];
	size_t wanted = attendee_keys(attendee, keys), count = 0, found;
	const struct entry *first;

	for (size_t i = 0; i < wanted; i++) {
		found = entries_of(&desk->keys, workspace, keys[i], &first);
		count = add_hits(hits, count, first, found);
	}
	if (count > 1)
		count = add_up(hits, count);
	count = count < most ? count : most;
	if (attendee->address.email_key) {
		found = entries_of(&desk->keys, workspace, mailbox_entry(attendee), &first);
		for (size_t i = 0; i < found && i < LEAD_KEYS_PER_KEY; i++) {
			size_t k = 0;

			while (k < count && hits[k].lead != first[i].lead)
				k++;
			if (k == count)
				hits[count++] = (struct hit){first[i].lead, 1};
		}
	}
	return count;
}

static struct population population_of(
	struct arena *arena, const struct desk *desk, uint64_t workspace, const struct person *attendee)
{
	uint64_t names[PERSON_NAMES];
	size_t count = person_names(attendee, names);
	struct name_count *counts = arena_alloc(arena, (count + 1) * sizeof *counts);
	const struct entry *first;

	for (size_t i = 0; i < count; i++)
		counts[i] = (struct name_count){.name = names[i],
			.first = (int64_t)entries_of(&desk->names, workspace, name_entry(names[i], false), &first),
			.last = (int64_t)entries_of(&desk->names, workspace, name_entry(names[i], true), &first)};
	return (struct population){(int64_t)entries_of(&desk->all, workspace, 0, &first), counts, count};
}

/* --- A booking */

/* Also a day alone, and a time without seconds, as spreadsheets write them. */
static bool moment_of(const char *text, struct instant *at)
{
	char whole[40];
	size_t length = strlen(text);

	if (date_is_valid(text))
		snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
	else if (length > 16 && length < 30 && text[16] != ':')
		snprintf(whole, sizeof whole, "%.16s:00%s", text, text + 16);
	else
		snprintf(whole, sizeof whole, "%s", text);
	return instant_from_rfc3339(whole, strlen(whole), at);
}

static struct person attendee_of(struct arena *arena, const struct line *line)
{
	return person_of_attendee(arena, &(struct attendee_facts){.email = line->cells[BOOKING_EMAIL],
						 .name = line->cells[BOOKING_NAME],
						 .company = line->cells[BOOKING_COMPANY],
						 .phone = line->cells[BOOKING_PHONE],
						 .timezone = line->cells[BOOKING_TIMEZONE],
						 .notes = line->cells[BOOKING_NOTES],
						 .title = line->cells[BOOKING_TITLE]});
}

static struct match_candidate candidate_of(struct arena *arena, const struct line *line)
{
	struct person *person = arena_alloc(arena, sizeof *person);
	struct match_candidate candidate = {.person = person, .id = line->cells[LEAD_ID]};

	*person = lead_of(arena, line);
	candidate.contacted = moment_of(line->cells[LEAD_CONTACTED], &candidate.contacted_at);
	return candidate;
}

static void print_cell(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void print_answer(
	FILE *out, const struct line *booking, const struct match *match, const struct match_candidate *of)
{
	static const char *const names[] = {[MATCH_NONE] = "none", [MATCH_REVIEW] = "review", [MATCH_LINK] = "link"};

	print_cell(out, booking->cells[BOOKING_ID]);
	fprintf(out, ",%s,", names[match->outcome]);
	if (match->count > 0) {
		print_cell(out, of[match->best[0].candidate].id);
		fprintf(out, ",%.4f,", match->best[0].probability);
	} else {
		fputs(",,", out);
	}
	for (size_t i = 0; i < match->count; i++) {
		fputs(i > 0 ? ";" : "", out);
		print_cell(out, of[match->best[i].candidate].id);
	}
	putc('\n', out);
}

static void decide(struct desk *desk, struct arena *scratch, const struct line *booking, FILE *out)
{
	enum { HITS = ATTENDEE_KEYS * LEAD_KEYS_PER_KEY + LEAD_KEYS_PER_KEY };
	struct hit *hits = arena_alloc(scratch, HITS * sizeof *hits);
	struct match_candidate *candidates = arena_alloc(scratch, HITS * sizeof *candidates);
	uint64_t workspace = hash_of(booking->cells[BOOKING_WORKSPACE]);
	struct person attendee = attendee_of(scratch, booking);
	struct match_question question = {.attendee = &attendee, .candidates = candidates};
	struct match match;

	if (!moment_of(booking->cells[BOOKING_MADE], &question.booked_at))
		question.booked_at = (struct instant){INT64_MAX};
	question.count = find_leads(desk, workspace, &attendee, hits, LEAD_CANDIDATES);
	for (size_t i = 0; i < question.count; i++)
		candidates[i] = candidate_of(scratch, &desk->leads.at[hits[i].lead]);
	question.population = population_of(scratch, desk, workspace, &attendee);
	match = match_attendee(scratch, &question);
	print_answer(out, booking, &match, candidates);
}

/* --- The command */

static void progress(struct desk *desk, const char *what, size_t done, size_t all)
{
	enum { LINES_PER_LOOK = 64 }; /* at the clock */
	int64_t now_us;

	if (!desk->live || done % LINES_PER_LOOK != 0)
		return;
	now_us = clock_us();
	if (now_us - desk->told_us < 200000)
		return;
	desk->told_us = now_us;
	fprintf(stderr, "\r%s: %zu of %zu, %.0f/s\033[K", what, done, all,
		(double)done / ((double)(now_us - desk->began_us) / 1e6 + 1e-9));
}

static void begin(struct desk *desk)
{
	desk->began_us = clock_us();
}

static void index_leads(struct desk *desk)
{
	struct arena scratch = {0};

	begin(desk);
	/* Equal for every order of the file. */
	if (desk->leads.count > 1)
		qsort(desk->leads.at, desk->leads.count, sizeof *desk->leads.at, by_lead_id);
	for (size_t i = 0; i < desk->leads.count; i++) {
		index_lead(desk, &scratch, i);
		arena_empty(&scratch);
		progress(desk, "reading leads", i, desk->leads.count);
	}
	arena_end(&scratch);
	sort_index(&desk->keys);
	sort_index(&desk->names);
	sort_index(&desk->all);
}

static bool answer(struct desk *desk, const char *path, struct fail *f)
{
	struct arena scratch = {0};
	FILE *out = fopen(path, "w");
	bool whole;

	if (!out)
		return fail(f, FAIL_INPUT, "unwritable", "could not open \"%.80s\": %s", path, strerror(errno));
	begin(desk);
	fputs("booking_id,decision,lead_id,probability,candidates\n", out);
	for (size_t i = 0; i < desk->bookings.count; i++) {
		decide(desk, &scratch, &desk->bookings.at[i], out);
		arena_empty(&scratch);
		progress(desk, "matching", i, desk->bookings.count);
	}
	arena_end(&scratch);
	whole = !ferror(out);
	whole = fclose(out) == 0 && whole;
	return whole || fail(f, FAIL_INPUT, "unwritable", "could not write \"%.80s\": %s", path, strerror(errno));
}

bool match_files(struct session *session, int argc, char **argv, struct fail *f)
{
	struct desk desk = {.arena = session->arena, .live = isatty(STDERR_FILENO)};
	const char *leads = NULL, *bookings = NULL, *out = NULL;
	bool done;

	if (!options_read(argc, argv,
		    OPTIONS({"leads", TEXT, true, &leads}, {"bookings", TEXT, true, &bookings},
			    {"out", TEXT, true, &out}),
		    f)
		|| !lines_read(desk.arena, leads, lead_columns, LEAD_CELLS, &desk.leads, f)
		|| !lines_read(desk.arena, bookings, booking_columns, BOOKING_CELLS, &desk.bookings, f))
		return false;
	index_leads(&desk);
	done = answer(&desk, out, f);
	if (desk.live)
		fputs("\r\033[K", stderr);
	if (done)
		fprintf(stderr, "%zu bookings, %zu leads, model %s\n", desk.bookings.count, desk.leads.count,
			match_model);
	return done;
}

/* match - which lead is this attendee? Candidates in, a ranked decision out. */
#include "domain/match.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/evidence_words.h"
#include "domain/name_evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char match_model[] = "a1";

static const double link_from = 0.96, review_from = 0.03, show_from = 0.003;

/* Rows that are one person have the same `leader`. */
struct rows {
	const struct match_question *question;
	size_t *leader;
	struct evidence *evidence;
};

/* A person among the candidates. */
struct someone {
	size_t likest, credited; /* rows */
	double score;
	const char *id; /* the first of the rows', for order */
};

struct people {
	struct someone *at;
	size_t count;
};

/* --- Rows of one person */

static int by_id(const char *a, const char *b)
{
	size_t x = strlen(a), y = strlen(b);

	return x != y ? (x > y) - (x < y) : strcmp(a, b);
}

static bool same_company(const struct person *a, const struct person *b)
{
	if (company_compare(&a->company, &b->company) == COMPANY_SAME)
		return true;
	for (size_t i = 0; i < a->domain_count; i++) {
		if (company_compare_domain(&b->company, &a->domains[i]) == COMPANY_SAME)
			return true;
		for (size_t k = 0; k < b->domain_count; k++)
			if (strcmp(a->domains[i].name, b->domains[k].name) == 0)
				return true;
	}
	for (size_t k = 0; k < b->domain_count; k++)
		if (company_compare_domain(&a->company, &b->domains[k]) == COMPANY_SAME)
			return true;
	return false;
}

static bool same_mailbox(const struct person *a, const struct person *b)
{
	return a->address.email_key && b->address.email_key
	       && strcmp(a->address.mailbox_key, b->address.mailbox_key) == 0;
}

static bool same_job(const struct person *a, const struct person *b)
{
	return (a->phone_count == 0 || b->phone_count == 0) && a->title.length > 0 && a->title.hash == b->title.hash;
}

/* People of one name in one company are told apart by their numbers and by what they do; without either they may be
 * two, and the reviewer sees both. Names come last: every pair is asked, and comparing names costs most. */
static bool same_person(const struct person *a, const struct person *b)
{
	bool mailbox = same_mailbox(a, b), phone = evidence_same_phone(a, b), job = same_job(a, b);

	if (!mailbox && !phone && !(job && same_company(a, b)))
		return false;
	switch (names_compare(&a->name, &b->name)) {
	case NAMES_SAME:
		return true;
	case NAMES_COMPATIBLE:
		return mailbox && !a->address.shared;
	default:
		return false;
	}
}

static size_t leader_of(size_t *leader, size_t row)
{
	while (leader[row] != row)
		row = leader[row] = leader[leader[row]];
	return row;
}

static void join_rows(struct rows *rows)
{
	const struct match_question *q = rows->question;

	for (size_t i = 0; i < q->count; i++)
		rows->leader[i] = i;
	for (size_t i = 0; i < q->count; i++)
		for (size_t k = i + 1; k < q->count; k++) {
			size_t a = leader_of(rows->leader, i), b = leader_of(rows->leader, k);

			if (a != b && same_person(q->candidates[i].person, q->candidates[k].person))
				rows->leader[b] = a;
		}
	for (size_t i = 0; i < q->count; i++)
		rows->leader[i] = leader_of(rows->leader, i);
}

/* --- Evidence */

/* The same number with another person: a switchboard. */
static bool phone_is_shared(const struct rows *rows, size_t row)
{
	const struct match_question *q = rows->question;

	if (!evidence_same_phone(q->attendee, q->candidates[row].person))
		return false;
	for (size_t i = 0; i < q->count; i++)
		if (rows->leader[i] != rows->leader[row]
			&& evidence_same_phone(q->candidates[i].person, q->candidates[row].person))
			return true;
	return false;
}

static void weigh(struct rows *rows)
{
	const struct match_question *q = rows->question;

	for (size_t i = 0; i < q->count; i++) {
		const struct match_candidate *row = &q->candidates[i];
		struct circumstances about = {.phone_shared = phone_is_shared(rows, i),
			.contacted = row->contacted,
			.contact_age_s = row->contacted ? (q->booked_at.us - row->contacted_at.us) / 1000000 : 0};

		rows->evidence[i] = evidence_weigh(q->attendee, row->person, &about, &q->population);
	}
}

/* --- Persons */

/* Before the booking the latest; then those never contacted; then the earliest behind it. */
static int contact_rank(const struct match_candidate *row, struct instant booked_at)
{
	return !row->contacted ? 1 : before(booked_at, row->contacted_at) ? 0 : 2;
}

static bool is_better_credit(const struct match_candidate *a, const struct match_candidate *b, struct instant booked_at)
{
	int x = contact_rank(a, booked_at), y = contact_rank(b, booked_at);

	if (x != y)
		return x > y;
	if (x != 1 && a->contacted_at.us != b->contacted_at.us)
		return (x == 2) == before(b->contacted_at, a->contacted_at);
	return by_id(a->id, b->id) < 0;
}

static bool is_liker(const struct rows *rows, size_t a, size_t b)
{
	if (rows->evidence[a].score != rows->evidence[b].score)
		return rows->evidence[a].score > rows->evidence[b].score;
	return by_id(rows->question->candidates[a].id, rows->question->candidates[b].id) < 0;
}

static int by_score(const void *a, const void *b)
{
	const struct someone *x = a, *y = b;

	return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : by_id(x->id, y->id);
}

typedef bool row_test(const struct rows *, size_t row);

/* Persons with a row that passes, the likest first. Credited may be any of their rows. */
static struct people people_of(struct arena *arena, const struct rows *rows, row_test *passes)
{
	const struct match_question *q = rows->question;
	struct people people = {.at = arena_alloc(arena, (q->count + 1) * sizeof *people.at)};

	for (size_t i = 0; i < q->count; i++) {
		struct someone *someone = people.at;

		if (!passes(rows, i))
			continue;
		while (someone < people.at + people.count && rows->leader[someone->likest] != rows->leader[i])
			someone++;
		if (someone == people.at + people.count)
			*(people.at + people.count++) =
				(struct someone){.likest = i, .credited = i, .id = q->candidates[i].id};
		if (is_liker(rows, i, someone->likest))
			someone->likest = i;
		if (by_id(q->candidates[i].id, someone->id) < 0)
			someone->id = q->candidates[i].id;
	}
	for (size_t p = 0; p < people.count; p++) {
		struct someone *someone = &people.at[p];

		someone->score = rows->evidence[someone->likest].score;
		for (size_t i = 0; i < q->count; i++)
			if (rows->leader[i] == rows->leader[someone->likest]
				&& is_better_credit(&q->candidates[i], &q->candidates[someone->credited], q->booked_at))
				someone->credited = i;
	}
	if (people.count > 1)
		qsort(people.at, people.count, sizeof *people.at, by_score);
	return people;
}

/* --- The answer */

static const char *const first_words[] = {[MATCH_BY_NOTHING] = "",
	[MATCH_SAME_ADDRESS] = "address same",
	[MATCH_SAME_MAILBOX] = "another spelling of the same mailbox",
	[MATCH_LIKELY_PERSON] = ""};

static void rank(struct arena *arena, struct match *match, const struct rows *rows, const struct someone *someone,
	double probability)
{
	const struct match_question *q = rows->question;

	if (match->count == MATCH_BEST)
		return;
	match->best[match->count++] = (struct match_ranked){.candidate = someone->credited,
		.probability = probability,
		.evidence = rows->evidence[someone->likest],
		.because = evidence_in_words(arena, first_words[match->method], &rows->evidence[someone->likest],
			q->attendee, q->candidates[someone->likest].person)};
}

static double sum_of_others(const struct people *people, size_t but, double top)
{
	double sum = exp(-top);

	for (size_t i = 0; i < people->count; i++)
		sum += i == but ? 0 : exp(people->at[i].score - top);
	return sum;
}

/* --- Steps 2 to 4: the address is a lead's */

static bool has_address(const struct rows *rows, size_t row)
{
	const struct person *attendee = rows->question->attendee, *lead = rows->question->candidates[row].person;

	return attendee->address.email_key && lead->address.email_key
	       && strcmp(attendee->address.email_key, lead->address.email_key) == 0;
}

static bool has_mailbox(const struct rows *rows, size_t row)
{
	return same_mailbox(rows->question->attendee, rows->question->candidates[row].person);
}

static bool name_fits(const struct evidence *evidence)
{
	return evidence_has(evidence, BOTH_NAMES_AGREE);
}

/* One person has the address: it is he, whatever the name says. Of several the name decides, or nobody here does. */
static struct match by_address(
	struct arena *arena, const struct rows *rows, const struct people *people, enum match_method method)
{
	struct match match = {.method = method};
	size_t fitting = 0, at = 0;

	for (size_t i = 0; i < people->count; i++)
		if (name_fits(&rows->evidence[people->at[i].likest])) {
			fitting++;
			at = i;
		}
	if (people->count == 1 || fitting == 1) {
		bool sure = people->count == 1 && fitting == 1;

		match.outcome = MATCH_LINK;
		rank(arena, &match, rows, &people->at[at], sure ? 0.999 : 0.99);
		match.margin = match.best[0].probability;
		return match;
	}
	match.outcome = MATCH_REVIEW;
	for (size_t i = 0; i < people->count; i++)
		rank(arena, &match, rows, &people->at[i], 1 / (1 + sum_of_others(people, i, people->at[i].score)));
	match.margin = match.best[0].probability - match.best[1].probability;
	return match;
}

/* --- Step 5: a likely person */

/* Second logistic regression, on what was observed on the labelled set; halves of it say 1.27 and 1.60. */
static double calibrated(double logit)
{
	static const double constant = 0.11, of_logit = 1.33;

	return 1 / (1 + exp(-(constant + of_logit * logit)));
}

/* What no sum of weights may link. Each is a law with a test. */
static bool may_link(const struct evidence *e)
{
	bool first = evidence_has(e, FIRST_EXACT) || evidence_has(e, FIRST_PART) || evidence_has(e, FIRST_NICKNAME)
		     || evidence_has(e, FIRST_EDIT) || evidence_has(e, FIRST_EDIT_KNOWN)
		     || evidence_has(e, FIRST_PREFIX);
	bool last = evidence_has(e, LAST_EXACT) || evidence_has(e, LAST_PART) || evidence_has(e, LAST_EDIT)
		    || evidence_has(e, LAST_EDIT_KNOWN);
	bool initial = evidence_has(e, FIRST_INITIAL) || evidence_has(e, LAST_INITIAL);
	bool reached = evidence_has(e, PHONE_SAME) || evidence_has(e, LOCAL_NEAR_DOMAIN) || evidence_has(e, LOCAL_SAME)
		       || evidence_has(e, LAST_IN_LOCAL);
	bool elsewhere = evidence_has(e, COMPANY_DIFFERENT) || evidence_has(e, COMPANY_DIFFERENT_DOMAIN);

	/* Son, wife, colleague. */
	if (evidence_has(e, FIRST_DIFFERENT) || evidence_has(e, FIRST_OTHER_FORM))
		return false;
	if (elsewhere && !evidence_has(e, PHONE_SAME))
		return false;
	return (first && last) || ((first || last) && (initial || reached));
}

static bool everybody(const struct rows *rows, size_t row)
{
	(void)rows, (void)row;
	return true;
}

/* "John Doe" may be called so; "asdf" is not. */
static bool is_called_so(const struct rows *rows, size_t row)
{
	return evidence_has(&rows->evidence[row], BOTH_NAMES_EXACT);
}

static struct match by_likeness(struct arena *arena, const struct rows *rows, const struct people *people)
{
	struct match match = {.method = MATCH_LIKELY_PERSON};
	double first, others, others_scale;

	if (people->count == 0)
		return (struct match){0};
	others = sum_of_others(people, 0, people->at[0].score);
	first = calibrated(-log(others));
	if (first < review_from)
		return (struct match){0};
	others_scale = (1 - first) * (1 + others) / others; /* so that all of them still add up */
	for (size_t i = 0; i < people->count; i++) {
		double p = others_scale / (1 + sum_of_others(people, i, people->at[i].score));

		p = i == 0 || p > first ? first : p;
		if (p >= show_from)
			rank(arena, &match, rows, &people->at[i], p);
	}
	match.margin = first - (match.count > 1 ? match.best[1].probability : 0);
	match.outcome = first >= link_from && may_link(&match.best[0].evidence) ? MATCH_LINK : MATCH_REVIEW;
	if (match.outcome == MATCH_LINK)
		match.count = 1;
	return match;
}

struct match match_attendee(struct arena *arena, const struct match_question *question)
{
	struct rows rows = {.question = question,
		.leader = arena_alloc(arena, (question->count + 1) * sizeof *rows.leader),
		.evidence = arena_alloc(arena, (question->count + 1) * sizeof *rows.evidence)};
	const struct name *name = &question->attendee->name;
	struct people people;

	join_rows(&rows);
	weigh(&rows);
	people = people_of(arena, &rows, has_address);
	if (people.count > 0)
		return by_address(arena, &rows, &people, MATCH_SAME_ADDRESS);
	people = people_of(arena, &rows, has_mailbox);
	if (people.count > 0)
		return by_address(arena, &rows, &people, MATCH_SAME_MAILBOX);
	if (name->count == 0)
		return (struct match){0};
	people = people_of(arena, &rows, name->placeholder ? is_called_so : everybody);
	return by_likeness(arena, &rows, &people);
}

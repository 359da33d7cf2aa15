/* match - every rule of matching has a case, and nobody is linked by guess, whatever the order of the candidates. */
#include "domain/match.h"

#include "base/arena.h"
#include "base/scope.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"
#include "match_cases.h"

static struct instant day(const char *text)
{
	char moment[40];
	struct instant at = {0};

	snprintf(moment, sizeof moment, "%sT00:00:00Z", text);
	if (!instant_from_rfc3339(moment, strlen(moment), &at))
		abort();
	return at;
}

static size_t candidates_of(struct arena *arena, const struct lead *leads, struct match_candidate *into)
{
	size_t count = 0;

	for (; count < LEADS && leads[count].id; count++) {
		struct person *person = arena_alloc(arena, sizeof *person);

		*person = person_of_lead(arena, &leads[count].facts);
		into[count] = (struct match_candidate){.person = person, .id = leads[count].id};
		if ((into[count].contacted = leads[count].contacted != NULL))
			into[count].contacted_at = day(leads[count].contacted);
	}
	return count;
}

static struct match decide(
	struct arena *arena, const struct attendee_facts *facts, const struct match_candidate *candidates, size_t count)
{
	struct person attendee = person_of_attendee(arena, facts);

	return match_attendee(arena, &(struct match_question){.attendee = &attendee,
					     .booked_at = day("2026-03-03"),
					     .candidates = candidates,
					     .count = count,
					     .population = {.leads = 16000}});
}

static bool as_expected(const struct case_row *row, const struct match *match, const struct match_candidate *candidates)
{
	if (row->outcome == NOT_LINKED ? match->outcome == MATCH_LINK : (int)match->outcome != row->outcome)
		return false;
	if (row->shown > 0 && match->count != row->shown)
		return false;
	return !row->best || (match->count > 0 && strcmp(candidates[match->best[0].candidate].id, row->best) == 0);
}

static void tell(const struct match *match, const struct match_candidate *candidates)
{
	static const char *const names[] = {[MATCH_NONE] = "none", [MATCH_REVIEW] = "review", [MATCH_LINK] = "link"};

	printf("# got %s\n", names[match->outcome]);
	for (size_t i = 0; i < match->count; i++)
		printf("# %s %.4f %s\n", candidates[match->best[i].candidate].id, match->best[i].probability,
			match->best[i].because);
}

static void cases_hold(void)
{
	struct arena arena = {0};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct match_candidate candidates[LEADS];
		size_t count = candidates_of(&arena, cases[i].leads, candidates);
		struct match match = decide(&arena, &cases[i].attendee, candidates, count);

		if (!ok(as_expected(&cases[i], &match, candidates), cases[i].what))
			tell(&match, candidates);
	}
	arena_end(&arena);
}

/* --- Laws */

static bool same_answer(const struct match *a, const struct match_candidate *of_a, const struct match *b,
	const struct match_candidate *of_b)
{
	bool same = a->outcome == b->outcome && a->method == b->method && a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(of_a[a->best[i].candidate].id, of_b[b->best[i].candidate].id) == 0
		       && fabs(a->best[i].probability - b->best[i].probability) < 1e-9
		       && strcmp(a->best[i].because, b->best[i].because) == 0;
	return same;
}

/* All orders of up to five, by Heap's way. */
static bool any_order(struct arena *arena, const struct attendee_facts *facts, struct match_candidate *shuffled,
	size_t count, size_t of, const struct match *expected, const struct match_candidate *candidates)
{
	if (count <= 1) {
		struct match match = decide(arena, facts, shuffled, of);

		return same_answer(expected, candidates, &match, shuffled);
	}
	for (size_t i = 0; i < count; i++) {
		struct match_candidate kept;
		size_t other = count % 2 ? 0 : i;

		if (!any_order(arena, facts, shuffled, count - 1, of, expected, candidates))
			return false;
		kept = shuffled[other];
		shuffled[other] = shuffled[count - 1];
		shuffled[count - 1] = kept;
	}
	return true;
}

static void order_does_not_matter(void)
{
	struct arena arena = {0};
	bool holds = true, adds_up = true, sorted = true, worded = true;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct match_candidate candidates[LEADS], shuffled[LEADS];
		size_t count = candidates_of(&arena, cases[i].leads, candidates);
		struct match match = decide(&arena, &cases[i].attendee, candidates, count);
		double sum = 0;

		memcpy(shuffled, candidates, sizeof shuffled);
		holds = holds && any_order(&arena, &cases[i].attendee, shuffled, count, count, &match, candidates);
		for (size_t k = 0; k < match.count; k++) {
			sum += match.best[k].probability;
			sorted = sorted && (k == 0 || match.best[k - 1].probability >= match.best[k].probability);
			worded = worded && *match.best[k].because;
		}
		adds_up = adds_up && sum <= 1 + 1e-9;
	}
	ok(holds, "any order of the candidates gives the same answer");
	ok(adds_up, "probabilities of an answer are no more than certainty");
	ok(sorted, "the likeliest stands first");
	ok(worded, "every candidate shown has its reasons");
	arena_end(&arena);
}

static void equals_are_ordered_by_id(void)
{
	static const struct lead twins[] = {
		{.id = "20",
			.facts = {.email = "hz@rocketworks.com", .first_name = "Hildegard", .last_name = "Zwicky"}},
		{.id = "3", .facts = {.email = "hz@ironpeak.com", .first_name = "Hildegard", .last_name = "Zwicky"}},
		{.id = "100", .facts = {.email = "hz@bluebay.com", .first_name = "Hildegard", .last_name = "Zwicky"}},
		{0}};
	struct arena arena = {0};
	struct match_candidate candidates[LEADS];
	size_t count = candidates_of(&arena, twins, candidates);
	struct match match = decide(&arena,
		&(struct attendee_facts){.email = "x1@gmail.com", .name = "Hildegard Zwicky"}, candidates, count);

	ok(match.count == 3 && strcmp(candidates[match.best[0].candidate].id, "3") == 0
			&& strcmp(candidates[match.best[1].candidate].id, "20") == 0
			&& strcmp(candidates[match.best[2].candidate].id, "100") == 0,
		"equal candidates stand in the order of their numbers");
	ok(match.outcome == MATCH_REVIEW && match.best[0].probability < 0.6 && match.margin < 1e-9,
		"and none of them is likely");
	arena_end(&arena);
}

/* As many others as a search gives change nothing about the one who fits. */
static void strangers_do_not_matter(void)
{
	enum { STRANGERS = 99 };
	struct arena arena = {0};
	struct match_candidate *candidates = arena_alloc(&arena, (STRANGERS + 1) * sizeof *candidates);
	struct person *people = arena_alloc(&arena, (STRANGERS + 1) * sizeof *people);
	struct match match;

	for (size_t i = 0; i <= STRANGERS; i++) {
		const char *name = arena_print(&arena, "%c%c%c%c", (int)('a' + i % 26), "aeiou"[i % 5],
			(int)('b' + i / 26), "aeiou"[i / 5 % 5]);

		people[i] = person_of_lead(
			&arena, i == 50 ? &(struct lead_facts){.email = "h.zwicky@rocketworks.com",
					.first_name = "Hildegard",
					.last_name = "Zwicky",
					.company = "Rocket Works"}
					: &(struct lead_facts){.email = arena_print(&arena, "%s@rocketworks.com", name),
						.first_name = name,
						.last_name = arena_print(&arena, "%sson", name),
						.company = "Rocket Works"});
		candidates[i] = (struct match_candidate){.person = &people[i], .id = arena_print(&arena, "%zu", i)};
	}
	match = decide(&arena,
		&(struct attendee_facts){
			.email = "hz1@gmail.com", .name = "Hildegard Zwicky", .company = "Rocket Works"},
		candidates, STRANGERS + 1);
	ok(match.outcome == MATCH_LINK && match.best[0].candidate == 50, "one among a hundred colleagues is found");
	arena_end(&arena);
}

/* The same person, asked among more and more leads called so. */
static void common_names_are_worth_less(void)
{
	static const struct lead_facts lead = {
		.email = "h@rocketworks.com", .first_name = "Hildegard", .last_name = "Zwicky"};
	struct arena arena = {0};
	struct person person = person_of_lead(&arena, &lead);
	struct person attendee = person_of_attendee(
		&arena, &(struct attendee_facts){.email = "x1@gmail.com", .name = "Hildegard Zwicky"});
	struct match_candidate candidate = {.person = &person, .id = "1"};
	uint64_t names[PERSON_NAMES];
	size_t count = person_names(&attendee, names);
	struct name_count counts[PERSON_NAMES];
	double before = 1;
	bool falls = true;

	for (int64_t called_so = 0; called_so <= 2000; called_so = called_so ? called_so * 10 : 2) {
		struct match match;

		for (size_t i = 0; i < count; i++)
			counts[i] = (struct name_count){names[i], called_so, called_so};
		match = match_attendee(&arena, &(struct match_question){.attendee = &attendee,
						       .candidates = &candidate,
						       .count = 1,
						       .population = {16000, counts, count}});
		falls = falls && (match.count == 0 || match.best[0].probability < before);
		before = match.count > 0 ? match.best[0].probability : before;
	}
	ok(falls, "the more leads are called so, the less a name alone is worth");
	arena_end(&arena);
}

int main(void)
{
	cases_hold();
	order_does_not_matter();
	equals_are_ordered_by_id();
	strangers_do_not_matter();
	common_names_are_worth_less();
	return done_testing();
}

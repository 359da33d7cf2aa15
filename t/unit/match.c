/* match - every rule of matching has a case, and nobody is linked by guess, whatever the order of the candidates. */
#include "domain/match.h"

#include "base/arena.h"
#include "base/scope.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

enum { LEADS = 5 };

/* What a case may ask for beside an outcome: the reviewer may see it, the system does not decide. */
enum { NOT_LINKED = -1 };

struct lead {
	const char *id;
	struct lead_facts facts;
	const char *contacted; /* a day; NULL: unknown */
};

static const struct case_row {
	const char *what;
	struct attendee_facts attendee;
	struct lead leads[LEADS];
	int outcome;
	const char *best; /* lead; NULL: none, or whichever */
	size_t shown;     /* 0: does not matter */
} cases[] = {
	/* --- By address */
	{"the same address is the lead, whatever the name", {.email = "ann@acme.test", .name = "Office of Mr. Lee"},
		{{.id = "1", .facts = {.email = "Ann@Acme.test", .first_name = "Ann", .last_name = "Lee"}}}, MATCH_LINK,
		"1", 1},
	{"the same address without any name", {.email = "ann@acme.test"},
		{{.id = "1", .facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"}}}, MATCH_LINK,
		"1", 1},
	{"a plus tag is the same mailbox", {.email = "ann+cal@acme.test", .name = "Ann"},
		{{.id = "1", .facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"}}}, MATCH_LINK,
		"1", 1},
	{"dots do not count at Gmail", {.email = "an.n.lee@googlemail.com", .name = "x"},
		{{.id = "1", .facts = {.email = "annlee@gmail.com", .first_name = "Ann", .last_name = "Lee"}}},
		MATCH_LINK, "1", 1},
	{"dots do count elsewhere", {.email = "a.nnlee@outlook.com"},
		{{.id = "1", .facts = {.email = "annlee@outlook.com", .first_name = "Ann", .last_name = "Lee"}}},
		MATCH_NONE, NULL, 0},
	{"the exact address beats the same mailbox", {.email = "ann+one@acme.test", .name = "Ann Lee"},
		{{.id = "1",
			 .facts = {.email = "ann@acme.test",
				 .first_name = "Ann",
				 .last_name = "Lee",
				 .phone = "+1 555 010 2030"}},
			{.id = "2",
				.facts = {.email = "ann+one@acme.test",
					.first_name = "Bob",
					.last_name = "Ray",
					.phone = "+1 555 010 7788"}}},
		MATCH_LINK, "2", 1},
	{"the exact address beats the likeliest person",
		{.email = "boss@acme.test", .name = "Hildegard Zwicky", .company = "Acme Rockets"},
		{{.id = "1",
			 .facts = {.email = "h.zwicky@acme.test",
				 .first_name = "Hildegard",
				 .last_name = "Zwicky",
				 .company = "Acme Rockets"}},
			{.id = "2",
				.facts = {.email = "boss@acme.test",
					.first_name = "Otto",
					.last_name = "Brandt",
					.company = "Acme Rockets"}}},
		MATCH_LINK, "2", 1},
	{"info@ of one lead is that lead", {.email = "info@acme.test", .name = "Somebody Else"},
		{{.id = "1", .facts = {.email = "info@acme.test", .first_name = "Ann", .last_name = "Lee"}}},
		MATCH_LINK, "1", 1},
	{"info@ of two named leads: the name decides", {.email = "info@acme.test", .name = "Bob Ray"},
		{{.id = "1", .facts = {.email = "info@acme.test", .first_name = "Ann", .last_name = "Lee"}},
			{.id = "2", .facts = {.email = "info@acme.test", .first_name = "Bob", .last_name = "Ray"}}},
		MATCH_LINK, "2", 1},
	{"info@ of two named leads, and a third name: both go to the reviewer",
		{.email = "info@acme.test", .name = "Carl Zorn"},
		{{.id = "1", .facts = {.email = "info@acme.test", .first_name = "Ann", .last_name = "Lee"}},
			{.id = "2", .facts = {.email = "info@acme.test", .first_name = "Bob", .last_name = "Ray"}}},
		MATCH_REVIEW, NULL, 2},
	{"info@ of two named leads without a name: both go to the reviewer", {.email = "info@acme.test"},
		{{.id = "1", .facts = {.email = "info@acme.test", .first_name = "Ann", .last_name = "Lee"}},
			{.id = "2", .facts = {.email = "info@acme.test", .first_name = "Bob", .last_name = "Ray"}}},
		MATCH_REVIEW, NULL, 2},
	{"info@ of nobody, with nobody's name: none", {.email = "info@acme.test", .name = "Carl Zorn"},
		{{.id = "1", .facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"}}}, MATCH_NONE,
		NULL, 0},
	{"info@ of nobody, with a lead's name at the lead's domain",
		{.email = "info@rocketworks.com", .name = "Hildegard Zwicky"},
		{{"1",
			{.email = "h.zwicky@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-03-01"}},
		MATCH_LINK, "1", 1},
	{"two persons with one address: the name decides", {.email = "lees@home.test", .name = "Bob Lee"},
		{{.id = "1", .facts = {.email = "lees@home.test", .first_name = "Ann", .last_name = "Lee"}},
			{.id = "2", .facts = {.email = "lees@home.test", .first_name = "Bob", .last_name = "Lee"}}},
		MATCH_LINK, "2", 1},
	{"two persons with one address, and only their last name: both go to the reviewer",
		{.email = "lees@home.test", .name = "Lee"},
		{{.id = "1", .facts = {.email = "lees@home.test", .first_name = "Ann", .last_name = "Lee"}},
			{.id = "2", .facts = {.email = "lees@home.test", .first_name = "Bob", .last_name = "Lee"}}},
		MATCH_REVIEW, NULL, 2},
	{"one person in three campaigns: the last that wrote before the booking",
		{.email = "ann@acme.test", .name = "Ann Lee"},
		{{.id = "1",
			 .facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"},
			 .contacted = "2026-01-10"},
			{.id = "2",
				.facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"},
				.contacted = "2026-02-20"},
			{.id = "3",
				.facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"},
				.contacted = "2026-04-01"}},
		MATCH_LINK, "2", 1},
	{"of campaigns that wrote on the same day the lower lead", {.email = "ann@acme.test", .name = "Ann Lee"},
		{{.id = "10",
			 .facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"},
			 .contacted = "2026-01-10"},
			{.id = "9",
				.facts = {.email = "ann@acme.test", .first_name = "Ann", .last_name = "Lee"},
				.contacted = "2026-01-10"}},
		MATCH_LINK, "9", 1},

	/* --- By name and company */
	{"another address, the same name and company",
		{.email = "katieh@gmail.com", .name = "Katie Hollenbeck", .company = "Copper Global Inc."},
		{{"1",
			{.email = "k.hollenbeck@copperglobal.com",
				.first_name = "Katherine",
				.last_name = "Hollenbeck",
				.company = "Copper Global"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"Last, First",
		{.email = "hollenbeck9@gmail.com", .name = "Hollenbeck, Katherine", .company = "Copper Global Inc."},
		{{"1",
			{.email = "k.hollenbeck@copperglobal.com",
				.first_name = "Katherine",
				.last_name = "Hollenbeck",
				.company = "Copper Global"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"the lead's columns are turned",
		{.email = "hollenbeck9@gmail.com", .name = "Katherine Hollenbeck", .company = "Copper Global Inc."},
		{{"1",
			{.email = "k.hollenbeck@copperglobal.com",
				.first_name = "Hollenbeck",
				.last_name = "Katherine",
				.company = "Copper Global"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"the lead's name is all in one column",
		{.email = "hollenbeck9@gmail.com", .name = "Katherine Hollenbeck", .company = "Copper Global Inc."},
		{{"1",
			{.email = "k.hollenbeck@copperglobal.com",
				.first_name = "Katherine Hollenbeck",
				.company = "Copper Global"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"Mueller is Müller",
		{.email = "jm77@web.de", .name = "Jürgen Mueller-Thurgau", .company = "Rheinwerk Logistik"},
		{{"1",
			{.email = "mt@rheinwerk-logistik.de",
				.first_name = "Juergen",
				.last_name = "Müller Thurgau",
				.company = "Rheinwerk Logistik GmbH"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"Дмитрий is Dmitri", {.email = "dk@mail.ru", .name = "Дмитрий Коваленко", .company = "Northern Yards"},
		{{"1",
			{.email = "kovalenko@northernyards.com",
				.first_name = "Dmitri",
				.last_name = "Kovalenko",
				.company = "Northern Yards"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"García is one of the names of García López",
		{.email = "mg1@gmail.com", .name = "Marisol García Villaplana", .company = "Rapid Cloud Solutions"},
		{{"1",
			{.email = "marisol@rapidcloud.test",
				.first_name = "Marisol",
				.last_name = "Villaplana",
				.company = "Rapid Cloud Solutions"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"van der Berg, joined", {.email = "jonas1@gmail.com", .name = "Jonas Vandersteen", .company = "Harbor Nine"},
		{{"1",
			{.email = "j@harbornine.test",
				.first_name = "Jonas",
				.last_name = "van der Steen",
				.company = "Harbor Nine BV"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"the company stands in the notes only",
		{.email = "hz1@gmail.com",
			.name = "Hildegard Zwicky",
			.notes = "Looking for a tool for our team at Rocket Works Inc."},
		{{"1",
			{.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"J. Doe of the company, with her own address at another domain of it",
		{.email = "jane.hollenbeck@copperglobal.io", .name = "J. Hollenbeck"},
		{{"1",
			{.email = "jane.hollenbeck@copperglobal.com",
				.first_name = "Jane",
				.last_name = "Hollenbeck",
				.company = "Copper Global"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"a slip in the domain", {.email = "ann.hollenbeck@coperglobal.com", .name = "Ann Hollenbeck"},
		{{"1", {.email = "ann.hollenbeck@copperglobal.com", .first_name = "Ann", .last_name = "Hollenbeck"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},

	/* --- Nobody is linked by guess */
	{"the same name at another company, which the form names",
		{.email = "hz@ironpeak.com", .name = "Hildegard Zwicky", .company = "Iron Peak"},
		{{"1",
			{.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_REVIEW, "1", 1},
	{"the same common name at another company",
		{.email = "john@ironpeak.com", .name = "John Smith", .company = "Iron Peak"},
		{{.id = "1",
			.facts = {.email = "john@rocketworks.com",
				.first_name = "John",
				.last_name = "Smith",
				.company = "Rocket Works"}}},
		MATCH_NONE, NULL, 0},
	{"the same common name without company", {.email = "bluesky11@gmail.com", .name = "John Smith"},
		{{.id = "1",
			.facts = {.email = "john@rocketworks.com",
				.first_name = "John",
				.last_name = "Smith",
				.company = "Rocket Works"}}},
		MATCH_REVIEW, "1", 1},
	{"father and son at one domain",
		{.email = "otto@zwicky-bau.ch", .name = "Otto Zwicky", .company = "Zwicky Bau"},
		{{"1",
			{.email = "max@zwicky-bau.ch",
				.first_name = "Max",
				.last_name = "Zwicky",
				.company = "Zwicky Bau AG"},
			"2026-02-27"}},
		NOT_LINKED, NULL, 0},
	{"father and son at one domain and one switchboard",
		{.email = "otto@zwicky-bau.ch",
			.name = "Otto Zwicky",
			.company = "Zwicky Bau",
			.phone = "+41 44 555 01 02"},
		{{"1",
			 {.email = "max@zwicky-bau.ch",
				 .first_name = "Max",
				 .last_name = "Zwicky",
				 .company = "Zwicky Bau AG",
				 .phone = "044 555 01 02"},
			 "2026-02-27"},
			{"2",
				{.email = "eva@zwicky-bau.ch",
					.first_name = "Eva",
					.last_name = "Keller",
					.company = "Zwicky Bau AG",
					.phone = "044 555 01 02"},
				"2026-02-27"}},
		NOT_LINKED, NULL, 0},
	{"Smith junior is not Smith senior",
		{.email = "hz1@gmail.com", .name = "Howard Zwicky Jr.", .company = "Zwicky Bau"},
		{{"1",
			{.email = "hz@zwicky-bau.ch",
				.first_name = "Howard",
				.last_name = "Zwicky Sr.",
				.company = "Zwicky Bau AG"},
			"2026-02-27"}},
		NOT_LINKED, NULL, 0},
	{"Daniela is not Daniel",
		{.email = "daniela@rocketworks.com", .name = "Daniela Zwicky", .company = "Rocket Works"},
		{{"1",
			{.email = "daniel@rocketworks.com",
				.first_name = "Daniel",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		NOT_LINKED, NULL, 0},
	{"Paula is not Paul", {.email = "pz@rocketworks.com", .name = "Paula Zwicky", .company = "Rocket Works"},
		{{"1",
			{.email = "paul@rocketworks.com",
				.first_name = "Paul",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		NOT_LINKED, NULL, 0},
	{"two namesakes in one company", {.email = "annz1@gmail.com", .name = "Ann Zwicky", .company = "Rocket Works"},
		{{"1",
			 {.email = "ann@rocketworks.com",
				 .first_name = "Ann",
				 .last_name = "Zwicky",
				 .company = "Rocket Works",
				 .title = "CEO"},
			 "2026-02-27"},
			{"2",
				{.email = "ann2@rocketworks.com",
					.first_name = "Ann",
					.last_name = "Zwicky",
					.company = "Rocket Works",
					.title = "Buyer"},
				"2026-02-27"}},
		MATCH_REVIEW, NULL, 2},
	{"three leads about equally like", {.email = "bluesky11@gmail.com", .name = "Hildegard Zwicky"},
		{{.id = "1",
			 .facts = {.email = "hz@rocketworks.com",
				 .first_name = "Hildegard",
				 .last_name = "Zwicky",
				 .company = "Rocket Works"}},
			{.id = "2",
				.facts = {.email = "hz@ironpeak.com",
					.first_name = "Hildegard",
					.last_name = "Zwicky",
					.company = "Iron Peak"}},
			{.id = "3",
				.facts = {.email = "hz@bluebay.com",
					.first_name = "Hildegard",
					.last_name = "Zwicky",
					.company = "Blue Bay"}}},
		MATCH_REVIEW, NULL, 3},
	{"a colleague of the lead",
		{.email = "carl.zorn@rocketworks.com", .name = "Carl Zorn", .company = "Rocket Works"},
		{{"1",
			{.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_NONE, NULL, 0},
	{"the company alone", {.email = "hello@gmail.com", .name = "Rocket Works", .company = "Rocket Works"},
		{{"1",
			{.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_NONE, NULL, 0},
	{"a first name alone, at a free-mail address", {.email = "bluesky11@gmail.com", .name = "Hildegard"},
		{{.id = "1",
			.facts = {.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"}}},
		NOT_LINKED, NULL, 0},
	{"initials alone, at a free-mail address", {.email = "bluesky11@gmail.com", .name = "H. Z."},
		{{.id = "1",
			.facts = {.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"}}},
		NOT_LINKED, NULL, 0},
	{"somebody else's company in the notes",
		{.email = "bluesky11@gmail.com", .name = "Mary Smith", .notes = "Our client is Rocket Works."},
		{{.id = "1",
			.facts = {.email = "ms@rocketworks.com",
				.first_name = "Mary",
				.last_name = "Smith",
				.company = "Rocket Works"}}},
		MATCH_REVIEW, "1", 1},
	{"self-employed is no company",
		{.email = "bluesky11@gmail.com", .name = "Mary Smith", .company = "Self-employed"},
		{{.id = "1",
			.facts = {.email = "mary.s@yahoo.com",
				.first_name = "Mary",
				.last_name = "Smith",
				.company = "self employed"}}},
		MATCH_REVIEW, "1", 1},

	/* --- Names that are none */
	{"an empty name at an unknown address", {.email = "bluesky11@gmail.com", .name = "", .company = "Rocket Works"},
		{{.id = "1",
			.facts = {.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"}}},
		MATCH_NONE, NULL, 0},
	{"a name of no letters", {.email = "bluesky11@gmail.com", .name = "  😀 . ", .company = "Rocket Works"},
		{{.id = "1",
			.facts = {.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"}}},
		MATCH_NONE, NULL, 0},
	{"a placeholder", {.email = "asdf@rocketworks.com", .name = "asdf asdf", .company = "Rocket Works"},
		{{.id = "1",
			.facts = {.email = "hz@rocketworks.com",
				.first_name = "Hildegard",
				.last_name = "Zwicky",
				.company = "Rocket Works"}}},
		MATCH_NONE, NULL, 0},
	{"John Doe, with his real company", {.email = "jd1@gmail.com", .name = "John Doe", .company = "Rocket Works"},
		{{"1",
			{.email = "john.doe@rocketworks.com",
				.first_name = "John",
				.last_name = "Doe",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_LINK, "1", 1},
	{"John Doe, who is nobody's lead", {.email = "jd1@gmail.com", .name = "John Doe", .company = "Rocket Works"},
		{{"1",
			{.email = "joan.dow@rocketworks.com",
				.first_name = "Joan",
				.last_name = "Dow",
				.company = "Rocket Works"},
			"2026-02-27"}},
		MATCH_NONE, NULL, 0},
	{"an injection is a name like others", {.email = "x@ironpeak.com", .name = "Robert'); DROP TABLE leads;--"},
		{{.id = "1",
			.facts = {.email = "robert@rocketworks.com",
				.first_name = "Robert",
				.last_name = "Dropp",
				.company = "Rocket Works"}}},
		MATCH_NONE, NULL, 0},
	{"no candidates", {.email = "ann@acme.test", .name = "Ann Lee"}, {{0}}, MATCH_NONE, NULL, 0},
};

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

/* evidence - each level is found where it stands, weighs what it should beside the others, and has its words. */
#include "domain/evidence.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/evidence_words.h"
#include "domain/lead_keys.h"
#include "domain/name_evidence.h"
#include "domain/similarity.h"

#include <math.h>
#include <stdint.h>

#include "tap.h"

static struct arena arena; /* of the whole test */

static const struct {
	const char *what;
	struct attendee_facts attendee;
	struct lead_facts lead;
	enum evidence_level level;
} found[] = {
	{"the last name", {.name = "Ann Zwicky"}, {.first_name = "Ann", .last_name = "Zwicky"}, LAST_EXACT},
	{"one of two last names", {.name = "Ann García"}, {.first_name = "Ann", .last_name = "García López"},
		LAST_PART},
	{"a slip in the last name", {.name = "Ann Hollenbek"}, {.first_name = "Ann", .last_name = "Hollenbeck"},
		LAST_EDIT},
	{"two last names that are near", {.name = "Ann Hansen"}, {.first_name = "Ann", .last_name = "Jansen"},
		LAST_EDIT_KNOWN},
	{"an initial for the last name", {.name = "Ann Z."}, {.first_name = "Ann", .last_name = "Zwicky"},
		LAST_INITIAL},
	{"no last name", {.name = "Ann"}, {.first_name = "Ann", .last_name = "Zwicky"}, LAST_MISSING},
	{"another last name", {.name = "Ann Orwell"}, {.first_name = "Ann", .last_name = "Zwicky"}, LAST_DIFFERENT},
	{"the first name", {.name = "Ann Zwicky"}, {.first_name = "Ann", .last_name = "Zwicky"}, FIRST_EXACT},
	{"a middle name is left out", {.name = "Ann Marie Zwicky"}, {.first_name = "Ann", .last_name = "Zwicky"},
		FIRST_EXACT},
	{"one of two first names", {.name = "Marie Zwicky"}, {.first_name = "Ann Marie", .last_name = "Zwicky"},
		FIRST_PART},
	{"a nickname", {.name = "Bob Zwicky"}, {.first_name = "Robert", .last_name = "Zwicky"}, FIRST_NICKNAME},
	{"two nicknames of one name", {.name = "Bob Zwicky"}, {.first_name = "Robbie", .last_name = "Zwicky"},
		FIRST_NICKNAME},
	{"a nickname in Spanish", {.name = "Pepe Zwicky"}, {.first_name = "José", .last_name = "Zwicky"},
		FIRST_NICKNAME},
	{"a slip in the first name", {.name = "Hildegrad Zwicky"}, {.first_name = "Hildegard", .last_name = "Zwicky"},
		FIRST_EDIT},
	{"letters that changed places", {.name = "Lroenz Zwicky"}, {.first_name = "Lorenz", .last_name = "Zwicky"},
		FIRST_EDIT},
	{"an initial for the first name", {.name = "H. Zwicky"}, {.first_name = "Hildegard", .last_name = "Zwicky"},
		FIRST_INITIAL},
	{"no first name", {.name = "Zwicky"}, {.last_name = "Zwicky"}, FIRST_MISSING},
	{"Daniela and Daniel", {.name = "Daniela Zwicky"}, {.first_name = "Daniel", .last_name = "Zwicky"},
		FIRST_OTHER_FORM},
	{"Mario and Maria", {.name = "Mario Zwicky"}, {.first_name = "Maria", .last_name = "Zwicky"}, FIRST_OTHER_FORM},
	{"another first name", {.name = "Otto Zwicky"}, {.first_name = "Max", .last_name = "Zwicky"}, FIRST_DIFFERENT},
	{"a family", {.name = "Otto Zwicky"}, {.first_name = "Max", .last_name = "Zwicky"}, FAMILY},
	{"the domain", {.email = "x@ironpeak.com"}, {.email = "y@ironpeak.com"}, COMPANY_BY_DOMAIN},
	{"name and domain", {.email = "x@ironpeak.com", .company = "Iron Peak"},
		{.email = "y@ironpeak.com", .company = "Iron Peak Ltd"}, COMPANY_BY_NAME_AND_DOMAIN},
	{"the company's name", {.company = "Iron Peak"}, {.company = "Iron Peak Ltd"}, COMPANY_BY_NAME},
	{"the lead's website", {.email = "x@ironpeak.com"},
		{.email = "y@gmail.com", .website = "http://www.ironpeak.com/"}, COMPANY_BY_DOMAIN},
	{"a domain called like the company", {.email = "x@ironpeak.com"}, {.company = "Iron Peak Ltd"},
		COMPANY_BY_STEM},
	{"another suffix", {.email = "x@ironpeak.com"}, {.email = "y@ironpeak.de"}, COMPANY_BY_STEM},
	{"the notes", {.notes = "We are Iron Peak"}, {.company = "Iron Peak Ltd"}, COMPANY_BY_NOTES},
	{"the title of the meeting", {.title = "Iron Peak x Vendor intro"}, {.company = "Iron Peak Ltd"},
		COMPANY_BY_NOTES},
	{"no company", {.email = "x@gmail.com"}, {.company = "Iron Peak Ltd"}, COMPANY_UNKNOWN},
	{"another domain", {.email = "x@rocketworks.com"}, {.company = "Iron Peak Ltd"}, COMPANY_DIFFERENT_DOMAIN},
	{"another company", {.company = "Rocket Works"}, {.company = "Iron Peak Ltd"}, COMPANY_DIFFERENT},
	{"the lead's own local part", {.email = "hzwicky7@gmail.com"}, {.email = "hzwicky7@ironpeak.com"}, LOCAL_SAME},
	{"the address spells the name", {.email = "ann.zwicky@gmail.com"},
		{.email = "az@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}, LOCAL_FIRST_LAST},
	{"the address spells initial and name", {.email = "azwicky@gmail.com"},
		{.email = "az@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}, LOCAL_INITIAL_LAST},
	{"the address holds the last name", {.email = "zwicky55@gmail.com"},
		{.email = "az@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}, LOCAL_LAST},
	{"the address holds the first name", {.email = "ann@gmail.com"},
		{.email = "az@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}, LOCAL_FIRST},
	{"the address holds neither", {.email = "bluesky@gmail.com"},
		{.email = "az@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}, LOCAL_NOTHING},
	{"a slip in the domain", {.email = "ann.zwicky@irnpeak.com"}, {.email = "ann.zwicky@ironpeak.com"},
		LOCAL_NEAR_DOMAIN},
	{"a slip in the local part", {.email = "ann.zwiky@ironpeak.com"}, {.email = "ann.zwicky@ironpeak.com"},
		LOCAL_NEAR},
	{"the phone", {.phone = "555 010 2030"}, {.phone = "+1 555 010 2030"}, PHONE_SAME},
	{"another phone", {.phone = "555 010 2030"}, {.phone = "+1 555 010 2031"}, PHONE_DIFFERENT},
	{"the place", {.timezone = "Europe/Berlin"}, {.phone = "+49 30 5550102"}, PLACE_FITS},
	{"another place", {.timezone = "Asia/Tokyo"}, {.phone = "+49 30 5550102"}, PLACE_ELSEWHERE},
	{"a last name that only the address says", {.name = "Ann", .email = "ann.zwicky@gmail.com"},
		{.first_name = "Ann", .last_name = "Zwicky"}, LAST_IN_LOCAL},
	{"free mail", {.email = "x@gmail.com"}, {.email = "y@ironpeak.com"}, SENDER_FREEMAIL},
	{"throw-away mail", {.email = "x@mailinator.com"}, {.email = "y@ironpeak.com"}, SENDER_DISPOSABLE},
};

static struct evidence weigh(const struct attendee_facts *attendee_facts, const struct lead_facts *lead_facts,
	struct person *attendee, struct person *lead)
{
	*attendee = person_of_attendee(&arena, attendee_facts);
	*lead = person_of_lead(&arena, lead_facts);
	return evidence_weigh(attendee, lead, &(struct circumstances){0}, &(struct population){.leads = 10000});
}

static void levels_are_found(void)
{
	bool bounded = true, adds_up = true, worded = true;

	for (size_t i = 0; i < COUNT(found); i++) {
		struct person attendee, lead;
		struct evidence e = weigh(&found[i].attendee, &found[i].lead, &attendee, &lead);
		double sum = 0;

		for (size_t k = 0; k < e.count; k++)
			sum += evidence_weight(&e, e.levels[k]);
		bounded = bounded && e.count < EVIDENCE_MOST;
		adds_up = adds_up && fabs(sum - e.score) < 1e-9;
		worded = worded && *evidence_in_words(&arena, "", &e, &attendee, &lead);
		if (!ok(evidence_has(&e, found[i].level), found[i].what))
			printf("# %s\n", evidence_in_words(&arena, "", &e, &attendee, &lead));
	}
	ok(bounded, "there is room for all levels of a pair");
	ok(adds_up, "the score is the sum of the weights");
	ok(worded, "there are words for every pair");
}

/* What must weigh more than what, whatever the fit said. */
static void weights_are_sane(void)
{
	static const struct {
		enum evidence_level more, less;
	} pairs[] = {
		{LAST_EXACT, LAST_EDIT_KNOWN},
		{LAST_EXACT, LAST_DIFFERENT},
		{LAST_EDIT, LAST_EDIT_KNOWN},
		{LAST_MISSING, LAST_DIFFERENT},
		{FIRST_EXACT, FIRST_NICKNAME},
		{FIRST_EXACT, FIRST_DIFFERENT},
		{FIRST_EDIT, FIRST_EDIT_KNOWN},
		{FIRST_EDIT, FIRST_OTHER_FORM},
		{FIRST_MISSING, FIRST_DIFFERENT},
		{FIRST_INITIAL, FIRST_DIFFERENT},
		{COMPANY_BY_NAME_AND_DOMAIN, COMPANY_BY_NAME},
		{COMPANY_BY_NAME, COMPANY_UNKNOWN},
		{COMPANY_BY_DOMAIN, COMPANY_UNKNOWN},
		{COMPANY_BY_STEM, COMPANY_BY_INITIALS},
		{COMPANY_UNKNOWN, COMPANY_DIFFERENT_DOMAIN},
		{COMPANY_DIFFERENT_DOMAIN, COMPANY_DIFFERENT},
		{LOCAL_FIRST_LAST, LOCAL_LAST},
		{LOCAL_NEAR_DOMAIN, LOCAL_SAME},
		{PHONE_SAME, PHONE_SHARED},
		{PHONE_SHARED, PHONE_DIFFERENT},
		{PLACE_FITS, PLACE_ELSEWHERE},
		{CONTACT_WEEK, CONTACT_FORTNIGHT},
		{CONTACT_FORTNIGHT, CONTACT_MONTH},
		{CONTACT_MONTH, CONTACT_LONG_AGO},
		{CONTACT_LONG_AGO, CONTACT_AFTER},
	};
	struct evidence middling = {.first_share = 1e-3, .last_share = 1e-3};
	bool holds = true;

	for (size_t i = 0; i < COUNT(pairs); i++)
		if (evidence_weight(&middling, pairs[i].more) <= evidence_weight(&middling, pairs[i].less)) {
			printf("# %d does not weigh more than %d\n", pairs[i].more, pairs[i].less);
			holds = false;
		}
	ok(holds, "what agrees better weighs more");
	ok(evidence_weight(&(struct evidence){.last_share = 1e-6}, LAST_EXACT)
			> evidence_weight(&(struct evidence){.last_share = 1e-2}, LAST_EXACT),
		"a rare last name weighs more than a common one");
}

static void contacts_are_dated(void)
{
	static const struct {
		const char *what;
		int64_t days;
		enum evidence_level level;
	} rows[] = {{"the same day", 0, CONTACT_WEEK}, {"a week", 7, CONTACT_WEEK},
		{"eight days", 8, CONTACT_FORTNIGHT}, {"a month", 30, CONTACT_MONTH}, {"a year", 365, CONTACT_LONG_AGO},
		{"behind the booking", -1, CONTACT_AFTER}};
	struct person attendee = person_of_attendee(&arena, &(struct attendee_facts){.name = "Ann Lee"});
	struct person lead = person_of_lead(&arena, &(struct lead_facts){.first_name = "Ann", .last_name = "Lee"});
	struct evidence none = evidence_weigh(&attendee, &lead, &(struct circumstances){0}, &(struct population){0});
	bool said = false;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct circumstances about = {.contacted = true, .contact_age_s = rows[i].days * 86400};
		struct evidence e = evidence_weigh(&attendee, &lead, &about, &(struct population){0});

		ok(evidence_has(&e, rows[i].level), rows[i].what);
	}
	for (int level = CONTACT_WEEK; level <= CONTACT_AFTER; level++)
		said = said || evidence_has(&none, (enum evidence_level)level);
	ok(!said, "an unknown contact says nothing");
}

static void words_are_said(void)
{
	struct person attendee, lead;
	struct evidence e = weigh(&(struct attendee_facts){.email = "kate@gmail.com",
					  .name = "Kate Hollenbeck",
					  .company = "Copper Global",
					  .timezone = "Asia/Tokyo"},
		&(struct lead_facts){.email = "kh@copperglobal.com",
			.first_name = "Katherine",
			.last_name = "Hollenbeck",
			.company = "Copper Global Inc.",
			.phone = "+1 555 010 2030"},
		&attendee, &lead);
	const char *said = evidence_in_words(&arena, "first", &e, &attendee, &lead);

	ok(strncmp(said, "first; ", 7) == 0, "what is to be said before stands in front");
	ok(strstr(said, "last name Hollenbeck same, 1 in ") != NULL, "the last name and how rare it is");
	ok(strstr(said, "first name Kate is a form of Katherine") != NULL, "the nickname");
	ok(strstr(said, "company Copper Global Inc. same") != NULL, "the company");
	ok(strstr(said, "against: time zone Asia/Tokyo, the lead is in US/CA") != NULL
			|| strstr(said, "against: time zone Asia/Tokyo, the lead is in CA/US") != NULL,
		"what speaks against it");
	ok(strstr(said, "not known: phone") != NULL, "what is not known");
	e = weigh(&(struct attendee_facts){.name = "Ann Lee", .company = "Evil\x1b[31m\nCorp"},
		&(struct lead_facts){.company = "Evil\x1b[31m\nCorp", .first_name = "Ann", .last_name = "Lee"},
		&attendee, &lead);
	said = evidence_in_words(&arena, "", &e, &attendee, &lead);
	ok(!strpbrk(said, "\x1b\n"), "control characters are not passed on");
}

static void distances_are_right(void)
{
	static const struct {
		const char *a, *b;
		int distance;
	} rows[] = {{"", "", 0}, {"abc", "abc", 0}, {"abc", "ab", 1}, {"abc", "abx", 1}, {"abcd", "acbd", 1},
		{"abc", "xyz", 3}, {"abcdef", "badcfe", 3}, {"kitten", "sitting", 3}, {"a", "bcdef", 4}};
	bool holds = true;

	for (size_t i = 0; i < COUNT(rows); i++)
		holds = holds
			&& edit_distance(rows[i].a, strlen(rows[i].a), rows[i].b, strlen(rows[i].b), 3)
				   == rows[i].distance
			&& edit_distance(rows[i].b, strlen(rows[i].b), rows[i].a, strlen(rows[i].a), 3)
				   == rows[i].distance;
	ok(holds, "edit distance, up to its limit, either way round");
}

static void leads_are_found_by_keys(void)
{
	static const struct {
		const char *what;
		struct attendee_facts attendee;
		struct lead_facts lead;
	} rows[] = {
		{"by the name", {.name = "Ann Zwicky"}, {.first_name = "Ann", .last_name = "Zwicky"}},
		{"by the turned name", {.name = "Zwicky, Ann"}, {.first_name = "Ann", .last_name = "Zwicky"}},
		{"by turned columns", {.name = "Ann Zwicky"}, {.first_name = "Zwicky", .last_name = "Ann"}},
		{"by a nickname", {.name = "Bob Zwicky"}, {.first_name = "Robert", .last_name = "Zwicky"}},
		{"by the sound", {.name = "Phillip Shmidt"}, {.first_name = "Filip", .last_name = "Schmidt"}},
		{"by an initial", {.name = "A. Zwicky"}, {.first_name = "Ann", .last_name = "Zwicky"}},
		{"by one of two last names", {.name = "Ann García"},
			{.first_name = "Ann", .last_name = "García López"}},
		{"by the company", {.name = "Ann Zwyckers", .company = "Iron Peak"},
			{.first_name = "Ann", .last_name = "Zwicky", .company = "Iron Peak AG"}},
		{"by the phone", {.name = "Otto Orwell", .phone = "555 010 2030"},
			{.first_name = "Ann", .last_name = "Zwicky", .phone = "+1 555 010 2030"}},
		{"by the local part", {.name = "Otto Orwell", .email = "hzwicky7@gmail.com"},
			{.email = "hzwicky7@ironpeak.com", .first_name = "Ann", .last_name = "Zwicky"}},
		{"by the name in the address", {.name = "Ann", .email = "annzwicky@gmail.com"},
			{.first_name = "Ann", .last_name = "Zwicky"}},
		{"by the company in the notes", {.name = "Ann Z.", .notes = "I work at Iron Peak"},
			{.first_name = "Ann", .last_name = "Zwicky", .company = "Iron Peak"}},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct person attendee = person_of_attendee(&arena, &rows[i].attendee),
			      lead = person_of_lead(&arena, &rows[i].lead);
		uint64_t wanted[ATTENDEE_KEYS], stored[LEAD_KEYS];
		size_t want = attendee_keys(&attendee, wanted), store = lead_keys(&lead, stored);
		bool met = false;

		for (size_t a = 0; a < want; a++)
			for (size_t b = 0; b < store; b++)
				met = met || wanted[a] == stored[b];
		ok(met, rows[i].what);
	}
}

/* Keys are stored: a change of what they are made of needs another LEAD_KEYS_VERSION, and this line. */
static void keys_do_not_change(void)
{
	struct person lead = person_of_lead(&arena, &(struct lead_facts){.email = "ann.zwicky@ironpeak.com",
							    .first_name = "Ann",
							    .last_name = "Zwicky",
							    .company = "Iron Peak",
							    .phone = "+1 555 010 2030"});
	uint64_t keys[LEAD_KEYS], sum = 0;
	size_t count = lead_keys(&lead, keys);

	for (size_t i = 0; i < count; i++)
		sum ^= keys[i];
	printf("# %zu keys, together %llu\n", count, (unsigned long long)sum);
	ok(count == 19 && sum == UINT64_C(826496076965367973), "the keys of a lead are what they were");
}

int main(void)
{
	levels_are_found();
	weights_are_sane();
	contacts_are_dated();
	words_are_said();
	distances_are_right();
	leads_are_found_by_keys();
	keys_do_not_change();
	arena_end(&arena);
	return done_testing();
}

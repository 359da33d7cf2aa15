/* fuzz/person - any text is a person or nobody: bounded, whole UTF-8, its own likeness, and found by its own keys. */
#include "domain/person.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/lead_keys.h"
#include "domain/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool law)
{
	if (!law)
		abort();
}

/* Fields stand in lines: email, name, last name, company, phone, website or notes, title or time zone. */
enum { FIELDS = 7 };

static void split(struct arena *arena, const uint8_t *bytes, size_t size, const char *fields[static FIELDS])
{
	const char *text = arena_copy(arena, (const char *)bytes, size);

	for (int i = 0; i < FIELDS; i++) {
		size_t length = strcspn(text, i < FIELDS - 1 ? "\n" : "");

		fields[i] = arena_copy(arena, text, length);
		text += length + (text[length] == '\n');
	}
}

static void parts_hold(const struct person *person)
{
	must(person->name.count <= NAME_READINGS && person->domain_count <= PERSON_DOMAINS
		&& person->phone_count <= PERSON_PHONES && person->country_count <= PERSON_COUNTRIES);
	for (size_t i = 0; i < person->name.count; i++) {
		const struct name_reading *reading = &person->name.readings[i];

		must(reading->first->joined.length + reading->last->joined.length > 0);
		must(reading->first->count <= NAME_WORDS && reading->last->count <= NAME_WORDS);
		must(text_is_utf8(reading->last->joined.text, reading->last->joined.length));
		must(strlen(reading->first->joined.text) == reading->first->joined.length);
	}
}

static void answer_holds(const struct match *match)
{
	double sum = 0;

	must(match->count <= MATCH_BEST && (match->outcome != MATCH_LINK || match->count >= 1));
	for (size_t i = 0; i < match->count; i++) {
		must(match->best[i].probability >= 0 && match->best[i].probability <= 1);
		must(match->best[i].because && text_is_utf8(match->best[i].because, strlen(match->best[i].because)));
		sum += match->best[i].probability;
	}
	must(sum <= 1 + 1e-9);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {0};
	const char *f[FIELDS];
	uint64_t keys[ATTENDEE_KEYS], names[PERSON_NAMES];
	struct person attendee, lead, other;
	struct match_candidate candidates[2], turned[2];
	struct match_question question = {.attendee = &attendee, .candidates = candidates, .count = 2};
	struct match match, again;

	split(&arena, bytes, size, f);
	attendee = person_of_attendee(&arena, &(struct attendee_facts){f[0], f[1], f[3], f[4], f[6], f[5], f[6]});
	lead = person_of_lead(&arena, &(struct lead_facts){f[0], f[1], f[2], f[3], f[6], f[4], f[5]});
	other = person_of_lead(&arena, &(struct lead_facts){NULL, f[2], f[1], f[5], NULL, f[4], f[3]});
	parts_hold(&attendee);
	parts_hold(&lead);
	must(attendee_keys(&attendee, keys) <= ATTENDEE_KEYS && lead_keys(&lead, keys) <= LEAD_KEYS);
	must(person_names(&attendee, names) <= PERSON_NAMES);

	candidates[0] = turned[1] = (struct match_candidate){.person = &lead, .id = "1"};
	candidates[1] = turned[0] = (struct match_candidate){.person = &other, .id = "2"};
	match = match_attendee(&arena, &question);
	answer_holds(&match);
	question.candidates = turned;
	again = match_attendee(&arena, &question);
	must(match.outcome == again.outcome && match.count == again.count);
	for (size_t i = 0; i < match.count; i++)
		must(strcmp(candidates[match.best[i].candidate].id, turned[again.best[i].candidate].id) == 0);
	arena_end(&arena);
	return 0;
}

/* suggest - which leads an attendee may be: candidates from the database, the decision from domain/match. */
#include "work/suggest.h"

#include "base/arena.h"
#include "domain/lead_keys.h"

struct person lead_person(struct arena *arena, const struct known_lead *lead)
{
	return person_of_lead(arena, &(struct lead_facts){.email = lead->email,
					     .first_name = lead->first_name,
					     .last_name = lead->last_name,
					     .company = lead->company,
					     .phone = lead->phone,
					     .website = lead->website});
}

static struct person attendee_person(struct arena *arena, const struct uncertain *who)
{
	return person_of_attendee(arena, &(struct attendee_facts){.email = who->email,
						 .name = who->name,
						 .company = who->company,
						 .phone = who->phone,
						 .timezone = who->timezone,
						 .notes = who->notes,
						 .title = who->title});
}

static bool population(struct arena *arena, struct db *db, int64_t workspace, const struct person *attendee,
	struct population *among, int64_t *epoch, struct fail *f)
{
	uint64_t names[PERSON_NAMES];
	struct lead_name_counts known;
	struct name_count *counts;

	if (!known_leads_names(db, arena, workspace, names, person_names(attendee, names), &known, f))
		return false;
	counts = arena_alloc(arena, (known.count + 1) * sizeof *counts);
	for (size_t i = 0; i < known.count; i++)
		counts[i] = (struct name_count){
			(uint64_t)known.list[i].name, known.list[i].first_count, known.list[i].last_count};
	*among = (struct population){known.leads, counts, known.count};
	*epoch = known.epoch;
	return true;
}

static const struct match_candidate *candidates(struct arena *arena, const struct known_lead *leads, size_t count)
{
	struct match_candidate *list = arena_alloc(arena, (count + 1) * sizeof *list);

	for (size_t i = 0; i < count; i++) {
		struct person *person = arena_alloc(arena, sizeof *person);

		*person = lead_person(arena, &leads[i]);
		list[i] = (struct match_candidate){.person = person,
			.id = leads[i].lead_id,
			.contacted = leads[i].contacted_at.us != INT64_MIN,
			.contacted_at = leads[i].contacted_at};
	}
	return list;
}

/* A role mailbox is several persons': of the leads that are listed with it one is he only when his name says so. */
static bool is_guess_at_role(const struct person *attendee, const struct match *match)
{
	return attendee->address.shared && match->method != MATCH_LIKELY_PERSON
	       && !evidence_has(&match->best[0].evidence, BOTH_NAMES_AGREE);
}

/* The epoch is read before the leads: what changes between the two is looked at again. */
bool suggest(
	struct arena *arena, struct db *db, const struct uncertain *who, struct suggestion *suggestion, struct fail *f)
{
	struct person attendee = attendee_person(arena, who);
	struct match_question question = {.attendee = &attendee, .booked_at = who->booked_at};
	uint64_t keys[ATTENDEE_KEYS];
	struct known_lead *leads;

	if (!population(arena, db, who->workspace_id, &attendee, &question.population, &suggestion->epoch, f)
		|| !known_leads_candidates(db, arena, who->workspace_id, keys, attendee_keys(&attendee, keys),
			attendee.address.mailbox_key, who->booked_at, &leads, &question.count, f))
		return false;
	question.candidates = candidates(arena, leads, question.count);
	suggestion->leads = leads;
	suggestion->match = match_attendee(arena, &question);
	if (suggestion->match.outcome == MATCH_LINK && is_guess_at_role(&attendee, &suggestion->match))
		suggestion->match.outcome = MATCH_REVIEW;
	return true;
}

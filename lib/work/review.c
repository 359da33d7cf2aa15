/* review - a person decides who an attendee is. */
#include "work/review.h"

#include "domain/review_item.h"

#include <string.h>

static bool find_item(
	struct arena *arena, struct db *db, const struct review *r, struct reviewed *found, struct fail *f)
{
	const char **email_keys;
	size_t count = 0;

	found->uid = review_item_uid(arena, r->item);
	if (found->uid && !reviews_of_booking(db, arena, r->workspace, found->uid, &email_keys, &count, f))
		return false;
	for (size_t i = 0; i < count; i++)
		if (review_item_is(arena, r->item, found->uid, email_keys[i])) {
			found->email_key = email_keys[i];
			return true;
		}
	return fail(f, FAIL_ABSENT, "item_absent", "there is no such attendee in this workspace");
}

static const struct {
	const char *outcome;
	enum fail_kind kind;
	const char *code, *detail;
} refusals[] = {
	{"absent", FAIL_ABSENT, "item_absent", "there is no such attendee in this workspace"},
	{"lead_absent", FAIL_ABSENT, "lead_absent", "there is no such lead in this workspace"},
	{"certain", FAIL_CONFLICT, "match_certain",
		"the attendee is a lead by the address or by the booking link; link another lead to overrule that"},
	{"linked", FAIL_CONFLICT, "match_linked", "the attendee was linked by a person; unlink first"},
};

bool review_decide(
	struct arena *arena, struct db *db, const struct review *r, struct reviewed *reviewed, struct fail *f)
{
	static const char *const kinds[] = {
		[REVIEW_LINK] = "link", [REVIEW_DISMISS] = "dismiss", [REVIEW_UNLINK] = "unlink"};
	const char *outcome;

	*reviewed = (struct reviewed){0};
	if (!find_item(arena, db, r, reviewed, f)
		|| !reviews_decide(db, r->workspace, reviewed->uid, reviewed->email_key, kinds[r->decision],
			r->decision == REVIEW_LINK ? r->lead_id : NULL, r->actor, &outcome, f))
		return false;
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (strcmp(outcome, refusals[i].outcome) == 0)
			return fail(f, refusals[i].kind, refusals[i].code, "%s", refusals[i].detail);
	reviewed->changed = strcmp(outcome, "done") == 0;
	return reviews_standing(db, r->workspace, reviewed->uid, reviewed->email_key, &reviewed->standing, f);
}

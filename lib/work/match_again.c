/* match_again - attendees that nobody knew when they booked are tried again: their lead may have turned up since. */
#include "work/match_again.h"

#include "store/unmatched.h"

enum { BATCH = 500 };

bool match_again(struct arena *arena, struct db *db, int64_t *total, struct fail *f)
{
	struct matchable *bookings;
	size_t count;

	*total = 0;
	if (!unmatched_matchable(db, arena, BATCH, &bookings, &count, f))
		return false;
	for (size_t i = 0; i < count; i++, ++*total)
		if (!unmatched_match(db, &bookings[i], f))
			return false;
	return true;
}

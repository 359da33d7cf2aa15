/* trigger - Cal.com's triggers: what each does to a booking, and what the lead's timeline says. */
#ifndef DOMAIN_TRIGGER_H
#define DOMAIN_TRIGGER_H

#include "domain/booking.h"

#include <stddef.h>

struct trigger {
	const char *name;
	effect *effect;       /* NULL: kept, but no booking changes */
	const char *timeline; /* the kind of activity; NULL: none */
	enum {
		WHOLE, /* carries the booking as it is now */
		PARTS, /* carries only what it is about: the rest of its data is no news */
		TIMED, /* sent at the scheduled moment, which is its age, with data frozen before */
		ROW,   /* of Cal.com's list of bookings, as it was read at createdAt */
	} carries;
};

/* NULL when there is no such trigger. `name` in capitals with underscores. */
const struct trigger *trigger_find(const char *name);

/* All that Cal.com sends, for the health answer. */
const struct trigger *trigger_list(size_t *count);

#endif

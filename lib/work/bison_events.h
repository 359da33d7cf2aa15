/* bison_events - EmailBison's own record of its webhooks: what was missed is made up for. */
#ifndef WORK_BISON_EVENTS_H
#define WORK_BISON_EVENTS_H

#include "work/bison.h"

/* What is newer than the newest that is known, of at most ten days. */
bool bison_events(struct bison *, struct fail *) MUST_CHECK;

#endif

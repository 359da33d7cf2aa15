/* bison_replies - the replies to each of EmailBison's campaigns: all once, then those of the last weeks again and
 * again, because they are marked, moved and removed. */
#ifndef WORK_BISON_REPLIES_H
#define WORK_BISON_REPLIES_H

#include "work/bison.h"

/* Goes on where it was ended, in the walk through all of a campaign; the last 30 days each time, 90 in the first round
 * of a day. */
bool bison_replies(struct bison *, struct fail *) MUST_CHECK;

#endif

/* bison_campaigns - EmailBison's campaigns, and their counts per day under every label. */
#ifndef WORK_BISON_CAMPAIGNS_H
#define WORK_BISON_CAMPAIGNS_H

#include "work/bison.h"

/* The list, whole each time. */
bool bison_campaigns(struct bison *, struct fail *) MUST_CHECK;

/* The days: all once, the last seven each time, ninety in the first round of a day. */
bool bison_series(struct bison *, struct fail *) MUST_CHECK;

#endif

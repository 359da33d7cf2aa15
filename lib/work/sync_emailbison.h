/* sync_emailbison - what EmailBison's API shows of campaigns, their days and their leads. */
#ifndef WORK_SYNC_EMAILBISON_H
#define WORK_SYNC_EMAILBISON_H

#include "work/sync.h"

/* The walks of a round. True when it was whole. */
bool sync_emailbison(struct sync *, struct fail *) MUST_CHECK;

#endif

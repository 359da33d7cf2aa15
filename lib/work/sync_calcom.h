/* sync_calcom - what Cal.com's API shows, fed in as events. */
#ifndef WORK_SYNC_CALCOM_H
#define WORK_SYNC_CALCOM_H

#include "work/sync.h"

/* The walks of a round. True when it was whole. */
bool sync_calcom(struct sync *, struct fail *) MUST_CHECK;

#endif

/* bison_leads - EmailBison's leads with their campaigns, by when they changed. */
#ifndef WORK_BISON_LEADS_H
#define WORK_BISON_LEADS_H

#include "work/bison.h"

/* Goes on where it was ended. */
bool bison_leads(struct bison *, struct fail *) MUST_CHECK;

#endif

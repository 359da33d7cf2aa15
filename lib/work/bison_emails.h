/* bison_emails - when each of EmailBison's e-mails went to whom. */
#ifndef WORK_BISON_EMAILS_H
#define WORK_BISON_EMAILS_H

#include "work/bison.h"

/* Of the campaigns that sent since they were last read; goes on where it was ended. */
bool bison_emails(struct bison *, struct fail *) MUST_CHECK;

#endif

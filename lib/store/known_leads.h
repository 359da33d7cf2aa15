/* known_leads - who a lead is, for matching. */
#ifndef STORE_KNOWN_LEADS_H
#define STORE_KNOWN_LEADS_H

#include "base/fail.h"
#include "base/scope.h"

#include <stdint.h>

struct db;

/* FAIL_ABSENT when there is no such lead in the workspace. */
bool known_leads_must_exist(struct db *, int64_t workspace, const char *lead_id, struct fail *) MUST_CHECK;

#endif

/* standings - how attendees stand in the reports, looked at again where contacts were changed meanwhile. */
#ifndef STORE_STANDINGS_H
#define STORE_STANDINGS_H

#include "base/fail.h"
#include "base/scope.h"

struct arena;
struct db;

/* Of all workspaces, each portion in a transaction of its own; where contacts are being changed right now, another
 * time. */
bool standings_again(struct db *, struct arena *, struct fail *) MUST_CHECK;

#endif

/* bison - a round with EmailBison under way: what its walks have in common. */
#ifndef WORK_BISON_H
#define WORK_BISON_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/json.h"
#include "base/scope.h"
#include "store/outreach.h"
#include "work/outreach.h"
#include "work/sync.h"

#include <stdbool.h>
#include <stdint.h>

struct bison {
	struct sync *sync;
	struct arena lasting;  /* as long as the round */
	const char *workspace; /* EmailBison's id of the one that the key shows */
	struct outreach_clock clock;
	bool nightly; /* the first round of a day looks further back */
	json_t *words;
};

/* What a walk wants to write was read between two looks at whose key it is: a key of a person follows that person into
 * other workspaces, also amid a round. FAIL_CONFLICT "source_other_account". */
bool bison_confirm(struct bison *, struct fail *) MUST_CHECK;

/* Something that could not be understood is left out, and counted. */
void bison_odd(struct bison *, const char *what);

/* Whose key it is, to be asked first. FAIL_CONFLICT when it is another's than the connection's was. */
bool bison_identify(struct bison *, struct fail *) MUST_CHECK;

/* Strings of the mark; NULL when it has no such member. */
const char *bison_mark(const struct bison *, const char *walk, const char *key);

/* Shows `visit` all of the connection's campaigns, in order of their ids and at most so many `together`, until it
 * fails. A list ends with its visit; a visit may end pages (sync_page_done). */
typedef bool bison_visit(
	struct bison *, const struct outreach_campaign *list, size_t count, void *context, struct fail *);
bool bison_each_campaign(struct bison *, size_t together, bison_visit *visit, void *context, struct fail *) MUST_CHECK;

/* Leads and e-mails come many to a transaction, because the way in is made for many: pages gathered and not yet
 * written. Their JSON lives in the arena, as strings are borrowed from it. */
struct bison_portion {
	struct arena arena;
	struct outreach_batch batch;
	int pages;
};
enum { BISON_PORTION = 10 }; /* pages */
void bison_portion_begin(struct bison_portion *);
void bison_portion_take(struct bison_portion *, json_t *answer);
bool bison_portion_write(struct bison *, struct bison_portion *, struct fail *) MUST_CHECK;

#endif

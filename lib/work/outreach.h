/* outreach - what EmailBison says of people and campaigns comes in, by whatever way it was heard. */
#ifndef WORK_OUTREACH_H
#define WORK_OUTREACH_H

#include "base/fail.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/scope.h"
#include "domain/emailbison.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct db;

/* Leads, and what was said of them as members of campaigns, to be brought in at once. Lives in its arena, as must the
 * strings of what is added. */
struct outreach_batch {
	struct arena *arena;
	struct bison_lead *leads;
	size_t count, room;
	json_t *facts;
};

struct outreach_batch outreach_batch_new(struct arena *);

/* `at`: when it was so, for what the lead does not date itself. */
void outreach_add_lead(struct outreach_batch *, const struct bison_lead *, struct instant at);
void outreach_add_email(struct outreach_batch *, const struct bison_lead *, const char *campaign, struct instant sent);

/* These run inside a transaction that holds the workspace (store/staging). *changed grows by the rows that became
 * others. */
bool outreach_bring_in(
	struct db *, int64_t workspace, const struct outreach_batch *, int64_t *changed, struct fail *) MUST_CHECK;
bool outreach_name_campaigns(struct db *, struct arena *scratch, int64_t workspace, const struct bison_campaign *,
	size_t count, int64_t *changed, struct fail *) MUST_CHECK;
bool outreach_put_replies(struct db *, int64_t workspace, const char *campaign, const struct bison_reply *,
	size_t count, bool listed, int64_t *changed, struct fail *) MUST_CHECK;

/* Lets days and contact times of a campaign follow what is known of it. *corrected grows by the counts that went down.
 */
bool outreach_settle(struct db *, int64_t workspace, const char *campaign, int64_t *changed, int64_t *corrected,
	struct fail *) MUST_CHECK;

/* The same for those that anything was heard of since; only: one of them, or NULL for all. */
bool outreach_settle_unsettled(struct db *, struct arena *, int64_t workspace, const char *only, int64_t *changed,
	int64_t *corrected, struct fail *) MUST_CHECK;

/* Adds a word to a list of those that we do not know, unless we do, or it is on the list, which is bounded. */
void outreach_note_word(json_t *words, enum bison_vocabulary, const char *word);
bool outreach_keep_words(
	struct db *, int64_t workspace, int64_t connection, const json_t *words, struct fail *) MUST_CHECK;

/* Compact, in the arena. */
const char *outreach_json(struct arena *, const json_t *);

#endif

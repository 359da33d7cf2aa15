/* bison - a round with EmailBison under way: what its walks have in common. */
#include "work/bison.h"

#include "domain/emailbison.h"
#include "store/staging.h"
#include "work/sync_get.h"
#include "world/db.h"

#include <stdio.h>
#include <string.h>

void bison_odd(struct bison *b, const char *what)
{
	struct sync *s = b->sync;

	s->refused++;
	if (!*s->remark)
		snprintf(s->remark, sizeof s->remark, "EmailBison showed what could not be understood: %s", what);
}

const char *bison_mark(const struct bison *b, const char *walk, const char *key)
{
	const json_t *mark = json_object_get(b->sync->mark, walk);

	return json_string_value(key ? json_object_get(mark, key) : mark);
}

/* The next campaigns behind `after`, at most `limit`, in an arena that outlives the page. */
static bool next_campaigns(struct bison *b, struct arena *arena, const char *after, size_t limit,
	struct outreach_campaign **list, size_t *count, struct fail *f)
{
	const struct source *source = b->sync->source;
	struct arena *pages = db_use_arena(b->sync->db, arena);
	bool good = outreach_campaigns(
		b->sync->db, arena, source->workspace_id, source->connection_id, after, (int64_t)limit, list, count, f);

	db_use_arena(b->sync->db, pages);
	return good;
}

bool bison_each_campaign(struct bison *b, size_t together, bison_visit *visit, void *context, struct fail *f)
{
	struct arena batch = {0};
	const char *after = "";
	struct outreach_campaign *list;
	size_t count = together;
	bool good = true;

	while (good && count == together) {
		good = next_campaigns(b, &batch, after, together, &list, &count, f)
		       && (count == 0 || visit(b, list, count, context, f));
		if (good && count)
			after = arena_string(&b->lasting, list[count - 1].campaign_id);
		arena_empty(&batch);
	}
	arena_end(&batch);
	return good;
}

/* --- Whose key it is */

/* GET /users names the workspace; where it does not, a key of one workspace lists just that one. */
static bool ask_workspace(struct bison *b, struct arena *arena, const char **workspace, struct fail *f)
{
	static const char *const paths[] = {"/api/users", "/api/workspaces/v1.1"};
	struct fail trouble = {0};

	*workspace = NULL;
	for (size_t i = 0; i < COUNT(paths) && !*workspace; i++) {
		AUTO(json_t) answer = NULL;

		trouble = (struct fail){0};
		if (sync_get(b->sync, paths[i], NULL, &answer, &trouble))
			*workspace = arena_string(arena, bison_workspace(b->sync->arena, answer));
		else if (trouble.kind != FAIL_ABSENT)
			return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	}
	return *workspace
	       || fail(f, FAIL_CONFLICT, "source_account",
		       "EmailBison does not say of which workspace the API key is, so nothing was written; make an "
		       "api-user key in the client's workspace and store it with `turnout connection api`");
}

static bool is_other(const struct bison *b, const char *now, const char *before, struct fail *f)
{
	return fail(f, FAIL_CONFLICT, "source_other_account",
		"the API key shows workspace %.20s of EmailBison, this connection is of workspace %.20s: nothing was "
		"written. A super-admin key follows its user; make an api-user key in workspace %.20s and store it "
		"with "
		"`turnout connection api %lld`",
		now, before, before, (long long)b->sync->source->connection_id);
}

bool bison_confirm(struct bison *b, struct fail *f)
{
	struct arena scratch = {0};
	const char *workspace;
	bool good = ask_workspace(b, &scratch, &workspace, f)
		    && (strcmp(workspace, b->workspace) == 0 || is_other(b, workspace, b->workspace, f));

	arena_end(&scratch);
	return good;
}

bool bison_identify(struct bison *b, struct fail *f)
{
	const char *before = b->sync->source->account;

	if (!ask_workspace(b, &b->lasting, &b->workspace, f))
		return false;
	if (before && strcmp(before, b->workspace) != 0)
		return is_other(b, b->workspace, before, f);
	return sources_claim_account(b->sync->db, b->sync->source, b->workspace, f);
}

/* --- Portions */

void bison_portion_begin(struct bison_portion *p)
{
	arena_empty(&p->arena);
	p->batch = outreach_batch_new(&p->arena);
	p->pages = 0;
}

void bison_portion_take(struct bison_portion *p, json_t *answer)
{
	json_later(&p->arena, answer);
	p->pages++;
}

static bool bring_in(struct bison *b, const struct bison_portion *p, struct fail *f)
{
	const int64_t workspace = b->sync->source->workspace_id;
	IN_TRANSACTION(tx, b->sync->db, f);

	return tx.open && staging_begin(b->sync->db, workspace, f)
	       && outreach_bring_in(b->sync->db, workspace, &p->batch, &b->sync->applied, f) && tx_commit(&tx, f);
}

bool bison_portion_write(struct bison *b, struct bison_portion *p, struct fail *f)
{
	if (p->batch.count && (!bison_confirm(b, f) || !bring_in(b, p, f)))
		return false;
	bison_portion_begin(p);
	return true;
}

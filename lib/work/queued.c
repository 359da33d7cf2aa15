/* queued - verified deliveries while the database is away: into the spool, and out of it when the database is back. */
#include "work/queued.h"

#include "base/arena.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"
#include "work/ingest_outreach.h"
#include "world/db.h"

#include <stdio.h>
#include <string.h>

/* A file is, sealed: one line "turnout 2 <workspace> <connection> <received> <kind>", then the body as it came. Those
 * of Cal.com were "turnout 1" without a kind. */
static const char *const kind_words[] = {[SENDER_CALCOM] = "calcom", [SENDER_EMAILBISON] = "emailbison"};

static struct bytes wrap(struct arena *arena, const struct secret_key *key, const struct delivery *d)
{
	struct text text = text_new(arena, d->body.length + 200);
	char received[INSTANT_SIZE];

	text_add(&text, "turnout 2 %lld %lld %s %s\n", (long long)d->workspace_id, (long long)d->connection_id,
		instant_to_rfc3339(d->received_at, received), kind_words[d->kind]);
	text_add_bytes(&text, (const char *)d->body.at, d->body.length);
	return secret_seal(arena, key, (struct bytes){(const unsigned char *)text.bytes, text.length});
}

static bool unwrap(
	struct arena *arena, const struct secret_key *key, struct bytes sealed, struct delivery *d, struct fail *f)
{
	struct bytes plain;
	const char *end;
	char *rest, *words[5];
	const char *kind;

	if (!secret_unseal(arena, key, sealed, &plain, f))
		return false;
	end = memchr(plain.at, '\n', plain.length);
	if (!end)
		return fail(f, FAIL_BUG, "spool_head", "a spooled file has no head");
	rest = arena_copy(arena, (const char *)plain.at, (size_t)(end - (const char *)plain.at));
	for (size_t i = 0; i < COUNT(words); i++)
		if (!(words[i] = strsep(&rest, " ")))
			return fail(f, FAIL_BUG, "spool_head", "a spooled file has a head that is not understood");
	kind = rest ? rest : kind_words[SENDER_CALCOM];
	d->kind = strcmp(kind, kind_words[SENDER_EMAILBISON]) == 0 ? SENDER_EMAILBISON : SENDER_CALCOM;
	if (strcmp(words[0], "turnout") != 0 || strcmp(words[1], rest ? "2" : "1") != 0
		|| strcmp(kind, kind_words[d->kind]) != 0 || !i64_from_text(words[2], 1, INT64_MAX, &d->workspace_id)
		|| !i64_from_text(words[3], 1, INT64_MAX, &d->connection_id)
		|| !instant_from_rfc3339(words[4], strlen(words[4]), &d->received_at))
		return fail(f, FAIL_BUG, "spool_head", "a spooled file has a head that is not understood");
	d->body.at = (const unsigned char *)end + 1;
	d->body.length = plain.length - (size_t)(d->body.at - plain.at);
	return true;
}

static bool take(
	struct arena *arena, struct db *db, const struct secret_key *key, struct delivery *delivery, struct fail *f)
{
	return (delivery->kind == SENDER_EMAILBISON ? ingest_outreach : ingest)(arena, db, key, delivery, f);
}

bool ingest_or_queue(struct arena *arena, struct db *db, const struct secret_key *key, const struct spool *spool,
	struct delivery *delivery, struct fail *f)
{
	struct fail trouble = {0}, full = {0};

	if (take(arena, db, key, delivery, &trouble))
		return true;
	/* A bug too: when the event cannot even be kept as failed, the spool is all that is left. */
	if ((trouble.kind == FAIL_LATER || trouble.kind == FAIL_BUG)
		&& spool_put(spool, delivery->received_at, wrap(arena, key, delivery), &full)) {
		delivery->outcome = INGESTED_QUEUED;
		return true;
	}
	if (full.kind)
		log_line(LOG_ERROR, full.code, "a delivery could not be spooled: %s", full.detail);
	return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
}

/* One that is locked out by others stays for the next round and is in nobody's way. False when all have to wait. */
static bool apply_one(struct arena *arena, struct db *db, const struct secret_key *key, const struct spool *spool,
	const char *name, int64_t *applied, struct fail *f)
{
	struct delivery delivery = {.source = "webhook"};
	struct bytes sealed;
	struct fail trouble = {0};

	if (spool_take(arena, spool, name, &sealed, &trouble) && unwrap(arena, key, sealed, &delivery, &trouble)
		&& take(arena, db, key, &delivery, &trouble)) {
		++*applied;
		return spool_drop(spool, name, f);
	}
	if (db_is_away(&trouble))
		return fail(f, FAIL_LATER, trouble.code, "%s", trouble.detail);
	if (trouble.kind == FAIL_LATER || trouble.kind == FAIL_ABSENT)
		return true; /* absent: a second worker of this machine was faster */
	log_line(LOG_ERROR, "spool_set_aside", "a spooled delivery is set aside: %s", trouble.detail);
	return spool_set_aside(spool, name, f);
}

bool queued_apply(struct arena *arena, struct db *db, const struct secret_key *key, const struct spool *spool,
	int64_t *applied, struct fail *f)
{
	struct arena names_arena = {0};
	const char **names;
	size_t count;
	bool good = spool_list(&names_arena, spool, &names, &count, f);

	*applied = 0;
	for (size_t i = 0; good && i < count; i++) {
		good = apply_one(arena, db, key, spool, names[i], applied, f);
		arena_empty(arena);
	}
	arena_end(&names_arena);
	return good;
}

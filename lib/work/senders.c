/* senders - the connections that may deliver webhooks, with their secrets at hand. */
#include "work/senders.h"

#include "base/log.h"
#include "base/text.h"
#include "domain/signature.h"
#include "store/connections.h"
#include "work/sender_file.h"

#include <string.h>

static const int64_t fresh_us = 5000000; /* without a cause to look */
static const int64_t soon_us = 500000;   /* with one: wrong signatures must not become questions to the database */

static bool older_than(const struct senders *s, int64_t age_us)
{
	return s->looked_at.us == 0 || instant_now().us - s->looked_at.us > age_us;
}

/* True also where there is none. */
static bool open_secret(struct arena *arena, const struct secret_key *key, struct bytes sealed, struct bytes *secret)
{
	struct fail f = {0};

	if (sealed.length == 0 || secret_unseal(arena, key, sealed, secret, &f))
		return true;
	log_line(LOG_ERROR, f.code, "%s", f.detail);
	return false;
}

/* What was known stays when the database does not answer. */
static bool read_again(struct senders *s, struct db *db, const struct secret_key *key, struct fail *f)
{
	struct arena arena = {0}, old = s->arena;
	struct connection *connections;
	struct sender *list;
	size_t count, kept = 0;

	s->looked_at = instant_now();
	if (!connections_receiving(db, &arena, 0, SENDER_LIMIT, &connections, &count, f)) {
		arena_end(&arena);
		return false;
	}
	list = arena_alloc(&arena, count * sizeof *list);
	for (size_t i = 0; i < count; i++) {
		const struct connection *c = &connections[i];
		struct sender *sender = &list[kept];

		*sender = (struct sender){.workspace_id = c->workspace_id,
			.connection_id = c->connection_id,
			.kind = strcmp(c->kind, "emailbison") == 0 ? SENDER_EMAILBISON : SENDER_CALCOM,
			.unsigned_ = c->unsigned_};
		kept += open_secret(&arena, key, c->secret, &sender->secrets[0])
			&& open_secret(&arena, key, c->previous_secret, &sender->secrets[1]);
	}
	s->arena = arena;
	s->list = list;
	s->count = kept;
	s->known = true;
	arena_end(&old);
	sender_file_write(s->directory, key, list, kept, s->written);
	return true;
}

/* What a program that started while the database is away goes by. */
static bool recall(struct senders *s, const struct secret_key *key)
{
	struct fail ignored = {0};

	s->known = sender_file_read(&s->arena, s->directory, key, &s->list, &s->count, &ignored);
	return s->known;
}

static bool has_secret(const struct sender *sender, const char *said, struct fail *f)
{
	const struct bytes bytes = {(const unsigned char *)said, strlen(said)};
	bool fits = false;

	for (size_t i = 0; i < COUNT(sender->secrets); i++)
		fits |= secret_is(sender->secrets[i], bytes);
	return fits
	       || fail(f, FAIL_DENIED, "secret_wrong",
		       "the last part of the path is not the connection's secret; `turnout connection rotate` makes a "
		       "new one");
}

static bool fits(const struct sender *sender, struct bytes body, const char *proof, struct fail *f)
{
	if (sender->kind == SENDER_EMAILBISON)
		return has_secret(sender, proof, f);
	return sender->unsigned_ || signature_check(body, proof, sender->secrets, COUNT(sender->secrets), f);
}

static const struct sender *named(const struct senders *s, enum sender_kind kind, int64_t id, struct bytes body,
	const char *proof, struct fail *f)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].connection_id == id && s->list[i].kind == kind)
			return fits(&s->list[i], body, proof, f) ? &s->list[i] : NULL;
	fail(f, FAIL_ABSENT, "connection_absent",
		"there is no such connection; `turnout connection list` shows their ids");
	return NULL;
}

/* An unsigned connection fits everything, so it is reached by its own path only. */
static const struct sender *guessed(const struct senders *s, struct bytes body, const char *signature, struct fail *f)
{
	int tried = 0;

	for (size_t i = 0; i < s->count && tried < SENDER_GUESS_LIMIT; i++) {
		struct fail ignored = {0};

		if (s->list[i].kind != SENDER_CALCOM)
			continue;
		tried++;
		if (!s->list[i].unsigned_ && fits(&s->list[i], body, signature, &ignored))
			return &s->list[i];
	}
	/* Says what is wrong, in the same words whether there are connections or not. */
	return signature_check(body, signature, NULL, 0, f) ? s->list : NULL;
}

bool senders_find(struct senders *s, struct db *db, const struct secret_key *key, enum sender_kind kind,
	const char *connection, struct bytes body, const char *proof, const struct sender **sender, struct fail *f)
{
	struct fail trouble = {0};
	int64_t id = 0;

	if (connection && !i64_from_text(connection, 1, INT64_MAX, &id))
		return fail(f, FAIL_ABSENT, "connection_absent",
			"there is no such connection; `turnout connection list` shows their ids");
	if ((!s->known || older_than(s, fresh_us)) && !read_again(s, db, key, &trouble) && !s->known && !recall(s, key))
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	for (;;) {
		struct fail reason = {0}, ignored = {0};

		*sender = connection ? named(s, kind, id, body, proof, &reason) : guessed(s, body, proof, &reason);
		if (*sender)
			return true;
		if ((reason.kind == FAIL_DENIED && !proof) || !older_than(s, soon_us)
			|| !read_again(s, db, key, &ignored))
			return fail(f, reason.kind, reason.code, "%s", reason.detail);
	}
}

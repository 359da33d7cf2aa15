/* sender_file - the known connections, sealed in a file, for a program that starts while the database is away. */
#include "work/sender_file.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "world/files.h"

#include <sodium.h>
#include <string.h>

static const char file_name[] = "senders";

enum { FILE_LIMIT_BYTES = SENDER_LIMIT * 4096 };

/* One line each: workspace, connection, unsigned, the secrets in hex or "-", and the kind. */
static struct bytes print(struct arena *arena, const struct sender *list, size_t count)
{
	struct text text = text_new(arena, FILE_LIMIT_BYTES);

	for (size_t i = 0; i < count; i++) {
		text_add(&text, "%lld %lld %d", (long long)list[i].workspace_id, (long long)list[i].connection_id,
			list[i].unsigned_);
		for (size_t k = 0; k < COUNT(list[i].secrets); k++) {
			struct bytes secret = list[i].secrets[k];
			char *hex = arena_alloc(arena, 2 * secret.length + 1);

			hex_from_bytes(secret.at, secret.length, hex);
			text_add(&text, " %s", secret.length ? hex : "-");
		}
		text_add(&text, " %d\n", (int)list[i].kind);
	}
	return (struct bytes){(unsigned char *)text.bytes, text.length};
}

void sender_file_write(const char *directory, const struct secret_key *key, const struct sender *list, size_t count,
	unsigned char written[static DIGEST_BYTES])
{
	struct arena arena = {0};
	struct bytes plain = print(&arena, list, count);
	unsigned char sum[DIGEST_BYTES];
	struct fail f = {0};

	digest(plain, sum);
	if (*directory && memcmp(sum, written, sizeof sum) != 0) {
		if (file_write(directory, file_name, secret_seal(&arena, key, plain), &f))
			memcpy(written, sum, sizeof sum);
		else
			log_line(LOG_WARN, f.code,
				"the connections could not be kept for a start without a database: %s", f.detail);
	}
	arena_end(&arena);
}

static bool secret_from_hex(struct arena *arena, const char *hex, struct bytes *secret)
{
	unsigned char *bytes = arena_alloc(arena, strlen(hex) / 2 + 1);

	if (strcmp(hex, "-") == 0)
		return true;
	secret->at = bytes;
	return sodium_hex2bin(bytes, strlen(hex) / 2 + 1, hex, strlen(hex), NULL, &secret->length, NULL) == 0;
}

static bool parse_line(struct arena *arena, char *line, struct sender *sender)
{
	char *words[6];
	int64_t is_unsigned, kind;

	for (size_t i = 0; i < COUNT(words); i++)
		if (!(words[i] = strsep(&line, " ")))
			return false;
	*sender = (struct sender){0};
	if (!i64_from_text(words[0], 1, INT64_MAX, &sender->workspace_id)
		|| !i64_from_text(words[1], 1, INT64_MAX, &sender->connection_id)
		|| !i64_from_text(words[2], 0, 1, &is_unsigned)
		|| !secret_from_hex(arena, words[3], &sender->secrets[0])
		|| !secret_from_hex(arena, words[4], &sender->secrets[1])
		|| !i64_from_text(words[5], SENDER_CALCOM, SENDER_EMAILBISON, &kind))
		return false;
	sender->kind = (enum sender_kind)kind;
	sender->unsigned_ = is_unsigned;
	return true;
}

bool sender_file_read(struct arena *arena, const char *directory, const struct secret_key *key, struct sender **list,
	size_t *count, struct fail *f)
{
	struct bytes sealed, plain;
	char *rest, *line;

	if (!*directory)
		return fail(f, FAIL_ABSENT, "file_absent", "there is no directory for it");
	if (!file_read(arena, directory, file_name, FILE_LIMIT_BYTES, &sealed, f)
		|| !secret_unseal(arena, key, sealed, &plain, f))
		return false;
	*list = arena_alloc(arena, SENDER_LIMIT * sizeof **list);
	*count = 0;
	rest = arena_copy(arena, (const char *)plain.at, plain.length);
	while ((line = strsep(&rest, "\n")) && *count < SENDER_LIMIT)
		*count += parse_line(arena, line, &(*list)[*count]);
	return true;
}

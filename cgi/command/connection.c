/* connection - `turnout connection add`, `list` and `rotate`. */
#include "base/instant.h"
#include "base/text.h"
#include "command/command.h"
#include "store/connections.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_LIMIT_BYTES = 1000 };

/* The bytes as typed; a line end behind them is the editor's. */
static bool secret_from_file(struct session *session, const char *path, const char **secret, struct fail *f)
{
	char *text = arena_alloc(session->arena, SECRET_LIMIT_BYTES + 2);
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t length;

	if (!file)
		return fail(f, FAIL_INPUT, "secret", "could not open \"%.100s\": %s", path, strerror(errno));
	length = fread(text, 1, SECRET_LIMIT_BYTES + 1, file);
	if (file != stdin)
		fclose(file);
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	text[length] = '\0';
	if (length == 0 || length > SECRET_LIMIT_BYTES || strlen(text) != length)
		return fail(f, FAIL_INPUT, "secret", "\"%.100s\" holds no secret of 1 to %d bytes", path,
			SECRET_LIMIT_BYTES);
	*secret = text;
	return true;
}

static const char *new_secret(struct session *session)
{
	unsigned char random[24];
	char *hex = arena_alloc(session->arena, 2 * sizeof random + 1);

	randombytes_buf(random, sizeof random);
	hex_from_bytes(random, sizeof random, hex);
	return hex;
}

/* From the file, or else from the environment (where that is asked for), or else made; *made says which. */
static bool choose_secret(struct session *session, const char *path, const char *environment, const char **secret,
	bool *made, struct fail *f)
{
	*made = !path && !*environment;
	if (path)
		return secret_from_file(session, path, secret, f);
	*secret = *environment ? environment : new_secret(session);
	return true;
}

static bool seal(struct session *session, const char *secret, struct bytes *sealed, struct fail *f)
{
	struct secret_key key;

	if (!session_key(session, &key, f))
		return false;
	*sealed = secret_seal(session->arena, &key, (struct bytes){(const unsigned char *)secret, strlen(secret)});
	return true;
}

bool connection_add(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *name = NULL, *path = NULL, *secret = NULL;
	int64_t workspace = 0, id;
	bool is_unsigned = false, made = false;
	struct bytes sealed = {0};

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &workspace}, {"name", TEXT, false, &name},
			    {"secret-file", TEXT, false, &path}, {"unsigned", FLAG, false, &is_unsigned}),
		    f))
		return false;
	if (is_unsigned && path)
		return fail(f, FAIL_INPUT, "usage", "--unsigned and --secret-file exclude each other");
	if (!is_unsigned
		&& (!choose_secret(session, path, session->settings->webhook_secret, &secret, &made, f)
			|| !seal(session, secret, &sealed, f)))
		return false;
	if (!connections_put(session->db, workspace, name ? name : "Cal.com", sealed, &id, f))
		return false;
	printf("%lld\n", (long long)id);
	if (made)
		printf("%s\n", secret);
	fprintf(stderr, "the webhook's path is /api/webhooks/calcom/%lld%s\n", (long long)id,
		is_unsigned ? "; it takes deliveries without a signature from anybody" : "");
	return true;
}

bool connection_list(struct session *session, int argc, char **argv, struct fail *f)
{
	struct connection *list;
	char created[INSTANT_SIZE];
	int64_t workspace = 0;
	size_t count;

	if (!options_read(argc, argv, OPTIONS({"workspace", NUMBER, false, &workspace}), f)
		|| !connections_list(session->db, session->arena, workspace, &list, &count, f))
		return false;
	printf("%6s  %9s  %-24s  %-20s  %s\n", "id", "workspace", "name", "secret", "created");
	for (size_t i = 0; i < count; i++)
		printf("%6lld  %9lld  %-24s  %-20s  %s\n", (long long)list[i].connection_id,
			(long long)list[i].workspace_id, list[i].name,
			list[i].unsigned_  ? "none: unsigned"
			: list[i].rotating ? "two: being rotated"
					   : "one",
			instant_to_rfc3339(list[i].created_at, created));
	return true;
}

bool connection_rotate(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *path = NULL, *secret;
	int64_t id = 0;
	bool finish = false, made;
	struct bytes sealed;

	if (!options_read(argc, argv,
		    OPTIONS({NULL, NUMBER, true, &id}, {"secret-file", TEXT, false, &path},
			    {"finish", FLAG, false, &finish}),
		    f))
		return false;
	if (finish)
		return connections_rotate_finish(session->db, id, f);
	if (!choose_secret(session, path, "", &secret, &made, f) || !seal(session, secret, &sealed, f)
		|| !connections_rotate(session->db, id, sealed, f))
		return false;
	if (made)
		printf("%s\n", secret);
	fprintf(stderr,
		"both secrets are valid now; when Cal.com has the new one: turnout connection rotate %lld --finish\n",
		(long long)id);
	return true;
}

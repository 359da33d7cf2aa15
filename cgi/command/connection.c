/* connection - `turnout connection add`, `api`, `list` and `rotate`. */
#include "base/instant.h"
#include "base/text.h"
#include "command/command.h"
#include "domain/api_base.h"
#include "store/connections.h"
#include "store/sources.h"
#include "work/sync_source.h"

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

/* What is said of access to the API; all NULL: nothing. */
struct api_options {
	const char *key_file, *base, *version;
};

struct access {
	struct bytes sealed_key;
	const char *base, *version;
};

/* The key comes from a file or from standard input, never from the command line, which everybody on the machine may
 * see.
 */
static bool read_key(struct session *session, const struct api_options *o, const char *environment,
	struct access *access, struct fail *f)
{
	const char *key = *environment ? environment : NULL;

	if (o->key_file && !secret_from_file(session, o->key_file, &key, f))
		return false;
	if (key && strpbrk(key, "\r\n\t "))
		return fail(f, FAIL_INPUT, "secret", "the API key holds white space; expected the key alone");
	return !key || seal(session, key, &access->sealed_key, f);
}

/* Of a new connection: what is not said comes from the environment. Without a key nothing is asked by API. */
static bool choose_access(
	struct session *session, const char *kind, const struct api_options *o, struct access *access, struct fail *f)
{
	const struct settings *s = session->settings;
	bool calcom = strcmp(kind, "calcom") == 0;
	const char *base = o->base ? o->base : calcom ? s->calcom_base_url : s->emailbison_base_url;

	if (!read_key(session, o, calcom ? s->calcom_api_key : s->emailbison_api_key, access, f))
		return false;
	if (!access->sealed_key.length && (o->base || o->version))
		return fail(f, FAIL_INPUT, "usage", "--api-base and --api-version need --api-key-file");
	if (!access->sealed_key.length)
		return true;
	if (!*base)
		return fail(f, FAIL_INPUT, "usage", "--api-base is missing: the address of the EmailBison instance");
	return api_base_read(session->arena, kind, base, o->version, &access->base, &access->version, f);
}

static bool put(struct session *session, int64_t workspace, const char *kind, const char *name, struct bytes secret,
	const struct access *access, int64_t *id, struct fail *f)
{
	IN_TRANSACTION(tx, session->db, f);
	return tx.open && connections_put(session->db, workspace, kind, name, secret, id, f)
	       && (!access->sealed_key.length
		       || sources_put(
			       session->db, workspace, *id, access->sealed_key, access->base, access->version, f))
	       && tx_commit(&tx, f);
}

static void tell_path(const char *kind, int64_t id, bool is_unsigned)
{
	if (strcmp(kind, "emailbison") == 0)
		fprintf(stderr, "the webhook's path is /api/webhooks/emailbison/%lld/SECRET\n", (long long)id);
	else
		fprintf(stderr, "the webhook's path is /api/webhooks/calcom/%lld%s\n", (long long)id,
			is_unsigned ? "; it takes deliveries without a signature from anybody" : "");
}

static bool options_fit(
	const char *kind, bool is_unsigned, const char *path, const struct api_options *api, struct fail *f)
{
	bool calcom = strcmp(kind, "calcom") == 0;

	if (!calcom && strcmp(kind, "emailbison") != 0)
		return fail(f, FAIL_INPUT, "usage", "--kind is \"%.40s\", expected calcom or emailbison", kind);
	if (!calcom && is_unsigned)
		return fail(
			f, FAIL_INPUT, "usage", "EmailBison does not sign, so its webhook needs a secret in its path");
	if (is_unsigned && path)
		return fail(f, FAIL_INPUT, "usage", "--unsigned and --secret-file exclude each other");
	if (path && api->key_file && strcmp(path, "-") == 0 && strcmp(api->key_file, "-") == 0)
		return fail(f, FAIL_INPUT, "usage", "only one of --secret-file and --api-key-file may be -");
	return true;
}

bool connection_add(struct session *session, int argc, char **argv, struct fail *f)
{
	const char *kind = NULL, *name = NULL, *path = NULL, *secret = NULL;
	struct api_options api = {0};
	struct access access = {0};
	int64_t workspace = 0, id;
	bool is_unsigned = false, made = false;
	struct bytes sealed = {0};

	if (!options_read(argc, argv,
		    OPTIONS({"workspace", NUMBER, true, &workspace}, {"kind", TEXT, false, &kind},
			    {"name", TEXT, false, &name}, {"secret-file", TEXT, false, &path},
			    {"unsigned", FLAG, false, &is_unsigned}, {"api-key-file", TEXT, false, &api.key_file},
			    {"api-base", TEXT, false, &api.base}, {"api-version", TEXT, false, &api.version}),
		    f))
		return false;
	kind = kind ? kind : "calcom";
	if (!options_fit(kind, is_unsigned, path, &api, f))
		return false;
	if (!is_unsigned
		&& (!choose_secret(session, path, strcmp(kind, "calcom") == 0 ? session->settings->webhook_secret : "",
			    &secret, &made, f)
			|| !seal(session, secret, &sealed, f)))
		return false;
	if (!choose_access(session, kind, &api, &access, f)
		|| !put(session, workspace, kind, name ? name : sync_source_name(kind), sealed, &access, &id, f))
		return false;
	printf("%lld\n", (long long)id);
	if (made)
		printf("%s\n", secret);
	tell_path(kind, id, is_unsigned);
	return true;
}

/* What is not said stays; a connection that had no access gets the usual address. */
bool connection_api(struct session *session, int argc, char **argv, struct fail *f)
{
	struct api_options api = {0};
	struct access access = {0};
	struct connection connection;
	int64_t id = 0;

	if (!options_read(argc, argv,
		    OPTIONS({NULL, NUMBER, true, &id}, {"api-key-file", TEXT, false, &api.key_file},
			    {"api-base", TEXT, false, &api.base}, {"api-version", TEXT, false, &api.version}),
		    f)
		|| !connections_find(session->db, id, &connection, f))
		return false;
	if (!connection.has_api)
		return choose_access(session, connection.kind, &api, &access, f)
		       && (access.sealed_key.length
			       || fail(f, FAIL_INPUT, "usage", "--api-key-file is missing; see --help"))
		       && sources_put(session->db, connection.workspace_id, id, access.sealed_key, access.base,
			       access.version, f);
	if (!api.key_file && !api.base)
		return fail(f, FAIL_INPUT, "usage", "nothing to change; see --help");
	if (api.version && !api.base)
		return fail(f, FAIL_INPUT, "usage", "--api-version goes with --api-base");
	return read_key(session, &api, "", &access, f)
	       && (!api.base
		       || api_base_read(session->arena, connection.kind, api.base, api.version, &access.base,
			       &access.version, f))
	       && sources_put(
		       session->db, connection.workspace_id, id, access.sealed_key, access.base, access.version, f);
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
	printf("%6s  %9s  %-10s  %-24s  %-20s  %-3s  %s\n", "id", "workspace", "kind", "name", "secret", "api",
		"created");
	for (size_t i = 0; i < count; i++)
		printf("%6lld  %9lld  %-10s  %-24s  %-20s  %-3s  %s\n", (long long)list[i].connection_id,
			(long long)list[i].workspace_id, list[i].kind, list[i].name,
			list[i].unsigned_  ? "none: unsigned"
			: list[i].rotating ? "two: being rotated"
					   : "one",
			list[i].has_api ? "yes" : "no", instant_to_rfc3339(list[i].created_at, created));
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

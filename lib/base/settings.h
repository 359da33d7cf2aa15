/* settings - what the environment says, read once at start; `turnout settings` prints the same rows. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/fail.h"
#include "base/log.h"
#include "base/scope.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

struct settings {
	const char *database_url, *database_owner_url;
	const char *key_hex, *key_file;
	const char *webhook_secret;
	enum log_level log_level;
	bool prepared_statements;
	const char *spool_dir;
	int64_t spool_files, spool_megabytes;
	int64_t presume_minutes;
	const char *counters_file;
	const char *calcom_api_key, *calcom_base_url, *emailbison_api_key, *emailbison_base_url;
	int64_t sync_seconds, source_timeout_seconds;
};

/* Strings are borrowed from the environment. FAIL_INPUT with a sentence that names the setting. */
bool settings_read(struct settings *, struct fail *) MUST_CHECK;

/* The key that seals secrets, from TURNOUT_KEY or TURNOUT_KEY_FILE. */
bool settings_key(const struct settings *, struct secret_key *, struct fail *) MUST_CHECK;

/* Calls `each` for every setting in order; `standard` is "" where there is no default. */
void settings_each(void (*each)(const char *name, const char *older_name, const char *standard, const char *meaning));

#endif

/* settings - what the environment says, read once at start; `turnout settings` prints the same rows. */
#include "base/settings.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef bool reader(const char *name, const char *value, void *field, struct fail *);

static bool read_string(const char *name, const char *value, void *field, struct fail *f)
{
	(void)name, (void)f;
	*(const char **)field = value;
	return true;
}

static bool read_log_level(const char *name, const char *value, void *field, struct fail *f)
{
	return log_level_from_name(value, field)
	       || fail(f, FAIL_INPUT, "setting", "%s is \"%s\", expected error, warn, info or debug", name, value);
}

static bool read_switch(const char *name, const char *value, void *field, struct fail *f)
{
	*(bool *)field = strcmp(value, "on") == 0;
	return *(bool *)field || strcmp(value, "off") == 0
	       || fail(f, FAIL_INPUT, "setting", "%s is \"%s\", expected on or off", name, value);
}

static bool read_number(const char *name, const char *value, void *field, struct fail *f)
{
	return i64_from_text(value, 1, 1000000, field)
	       || fail(f, FAIL_INPUT, "setting", "%s is \"%s\", expected 1 to 1000000", name, value);
}

#define AT(field) offsetof(struct settings, field)

static const struct setting {
	const char *name, *older_name, *standard;
	reader *read;
	size_t field;
	const char *meaning;
} settings[] = {
	{"DATABASE_URL", NULL, "", read_string, AT(database_url), "PostgreSQL for the programs, as a libpq URL"},
	{"DATABASE_OWNER_URL", NULL, "", read_string, AT(database_owner_url),
		"PostgreSQL for the command line tool, as the owner of the schema; without it DATABASE_URL"},
	{"TURNOUT_KEY_FILE", NULL, "", read_string, AT(key_file),
		"file with the 64 hex digits that seal secrets at rest"},
	{"TURNOUT_KEY", NULL, "", read_string, AT(key_hex), "the 64 hex digits themselves, instead of a file"},
	{"CALCOM_WEBHOOK_SECRET", "CAL_WEBHOOK_SECRET", "", read_string, AT(webhook_secret),
		"secret that `turnout connection add` takes when no other is given"},
	{"SPOOL_DIR", NULL, "", read_string, AT(spool_dir),
		"directory that keeps deliveries while the database is away; without it they are refused with 503"},
	{"SPOOL_FILES", NULL, "10000", read_number, AT(spool_files), "deliveries that the spool keeps at most"},
	{"SPOOL_MEGABYTES", NULL, "256", read_number, AT(spool_megabytes), "size of the spool at most"},
	{"PRESUME_MINUTES", NULL, "60", read_number, AT(presume_minutes),
		"after the scheduled end, until a meeting whose end nobody told of is taken as held"},
	{"COUNTERS_FILE", NULL, "", read_string, AT(counters_file),
		"file that the programs of one machine count in together, for /metrics; without it nothing is counted"},
	{"CALCOM_API_KEY", "CAL_API_KEY", "", read_string, AT(calcom_api_key),
		"key of Cal.com's API that `turnout connection add` takes when no other is given"},
	{"CALCOM_BASE_URL", NULL, "https://api.cal.com/v2", read_string, AT(calcom_base_url),
		"likewise: where that API is"},
	{"EMAILBISON_API_KEY", NULL, "", read_string, AT(emailbison_api_key),
		"key of EmailBison's API that `turnout connection add` takes when no other is given"},
	{"EMAILBISON_BASE_URL", NULL, "", read_string, AT(emailbison_base_url), "likewise: the instance's address"},
	{"SYNC_SECONDS", NULL, "900", read_number, AT(sync_seconds), "pause between two rounds with a source's API"},
	{"SOURCE_TIMEOUT_SECONDS", NULL, "30", read_number, AT(source_timeout_seconds),
		"how long one answer of a source may take"},
	{"LOG_LEVEL", NULL, "info", read_log_level, AT(log_level), "error, warn, info or debug"},
	{"PREPARED_STATEMENTS", NULL, "on", read_switch, AT(prepared_statements),
		"off behind PgBouncer older than 1.21 in transaction mode"},
};

/* Both names may be set as long as they agree: nobody can guess which of two values was meant. */
static bool look_up(const struct setting *s, const char **value, struct fail *f)
{
	const char *today = getenv(s->name), *older = s->older_name ? getenv(s->older_name) : NULL;

	if (today && *today && older && *older && strcmp(today, older) != 0)
		return fail(f, FAIL_INPUT, "setting", "%s and %s are both set and differ; keep one of them", s->name,
			s->older_name);
	*value = today && *today ? today : older && *older ? older : s->standard;
	return true;
}

bool settings_read(struct settings *into, struct fail *f)
{
	*into = (struct settings){0};
	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *s = &settings[i];
		const char *value = NULL;

		if (!look_up(s, &value, f) || !s->read(s->name, value, (char *)into + s->field, f))
			return false;
	}
	if (!*into->database_url)
		return fail(f, FAIL_INPUT, "setting",
			"DATABASE_URL is not set; expected a libpq URL such as postgresql:///turnout");
	if (!*into->database_owner_url)
		into->database_owner_url = into->database_url;
	return true;
}

bool settings_key(const struct settings *s, struct secret_key *key, struct fail *f)
{
	if (*s->key_hex)
		return secret_key_from_hex(s->key_hex, key, f);
	if (*s->key_file)
		return secret_key_from_file(s->key_file, key, f);
	return fail(f, FAIL_INPUT, "setting", "TURNOUT_KEY_FILE is not set; expected a file with 64 hex digits");
}

void settings_each(void (*each)(const char *name, const char *older_name, const char *standard, const char *meaning))
{
	for (size_t i = 0; i < COUNT(settings); i++)
		each(settings[i].name, settings[i].older_name, settings[i].standard, settings[i].meaning);
}

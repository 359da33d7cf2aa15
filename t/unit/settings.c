/* settings - defaults, older names, and what is said about a value that cannot be meant. */
#include "base/settings.h"

#include "tap.h"

#include <stdlib.h>

static void forget(const char *name, const char *older_name, const char *standard, const char *meaning)
{
	(void)standard, (void)meaning;
	unsetenv(name);
	if (older_name)
		unsetenv(older_name);
}

/* The environment is these settings ("NAME=value", up to a NULL) and no other. */
static bool read_with(const char *const *environment, struct settings *s, struct fail *f)
{
	char setting[256], *value;

	*f = (struct fail){0};
	settings_each(forget);
	for (; *environment; environment++) {
		snprintf(setting, sizeof setting, "%s", *environment);
		value = strchr(setting, '=');
		*value++ = '\0';
		setenv(setting, value, 1);
	}
	return settings_read(s, f);
}

static void defaults(void)
{
	static const char *const alone[] = {"DATABASE_URL=postgresql:///x", NULL};
	struct settings s;
	struct fail f;

	ok(read_with(alone, &s, &f), "a database is all that must be named");
	is_text(s.database_url, "postgresql:///x", "its URL is taken as it is");
	is_text(s.database_owner_url, "postgresql:///x", "the owner's URL is the same unless it is given");
	is_text(s.webhook_secret, "", "there is no secret");
	ok(s.log_level == LOG_INFO, "the log begins at info");
	ok(s.prepared_statements, "statements are prepared");
	is_text(s.spool_dir, "", "there is no spool");
	ok(s.spool_files == 10000 && s.spool_megabytes == 256, "that would hold ten thousand files and 256 MB");
	ok(s.presume_minutes == 60, "a meeting is presumed after an hour");
}

static const struct {
	const char *environment[6];
	const char *secret; /* NULL: refused */
	const char *what;
} secrets[] = {
	{{"CALCOM_WEBHOOK_SECRET=a"}, "a", "the name of today is read"},
	{{"CAL_WEBHOOK_SECRET=b"}, "b", "the older name is read"},
	{{"CALCOM_WEBHOOK_SECRET=a", "CAL_WEBHOOK_SECRET=a"}, "a", "both may be set when they agree"},
	{{"CALCOM_WEBHOOK_SECRET=a", "CAL_WEBHOOK_SECRET=b"}, NULL, "both may not be set when they differ"},
	{{"CALCOM_WEBHOOK_SECRET=", "CAL_WEBHOOK_SECRET=b"}, "b", "a name set to nothing is not set: the older one is read"},
	{{"CALCOM_WEBHOOK_SECRET=a", "CAL_WEBHOOK_SECRET="}, "a", "an older name set to nothing is not set"},
	{{"CALCOM_WEBHOOK_SECRET=", "CAL_WEBHOOK_SECRET="}, "", "both set to nothing are no secret"},
};

static void older_names(void)
{
	for (size_t i = 0; i < COUNT(secrets); i++) {
		const char *environment[8] = {"DATABASE_URL=x"};
		struct settings s;
		struct fail f;
		bool good;

		memcpy(environment + 1, secrets[i].environment, sizeof secrets[i].environment);
		good = read_with(environment, &s, &f);
		if (secrets[i].secret)
			is_text(good ? s.webhook_secret : NULL, secrets[i].secret, secrets[i].what);
		else
			ok(!good && strstr(f.detail, "CALCOM_WEBHOOK_SECRET") && strstr(f.detail, " CAL_WEBHOOK_SECRET"),
				secrets[i].what);
	}
}

static const struct {
	const char *environment[4];
	const char *says; /* part of the sentence; NULL: accepted */
	const char *what;
} values[] = {
	{{NULL}, "DATABASE_URL", "a database must be named"},
	{{"DATABASE_URL="}, "DATABASE_URL", "by more than nothing"},
	{{"DATABASE_URL=x", "LOG_LEVEL=error"}, NULL, "a level may be error"},
	{{"DATABASE_URL=x", "LOG_LEVEL=warn"}, NULL, "or warn"},
	{{"DATABASE_URL=x", "LOG_LEVEL=debug"}, NULL, "or debug"},
	{{"DATABASE_URL=x", "LOG_LEVEL="}, NULL, "or nothing"},
	{{"DATABASE_URL=x", "LOG_LEVEL=loud"}, "LOG_LEVEL is \"loud\"", "a level that does not exist is refused by name and value"},
	{{"DATABASE_URL=x", "LOG_LEVEL=INFO"}, "LOG_LEVEL", "levels are written small"},
	{{"DATABASE_URL=x", "PREPARED_STATEMENTS=off"}, NULL, "prepared statements may be off"},
	{{"DATABASE_URL=x", "PREPARED_STATEMENTS=on"}, NULL, "or on"},
	{{"DATABASE_URL=x", "SPOOL_FILES=1", "SPOOL_MEGABYTES=1000000"}, NULL, "numbers go from 1 to a million"},
	{{"DATABASE_URL=x", "SPOOL_FILES=0"}, "SPOOL_FILES is \"0\"", "not below"},
	{{"DATABASE_URL=x", "SPOOL_MEGABYTES=1000001"}, "SPOOL_MEGABYTES", "nor above"},
	{{"DATABASE_URL=x", "PRESUME_MINUTES=1h"}, "PRESUME_MINUTES is \"1h\"", "and have no unit"},
	{{"DATABASE_URL=x", "PREPARED_STATEMENTS=yes"}, "PREPARED_STATEMENTS is \"yes\"", "and nothing else"},
};

static void wrong_values(void)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct settings s;
		struct fail f;
		bool good = read_with(values[i].environment, &s, &f);

		if (!ok(values[i].says ? !good && f.kind == FAIL_INPUT && strcmp(f.code, "setting") == 0 && strstr(f.detail, values[i].says)
				       : good, values[i].what))
			printf("# %s\n", f.detail);
	}
}

static void all_are_read(void)
{
	static const char *const all[] = {"DATABASE_URL=a", "DATABASE_OWNER_URL=b", "TURNOUT_KEY_FILE=c", "TURNOUT_KEY=d", "LOG_LEVEL=debug",
		"PREPARED_STATEMENTS=off", NULL};
	struct settings s;
	struct fail f;

	ok(read_with(all, &s, &f) && !s.prepared_statements && s.log_level == LOG_DEBUG, "what is set is read");
	is_text(s.database_owner_url, "b", "an owner's URL of its own is kept");
	is_text(s.key_file, "c", "the key's file is kept");
	is_text(s.key_hex, "d", "the key is kept");
}

static void the_key(void)
{
	static const char digits[] = "00000000000000000000000000000000000000000000000000000000000000ff";
	struct settings s = {.key_hex = digits, .key_file = "/nowhere"};
	struct secret_key key;
	struct fail f = {0};

	secret_open();
	ok(settings_key(&s, &key, &f) && key.bytes[31] == 255, "a key that is given itself needs no file");
	s = (struct settings){.key_hex = "", .key_file = "/nowhere"};
	ok(!settings_key(&s, &key, &f) && strcmp(f.code, "key") == 0, "a key's file must be there");
	f = (struct fail){0};
	s = (struct settings){.key_hex = "", .key_file = ""};
	ok(!settings_key(&s, &key, &f) && strstr(f.detail, "TURNOUT_KEY_FILE"), "without either the setting is named");
	f = (struct fail){0};
	s = (struct settings){.key_hex = "12", .key_file = ""};
	ok(!settings_key(&s, &key, &f) && !strstr(f.detail, "12"), "a wrong key is refused and not repeated");
}

static size_t listed, known;
static bool listed_well = true;

static void look(const char *name, const char *older_name, const char *standard, const char *meaning)
{
	static const char *const names[] = {"DATABASE_URL", "DATABASE_OWNER_URL", "TURNOUT_KEY_FILE", "TURNOUT_KEY", "CALCOM_WEBHOOK_SECRET",
		"SPOOL_DIR", "SPOOL_FILES", "SPOOL_MEGABYTES", "PRESUME_MINUTES", "COUNTERS_FILE", "LOG_LEVEL", "PREPARED_STATEMENTS"};
	static const char *seen[100];

	for (size_t i = 0; i < COUNT(names); i++)
		known += strcmp(name, names[i]) == 0;
	for (size_t i = 0; i < listed; i++)
		listed_well = listed_well && strcmp(seen[i], name) != 0;
	listed_well = listed_well && standard && meaning && *meaning && (!older_name || strcmp(name, older_name) != 0);
	seen[listed++ % COUNT(seen)] = name;
}

int main(void)
{
	defaults();
	older_names();
	wrong_values();
	all_are_read();
	the_key();
	settings_each(look);
	ok(known == 12 && listed_well, "every setting is listed once, with what it means");
	return done_testing();
}

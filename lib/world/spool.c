/* spool - what was accepted while the database was away; durable before we answer, taken out in order of arrival. */
#include "world/spool.h"

#include "base/arena.h"
#include "base/settings.h"
#include "base/text.h"
#include "world/files.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".event", aside[] = "aside";

/* Of one thing: the largest body, its head and the seal around both. */
enum { THING_LIMIT_BYTES = (1 << 20) + 4096 };

struct spool spool_from_settings(const struct settings *s)
{
	return (struct spool){s->spool_dir, s->spool_files, s->spool_megabytes * 1000000};
}

static DIR *open_spool(const char *path, struct fail *f)
{
	DIR *dir = *path ? opendir(path) : NULL;

	if (!*path)
		fail(f, FAIL_LATER, "spool_absent", "there is no spool directory; set SPOOL_DIR");
	else if (!dir)
		fail(f, FAIL_LATER, "spool_absent", "the spool directory could not be opened: %s", strerror(errno));
	return dir;
}

/* NULL at the end. */
static const char *next_name(DIR *dir)
{
	struct dirent *entry;
	size_t length;

	while ((entry = readdir(dir))) {
		length = strlen(entry->d_name);
		/* A folder of somebody else's could not even be set aside. */
		if (entry->d_name[0] != '.' && entry->d_type != DT_DIR && length > sizeof suffix - 1
			&& strcmp(entry->d_name + length - (sizeof suffix - 1), suffix) == 0)
			return entry->d_name;
	}
	return NULL;
}

static void count_file(struct spool_state *state, DIR *dir, const char *name)
{
	struct stat status;
	char digits[17] = "";
	struct instant at = {0};

	if (fstatat(dirfd(dir), name, &status, 0) != 0)
		return;
	state->files++;
	state->bytes += status.st_size;
	memcpy(digits, name, strnlen(name, sizeof digits - 1));
	if (i64_from_text(digits, 0, INT64_MAX, &at.us) && (state->oldest.us == 0 || before(at, state->oldest)))
		state->oldest = at;
}

bool spool_look(const struct spool *spool, struct spool_state *state, struct fail *f)
{
	DIR *dir = open_spool(spool->directory, f), *others;
	char path[4096];
	const char *name;

	*state = (struct spool_state){0};
	if (!dir)
		return false;
	while ((name = next_name(dir)))
		count_file(state, dir, name);
	closedir(dir);
	snprintf(path, sizeof path, "%s/%s", spool->directory, aside);
	others = opendir(path);
	while (others && next_name(others))
		state->set_aside++;
	if (others)
		closedir(others);
	return true;
}

/* Sixteen digits of microseconds sort as they count until the year 2286; the random part keeps two processes apart. */
bool spool_put(const struct spool *spool, struct instant arrived, struct bytes bytes, struct fail *f)
{
	struct spool_state state;
	char name[64];

	if (!spool_look(spool, &state, f))
		return false;
	if (state.files >= spool->most_files || state.bytes + (int64_t)bytes.length > spool->most_bytes)
		return fail(f, FAIL_LATER, "spool_full", "the spool is full: %lld files, %lld bytes",
			(long long)state.files, (long long)state.bytes);
	snprintf(name, sizeof name, "%016lld-%08x%s", (long long)arrived.us, randombytes_random(), suffix);
	return file_write(spool->directory, name, bytes, f);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool spool_list(struct arena *arena, const struct spool *spool, const char ***names, size_t *count, struct fail *f)
{
	DIR *dir = open_spool(spool->directory, f);
	size_t room = 64;
	const char *name;

	*count = 0;
	if (!dir)
		return false;
	*names = arena_alloc(arena, room * sizeof **names);
	while ((name = next_name(dir))) {
		if (*count == room) {
			const char **more = arena_alloc(arena, 2 * room * sizeof *more);

			memcpy(more, *names, room * sizeof *more);
			*names = more;
			room *= 2;
		}
		(*names)[(*count)++] = arena_string(arena, name);
	}
	closedir(dir);
	qsort(*names, *count, sizeof **names, by_name);
	return true;
}

bool spool_take(struct arena *arena, const struct spool *spool, const char *name, struct bytes *bytes, struct fail *f)
{
	return file_read(arena, spool->directory, name, THING_LIMIT_BYTES, bytes, f);
}

bool spool_drop(const struct spool *spool, const char *name, struct fail *f)
{
	return file_drop(spool->directory, name, f);
}

bool spool_set_aside(const struct spool *spool, const char *name, struct fail *f)
{
	return file_move(spool->directory, name, aside, f);
}

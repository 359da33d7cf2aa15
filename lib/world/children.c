/* children - a few programs that this one starts, waits for and ends with itself. */
#include "world/children.h"

#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 8 };

extern char **environ;

/* Where this program is, with another name at its end. */
static bool beside(const char *program, char path[static PATH_MAX], struct fail *f)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	if (!slash
		|| (size_t)snprintf(slash + 1, (size_t)(path + PATH_MAX - slash - 1), "%s", program)
			   >= (size_t)(path + PATH_MAX - slash - 1))
		return fail(f, FAIL_LATER, "children", "where the program \"%s\" lies is not known", program);
	return true;
}

/* Nothing blocked, and nothing ignored but SIGPIPE, which the child settles for itself. */
static int spawn(pid_t *pid, const char *path, char **words)
{
	posix_spawnattr_t how;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	error = posix_spawn(pid, path, NULL, &how, words, environ);
	posix_spawnattr_destroy(&how);
	return error;
}

bool children_start(struct children *children, const char *program, const char *const *words, struct fail *f)
{
	char path[PATH_MAX], text[WORDS][64], *all[WORDS + 1] = {text[0]};
	size_t count = 1;
	pid_t pid;
	int error;

	if (children->count == CHILDREN_LIMIT)
		return fail(f, FAIL_LATER, "children", "%d programs are at work already", CHILDREN_LIMIT);
	if (!beside(program, path, f))
		return false;
	snprintf(text[0], sizeof text[0], "%s", program);
	for (size_t i = 0; words[i] && count < WORDS; i++, count++) {
		snprintf(text[count], sizeof text[count], "%s", words[i]);
		all[count] = text[count];
	}
	error = spawn(&pid, path, all);
	if (error)
		return fail(f, FAIL_LATER, "children", "the program \"%s\" could not be started: %s", program,
			strerror(error));
	children->list[children->count++] = pid;
	return true;
}

void children_reap(struct children *children)
{
	size_t left = 0;

	for (size_t i = 0; i < children->count; i++) {
		int status = 0;
		pid_t ended = waitpid(children->list[i], &status, WNOHANG);

		if (ended > 0 && WIFSIGNALED(status))
			log_line(LOG_ERROR, "child_died", "a program was ended by signal %d", WTERMSIG(status));
		if (ended == 0 || (ended < 0 && errno == EINTR))
			children->list[left++] = children->list[i];
	}
	children->count = left;
}

void children_end(struct children *children, int patience_ms)
{
	enum { LOOK_MS = 20 };
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};

	for (size_t i = 0; i < children->count; i++)
		kill(children->list[i], SIGTERM);
	for (int waited_ms = 0; children->count > 0 && waited_ms < patience_ms; waited_ms += LOOK_MS) {
		children_reap(children);
		if (children->count > 0)
			nanosleep(&look, NULL);
	}
	for (size_t i = 0; i < children->count; i++)
		kill(children->list[i], SIGKILL);
}

void child_follows(void)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* files - small files that are there whole or not at all, and stay there when the power goes. */
#include "world/files.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory is not named: answers to clients must not tell paths. */
static bool trouble(struct fail *f, const char *doing)
{
	return fail(f, FAIL_LATER, "file", "a file could not be %s: %s", doing, strerror(errno));
}

static void give_back_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A descriptor that is closed when its block ends. */
#define AUTO_FD __attribute__((cleanup(give_back_fd))) int

static int open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_all(int fd, struct bytes bytes)
{
	while (bytes.length > 0) {
		ssize_t written = write(fd, bytes.at, bytes.length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes.at += written;
		bytes.length -= (size_t)written;
	}
	return true;
}

static bool write_durably(int directory, const char *name, struct bytes bytes)
{
	AUTO_FD fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;
}

bool file_write(const char *directory, const char *name, struct bytes bytes, struct fail *f)
{
	char temporary[300];
	AUTO_FD dir = open_directory(directory);

	if (dir < 0)
		return trouble(f, "written");
	snprintf(temporary, sizeof temporary, ".%s.%ld", name, (long)getpid());
	if (write_durably(dir, temporary, bytes) && renameat(dir, temporary, dir, name) == 0 && fsync(dir) == 0)
		return true;
	trouble(f, "written");
	unlinkat(dir, temporary, 0);
	return false;
}

bool file_read(struct arena *arena, const char *directory, const char *name, size_t limit_bytes, struct bytes *bytes,
	struct fail *f)
{
	AUTO_FD dir = open_directory(directory);
	/* Not blocking: a pipe of that name would make us wait for somebody who writes. */
	AUTO_FD fd = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	unsigned char *memory;
	size_t length = 0;
	ssize_t got = 1;

	if (fd < 0 && errno == ENOENT)
		return fail(f, FAIL_ABSENT, "file_absent", "there is no such file");
	if (dir >= 0 && fd < 0 && (errno == ELOOP || errno == EACCES || errno == ENXIO))
		return fail(f, FAIL_BUG, "file_odd", "a file is not ours to read");
	if (fd < 0 || fstat(fd, &status) != 0)
		return trouble(f, "read");
	if (!S_ISREG(status.st_mode))
		return fail(f, FAIL_BUG, "file_odd", "what should be a file is none");
	if (status.st_size < 0 || (uint64_t)status.st_size > limit_bytes)
		return fail(f, FAIL_TOO_LARGE, "file_too_large", "a file is longer than %zu bytes", limit_bytes);
	memory = arena_alloc(arena, (size_t)status.st_size + 1);
	while (length < (size_t)status.st_size && got > 0) {
		got = read(fd, memory + length, (size_t)status.st_size - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		return trouble(f, "read");
	*bytes = (struct bytes){memory, length};
	return true;
}

bool file_drop(const char *directory, const char *name, struct fail *f)
{
	AUTO_FD dir = open_directory(directory);

	return (dir >= 0 && (unlinkat(dir, name, 0) == 0 || errno == ENOENT)) || trouble(f, "removed");
}

bool file_move(const char *directory, const char *name, const char *into, struct fail *f)
{
	AUTO_FD dir = open_directory(directory);
	AUTO_FD target = -1;

	if (dir < 0 || (mkdirat(dir, into, 0700) != 0 && errno != EEXIST))
		return trouble(f, "moved");
	target = openat(dir, into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return (target >= 0 && renameat(dir, name, target, name) == 0 && fsync(target) == 0 && fsync(dir) == 0)
	       || trouble(f, "moved");
}

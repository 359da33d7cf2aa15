/* counters - numbers that all programs of one machine count up together, in a file that each of them has in memory. */
#include "world/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SLOTS = 256 };

/* Goes up when the meaning of a counter changes. */
static const uint64_t version = 1;

struct counters {
	_Atomic uint64_t version;
	_Atomic uint64_t counts[COUNTER_COUNT];
	struct {
		_Atomic uint64_t minute, held_back;
	} names[NAME_SLOTS];
};

/* Another version is emptied by cutting the file; whoever has it in memory is of that version too and ends with it. */
static bool prepare(int fd)
{
	uint64_t found = 0;
	struct stat status;

	if (fstat(fd, &status) != 0)
		return false;
	if (status.st_size == (off_t)sizeof(struct counters) && pread(fd, &found, sizeof found, 0) == sizeof found
		&& (found == version || found == 0))
		return true;
	return (status.st_size == 0 || ftruncate(fd, 0) == 0) && ftruncate(fd, sizeof(struct counters)) == 0;
}

bool counters_open(const char *path, struct counters **counters, struct fail *f)
{
	int fd = -1;
	void *memory;

	if (*path) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
		if (fd < 0 || !prepare(fd)) {
			fail(f, FAIL_INPUT, "setting", "COUNTERS_FILE could not be opened: %s", strerror(errno));
			if (fd >= 0)
				close(fd);
			return false;
		}
	}
	memory = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE,
		*path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
	if (fd >= 0)
		close(fd);
	if (memory == MAP_FAILED)
		return fail(f, FAIL_INPUT, "setting", "COUNTERS_FILE could not be mapped: %s", strerror(errno));
	*counters = memory;
	atomic_store(&(*counters)->version, version);
	return true;
}

void counter_add(struct counters *counters, size_t which, uint64_t amount)
{
	if (which < COUNTER_COUNT)
		atomic_fetch_add_explicit(&counters->counts[which], amount, memory_order_relaxed);
}

uint64_t counter_read(const struct counters *counters, size_t which)
{
	return which < COUNTER_COUNT ? atomic_load_explicit(&counters->counts[which], memory_order_relaxed) : 0;
}

bool once_a_minute(struct counters *counters, const char *name, struct instant now, uint64_t *held_back)
{
	static const int64_t minute_us = 60000000;
	/* All programs have to come to the same slot, so the key is not random. */
	static const unsigned char key[crypto_shorthash_KEYBYTES] = "turnout counters";
	unsigned char sum[crypto_shorthash_BYTES];
	uint64_t minute = (uint64_t)(now.us / minute_us), last;
	size_t slot;

	crypto_shorthash(sum, (const unsigned char *)name, strlen(name), key);
	slot = sum[0] % NAME_SLOTS;
	last = atomic_load(&counters->names[slot].minute);
	if (last == minute || !atomic_compare_exchange_strong(&counters->names[slot].minute, &last, minute)) {
		atomic_fetch_add(&counters->names[slot].held_back, 1);
		return false;
	}
	*held_back = atomic_exchange(&counters->names[slot].held_back, 0);
	return true;
}

/* residency - keeps small what a program holds in memory while it waits. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "world/residency.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc raises these limits by itself after a large allocation and then keeps the memory: a program that once got a
 * body of 1 MiB would stay that much larger. */
void residency_open(void)
{
	enum { LIMIT_BYTES = 128 * 1024 };

	mallopt(M_MMAP_THRESHOLD, LIMIT_BYTES);
	mallopt(M_TRIM_THRESHOLD, LIMIT_BYTES);
}

/* Only of parts that are not written: such pages are as they are in the file. */
static void forget_parts(const struct dl_phdr_info *object, ElfW(Word) flags)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + part->p_vaddr, end = from + part->p_memsz;

		from &= ~(page - 1);
		if (part->p_type == PT_LOAD && (part->p_flags & (PF_X | PF_W)) == flags)
			(void)madvise((void *)from, end - from, MADV_DONTNEED);
	}
}

static int forget_code(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size, (void)context;
	forget_parts(object, PF_X);
	return 0;
}

/* The first object is the program itself. */
static int forget_tables(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size, (void)context;
	forget_parts(object, 0);
	return 1;
}

void residency_forget_code(void)
{
	(void)dl_iterate_phdr(forget_code, NULL);
}

void residency_forget_tables(void)
{
	(void)dl_iterate_phdr(forget_tables, NULL);
}

void residency_forget_heap(void)
{
	enum { WORTH_BYTES = 512 * 1024 };

	if (mallinfo2().fordblks > WORTH_BYTES)
		malloc_trim(0);
}

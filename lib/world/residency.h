/* residency - keeps small what a program holds in memory while it waits. */
#ifndef WORLD_RESIDENCY_H
#define WORLD_RESIDENCY_H

/* Makes the allocator give back what large requests took; once, before anything is allocated. */
void residency_open(void);

/* Gives back the pages of code that are in memory by now; those that are needed come again by themselves, from the same
 * files. After the start and after the first requests that is 2 to 3 MB of what only starting needs: libpq alone brings
 * 20 libraries. */
void residency_forget_code(void);

/* Gives back what was read of the program's own constant tables. The lists of names and companies are 2 MB, of which
 * every search reads some other pages. */
void residency_forget_tables(void);

/* Gives back what lies free amid the heap, if that is worth it: the allocator itself only gives back what is free at its
 * end, and a large report leaves small things there. */
void residency_forget_heap(void);

#endif

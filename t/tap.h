/* tap - results of a unit test as prove reads them. */
#ifndef T_TAP_H
#define T_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

/* what: a sentence that is true when the test passes. Returns `good`. */
static inline bool ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_run, what);
	tap_failed += !good;
	return good;
}

/* NULL equals only NULL. */
static inline bool is_text(const char *got, const char *expected, const char *what)
{
	bool same = got && expected ? strcmp(got, expected) == 0 : got == expected;

	if (!ok(same, what))
		printf("#      got: %s\n# expected: %s\n", got ? got : "(nothing)", expected ? expected : "(nothing)");
	return same;
}

static inline bool is_number(long long got, long long expected, const char *what)
{
	if (!ok(got == expected, what))
		printf("#      got: %lld\n# expected: %lld\n", got, expected);
	return got == expected;
}

static inline int done_testing(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed != 0;
}

#endif

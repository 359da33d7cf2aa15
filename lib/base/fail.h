/* fail - the one way to fail: a kind for the caller, a code for programs, a sentence for people. */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/* What a failure means to whoever asked. A new kind only where status or retry differ. */
enum fail_kind {
	FAIL_NONE,
	FAIL_INPUT,     /* what was sent is wrong; the same again fails again */
	FAIL_DENIED,    /* who asks did not show who he is */
	FAIL_FORBIDDEN, /* who asks is known and may not do this */
	FAIL_ABSENT,    /* there is no such thing, or not for who asks */
	FAIL_METHOD,    /* the path is there, the method is not; detail lists what is allowed */
	FAIL_TOO_LARGE,
	FAIL_TOO_MANY, /* of the same caller in too short a time */
	FAIL_CONFLICT, /* it stands against what is stored */
	FAIL_LATER,    /* the same may work in a moment */
	FAIL_BUG,      /* nobody's fault but ours */
};

struct fail {
	enum fail_kind kind;
	const char *code; /* a literal that never changes: "signature_wrong" */
	char detail[256]; /* what is wrong and what to do; no address, no secret, no SQL, no path */
};

/* Notes a failure and returns false. The first one stays: what follows is its echo. Cuts detail at its size, at a whole
 * character. */
bool fail(struct fail *f, enum fail_kind kind, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif

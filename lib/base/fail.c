/* fail - the one way to fail: a kind for the caller, a code for programs, a sentence for people. */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut inside a UTF-8 sequence would make the whole answer invalid. */
static void drop_broken_end(char *text)
{
	size_t end = strlen(text), start = end;

	while (start > 0 && end - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
		text[start - 1] = '\0';
}

bool fail(struct fail *f, enum fail_kind kind, const char *code, const char *format, ...)
{
	va_list args;
	int length;

	if (f->kind != FAIL_NONE)
		return false;
	f->kind = kind;
	f->code = code;
	va_start(args, format);
	length = vsnprintf(f->detail, sizeof f->detail, format, args);
	va_end(args);
	if (length >= (int)sizeof f->detail)
		drop_broken_end(f->detail);
	return false;
}

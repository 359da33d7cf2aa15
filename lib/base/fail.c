/* fail - the one way to fail: a kind for the caller, a code for programs, a sentence for people. */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

/* A cut inside a UTF-8 sequence would make the whole answer invalid. */
static void drop_broken_end(char *text)
{
	size_t end = strlen(text), start = end;

	while (start > 0 && end - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
		text[start - 1] = '\0';
}

/* Formats such as %.40s cut what they quote wherever it happens. */
static void replace_broken(char *text)
{
	const uint8_t *bad;

	while ((bad = u8_check((const uint8_t *)text, strlen(text))))
		text[bad - (const uint8_t *)text] = '?';
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
	replace_broken(f->detail);
	return false;
}

/* text - bytes that grow up to a limit, and what may be asked of strings from outside. */
#include "base/text.h"

#include "base/arena.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

struct text text_new(struct arena *arena, size_t limit_bytes)
{
	enum { FIRST_BYTES = 240 };

	return (struct text){
		.arena = arena, .bytes = arena_alloc(arena, FIRST_BYTES), .limit = limit_bytes, .room = FIRST_BYTES};
}

/* Room for `more` bytes and the NUL; doubling keeps the copies few, and the arena gives the old ones back. */
static bool make_room(struct text *text, size_t more)
{
	size_t room = text->room;
	char *bytes;

	if (text->broken || more > text->limit || text->length > text->limit - more) {
		text->broken = true;
		return false;
	}
	if (text->length + more < room)
		return true;
	while (room <= text->length + more)
		room *= 2;
	bytes = arena_alloc(text->arena, room);
	memcpy(bytes, text->bytes, text->length + 1);
	text->bytes = bytes;
	text->room = room;
	return true;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
	if (length == 0 || !make_room(text, length))
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_add(struct text *text, const char *format, ...)
{
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		text->broken = true;
	else if (make_room(text, (size_t)length)) {
		vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
}

bool text_whole(const struct text *text, struct fail *f)
{
	return !text->broken
	       || fail(f, FAIL_INPUT, "too_long", "the answer would be longer than %zu bytes", text->limit);
}

bool text_is_utf8(const char *bytes, size_t length)
{
	return length == 0 || u8_check((const uint8_t *)bytes, length) == NULL;
}

void hex_from_bytes(const unsigned char *bytes, size_t length, char *hex)
{
	sodium_bin2hex(hex, 2 * length + 1, bytes, length);
}

bool i64_from_text(const char *string, int64_t least, int64_t most, int64_t *number)
{
	char *end;
	intmax_t value;

	if (!string || !*string || strspn(string + (*string == '-'), "0123456789") != strlen(string) - (*string == '-'))
		return false;
	errno = 0;
	value = strtoimax(string, &end, 10);
	if (errno != 0 || *end != '\0' || end == string || value < least || value > most)
		return false;
	*number = value;
	return true;
}

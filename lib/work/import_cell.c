/* import_cell - what may stand in a cell of an imported file, and the sentence when something else does. Pure. */
#include "work/import_cell.h"

#include "base/arena.h"
#include "base/instant.h"
#include "base/text.h"

#include <string.h>
#include <unistr.h>

static const char white_space[] = " \t\r\n\v\f";

char *cell_trim(char *cell)
{
	size_t length;

	cell += strspn(cell, white_space);
	for (length = strlen(cell); length > 0 && strchr(white_space, cell[length - 1]); length--)
		;
	cell[length] = '\0';
	return cell;
}

const char *cell_shown(struct arena *arena, const char *value)
{
	/* Room for the value in the 256 bytes of a failure, also when each character takes four. */
	enum { SHOWN_BYTES = 150 };
	struct text shown = text_new(arena, SHOWN_BYTES + sizeof "...");
	const uint8_t *at = (const uint8_t *)value;
	ucs4_t character;
	int length;

	for (int i = 0; (length = u8_strmbtouc(&character, at)) > 0; i++, at += length) {
		if (i == IMPORT_SHOWN_CHARACTERS || shown.length + (size_t)length > SHOWN_BYTES) {
			text_add_string(&shown, "...");
			break;
		}
		/* Escape sequences of a hostile file are not for the terminal. */
		if (character < ' ' || (character >= 0x7F && character < 0xA0))
			text_add_string(&shown, "?");
		else
			text_add_bytes(&shown, (const char *)at, (size_t)length);
	}
	return shown.bytes;
}

static bool not_longer(const char *column, const char *cell, int most, struct fail *f)
{
	size_t length = u8_mbsnlen((const uint8_t *)cell, strlen(cell));

	return length <= (size_t)most
	       || fail(f, FAIL_INPUT, "cell_long", "%s has %zu characters, at most %d are kept", column, length, most);
}

bool check_text(struct arena *arena, const char *column, const char **cell, struct fail *f)
{
	(void)arena;
	return not_longer(column, *cell, IMPORT_TEXT_CHARACTERS, f);
}

bool check_id(struct arena *arena, const char *column, const char **cell, struct fail *f)
{
	(void)arena;
	return not_longer(column, *cell, IMPORT_ID_CHARACTERS, f);
}

/* 2026-04-14T19:12Z and 2026-04-14T19:12+02:00: the seconds that RFC 3339 wants are put in. */
static const char *with_seconds(struct arena *arena, const char *text)
{
	static const size_t minutes_end = sizeof "2026-04-14T19:12" - 1;

	if (date_is_valid(text))
		return arena_print(arena, "%sT00:00:00Z", text);
	if (strlen(text) > minutes_end && text[minutes_end] != ':')
		return arena_print(arena, "%.*s:00%s", (int)minutes_end, text, text + minutes_end);
	return text;
}

bool check_time(struct arena *arena, const char *column, const char **cell, struct fail *f)
{
	const char *text = with_seconds(arena, *cell);
	struct instant instant;

	if (!instant_from_rfc3339(text, strlen(text), &instant))
		return fail(f, FAIL_INPUT, "cell_time", "%s is \"%s\", expected 2026-04-14T19:12:00Z or 2026-04-14",
			column, cell_shown(arena, *cell));
	*cell = instant_to_rfc3339(instant, arena_alloc(arena, INSTANT_SIZE));
	return true;
}

bool check_day(struct arena *arena, const char *column, const char **cell, struct fail *f)
{
	return date_is_valid(*cell)
	       || fail(f, FAIL_INPUT, "cell_day", "%s is \"%s\", expected a day such as 2026-04-14", column,
		       cell_shown(arena, *cell));
}

bool check_count(struct arena *arena, const char *column, const char **cell, struct fail *f)
{
	static const int64_t most = 1000000000000;
	int64_t count;

	if (!i64_from_text(*cell, 0, most, &count))
		return fail(f, FAIL_INPUT, "cell_count", "%s is \"%s\", expected a whole number from 0 to 10^12",
			column, cell_shown(arena, *cell));
	if (count == 0)
		*cell = NULL;
	return true;
}

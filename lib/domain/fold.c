/* fold - letters of any script as people compare them: small, without marks, Latin where there is a custom for it. */
#include "domain/fold.h"

#include "base/scope.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Letters whose Latin form no decomposition tells, from data/unicode_fold.csv; in order. */
static const struct letter {
	uint16_t character;
	char latin[6];
} letters[] = {
#include "fold.inc"
};

struct sink {
	char *into;
	size_t length, room;
};

static bool put(struct sink *sink, const char *bytes, size_t length)
{
	if (sink->length + length >= sink->room)
		return false;
	memcpy(sink->into + sink->length, bytes, length);
	sink->length += length;
	return true;
}

static int by_character(const void *wanted, const void *row)
{
	ucs4_t character = *(const ucs4_t *)wanted, here = ((const struct letter *)row)->character;

	return (character > here) - (character < here);
}

static const struct letter *letter_of(ucs4_t character)
{
	return bsearch(&character, letters, COUNT(letters), sizeof *letters, by_character);
}

static bool put_latin(struct sink *sink, const char *latin)
{
	char small[sizeof letters->latin];
	size_t length = 0;

	for (; latin[length]; length++)
		small[length] =
			latin[length] >= 'A' && latin[length] <= 'Z' ? (char)(latin[length] | 0x20) : latin[length];
	return put(sink, small, length);
}

static bool put_letter(struct sink *sink, ucs4_t character)
{
	uint8_t bytes[6];
	int length = u8_uctomb(bytes, uc_tolower(character), sizeof bytes);

	return length <= 0 || put(sink, (const char *)bytes, (size_t)length);
}

static bool is_invisible(ucs4_t character)
{
	return uc_is_general_category_withtable(
		character, UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Me | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cc);
}

static bool put_plain(struct sink *sink, ucs4_t character)
{
	const struct letter *letter;

	if (character < 0x80) {
		char c = (char)(character >= 'A' && character <= 'Z' ? character | 0x20 : character);

		return put(sink, c < ' ' || c == 0x7F ? " " : &c, 1);
	}
	letter = letter_of(character);
	if (letter)
		return put_latin(sink, letter->latin);
	if (is_invisible(character))
		return true;
	if (uc_is_general_category_withtable(character, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_Mc))
		return put_letter(sink, character);
	if (uc_is_general_category_withtable(character, UC_CATEGORY_MASK_Pd))
		return put(sink, "-", 1);
	if (uc_is_general_category_withtable(character, UC_CATEGORY_MASK_Pi | UC_CATEGORY_MASK_Pf))
		return put(sink, "'", 1);
	return put(sink, " ", 1);
}

static bool put_character(struct sink *sink, ucs4_t character)
{
	enum { LONGEST = 18 }; /* characters that one decomposes to, in all of Unicode */
	ucs4_t parts[LONGEST];
	size_t count = COUNT(parts);

	if (character < 0x80 || letter_of(character))
		return put_plain(sink, character);
	if (!u32_normalize(UNINORM_NFKD, &character, 1, parts, &count) || count > COUNT(parts))
		return true;
	for (size_t i = 0; i < count; i++)
		if (!put_plain(sink, parts[i]))
			return false;
	return true;
}

/* A letter and a separate accent are one character of the table; only a composed text finds it. */
static uint8_t *composed(const char *text, size_t *length)
{
	bool ascii = true;

	for (*length = 0; text[*length]; ++*length)
		ascii = ascii && (unsigned char)text[*length] < 0x80;
	if (ascii || u8_check((const uint8_t *)text, *length))
		return NULL;
	return u8_normalize(UNINORM_NFC, (const uint8_t *)text, *length, NULL, length);
}

/* Omicron and upsilon together are u. */
static bool is_greek_u(ucs4_t before, ucs4_t character)
{
	return (before == 0x3BF || before == 0x39F)
	       && (character == 0x3C5 || character == 0x3CD || character == 0x3A5 || character == 0x38E);
}

size_t fold(const char *text, char *into, size_t room)
{
	struct sink sink = {.into = into, .room = room};
	size_t length;
	uint8_t *own = composed(text, &length);
	const uint8_t *at = own ? own : (const uint8_t *)text, *end = at + length;
	ucs4_t character, before = 0;

	while (at < end) {
		int taken = u8_mbtouc(&character, at, (size_t)(end - at));

		if (is_greek_u(before, character))
			character = 'u';
		if (!put_character(&sink, character == 0xFFFD ? ' ' : character))
			break;
		before = character;
		at += taken;
	}
	free(own);
	into[sink.length] = '\0';
	return sink.length;
}

static bool is_kept(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool ends_in(const char *text, size_t length, const char *end)
{
	return length > 2 && text[length - 2] == end[0] && text[length - 1] == end[1];
}

size_t skeleton(const char *folded, size_t length, char *into)
{
	static const char spelt_twice[][3] = {"ae", "oe", "ue", "aa", "ss"};
	static const char ends[][3] = {"iy", "ij", "yi", "ii"};
	size_t to = 0;

	for (size_t i = 0; i < length; i++)
		if (is_kept(folded[i]))
			into[to++] = folded[i];
	length = to;
	to = 0;
	for (size_t i = 0; i < length; i++) {
		into[to++] = into[i];
		for (size_t k = 0; k < COUNT(spelt_twice); k++)
			if (i + 2 < length + (spelt_twice[k][0] == 's') && into[i] == spelt_twice[k][0]
				&& i + 1 < length && into[i + 1] == spelt_twice[k][1]) {
				i++;
				break;
			}
	}
	for (size_t k = 0; k < COUNT(ends); k++)
		if (ends_in(into, to, ends[k])) {
			into[--to - 1] = 'i';
			break;
		}
	if (to > 2 && into[to - 1] == 'y')
		into[to - 1] = 'i';
	into[to] = '\0';
	return to;
}

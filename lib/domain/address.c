/* address - one e-mail address in the forms by which people are told apart (rules: README, Matching). */
#include "domain/address.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/mailboxes.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Seen in addresses that people paste: UTF-8 of U+00A0, U+200B, U+200E, U+FEFF, typographic quotes. */
static const char *const fluff_around[] = {" ", "\t", "\r", "\n", "<", ">", "\"", "'", "\xC2\xA0", "\xE2\x80\x8B",
	"\xE2\x80\x8E", "\xEF\xBB\xBF", "\xE2\x80\x9C", "\xE2\x80\x9D"};
static const char *const fluff_behind[] = {".", ",", ";", "\xE3\x80\x82"}; /* the last: U+3002, a full stop */

struct span {
	const char *from, *to;
};

static bool cut_front(struct span *s, const char *fluff)
{
	size_t length = strlen(fluff);

	if ((size_t)(s->to - s->from) < length || memcmp(s->from, fluff, length) != 0)
		return false;
	s->from += length;
	return true;
}

static bool cut_back(struct span *s, const char *fluff)
{
	size_t length = strlen(fluff);

	if ((size_t)(s->to - s->from) < length || memcmp(s->to - length, fluff, length) != 0)
		return false;
	s->to -= length;
	return true;
}

static struct span trim(const char *text)
{
	static const char mailto[] = "mailto:";
	struct span s = {text, text + strlen(text)};
	bool cut = true;

	while (cut) {
		cut = false;
		for (size_t i = 0; i < COUNT(fluff_around); i++)
			cut |= cut_front(&s, fluff_around[i]) || cut_back(&s, fluff_around[i]);
		for (size_t i = 0; i < COUNT(fluff_behind); i++)
			cut |= cut_back(&s, fluff_behind[i]);
		if ((size_t)(s.to - s.from) >= sizeof mailto - 1
			&& strncasecmp(s.from, mailto, sizeof mailto - 1) == 0) {
			s.from += sizeof mailto - 1;
			cut = true;
		}
	}
	return s;
}

static bool is_unseen(ucs4_t c)
{
	if (c < 0x80)
		return c <= ' ' || c == 0x7F;
	return uc_is_property_white_space(c)
	       || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf);
}

/* No white space, control or invisible characters inside, of any script: two that look alike must be alike. */
static bool clean(const char *text)
{
	size_t length = strlen(text);
	const uint8_t *at = (const uint8_t *)text;
	ucs4_t c;

	if (length == 0 || length > ADDRESS_LIMIT_BYTES || !text_is_utf8(text, length))
		return false;
	while ((at = u8_next(&c, at)))
		if (is_unseen(c))
			return false;
	return true;
}

/* Nearly all are, and a search reads a hundred leads: the libraries take ten times as long for the same answer. */
static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* Lower case and composed, so that a letter typed with a separate accent is the same letter. NULL when out of range. */
static char *lower(struct arena *arena, const char *text)
{
	size_t length;
	uint8_t *folded;
	char *copy;

	if (is_ascii(text)) {
		copy = arena_string(arena, text);
		for (char *at = copy; *at; at++)
			*at = *at >= 'A' && *at <= 'Z' ? (char)(*at | 0x20) : *at;
		return copy;
	}
	folded = u8_tolower((const uint8_t *)text, strlen(text), NULL, UNINORM_NFC, NULL, &length);
	copy = folded ? arena_copy(arena, (const char *)folded, length) : NULL;
	free(folded);
	return copy;
}

/* bücher.example and xn--bcher-kva.example are one domain. What IDNA does not know stays as it is: mail may still reach
 * it; so does small ASCII that is no A-label. */
static const char *ascii_domain(struct arena *arena, const char *domain)
{
	char *label = NULL;
	const char *result = domain;

	if (is_ascii(domain) && !strstr(domain, "xn--"))
		return domain;
	if (idn2_to_ascii_8z(domain, &label, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK)
		result = arena_string(arena, label);
	idn2_free(label);
	return result;
}

static const char *mailbox_of(struct arena *arena, const char *local, const char *domain)
{
	struct mail_provider provider = mail_provider_of(domain);
	char *mailbox = arena_string(arena, local), *tag = strchr(mailbox, provider.tag), *to = mailbox;

	if (tag && tag > mailbox)
		*tag = '\0';
	if (provider.dots_ignored) {
		for (const char *from = mailbox; *from; from++)
			if (*from != '.')
				*to++ = *from;
		*to = '\0';
	}
	return arena_print(arena, "%s@%s", *mailbox ? mailbox : local, provider.canonical_domain);
}

/* A tag does not make a role mailbox anybody's. */
static bool is_role(struct arena *arena, const char *local, const char *domain)
{
	char *name = arena_string(arena, local), *tag = strchr(name, mail_provider_of(domain).tag);

	if (tag)
		*tag = '\0';
	return mailbox_is_role(name);
}

/* Composing and IDNA turn look-alikes (a full-width @, a Greek question mark) into what has a meaning here, and small
 * letters may be longer than capitals. Where the key would be understood as another address, or as none, there is none.
 */
static bool settled(const char *key)
{
	struct span s = trim(key);
	const char *at = strchr(key, '@');

	return clean(key) && s.from == key && *s.to == '\0' && at == strrchr(key, '@') && at[1];
}

bool address_parse(struct arena *arena, const char *text, struct address *address)
{
	struct span s = trim(text);
	char *local, *at;
	const char *domain;

	if (s.to - s.from > ADDRESS_LIMIT_BYTES)
		return false;
	address->email = arena_copy(arena, s.from, (size_t)(s.to - s.from));
	if (!clean(address->email) || !(local = lower(arena, address->email)))
		return false;
	at = strrchr(local, '@');
	if (!at || at == local || !at[1] || memchr(local, '@', (size_t)(at - local)))
		return false;
	*at = '\0';
	domain = ascii_domain(arena, at + 1);
	address->shared = is_role(arena, local, domain);
	address->email_key = arena_print(arena, "%s@%s", local, domain);
	if (!settled(address->email_key))
		return false;
	address->mailbox_key = address->shared ? address->email_key : mailbox_of(arena, local, domain);
	return true;
}

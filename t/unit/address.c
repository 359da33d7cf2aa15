/* address - one person, however the address is written; another, however alike it looks. */
#include "domain/address.h"

#include "base/arena.h"
#include "base/text.h"
#include "tap.h"

#include <idn2.h>
#include <stdlib.h>
#include <unicase.h>

static const struct {
	const char *text, *email, *email_key, *mailbox_key, *what;
} rows[] = {
	{"jane@acme.test", "jane@acme.test", "jane@acme.test", "jane@acme.test", "a plain address"},
	{"Jane.Doe@ACME.Test", "Jane.Doe@ACME.Test", "jane.doe@acme.test", "jane.doe@acme.test", "capitals are for people only"},

	/* What people paste. */
	{"  jane@acme.test\r\n", "jane@acme.test", "jane@acme.test", "jane@acme.test", "white space around it"},
	{"\xC2\xA0jane@acme.test\xC2\xA0", "jane@acme.test", "jane@acme.test", "jane@acme.test", "no-break spaces around it"},
	{"\xE2\x80\x8Bjane@acme.test\xEF\xBB\xBF", "jane@acme.test", "jane@acme.test", "jane@acme.test", "zero-width characters around it"},
	{"mailto:jane@acme.test", "jane@acme.test", "jane@acme.test", "jane@acme.test", "a link's mailto:"},
	{"MailTo: jane@acme.test", "jane@acme.test", "jane@acme.test", "jane@acme.test", "mailto: in capitals, with a space"},
	{"<jane@acme.test>", "jane@acme.test", "jane@acme.test", "jane@acme.test", "angle brackets"},
	{"\"jane@acme.test\"", "jane@acme.test", "jane@acme.test", "jane@acme.test", "quotes"},
	{"'jane@acme.test'", "jane@acme.test", "jane@acme.test", "jane@acme.test", "single quotes"},
	{"\xE2\x80\x9Cjane@acme.test\xE2\x80\x9D", "jane@acme.test", "jane@acme.test", "jane@acme.test", "typographic quotes"},
	{"jane@acme.test.", "jane@acme.test", "jane@acme.test", "jane@acme.test", "the full stop of a sentence"},
	{"jane@acme.test\xE3\x80\x82", "jane@acme.test", "jane@acme.test", "jane@acme.test", "the full stop of another script"},
	{"jane@acme.test,;", "jane@acme.test", "jane@acme.test", "jane@acme.test", "separators of a list"},
	{"<mailto:\"jane@acme.test\">;", "jane@acme.test", "jane@acme.test", "jane@acme.test", "all of it in any order"},

	/* Letters of the world. */
	{"m\xC3\xBCller@acme.test", "m\xC3\xBCller@acme.test", "m\xC3\xBCller@acme.test", "m\xC3\xBCller@acme.test", "a letter with an accent"},
	{"mu\xCC\x88ller@acme.test", "mu\xCC\x88ller@acme.test", "m\xC3\xBCller@acme.test", "m\xC3\xBCller@acme.test", "the accent typed on its own is the same letter"},
	{"M\xC3\x9CLLER@acme.test", "M\xC3\x9CLLER@acme.test", "m\xC3\xBCller@acme.test", "m\xC3\xBCller@acme.test", "other letters have capitals, too"},
	{"\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD@acme.test", "\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD@acme.test", "\xD0\xB8\xD0\xB2\xD0\xB0\xD0\xBD@acme.test", "\xD0\xB8\xD0\xB2\xD0\xB0\xD0\xBD@acme.test", "a name in Cyrillic"},
	{"jane@b\xC3\xBC" "cher.test", "jane@b\xC3\xBC" "cher.test", "jane@xn--bcher-kva.test", "jane@xn--bcher-kva.test", "a domain of other letters is its A-label"},
	{"jane@B\xC3\x9C" "CHER.test", "jane@B\xC3\x9C" "CHER.test", "jane@xn--bcher-kva.test", "jane@xn--bcher-kva.test", "also in capitals"},
	{"jane@xn--bcher-kva.test", "jane@xn--bcher-kva.test", "jane@xn--bcher-kva.test", "jane@xn--bcher-kva.test", "also when it comes as A-label"},
	{"jane@acme\xEF\xBC\x8Etest", "jane@acme\xEF\xBC\x8Etest", "jane@acme.test", "jane@acme.test", "a full-width dot parts labels"},
	{"jane@under_score.test", "jane@under_score.test", "jane@under_score.test", "jane@under_score.test", "what no registrar sells stays as it is"},
	{"jane@[192.0.2.1]", "jane@[192.0.2.1]", "jane@[192.0.2.1]", "jane@[192.0.2.1]", "an address literal stays as it is"},
	{"jane@localhost", "jane@localhost", "jane@localhost", "jane@localhost", "a domain may be one label"},

	/* The same mailbox. */
	{"jane+shop@acme.test", "jane+shop@acme.test", "jane+shop@acme.test", "jane@acme.test", "a tag is no part of the mailbox"},
	{"jane+a+b@acme.test", "jane+a+b@acme.test", "jane+a+b@acme.test", "jane@acme.test", "nor are two tags"},
	{"jane+@acme.test", "jane+@acme.test", "jane+@acme.test", "jane@acme.test", "nor an empty tag"},
	{"+jane@acme.test", "+jane@acme.test", "+jane@acme.test", "+jane@acme.test", "a tag of nobody is a name"},
	{"jane-shop@acme.test", "jane-shop@acme.test", "jane-shop@acme.test", "jane-shop@acme.test", "a hyphen is part of a name"},
	{"j.doe@acme.test", "j.doe@acme.test", "j.doe@acme.test", "j.doe@acme.test", "dots count at other providers"},
	{"j.doe@outlook.com", "j.doe@outlook.com", "j.doe@outlook.com", "j.doe@outlook.com", "dots count at Outlook"},
	{"J.D.oe@gmail.com", "J.D.oe@gmail.com", "j.d.oe@gmail.com", "jdoe@gmail.com", "dots do not count at Gmail"},
	{"j.doe+shop@googlemail.com", "j.doe+shop@googlemail.com", "j.doe+shop@googlemail.com", "jdoe@gmail.com", "googlemail.com is Gmail"},
	{"...@gmail.com", "...@gmail.com", "...@gmail.com", "...@gmail.com", "dots alone are a name"},
	{"jane-shop@yahoo.com", "jane-shop@yahoo.com", "jane-shop@yahoo.com", "jane@yahoo.com", "a hyphen begins a tag at Yahoo"},
	{"jane+shop@yahoo.com", "jane+shop@yahoo.com", "jane+shop@yahoo.com", "jane+shop@yahoo.com", "a plus does not"},
	{"jane+x@me.com", "jane+x@me.com", "jane+x@me.com", "jane@icloud.com", "me.com is iCloud"},
	{"jane@mac.com", "jane@mac.com", "jane@mac.com", "jane@icloud.com", "so is mac.com"},
	{"jane@icloud.com", "jane@icloud.com", "jane@icloud.com", "jane@icloud.com", "and icloud.com"},
	{"jane@protonmail.com", "jane@protonmail.com", "jane@protonmail.com", "jane@proton.me", "protonmail.com is Proton"},
	{"jane@pm.me", "jane@pm.me", "jane@pm.me", "jane@proton.me", "so is pm.me"},
	{"j.doe@mail.gmail.com", "j.doe@mail.gmail.com", "j.doe@mail.gmail.com", "j.doe@mail.gmail.com", "a domain below a provider's is another"},

	/* What SQL, CSV or HTML would take for its own is part of a name. */
	{"o'brien@acme.test", "o'brien@acme.test", "o'brien@acme.test", "o'brien@acme.test", "an apostrophe inside"},
	{"a');drop--@acme.test", "a');drop--@acme.test", "a');drop--@acme.test", "a');drop--@acme.test", "SQL"},
	{"=1+1@acme.test", "=1+1@acme.test", "=1+1@acme.test", "=1@acme.test", "a formula"},
	{"100%_@acme.test", "100%_@acme.test", "100%_@acme.test", "100%_@acme.test", "signs that LIKE knows"},
};

static const struct {
	const char *text, *what;
} refused[] = {
	{"", "nothing"},
	{" ", "white space"},
	{"jane", "no @"},
	{"@", "an @ alone"},
	{"@acme.test", "nothing before the @"},
	{"jane@", "nothing behind the @"},
	{"jane@.", "a dot behind the @"},
	{"jane@\xE3\x80\x82", "an ideographic full stop behind the @"},
	{"jane@@acme.test", "two @"},
	{"jane@doe@acme.test", "an @ in the name"},
	{"\"jane@doe\"@acme.test", "an @ in quotes"},
	{"jane doe@acme.test", "a space inside"},
	{"jane@acme .test", "a space in the domain"},
	{"jane@acme.test bob@acme.test", "two addresses"},
	{"Jane Doe <jane@acme.test>", "a name in front"},
	{"jane\tdoe@acme.test", "a tab inside"},
	{"jane\ndoe@acme.test", "a line end inside"},
	{"jane\x01@acme.test", "a control character"},
	{"jane\x7F@acme.test", "DEL"},
	{"jane\xFF@acme.test", "what is not UTF-8"},
	{"jane@acme\xC3.test", "half a character"},
	{"mailto:", "mailto: alone"},
	{"<>", "brackets alone"},
	{"jane@acme\xEF\xBC\xA0home.test", "a full-width @ in the domain"},
	{"jane@acme.test\xEF\xBC\x8E", "a full-width dot at the end"},
	{"jane@\xC2\xAD", "a domain of which nothing is left"},
};

static const struct {
	const char *text;
	bool shared;
	const char *what;
} roles[] = {
	{"info@acme.test", true, "info@ is shared"},
	{"INFO@acme.test", true, "also in capitals"},
	{"no-reply@acme.test", true, "no-reply@ is shared"},
	{"info+jane@acme.test", true, "a tag does not make it somebody's"},
	{"sales.team@acme.test", false, "two words are not one of the list"},
	{"jane@info.test", false, "a domain is no role"},
	{"jane@acme.test", false, "jane@ is hers"},
};

/* The same of the same: what an address comes down to comes down to itself. */
static bool lawful(struct arena *arena, const char *text)
{
	struct address a, key;

	if (!address_parse(arena, text, &a))
		return true;
	return address_parse(arena, a.email_key, &key) && strcmp(key.email_key, a.email_key) == 0
	    && strcmp(key.mailbox_key, a.mailbox_key) == 0 && key.shared == a.shared && strcmp(key.email, a.email_key) == 0
	    && address_parse(arena, a.email, &key) && strcmp(key.email_key, a.email_key) == 0 && strcmp(key.email, a.email) == 0
	    && (!a.shared || strcmp(a.mailbox_key, a.email_key) == 0);
}

/* Texts put together from all that has a meaning. */
static void laws(struct arena *arena)
{
	static const char *const parts[] = {"jane", "Doe", "info", "@", "@", ".", "+", "-", "gmail.com", "googlemail.com", "yahoo.com", "pm.me",
		"acme.test", "\xC3\xBC", "u\xCC\x88", "\xC4\xB0", "\xEF\xBC\x8E", "\xE3\x80\x82", "\xEF\xBC\xA0", "\xC2\xAD", "xn--bcher-kva",
		"xn--", "mailto:", "\xEF\xBC\x9A", "<", "\"", "'", ",", ";", " ", "\xC2\xA0", "\xE2\x80\x8B", "\xC3\x9F", "\xE1\xBA\x9E",
		"\xCF\x82", "\xCE\xA3", "\xE2\x84\xAA", "\xEF\xAC\x81", "\xE2\x80\xA8", "\xEF\xBC\x9C", "\xEF\xBC\x9E"};
	uint64_t state = 88172645463325252u;
	size_t addresses = 0;
	bool good = true;

	for (int i = 0; i < 100000 && good; i++) {
		struct text text = text_new(arena, 1000);
		struct address address;

		for (int count = 0; count < 3 + i % 6; count++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			text_add_string(&text, parts[state % COUNT(parts)]);
		}
		addresses += address_parse(arena, text.bytes, &address);
		good = lawful(arena, text.bytes);
		if (!good)
			printf("# not so: %s\n", text.bytes);
		if (i % 1000 == 0)
			arena_empty(arena);
	}
	ok(good, "the key of a key is itself, and mailbox and role follow from the key");
	ok(addresses > 5000, "and enough of what was tried was an address");
}

/* Plain letters take a shorter way, which must come to what the libraries say. */
static void shortcut(struct arena *arena)
{
	static const char signs[] = "aAzZxXnN019--..__xn!#$%&'*+/=?^`{|}~[]:\\";
	uint64_t state = 2463534242u;
	size_t addresses = 0;
	bool good = true;

	for (int i = 0; i < 50000 && good; i++) {
		char text[40] = "";
		struct address address;
		uint8_t *small;
		char *label = NULL;
		size_t length = 0;

		for (int count = 4 + i % 16; (int)length < count;) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			text[length] = length == 1 ? '@' : signs[state % (sizeof signs - 1)];
			length++;
		}
		if (!address_parse(arena, text, &address))
			continue;
		addresses++;
		small = u8_tolower((const uint8_t *)address.email, strlen(address.email) + 1, NULL, UNINORM_NFC, NULL, &length);
		if (idn2_to_ascii_8z((char *)small + 2, &label, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
			label = NULL;
		good = memcmp(address.email_key, small, 2) == 0 && strcmp(address.email_key + 2, label ? label : (char *)small + 2) == 0;
		if (!good)
			printf("# not so: %s\n", text);
		idn2_free(label);
		free(small);
		arena_empty(arena);
	}
	ok(good, "ASCII comes to what Unicode's rules and IDNA's make of it");
	ok(addresses > 5000, "and enough of it was an address");
}

static const char *long_address(struct arena *arena, size_t local, size_t domain)
{
	char *text = arena_alloc(arena, local + domain + 2);

	memset(text, 'x', local + 1 + domain);
	text[local] = '@';
	for (size_t i = 1; i * 50 < domain; i++)
		text[local + i * 50] = '.';
	return text;
}

static void lengths(struct arena *arena)
{
	struct address address;
	struct text wide = text_new(arena, 4000);

	ok(address_parse(arena, long_address(arena, 64, 255), &address), "the longest address that mail knows");
	ok(!address_parse(arena, long_address(arena, 65, 255), &address), "one byte more is refused");
	ok(!address_parse(arena, long_address(arena, 100000, 255), &address), "so are very many");
	/* Its small letters are longer than its capitals. */
	for (size_t i = 0; i < 150; i++)
		text_add_string(&wide, "\xC4\xB0");
	text_add_string(&wide, "@acme.test");
	ok(!address_parse(arena, wide.bytes, &address) || strlen(address.email_key) <= ADDRESS_LIMIT_BYTES,
		"no key is longer than an address may be");
	ok(lawful(arena, wide.bytes), "and the key is an address");
}

int main(void)
{
	struct arena arena = {0};
	struct address address;
	char what[128];

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = address_parse(&arena, rows[i].text, &address);

		if (!ok(good && strcmp(address.email, rows[i].email) == 0 && strcmp(address.email_key, rows[i].email_key) == 0
			    && strcmp(address.mailbox_key, rows[i].mailbox_key) == 0 && !address.shared, rows[i].what))
			printf("# %s, %s, %s\n", good ? address.email : "refused", good ? address.email_key : "", good ? address.mailbox_key : "");
		snprintf(what, sizeof what, "the key of a key is itself: %s", rows[i].what);
		ok(lawful(&arena, rows[i].text), what);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		snprintf(what, sizeof what, "refused: %s", refused[i].what);
		ok(!address_parse(&arena, refused[i].text, &address), what);
	}
	for (size_t i = 0; i < COUNT(roles); i++)
		ok(address_parse(&arena, roles[i].text, &address) && address.shared == roles[i].shared, roles[i].what);
	lengths(&arena);
	laws(&arena);
	shortcut(&arena);
	arena_end(&arena);
	return done_testing();
}

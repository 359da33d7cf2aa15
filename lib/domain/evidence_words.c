/* evidence_words - evidence as a sentence for people: what agrees, what speaks against it, what is not known. */
#include "domain/evidence_words.h"

#include "base/arena.h"
#include "base/scope.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <unistr.h>

enum side { NOTHING, FOR, AGAINST, MISSING };

/* %a: what the attendee says; %l: what the lead is listed with; %n: how common it is. */
static const struct words {
	enum side side;
	const char *text;
} words[EVIDENCE_LEVELS] = {
	[LAST_EXACT] = {FOR, "last name %l same%n"},
	[LAST_PART] = {FOR, "last name %a has a part of %l%n"},
	[LAST_EDIT] = {FOR, "last name %a for %l, a slip"},
	[LAST_EDIT_KNOWN] = {FOR, "last name %a near %l"},
	[LAST_INITIAL] = {FOR, "initial of the last name fits %l"},
	[LAST_MISSING] = {MISSING, "last name"},
	[LAST_DIFFERENT] = {AGAINST, "last name %a, the lead is %l"},
	[FIRST_EXACT] = {FOR, "first name %l same%n"},
	[FIRST_PART] = {FOR, "first name %a has a part of %l"},
	[FIRST_NICKNAME] = {FOR, "first name %a is a form of %l"},
	[FIRST_EDIT] = {FOR, "first name %a for %l, a slip"},
	[FIRST_EDIT_KNOWN] = {FOR, "first name %a near %l"},
	[FIRST_INITIAL] = {FOR, "initial of the first name fits %l"},
	[FIRST_PREFIX] = {FOR, "first name %a begins like %l"},
	[FIRST_MISSING] = {MISSING, "first name"},
	[FIRST_OTHER_FORM] = {AGAINST, "first name %a, the lead is %l: somebody else"},
	[FIRST_DIFFERENT] = {AGAINST, "first name %a, the lead is %l"},
	[COMPANY_BY_NAME_AND_DOMAIN] = {FOR, "company %l by name and domain"},
	[COMPANY_BY_DOMAIN] = {FOR, "company %l by the domain"},
	[COMPANY_BY_NAME] = {FOR, "company %l same"},
	[COMPANY_BY_STEM] = {FOR, "the domain is called like company %l"},
	[COMPANY_BY_NOTES] = {FOR, "the attendee writes of company %l"},
	[COMPANY_BY_BARE_MENTION] = {FOR, "company %l is mentioned"},
	[COMPANY_BY_SUBSET] = {FOR, "company is in part called %l"},
	[COMPANY_BY_EDIT] = {FOR, "company is nearly called %l"},
	[COMPANY_BY_INITIALS] = {FOR, "company has the initials of %l"},
	[COMPANY_UNKNOWN] = {MISSING, "company"},
	[COMPANY_DIFFERENT_DOMAIN] = {AGAINST, "the address is of another company than %l"},
	[COMPANY_DIFFERENT] = {AGAINST, "company %a, the lead is at %l"},
	[LOCAL_SAME] = {FOR, "the part before the @ is the lead's"},
	[LOCAL_FIRST_LAST] = {FOR, "the address spells the lead's name"},
	[LOCAL_INITIAL_LAST] = {FOR, "the address spells an initial and a name of the lead's"},
	[LOCAL_LAST] = {FOR, "the address holds the lead's last name"},
	[LOCAL_FIRST] = {FOR, "the address holds the lead's first name"},
	[LOCAL_NEAR_DOMAIN] = {FOR, "the address is the lead's with a slip in the domain"},
	[LOCAL_NEAR] = {FOR, "the address is a letter beside the lead's"},
	[PHONE_SAME] = {FOR, "phone same"},
	[PHONE_SHARED] = {FOR, "phone same, as other leads have it"},
	[PHONE_DIFFERENT] = {AGAINST, "another phone"},
	[PLACE_FITS] = {FOR, "time zone %a is in the lead's country"},
	[PLACE_ELSEWHERE] = {AGAINST, "time zone %a, the lead is in %l"},
	[CONTACT_WEEK] = {FOR, "a campaign wrote in the week before"},
	[CONTACT_FORTNIGHT] = {FOR, "a campaign wrote in the fortnight before"},
	[CONTACT_MONTH] = {FOR, "a campaign wrote in the month before"},
	[CONTACT_LONG_AGO] = {AGAINST, "the campaign wrote long before"},
	[CONTACT_AFTER] = {AGAINST, "no campaign had written yet"},
	[FROM_COMPANY_TO_FREEMAIL] = {FOR, "written from the company's domain, the lead is listed with a free address"},
	[FAMILY] = {AGAINST, "same last name, other first name"},
	[SENDER_DISPOSABLE] = {AGAINST, "a throw-away address"},
};

enum { VALUE_BYTES = 60, SENTENCE_BYTES = 1500 };

/* As typed, but short, whole UTF-8, and without what a terminal would obey. */
static void add_value(struct text *text, const char *value)
{
	const uint8_t *at = (const uint8_t *)value, *end = at + strlen(value);

	for (const uint8_t *last = at + VALUE_BYTES; at < end;) {
		ucs4_t character;
		int length = u8_mbtoucr(&character, at, (size_t)(end - at));

		if (length < 0)
			length = 1, character = '?';
		if (at + length > last)
			return;
		if (character < ' ' || (character >= 0x7F && character < 0xA0))
			text_add_string(text, " ");
		else if (character == '?')
			text_add_string(text, "?");
		else
			text_add_bytes(text, (const char *)at, (size_t)length);
		at += length;
	}
}

/* Folded names are small; people write them with capitals. */
static void add_name(struct text *text, const char *folded)
{
	char name[VALUE_BYTES + 1];
	size_t length = 0;

	for (bool begins = true; folded[length] && length < VALUE_BYTES; length++) {
		char c = folded[length];

		name[length] = (char)(begins && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
		begins = c == ' ' || c == '-' || c == '\'' || c == '.';
	}
	while (length > 0 && folded[length] && ((unsigned char)folded[length] & 0xC0) == 0x80)
		length--;
	name[length] = '\0';
	add_value(text, name);
}

static const char *part_of(const struct name_reading *reading, bool last)
{
	return reading ? (last ? reading->last : reading->first)->shown : "";
}

/* 41,213 becomes 41,000: more figures than are known would lie. */
static void add_rarity(struct text *text, double share)
{
	double people = share > 0 ? 1 / share : 0, unit = 1;

	if (people < 20)
		return;
	while (people / unit >= 100)
		unit *= 10;
	people = floor(people / unit + 0.5) * unit;
	if (people < 1000)
		text_add(text, ", 1 in %.0f", people);
	else if (people < 1e6)
		text_add(text, ", 1 in %.0f,%03.0f", floor(people / 1000), fmod(people, 1000));
	else
		text_add(text, ", 1 in a million");
}

static void add_country(struct text *text, const struct person *lead)
{
	for (size_t i = 0; i < lead->country_count && i < 3; i++)
		text_add(text, "%s%c%c", i > 0 ? "/" : "", lead->countries[i] >> 8, lead->countries[i] & 0xFF);
}

static const char *company_of(const struct person *person)
{
	return person->said_company            ? person->said_company_name
	       : person->domain_count > 0      ? person->domains[0].name
	       : person->company.joined.length ? person->company.joined.text
					       : person->said_company_name;
}

struct pair {
	const struct evidence *evidence;
	const struct person *attendee, *lead;
};

static void add_argument(struct text *text, char what, enum evidence_level level, const struct pair *pair)
{
	const struct evidence *e = pair->evidence;
	bool of_lead = what == 'l';

	if (level >= LAST_EXACT && level <= FIRST_DIFFERENT) {
		bool last = level <= LAST_DIFFERENT;

		if (what == 'n')
			add_rarity(text, last ? e->last_share : e->first_share);
		else
			add_name(text, part_of(of_lead ? e->lead_name : e->attendee_name, last));
	} else if (level >= COMPANY_BY_NAME_AND_DOMAIN && level <= COMPANY_DIFFERENT) {
		add_value(text, company_of(of_lead ? pair->lead : pair->attendee));
	} else if (of_lead) {
		add_country(text, pair->lead);
	} else {
		add_value(text, pair->attendee->timezone ? pair->attendee->timezone : "");
	}
}

static void add_words(struct text *text, enum evidence_level level, const struct pair *pair)
{
	for (const char *at = words[level].text; *at; at++) {
		if (*at != '%')
			text_add_bytes(text, at, 1);
		else
			add_argument(text, *++at, level, pair);
	}
}

static void add_side(struct text *text, enum side side, const char *heading, const struct pair *pair)
{
	bool begun = false;

	for (size_t i = 0; i < pair->evidence->count; i++) {
		enum evidence_level level = pair->evidence->levels[i];

		if (words[level].side != side)
			continue;
		text_add_string(text, text->length > 0 && (side != MISSING || !begun) ? "; " : begun ? ", " : "");
		text_add_string(text, begun ? "" : heading);
		add_words(text, level, pair);
		begun = true;
	}
	if (side == MISSING && (pair->attendee->phone_count == 0 || pair->lead->phone_count == 0)) {
		text_add_string(text, begun ? ", " : text->length > 0 ? "; " : "");
		text_add(text, "%sphone", begun ? "" : heading);
	}
}

const char *evidence_in_words(struct arena *arena, const char *first, const struct evidence *evidence,
	const struct person *attendee, const struct person *lead)
{
	struct pair pair = {evidence, attendee, lead};
	struct text text = text_new(arena, SENTENCE_BYTES);

	text_add_string(&text, first);
	add_side(&text, FOR, "", &pair);
	add_side(&text, AGAINST, "against: ", &pair);
	add_side(&text, MISSING, "not known: ", &pair);
	return text.bytes;
}

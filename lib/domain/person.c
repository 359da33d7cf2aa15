/* person - an attendee or a lead in the forms in which they can be compared, made from what was typed. Pure. */
#include "domain/person.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/fold.h"
#include "domain/hash64.h"

#include <string.h>

enum { PHONE_DIGITS = 8, PHONE_DIGITS_LEAST = 7 };

static const char *given(const char *text)
{
	return text ? text : "";
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct local_part local_of(struct arena *arena, const char *address)
{
	struct local_part local = {.letters = "", .plain = ""};
	char folded[ADDRESS_LIMIT_BYTES * 3], *plain, *letters;
	size_t length, to = 0, digits = 0;

	length = fold(arena_copy(arena, address, strcspn(address, "@")), folded, sizeof folded);
	length = strcspn(folded, "+") < length ? strcspn(folded, "+") : length;
	plain = arena_alloc(arena, length + 1);
	letters = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++)
		if (is_digit(folded[i]) || (folded[i] >= 'a' && folded[i] <= 'z') || (unsigned char)folded[i] >= 0x80) {
			plain[to++] = folded[i];
			if (!is_digit(folded[i]))
				letters[digits++] = folded[i];
		}
	local.plain = plain;
	local.hash = hash64(plain, to);
	local.length = skeleton(letters, digits, letters);
	local.letters = letters;
	for (size_t i = 0; i < length && local.count < NAME_WORDS;) {
		size_t from = i;

		while (i < length && ((folded[i] >= 'a' && folded[i] <= 'z') || (unsigned char)folded[i] >= 0x80))
			i++;
		if (i > from) {
			char *own = arena_alloc(arena, i - from + 1);
			size_t kept = skeleton(folded + from, i - from, own);

			local.segments[local.count++] = (struct name_word){own, kept, hash64(own, kept)};
		}
		i += i < length && i == from;
	}
	return local;
}

static void add_domain(struct arena *arena, struct person *person, const char *text)
{
	struct domain domain = domain_read(arena, text);

	for (size_t i = 0; domain.name && i < person->domain_count; i++)
		if (strcmp(person->domains[i].name, domain.name) == 0)
			return;
	if (domain.name && person->domain_count < PERSON_DOMAINS)
		person->domains[person->domain_count++] = domain;
}

static void add_address(struct arena *arena, struct person *person, const char *email)
{
	const char *registrable;

	person->host = "";
	person->local = (struct local_part){.letters = "", .plain = ""};
	if (!email || !address_parse(arena, email, &person->address)) {
		person->address = (struct address){0};
		return;
	}
	person->host = strchr(person->address.email_key, '@') + 1;
	registrable = domain_registrable(person->host);
	person->freemail = registrable && (domain_is_freemail(person->host) || domain_is_freemail(registrable));
	person->disposable = registrable && (domain_is_disposable(person->host) || domain_is_disposable(registrable));
	if (!person->address.shared)
		person->local = local_of(arena, person->address.email_key);
	if (!person->freemail && !person->disposable)
		add_domain(arena, person, person->host);
}

static void add_company(struct arena *arena, struct person *person, const char *text)
{
	char bare[256];
	size_t length;

	if (!text)
		return;
	text += strspn(text, " \t");
	length = strcspn(text, " \t\r\n");
	if (length < sizeof bare && text[length + strspn(text + length, " \t\r\n")] == '\0') {
		memcpy(bare, text, length);
		bare[length] = '\0';
		/* A domain typed as company; "S.L." and "Inc." look like one and have no suffix that is public. */
		if (looks_like_domain(bare) && !strchr(bare, '&')) {
			size_t before = person->domain_count;

			add_domain(arena, person, bare);
			if (person->domain_count > before || domain_read(arena, bare).name)
				return;
		}
	}
	person->company = company_read(arena, text);
	person->said_company = person->company.joined.length > 0;
}

/* --- Phones */

/* Numbers that people leave out in one place and write in another: "(0)", and what follows "ext" or "x". */
static size_t phone_digits(const char *text, size_t length, char *into, size_t room)
{
	size_t to = 0;

	for (size_t i = 0; i < length && to + 1 < room; i++) {
		if (length - i >= 3 && memcmp(text + i, "(0)", 3) == 0 && to > 0)
			i += 2;
		else if (is_digit(text[i]))
			into[to++] = text[i];
		else if (to >= PHONE_DIGITS_LEAST
			 && (text[i] == 'x' || text[i] == 'X' || text[i] == 'e' || text[i] == 'E' || text[i] == '#'))
			break;
	}
	into[to] = '\0';
	return to;
}

static void add_phone(struct person *person, const char *digits, size_t length)
{
	uint64_t number = 0;
	size_t from = length > PHONE_DIGITS ? length - PHONE_DIGITS : 0;
	bool varied = false;

	if (length < PHONE_DIGITS_LEAST || length > 17 || person->phone_count == PERSON_PHONES)
		return;
	/* Leading zeros are habits of dialling. */
	while (length - from > PHONE_DIGITS_LEAST && digits[from] == '0')
		from++;
	for (size_t i = from; i < length; i++) {
		number = number * 10 + (uint64_t)(digits[i] - '0');
		varied = varied || digits[i] != digits[from];
	}
	for (size_t i = 0; i < person->phone_count; i++)
		if (person->phones[i] == number)
			return;
	if (varied)
		person->phones[person->phone_count++] = number;
}

static void add_phone_field(struct person *person, const char *text)
{
	char digits[32];

	if (text)
		add_phone(person, digits, phone_digits(text, strlen(text), digits, sizeof digits));
}

/* Runs of digits and of the signs between them. */
static void add_phones_in(struct person *person, const char *text)
{
	for (const char *at = given(text); *at;) {
		char digits[32];
		size_t length;

		if (!is_digit(*at) && *at != '+' && *at != '(') {
			at++;
			continue;
		}
		length = strspn(at, "0123456789 +-./()");
		add_phone(person, digits, phone_digits(at, length, digits, sizeof digits));
		at += length;
	}
}

/* --- Places */

static void add_country(struct person *person, country_code country)
{
	if (person->country_count < PERSON_COUNTRIES)
		person->countries[person->country_count++] = country;
}

static void add_calling_countries(struct person *person, const char *phone)
{
	char digits[32];
	const char *at = digits;

	if (!phone)
		return;
	phone += strspn(phone, " \t(");
	phone_digits(phone, strlen(phone), digits, sizeof digits);
	if (*phone != '+' && strncmp(digits, "00", 2) != 0)
		return;
	at += strspn(at, "0");
	person->country_count += calling_countries(
		at, person->countries + person->country_count, PERSON_COUNTRIES - person->country_count);
}

/* Suffixes of a country that are used everywhere say nothing of the place. */
static void add_domain_country(struct person *person, const char *domain)
{
	static const char *const worldwide[] = {"ai", "app", "cc", "co", "fm", "gg", "io", "is", "la", "ly", "me", "sh",
		"so", "to", "tv", "vc", "ws", "eu"};
	const char *dot = strrchr(domain, '.');

	if (!dot || strlen(dot + 1) != 2 || dot[1] < 'a' || dot[1] > 'z' || dot[2] < 'a' || dot[2] > 'z')
		return;
	for (size_t i = 0; i < COUNT(worldwide); i++)
		if (strcmp(worldwide[i], dot + 1) == 0)
			return;
	if (strcmp(dot + 1, "uk") == 0)
		add_country(person, country_of('G', 'B'));
	else
		add_country(person, country_of((char)(dot[1] - 'a' + 'A'), (char)(dot[2] - 'a' + 'A')));
}

/* --- Both */

/* Cal.com calls a meeting "30 Min Meeting between Host and Attendee": no company stands there. */
static bool says_names_only(struct arena *arena, const char *title, const struct name *name)
{
	char folded[600];
	size_t length = fold(title, folded, sizeof folded);
	char *into = arena_alloc(arena, length + 1);

	skeleton(folded, length, into);
	return name->whole.length >= 3 && strstr(into, name->whole.text) != NULL;
}

struct person person_of_attendee(struct arena *arena, const struct attendee_facts *facts)
{
	struct person person = {.timezone = facts->timezone,
		.said_first = "",
		.said_last = "",
		.said_name = given(facts->name),
		.said_company_name = given(facts->company)};

	add_address(arena, &person, facts->email);
	person.name = name_from_text(arena, given(facts->name));
	person.company = company_read(arena, NULL);
	add_company(arena, &person, facts->company);
	if (*person.name.beside && !person.said_company)
		person.company = company_read(arena, person.name.beside);
	add_phone_field(&person, facts->phone);
	add_phones_in(&person, facts->notes);
	person.country_count =
		facts->timezone ? zone_countries(facts->timezone, person.countries, PERSON_COUNTRIES) : 0;
	person.notes = notes_read(arena, facts->notes);
	if (facts->title && !says_names_only(arena, facts->title, &person.name))
		person.meeting = notes_read(arena, facts->title);
	return person;
}

static struct name_word title_of(struct arena *arena, const char *text)
{
	char folded[200], *own;
	size_t length = fold(text, folded, sizeof folded);

	own = arena_alloc(arena, length + 1);
	length = skeleton(folded, length, own);
	return (struct name_word){own, length, hash64(own, length)};
}

struct person person_of_lead(struct arena *arena, const struct lead_facts *facts)
{
	struct person person = {.said_first = given(facts->first_name),
		.said_last = given(facts->last_name),
		.said_name = "",
		.said_company_name = given(facts->company)};

	add_address(arena, &person, facts->email);
	person.name = name_from_columns(arena, facts->first_name, facts->last_name);
	person.title = title_of(arena, given(facts->title));
	person.company = company_read(arena, NULL);
	add_domain(arena, &person, given(facts->website));
	add_company(arena, &person, facts->company);
	add_phone_field(&person, facts->phone);
	add_calling_countries(&person, facts->phone);
	for (size_t i = 0; i < person.domain_count; i++)
		add_domain_country(&person, person.domains[i].name);
	return person;
}

static void add_name(uint64_t *names, size_t *count, const struct name_word *word)
{
	for (size_t i = 0; i < *count; i++)
		if (names[i] == word->hash)
			return;
	if (word->length > 1 && *count < PERSON_NAMES)
		names[(*count)++] = word->hash;
}

static void add_names(uint64_t *names, size_t *count, const struct name_part *part)
{
	add_name(names, count, &part->joined);
	for (size_t i = 0; i < part->count; i++)
		add_name(names, count, &part->words[i]);
}

size_t person_names(const struct person *person, uint64_t names[static PERSON_NAMES])
{
	size_t count = 0;

	for (size_t i = 0; i < person->name.count; i++) {
		add_names(names, &count, person->name.readings[i].first);
		add_names(names, &count, person->name.readings[i].last);
	}
	return count;
}

static void count_part(struct counted_name *names, size_t *count, const struct name_part *part, bool last)
{
	uint64_t words[PERSON_NAMES];
	size_t found = 0;

	if (!part->initial)
		add_names(words, &found, part);
	for (size_t i = 0; i < found && *count < PERSON_NAMES; i++)
		names[(*count)++] = (struct counted_name){words[i], last};
}

size_t person_counted_names(const struct person *lead, struct counted_name names[static PERSON_NAMES])
{
	size_t count = 0;

	if (lead->name.count > 0) {
		count_part(names, &count, lead->name.readings[0].first, false);
		count_part(names, &count, lead->name.readings[0].last, true);
	}
	return count;
}

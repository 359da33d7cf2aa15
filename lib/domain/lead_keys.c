/* lead_keys - where to look for an attendee among very many leads: 64-bit keys that both have when they may be one. */
#include "domain/lead_keys.h"

#include "base/scope.h"
#include "domain/hash64.h"

#include <stdbool.h>
#include <string.h>

struct keys {
	uint64_t *at;
	size_t count, room;
};

/* A key is what it is about, and up to two hashes. */
static void add(struct keys *keys, const char *about, uint64_t a, uint64_t b)
{
	uint64_t key = hash64_more(UINT64_C(0xcbf29ce484222325), about, strlen(about));

	for (int shift = 0; shift < 64; shift += 8)
		key = hash64_more(key, &(char){(char)(a >> shift)}, 1);
	for (int shift = 0; shift < 64; shift += 8)
		key = hash64_more(key, &(char){(char)(b >> shift)}, 1);
	key = hash64_mixed(key);
	for (size_t i = 0; i < keys->count; i++)
		if (keys->at[i] == key)
			return;
	if (keys->count < keys->room)
		keys->at[keys->count++] = key;
}

/* The first letters as one number; a letter of UTF-8 may be cut, on both sides alike. */
static uint64_t front(const struct name_word *word, size_t letters)
{
	return hash64(word->text, word->length < letters ? word->length : letters);
}

/* Letters of which several stand for one sound. */
static size_t sound_of_many(const char *text, size_t length, char *sound)
{
	static const struct {
		const char *letters;
		char sound;
	} many[] = {{"sch", 's'}, {"tsch", 's'}, {"sh", 's'}, {"ch", 'k'}, {"ck", 'k'}, {"ph", 'f'}, {"th", 't'}};

	for (size_t i = 0; i < COUNT(many); i++) {
		size_t letters = strlen(many[i].letters);

		if (length >= letters && memcmp(text, many[i].letters, letters) == 0) {
			*sound = many[i].sound;
			return letters;
		}
	}
	return 0;
}

/* How it sounds, roughly and in most languages: the consonants, the like ones as one. For finding, not for weighing. */
static uint64_t sound(const struct name_word *word)
{
	static const char sounds[] = "apktafk-aaklnnapkrstaffsas"; /* of a to z */
	char code[8];
	size_t length = 0;

	for (size_t i = 0; i < word->length && length < sizeof code;) {
		unsigned char c = (unsigned char)word->text[i];
		char here = c >= 'a' && c <= 'z' ? sounds[c - 'a'] : (char)c;
		size_t letters = sound_of_many(word->text + i, word->length - i, &here);

		i += letters > 0 ? letters : 1;
		if (here == '-' || (here == 'a' && length > 0) || (length > 0 && code[length - 1] == here))
			continue;
		code[length++] = here;
	}
	return hash64(code, length);
}

static const struct name_word *call_name(const struct name_part *first)
{
	return first->count > 0 ? &first->words[0] : &first->joined;
}

static void add_name_keys(struct keys *keys, const struct name_word *first, const struct name_word *last, bool initial)
{
	const struct nickname *formals = NULL;
	size_t count;

	add(keys, "last, initial", last->hash, front(first, 1));
	if (initial)
		return;
	add(keys, "last, first", last->hash, first->hash);
	count = name_formals(first->hash, &formals);
	for (size_t i = 0; i < count && i < 6; i++)
		add(keys, "last, first", last->hash, formals[i].formal);
	add(keys, "sounds", sound(last), sound(first));
	add(keys, "four of last, first", front(last, 4), first->hash);
}

static void add_reading_keys(struct keys *keys, const struct name_reading *reading)
{
	const struct name_word *first = call_name(reading->first), *last = &reading->last->joined;

	if (first->length > 0 && last->length > 0 && !reading->last->initial) {
		add_name_keys(keys, first, last, reading->first->initial);
		for (size_t i = 0; reading->last->count > 1 && i < reading->last->count; i++)
			add(keys, "last, first", reading->last->words[i].hash, first->hash);
	}
	if (first->length > 0 && reading->first->count > 1 && last->length > 0)
		add(keys, "last, first", last->hash, reading->first->joined.hash);
}

static void add_company_keys(struct keys *keys, const struct person *person, const struct name_reading *reading)
{
	const struct name_word *first = call_name(reading->first), *last = &reading->last->joined;
	const struct company *company = &person->company;

	for (size_t i = 0; i < person->domain_count; i++) {
		const struct domain *domain = &person->domains[i];

		if (first->length > 0)
			add(keys, "domain, initial", hash64(domain->name, strlen(domain->name)), front(first, 1));
		if (last->length > 0)
			add(keys, "domain, initial", hash64(domain->name, strlen(domain->name)), front(last, 1));
		if (first->length > 0 && last->length > 0)
			add(keys, "company, initials", domain->core.hash, front(first, 1) ^ front(last, 1));
	}
	if (company->joined.length == 0)
		return;
	if (first->length > 0 && last->length > 0)
		add(keys, "company, initials", company->joined.hash, front(first, 1) ^ front(last, 1));
	if (first->length > 1)
		add(keys, "company's first, three", company->words[0].hash, front(first, 3));
	if (last->length > 1)
		add(keys, "company's first, three", company->words[0].hash, front(last, 3));
	if (first->length > 1)
		add(keys, "company, one initial", company->joined.hash, front(first, 1));
	if (last->length > 1)
		add(keys, "company, one initial", company->joined.hash, front(last, 1));
}

static void add_contact_keys(struct keys *keys, const struct person *person)
{
	if (person->local.length >= 3)
		add(keys, "local", person->local.hash, 0);
	for (size_t i = 0; i < person->phone_count; i++)
		add(keys, "phone", person->phones[i], 0);
}

/* A lead whose columns are swapped is found by the attendee's readings, which come in both orders. */
static size_t lead_readings(const struct person *lead)
{
	return lead->name.columns ? 1 : lead->name.count;
}

size_t lead_keys(const struct person *lead, uint64_t at[static LEAD_KEYS])
{
	struct keys keys = {at, 0, LEAD_KEYS};

	add_contact_keys(&keys, lead);
	for (size_t i = 0; i < lead_readings(lead); i++) {
		add_reading_keys(&keys, &lead->name.readings[i]);
		add_company_keys(&keys, lead, &lead->name.readings[i]);
	}
	return keys.count;
}

/* --- What an attendee says elsewhere, where the name is not all there */

static bool is_incomplete(const struct person *attendee)
{
	for (size_t i = 0; i < attendee->name.count; i++)
		if (attendee->name.readings[i].first->joined.length > 1
			&& attendee->name.readings[i].last->joined.length > 1
			&& !attendee->name.readings[i].first->initial && !attendee->name.readings[i].last->initial)
			return false;
	return attendee->name.count > 0;
}

static struct name_word piece(const char *text, size_t length)
{
	return (struct name_word){text, length, hash64(text, length)};
}

/* carmenhankins@, c.hankins@ and hankinsc@ of somebody who says no more than Carmen: the rest is the last name. */
static void add_local_keys(struct keys *keys, const struct person *attendee, const struct name_word *first)
{
	const struct local_part *local = &attendee->local;
	size_t cut = first->length;

	if (first->length == 0)
		return;
	for (size_t i = 0; local->count > 1 && i < local->count; i++)
		add_name_keys(keys, first, &local->segments[i], false);
	for (int i = 0; i < 2; i++, cut = 1) {
		struct name_word rest;

		if (local->length < cut + 2)
			continue;
		rest = piece(local->letters + cut, local->length - cut);
		if (memcmp(local->letters, first->text, cut) == 0)
			add_name_keys(keys, first, &rest, first->length == 1);
		rest = piece(local->letters, local->length - cut);
		if (memcmp(local->letters + local->length - cut, first->text, cut) == 0)
			add_name_keys(keys, first, &rest, first->length == 1);
	}
}

/* The words behind "I work at", and those of the meeting's title, as they may be a company's name. */
static void add_text_keys(struct keys *keys, const char *spaced, const struct name_word *name)
{
	enum { WORDS = 4 };
	char joined[200];
	size_t length = 0;

	for (size_t words = 0; words < WORDS && *spaced; words++) {
		size_t word;

		spaced += strspn(spaced, " ");
		word = strcspn(spaced, " ");
		if (word == 0 || length + word >= sizeof joined)
			return;
		memcpy(joined + length, spaced, word);
		length += word;
		spaced += word;
		add(keys, "company, one initial", hash64(joined, length), front(name, 1));
	}
}

static void add_incomplete_keys(struct keys *keys, const struct person *attendee, const struct name_word *name)
{
	const struct notes *notes = &attendee->notes, *meeting = &attendee->meeting;

	add_local_keys(keys, attendee, name);
	if (name->length < 2)
		return;
	for (size_t i = 0; i < notes->count; i++)
		if (notes->sentences[i].own && !notes->sentences[i].foreign)
			add_text_keys(keys, notes->sentences[i].behind, name);
	for (size_t i = 0; i < meeting->count && i < 2; i++)
		for (const char *at = meeting->sentences[i].spaced; at && at[1]; at = strchr(at + 1, ' '))
			add_text_keys(keys, at, name);
	if (attendee->company.joined.length > 0)
		add(keys, "company, one initial", attendee->company.joined.hash, front(name, 1));
}

size_t attendee_keys(const struct person *attendee, uint64_t at[static ATTENDEE_KEYS])
{
	struct keys keys = {at, 0, ATTENDEE_KEYS};

	add_contact_keys(&keys, attendee);
	for (size_t i = 0; i < attendee->name.count; i++) {
		add_reading_keys(&keys, &attendee->name.readings[i]);
		add_company_keys(&keys, attendee, &attendee->name.readings[i]);
	}
	for (size_t i = 0; is_incomplete(attendee) && i < attendee->name.count; i++) {
		add_incomplete_keys(&keys, attendee, call_name(attendee->name.readings[i].first));
		add_incomplete_keys(&keys, attendee, &attendee->name.readings[i].last->joined);
	}
	return keys.count;
}

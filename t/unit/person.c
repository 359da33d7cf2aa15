/* person - names, companies, domains, phones and places become what can be compared, and any text at all becomes
 * something. */
#include "domain/person.h"

#include "base/arena.h"
#include "base/scope.h"

#include <stdint.h>

#include "tap.h"

static struct arena arena; /* of the whole test */

/* --- Names: is there a reading with this first and this last name? */

static const struct {
	const char *what, *text, *first, *last; /* skeletons; "" for none */
} names[] = {
	{"first and last", "Ann Lee", "ann", "lee"},
	{"the other order", "Lee Ann", "ann", "lee"},
	{"Last, First", "Hollenbeck, Katherine", "katherine", "hollenbeck"},
	{"titles in front", "Prof. Dr. Ann Lee", "ann", "lee"},
	{"degrees behind", "Ann Lee, PhD, MBA", "ann", "lee"},
	{"a degree without comma", "Ann Lee PhD", "ann", "lee"},
	{"brackets", "Ann (Annie) Lee", "ann", "lee"},
	{"a bar", "Ann Lee | Acme", "ann", "lee"},
	{"emoji", "Ann Lee 🚀", "ann", "lee"},
	{"capitals", "ANN LEE", "ann", "lee"},
	{"no-break space", "Ann\xC2\xA0Lee", "ann", "lee"},
	{"zero-width space", "A\xE2\x80\x8Bnn Lee", "ann", "lee"},
	{"full width", "Ａｎｎ Ｌｅｅ", "ann", "lee"},
	{"a middle initial is no name", "Thomas A. Ginther", "thomas", "ginther"},
	{"Müller", "Jürgen Müller", "jurgen", "muller"},
	{"Mueller", "Juergen Mueller", "jurgen", "muller"},
	{"a separate accent", "Ju\xCC\x88rgen Mu\xCC\x88ller", "jurgen", "muller"},
	{"Strauß", "Anna Strauß", "anna", "straus"},
	{"Strauss", "Anna Strauss", "anna", "straus"},
	{"Дмитрий", "Дмитрий Коваленко", "dmitri", "kovalenko"},
	{"Greek", "Νίκος Παπαδόπουλος", "nikos", "papadopoulos"},
	{"ł, ø, đ", "Łukasz Sørđen", "lukasz", "sorden"},
	{"O'Brien", "Pat O'Brien", "pat", "obrien"},
	{"O’Brien with a typographic sign", "Pat O’Brien", "pat", "obrien"},
	{"van der Berg", "Jan van der Berg", "jan", "vanderberg"},
	{"Vanderberg", "Jan Vanderberg", "jan", "vanderberg"},
	{"Mc Donald", "Ann Mc Donald", "ann", "mcdonald"},
	{"McDonald", "Ann McDonald", "ann", "mcdonald"},
	{"García López", "María García López", "maria", "garcialopez"},
	{"Jean-Pierre", "Jean-Pierre Petit", "jeanpierre", "petit"},
	{"one name is a first name", "Ann", "ann", ""},
	{"or a last one", "Ann", "", "ann"},
	{"an initial", "J. Doe", "j", "doe"},
};

static bool has_reading(const struct name *name, const char *first, const char *last)
{
	for (size_t i = 0; i < name->count; i++)
		if (strcmp(name->readings[i].first->joined.text, first) == 0
			&& strcmp(name->readings[i].last->joined.text, last) == 0)
			return true;
	return false;
}

static void names_are_read(void)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		struct name name = name_from_text(&arena, names[i].text);

		if (ok(has_reading(&name, names[i].first, names[i].last), names[i].what))
			continue;
		for (size_t k = 0; k < name.count; k++)
			printf("# %s | %s\n", name.readings[k].first->joined.text, name.readings[k].last->joined.text);
	}
	ok(name_from_text(&arena, "").count == 0 && name_from_text(&arena, " . 😀 ").count == 0,
		"what has no letters is no name");
	ok(name_from_text(&arena, "asdf asdf").placeholder && name_from_text(&arena, "John Doe").placeholder,
		"placeholders are known");
	ok(!name_from_text(&arena, "Ann Lee").placeholder, "and a name is none");
	ok(name_from_text(&arena, "Otto Lee jr.").generation == GENERATION_JUNIOR, "junior is noticed");
	is_text(name_from_text(&arena, "Ann Lee (Acme)").beside, " Acme", "what stands in brackets is kept beside");
}

static void columns_are_read(void)
{
	static const struct {
		const char *what, *first, *last, *read_first, *read_last;
	} rows[] = {
		{"as given", "Ann", "Lee", "ann", "lee"},
		{"turned, too", "Lee", "Ann", "ann", "lee"},
		{"all in the first column", "Ann Lee", NULL, "ann", "lee"},
		{"all in the last column", "", "Ann Lee", "ann", "lee"},
		{"a title in the column", "Ing. Ann", "Lee", "ann", "lee"},
		{"space around", " Ann ", " Lee 🚀", "ann", "lee"},
		{"an initial", "Angelina", "B.", "angelina", "b"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_from_columns(&arena, rows[i].first, rows[i].last);

		ok(has_reading(&name, rows[i].read_first, rows[i].read_last), rows[i].what);
	}
	ok(name_from_columns(&arena, NULL, NULL).count == 0, "empty columns are no name");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_from_columns(&arena, rows[i].first, rows[i].last);

		ok(!name.columns || name.count == 2, "columns are two readings");
	}
}

/* --- Companies */

static const struct {
	const char *what, *a, *b;
	enum company_likeness likeness;
} companies[] = {
	{"a legal form more", "Acme Rockets", "Acme Rockets GmbH", COMPANY_SAME},
	{"several legal forms", "Arrow River Dental GmbH & Co. KG", "Arrow River Dental", COMPANY_SAME},
	{"dots in the legal form", "Rapid Cloud S.L.", "Rapid Cloud", COMPANY_SAME},
	{"an article", "The Zenith Company", "Zenith Company", COMPANY_SAME},
	{"ampersand and the word", "Purdy & Thompson", "Purdy and Thompson Ltd", COMPANY_SAME},
	{"capitals and joined words", "GATEQUANTUM", "Gate Quantum Inc.", COMPANY_SAME},
	{"an umlaut", "Müller Bau", "Mueller Bau AG", COMPANY_SAME},
	{"a slip", "Moss Pharma", "Mosse Pharma", COMPANY_EDIT},
	{"cut short", "Flint Sigma Consult", "Flint Sigma Consulting", COMPANY_SUBSET},
	{"the telling word", "Galaxy", "Galaxy Staffing", COMPANY_SUBSET},
	{"not by a common word", "Services", "Galaxy Services", COMPANY_UNLIKE},
	{"three initials", "FSC", "Flint Sigma Consulting", COMPANY_INITIALS},
	{"not two initials", "DM", "Delta Media", COMPANY_UNLIKE},
	{"others", "Iron Peak", "Rocket Works", COMPANY_UNLIKE},
	{"self-employed is missing, not equal", "Self-employed", "self employed", COMPANY_UNLIKE},
	{"n/a is missing", "n/a", "N/A", COMPANY_UNLIKE},
	{"empty", "", "", COMPANY_UNLIKE},
};

static void companies_are_compared(void)
{
	for (size_t i = 0; i < COUNT(companies); i++) {
		struct company a = company_read(&arena, companies[i].a), b = company_read(&arena, companies[i].b);

		ok(company_compare(&a, &b) == companies[i].likeness && company_compare(&b, &a) == companies[i].likeness,
			companies[i].what);
	}
}

static void domains_are_compared(void)
{
	static const struct {
		const char *what, *company, *domain;
		enum company_likeness likeness;
	} rows[] = {
		{"called like the company", "Iron Peak Inc", "ironpeak.com", COMPANY_SAME},
		{"below a subdomain, of two labels", "Iron Peak", "www.ironpeak.co.uk", COMPANY_SAME},
		{"with a word in front", "Fira Supply", "getfirasupply.com", COMPANY_SAME},
		{"with a word behind", "Fira Supply LLC", "firasupplyapp.com", COMPANY_SAME},
		{"a slip", "Titan Robotics", "titanrobootics.fr", COMPANY_EDIT},
		{"the first words", "Boldroof Painting Works", "boldroof.com", COMPANY_SUBSET},
		{"initials", "Flint Sigma Consulting", "fsc.com", COMPANY_INITIALS},
		{"a mail provider is no company", "Gmail", "gmail.com", COMPANY_UNLIKE},
		{"another", "Rocket Works", "ironpeak.com", COMPANY_UNLIKE},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct company company = company_read(&arena, rows[i].company);
		struct domain domain = domain_read(&arena, rows[i].domain);

		ok(company_compare_domain(&company, &domain) == rows[i].likeness, rows[i].what);
	}
	is_text(domain_read(&arena, "https://shop.acme.co.uk/x?y").name, "acme.co.uk",
		"the registrable domain of an address of the web");
	is_text(domain_read(&arena, "bücher.example").name, domain_read(&arena, "xn--bcher-kva.example").name,
		"one form for an international domain");
	ok(!domain_read(&arena, "co.uk").name && !domain_read(&arena, "nodot").name, "a public suffix is nobody's");
}

static void notes_are_understood(void)
{
	static const struct {
		const char *what, *text;
		enum mention mention;
	} rows[] = {
		{"our team at", "Looking for a tool for our team at Rocket Works Inc.", MENTION_OWN},
		{"on behalf of", "On behalf of Rocket Works", MENTION_OWN},
		{"a field", "Company: Rocket Works, Ltd", MENTION_OWN},
		{"on a line of its own", "Hello\nWe are Rocket Works and would like a demo.", MENTION_OWN},
		{"our client", "Our client is Rocket Works.", MENTION_FOREIGN},
		{"recommended", "Rocket Works recommended you.", MENTION_FOREIGN},
		{"in German", "Unser Kunde ist Rocket Works.", MENTION_FOREIGN},
		{"in Spanish", "Nuestro cliente es Rocket Works", MENTION_FOREIGN},
		{"what is in use", "We currently use Rocket Works.", MENTION_FOREIGN},
		{"only a part of a word", "We are Rocket Worksmanship", MENTION_BARE},
		{"the first word, as one's own", "I work at Rocket.", MENTION_BARE},
		{"nothing", "Please send an agenda", MENTION_NONE},
		{"empty", "", MENTION_NONE},
	};
	struct company company = company_read(&arena, "Rocket Works");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct notes notes = notes_read(&arena, rows[i].text);

		ok(notes_mention(&notes, &company) == rows[i].mention, rows[i].what);
	}
}

/* --- Phones and places */

static bool same_phone(const char *a, const char *b)
{
	struct person lead = person_of_lead(&arena, &(struct lead_facts){.phone = a});
	struct person attendee = person_of_attendee(&arena, &(struct attendee_facts){.phone = b});

	return lead.phone_count == 1 && attendee.phone_count == 1 && lead.phones[0] == attendee.phones[0];
}

static void phones_are_read(void)
{
	struct person person;

	ok(same_phone("+44 (0) 718 330 5038", "00447183305038"), "a zero in brackets is left out");
	ok(same_phone("0720 362 8057", "(0720) 362-8057"), "signs between digits do not matter");
	ok(same_phone("+49 720 3628057", "0720 3628057"), "nor does the country");
	ok(same_phone("780.899.0708 ext 62", "+1 780 899 0708"), "nor an extension");
	person = person_of_attendee(
		&arena, &(struct attendee_facts){.notes = "I have 12 seats. Call me on +1 (0) 945 388 2644"});
	ok(person.phone_count == 1 && person.phones[0] == 53882644, "a number in the notes");
	ok(person_of_attendee(&arena, &(struct attendee_facts){.phone = "123"}).phone_count == 0,
		"three digits are no number");
	ok(person_of_attendee(&arena, &(struct attendee_facts){.phone = "0000000000"}).phone_count == 0,
		"nor are ten zeros");
}

static bool is_in(const struct person *person, const char *code)
{
	for (size_t i = 0; i < person->country_count; i++)
		if (person->countries[i] == country_of(code[0], code[1]))
			return true;
	return false;
}

static void places_are_read(void)
{
	struct person person = person_of_attendee(&arena, &(struct attendee_facts){.timezone = "Asia/Calcutta"});

	ok(is_in(&person, "IN"), "an older name of a time zone");
	person = person_of_lead(&arena, &(struct lead_facts){.phone = "+49 30 1234567"});
	ok(is_in(&person, "DE"), "the country of a number");
	person = person_of_lead(&arena, &(struct lead_facts){.email = "a@acme.co.uk"});
	ok(is_in(&person, "GB"), "the country of a domain");
	person = person_of_lead(&arena, &(struct lead_facts){.email = "a@acme.io"});
	ok(person.country_count == 0, "a suffix used all over the world is no country");
	person = person_of_attendee(&arena, &(struct attendee_facts){.timezone = "Mars/Olympus"});
	ok(person.country_count == 0, "a time zone nobody knows");
}

static void whole_persons(void)
{
	struct person person = person_of_attendee(
		&arena, &(struct attendee_facts){.email = "x@mail.ironpeak.com", .company = "boldroofing.fr"});
	uint64_t found[PERSON_NAMES];

	ok(person.domain_count == 2 && strcmp(person.domains[0].name, "ironpeak.com") == 0
			&& strcmp(person.domains[1].name, "boldroofing.fr") == 0,
		"a domain typed as company is one");
	person = person_of_attendee(&arena, &(struct attendee_facts){.email = "info@gmail.com"});
	ok(person.freemail && person.address.shared && person.local.length == 0, "a role mailbox says no name");
	person = person_of_attendee(&arena, &(struct attendee_facts){.email = "not an address"});
	ok(!person.address.email_key, "a broken address is none");
	person = person_of_attendee(&arena, &(struct attendee_facts){0});
	ok(person.name.count == 0 && person_names(&person, found) == 0, "nothing at all is nobody");
	person = person_of_attendee(&arena,
		&(struct attendee_facts){.name = "Ann Lee", .title = "30 Min Meeting between Keller Host and Ann Lee"});
	ok(person.meeting.count == 0, "a title that is no more than names says no company");
	person = person_of_attendee(
		&arena, &(struct attendee_facts){.name = "Ann Lee", .title = "Rocket Works x Vendor intro"});
	ok(person.meeting.count == 1, "another title may");
	person = person_of_attendee(&arena, &(struct attendee_facts){.name = "Ann Lee"});
	ok(person_names(&person, found) == 2, "each word of a name may be counted");
}

static void long_texts(void)
{
	enum { LETTERS = 10000 };
	char *letters = arena_alloc(&arena, LETTERS + 1), *words = arena_alloc(&arena, LETTERS + 1);
	struct person person;

	memset(letters, 'a', LETTERS);
	for (size_t i = 0; i < LETTERS; i++)
		words[i] = i % 2 ? ' ' : (char)('a' + i % 26);
	person = person_of_attendee(
		&arena, &(struct attendee_facts){letters, letters, letters, letters, letters, letters, letters});
	ok(person.name.count <= NAME_READINGS, "10,000 letters");
	person = person_of_attendee(&arena, &(struct attendee_facts){words, words, words, words, words, words, words});
	ok(person.name.count <= NAME_READINGS && person.name.count > 0, "5,000 words");
	person = person_of_lead(&arena, &(struct lead_facts){words, words, words, words, words, words, words});
	ok(person.name.count == 2, "and as a lead");
}

int main(void)
{
	names_are_read();
	columns_are_read();
	companies_are_compared();
	domains_are_compared();
	notes_are_understood();
	phones_are_read();
	places_are_read();
	whole_persons();
	long_texts();
	arena_end(&arena);
	return done_testing();
}

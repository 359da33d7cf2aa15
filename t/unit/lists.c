/* lists - the compiled tables are in order, so that each row is found, and they know what they should. */
#include "domain/lists.c" /* the tables are its own */

#include "domain/fold.h"

#include "tap.h"

static uint64_t name(const char *text)
{
	char bare[400];

	return hash64(bare, skeleton(bare, fold(text, bare, sizeof bare), bare));
}

#define IS_SORTED(table)                                                                                               \
	do {                                                                                                           \
		bool sorted = true;                                                                                    \
		for (size_t i = 1; i < COUNT(table); i++)                                                              \
			sorted = sorted && by_hash(&(table)[i - 1], &(table)[i]) <= 0;                                 \
		ok(sorted &&COUNT(table) > 50, #table " are in order");                                                \
	} while (0)

static void tables_hold(void)
{
	bool found = true;

	IS_SORTED(names);
	IS_SORTED(nicknames);
	IS_SORTED(latin_names);
	IS_SORTED(suffixes);
	IS_SORTED(zones);
	IS_SORTED(placeholders);
	IS_SORTED(generic_companies);
	IS_SORTED(legal_forms);
	IS_SORTED(freemail_domains);
	IS_SORTED(disposable_domains);
	for (size_t i = 0; i < COUNT(names); i++)
		found = found && name_known(names[i].name).use == names[i].use;
	ok(found, "every name is found");
}

static void domains_are_cut(void)
{
	/* From the test vectors of publicsuffix.org, which are in the public domain. */
	static const struct {
		const char *domain, *registrable;
	} rows[] = {{"com", NULL}, {"example.com", "example.com"}, {"a.b.example.com", "example.com"}, {"uk.com", NULL},
		{"b.example.uk.com", "example.uk.com"}, {"test.ac", "test.ac"}, {"ck", NULL}, {"test.ck", NULL},
		{"b.test.ck", "b.test.ck"}, {"a.b.test.ck", "b.test.ck"}, {"www.ck", "www.ck"},
		{"www.www.ck", "www.ck"}, {"city.kobe.jp", "city.kobe.jp"}, {"b.c.kobe.jp", "b.c.kobe.jp"},
		{"xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"}, {"shop.acme.co.uk", "acme.co.uk"},
		{"acme.test", "acme.test"}, {"a.acme.test", "acme.test"}, {"test", NULL}, {"", NULL}, {".com", NULL}};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_text(domain_registrable(rows[i].domain), rows[i].registrable,
			*rows[i].domain ? rows[i].domain : "no domain");
}

static void much_is_known(void)
{
	const struct nickname *formals = NULL;
	country_code countries[20];
	bool robert = false;
	size_t count = name_formals(name("Bob"), &formals);

	for (size_t i = 0; i < count; i++)
		robert = robert || formals[i].formal == name("Robert");
	ok(robert, "Bob is Robert");
	ok(name_formals(name("Zzyzx"), &formals) == 0, "a name that is no short form");
	ok(name_known(name("Smith")).last > 0.005 && name_known(name("Smith")).use & NAME_LAST,
		"Smith is a common last name");
	ok(name_known(name("Maria")).first > name_known(name("Hildegard")).first, "Maria is commoner than Hildegard");
	ok((name_known(name("Daniela")).use & NAME_FIRST) == NAME_FIRST_FEMALE, "Daniela is a woman's name");
	ok(name_known(name("Qqzzy")).use == 0, "some names are on no list");
	ok(domain_is_freemail("gmail.com") && !domain_is_freemail("ironpeak.com"), "mail for everybody");
	ok(domain_is_disposable("mailinator.com") && !domain_is_disposable("gmail.com"), "mail to throw away");
	ok(company_legal_form(name("GmbH")) && company_legal_form(name("Pty. Ltd."))
			&& !company_legal_form(name("Rockets")),
		"legal forms");
	ok(company_is_generic(name("Self-employed")) && company_is_generic(name("selbständig")), "no company");
	ok(name_is_placeholder(name("asdf")) && !name_is_placeholder(name("Ann Lee")), "no name");
	ok(zone_countries("Europe/Paris", countries, COUNT(countries)) >= 1, "zones");
	ok(zone_countries("Europe/Paris", countries, 1) == 1 && zone_countries("Nowhere", countries, 1) == 0,
		"and no more than there is room for");
	ok(calling_countries("4930123", countries, COUNT(countries)) == 1 && countries[0] == country_of('D', 'E'),
		"calling codes");
	ok(calling_countries("1555", countries, COUNT(countries)) == 2, "one code of two countries");
	ok(calling_countries("999", countries, COUNT(countries)) == 0, "a code of none");
}

static void texts_are_folded(void)
{
	static const struct {
		const char *text, *folded;
	} rows[] = {{"Müller", "muller"}, {"Mu\xCC\x88ller", "muller"}, {"Łódź", "lodz"}, {"Straße", "strasse"},
		{"Æsir", "aesir"}, {"İstanbul", "istanbul"}, {"Дмитрий", "dmitriy"}, {"ΑΘΗΝΑ", "athina"}, {"ﬁn", "fin"},
		{"Ⅳ", "iv"},
		{"a\xC2\xA0"
		 "b",
			"a b"},
		{"a\xE2\x80\x8B"
		 "b",
			"ab"},
		{"O’Neil", "o'neil"}, {"a–b", "a-b"}, {"😀", " "}, {"\xFF", " "}, {"", ""}, {"李", "李"}};
	char into[64];

	for (size_t i = 0; i < COUNT(rows); i++) {
		fold(rows[i].text, into, sizeof into);
		is_text(into, rows[i].folded, *rows[i].text ? rows[i].text : "nothing");
	}
	ok(fold("李李李", into, 8) == 6 && strlen(into) == 6, "a text too long is cut at a whole character");
	ok(fold("abc", into, 1) == 0 && *into == '\0', "down to nothing");
}

int main(void)
{
	tables_hold();
	domains_are_cut();
	much_is_known();
	texts_are_folded();
	return done_testing();
}

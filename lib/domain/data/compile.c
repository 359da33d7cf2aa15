/* compile - turns the lists of this folder into the sorted tables of domain/lists.c; run by the build, on its machine.
 *
 *     compile FOLDER >lists.inc */
#include "base/scope.h"
#include "domain/fold.h"
#include "domain/hash64.h"
#include "domain/lists.h"

#include <errno.h>
#include <idn2.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 8 };

struct row {
	uint64_t key, more;
	double first, last;
	int use;
	char text[64];
};

struct table {
	struct row *rows;
	size_t count, room;
};

typedef void take_line(struct table *, char **cells);

static const char *folder;

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "compile: %s: %s\n", what, why);
	exit(1);
}

static struct row *add(struct table *table, uint64_t key)
{
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 4096;
		table->rows = realloc(table->rows, table->room * sizeof *table->rows);
		if (!table->rows)
			give_up("memory", strerror(errno));
	}
	table->rows[table->count] = (struct row){.key = key};
	return &table->rows[table->count++];
}

/* No cell of these lists holds a comma that matters, so that cutting at commas is enough. */
static void read_lines(struct table *table, const char *name, bool header, take_line *take)
{
	char path[4096], line[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (!(file = fopen(path, "r")))
		give_up(path, strerror(errno));
	while (fgets(line, sizeof line, file)) {
		char *cells[CELLS] = {line};

		line[strcspn(line, "\r\n")] = '\0';
		for (int i = 1; i < CELLS; i++) {
			char *comma = strchr(cells[i - 1], ',');

			cells[i] = comma ? comma + 1 : cells[i - 1] + strlen(cells[i - 1]);
			if (comma)
				*comma = '\0';
		}
		if (!header && *line)
			take(table, cells);
		header = false;
	}
	fclose(file);
}

static size_t skeleton_of(const char *text, char *into, size_t room)
{
	return skeleton(into, fold(text, into, room), into);
}

static uint64_t name_of(const char *text)
{
	char bare[4096];

	return hash64(bare, skeleton_of(text, bare, sizeof bare));
}

static uint64_t domain_of(const char *text)
{
	char *ascii = NULL;
	uint64_t hash;

	if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return hash64(text, strlen(text));
	hash = hash64(ascii, strlen(ascii));
	idn2_free(ascii);
	return hash;
}

static void add_name(struct table *table, const char *name, int use, double first, double last)
{
	struct row *row = add(table, name_of(name));

	row->use = use;
	row->first = first;
	row->last = last;
}

static int given(char gender)
{
	return gender == 'm' ? NAME_FIRST_MALE : gender == 'f' ? NAME_FIRST_FEMALE : NAME_FIRST;
}

/* The census counts each sex for itself. */
static void census_first(struct table *table, char **cells)
{
	add_name(table, cells[0], given(cells[1][0]), strtod(cells[2], NULL) / 200, 0);
}

static void census_last(struct table *table, char **cells)
{
	add_name(table, cells[0], NAME_LAST, 0, strtod(cells[1], NULL) / 100);
}

/* Of a country there are ranks alone. The commonest is about one in a hundred there, and a tenth of that where people
 * of many countries meet. */
static void by_country(struct table *table, char **cells)
{
	bool last = strcmp(cells[1], "last") == 0;
	double rank = strtod(cells[3], NULL), share = rank >= 1 ? 0.001 / rank : 0;
	int use = last ? NAME_LAST : given(cells[2][0]);

	add_name(table, cells[4], use, last ? 0 : share, last ? share : 0);
	add_name(table, cells[5], use, last ? 0 : share, last ? share : 0);
}

static void by_locale(struct table *table, char **cells)
{
	add_name(table, cells[2], strncmp(cells[1], "last", 4) == 0 ? NAME_LAST : given(cells[1][6]), 0, 0);
}

static void latin(struct table *table, char **cells)
{
	char folded[256], romanized[256];
	size_t length = fold(cells[4], folded, sizeof folded),
	       latin_length = fold(cells[5], romanized, sizeof romanized);
	struct row *row;

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)folded[i] >= 0x80 && latin_length > 1 && latin_length < 24
			&& !strpbrk(romanized, "\"\\")) {
			row = add(table, hash64(folded, length));
			memcpy(row->text, romanized, latin_length + 1);
			return;
		}
}

static void nickname(struct table *table, char **cells)
{
	struct row *row = add(table, name_of(cells[2]));

	row->more = name_of(cells[0]);
}

static void word(struct table *table, char **cells)
{
	uint64_t name = name_of(cells[0]);

	if (name != name_of(""))
		add(table, name);
}

static void domain(struct table *table, char **cells)
{
	add(table, domain_of(cells[0]));
}

static void suffix(struct table *table, char **cells)
{
	const char *rule = cells[0];
	int kind = *rule == '!' ? 4 : strncmp(rule, "*.", 2) == 0 ? 2 : 1;

	if (strncmp(rule, "//", 2) != 0 && *rule)
		add(table, domain_of(rule + (kind == 4 ? 1 : kind == 2 ? 2 : 0)))->use = kind;
}

static void zone(struct table *table, char **cells)
{
	for (const char *at = cells[1]; at[0] && at[1]; at += at[2] ? 3 : 2)
		add(table, hash64(cells[0], strlen(cells[0])))->use = country_of(at[0], at[1]);
}

static void zone_alias(struct table *table, char **cells)
{
	uint64_t known = hash64(cells[1], strlen(cells[1]));
	size_t count = table->count, before = count;

	for (size_t i = 0; i < count; i++)
		if (table->rows[i].key == known) {
			int land = table->rows[i].use;

			add(table, hash64(cells[0], strlen(cells[0])))->use = land;
		}
	if (table->count == before)
		give_up(cells[0], "an alias of no zone");
}

static void calling_code(struct table *table, char **cells)
{
	struct row *row = add(table, 0);

	row->use = country_of(cells[0][0], cells[0][1]);
	snprintf(row->text, sizeof row->text, "%.3s", cells[1]);
}

static int order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->more != y->more)
		return x->more < y->more ? -1 : 1;
	return x->use != y->use ? (x->use < y->use ? -1 : 1) : strcmp(x->text, y->text);
}

static void sort(struct table *table)
{
	if (table->count == 0)
		give_up("a list", "it is empty");
	qsort(table->rows, table->count, sizeof *table->rows, order);
}

/* One row for each name: of shares the largest, because a name may be common in one country alone. */
static void merge_names(struct table *table)
{
	size_t to = 0;

	sort(table);
	for (size_t i = 1; i < table->count; i++) {
		struct row *into = &table->rows[to], *row = &table->rows[i];

		if (into->key != row->key) {
			table->rows[++to] = *row;
			continue;
		}
		into->use |= row->use;
		into->first = row->first > into->first ? row->first : into->first;
		into->last = row->last > into->last ? row->last : into->last;
	}
	table->count = to + 1;
}

static void drop_twins(struct table *table, bool by_key)
{
	size_t to = 0;

	sort(table);
	for (size_t i = 1; i < table->count; i++)
		if (by_key ? table->rows[to].key != table->rows[i].key : order(&table->rows[to], &table->rows[i]) != 0)
			table->rows[++to] = table->rows[i];
	table->count = to + 1;
}

static int stored_share(double share)
{
	return share > 0 ? (int)lround(-log(share) * 1000) : 0;
}

static void print_set(const char *name, struct table *table)
{
	drop_twins(table, true);
	printf("static const uint64_t %s[] = {\n", name);
	for (size_t i = 0; i < table->count; i++)
		printf("\tUINT64_C(0x%016" PRIx64 "),\n", table->rows[i].key);
	puts("};\n");
}

static void print_names(void)
{
	struct table table = {0};

	read_lines(&table, "first_names_us.csv", true, census_first);
	read_lines(&table, "last_names_us.csv", true, census_last);
	read_lines(&table, "names_by_country.csv", true, by_country);
	read_lines(&table, "names_by_locale.csv", true, by_locale);
	merge_names(&table);
	puts("static const struct name_row names[] = {");
	for (size_t i = 0; i < table.count; i++)
		printf("\t{UINT64_C(0x%016" PRIx64 "), %d, %d, %d},\n", table.rows[i].key,
			stored_share(table.rows[i].first), stored_share(table.rows[i].last), table.rows[i].use);
	puts("};\n");
}

static void print_nicknames(void)
{
	struct table table = {0};

	read_lines(&table, "nicknames.csv", true, nickname);
	read_lines(&table, "nicknames_international.csv", true, nickname);
	read_lines(&table, "nicknames_more.csv", true, nickname);
	drop_twins(&table, false);
	puts("static const struct nickname nicknames[] = {");
	for (size_t i = 0; i < table.count; i++)
		if (table.rows[i].key != table.rows[i].more)
			printf("\t{UINT64_C(0x%016" PRIx64 "), UINT64_C(0x%016" PRIx64 ")},\n", table.rows[i].key,
				table.rows[i].more);
	puts("};\n");
}

static void print_latin_names(void)
{
	struct table table = {0};

	read_lines(&table, "names_by_country.csv", true, latin);
	drop_twins(&table, true);
	puts("static const struct latin_row latin_names[] = {");
	for (size_t i = 0; i < table.count; i++)
		printf("\t{UINT64_C(0x%016" PRIx64 "), \"%s\"},\n", table.rows[i].key, table.rows[i].text);
	puts("};\n");
}

static void print_suffixes(void)
{
	struct table table = {0};

	read_lines(&table, "public_suffix_list.dat", false, suffix);
	merge_names(&table); /* one domain may be a rule and a wildcard: their bits meet */
	puts("static const struct suffix_row suffixes[] = {");
	for (size_t i = 0; i < table.count; i++)
		printf("\t{UINT64_C(0x%016" PRIx64 "), %d},\n", table.rows[i].key, table.rows[i].use);
	puts("};\n");
}

static void print_places(void)
{
	struct table zones = {0}, codes = {0};

	read_lines(&zones, "timezone_countries.csv", true, zone);
	read_lines(&zones, "timezone_aliases.csv", true, zone_alias);
	drop_twins(&zones, false);
	puts("static const struct zone_row zones[] = {");
	for (size_t i = 0; i < zones.count; i++)
		printf("\t{UINT64_C(0x%016" PRIx64 "), %d},\n", zones.rows[i].key, zones.rows[i].use);
	puts("};\n");
	read_lines(&codes, "calling_codes.csv", true, calling_code);
	sort(&codes);
	puts("static const struct calling_row calling_codes[] = {");
	for (size_t i = 0; i < codes.count; i++)
		printf("\t{\"%s\", %d},\n", codes.rows[i].text, codes.rows[i].use);
	puts("};\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *table, *file;
		bool header;
		take_line *take;
	} sets[] = {
		{"placeholders", "placeholder_names.txt", false, word},
		{"generic_companies", "generic_companies.txt", false, word},
		{"legal_forms", "company_legal_forms.csv", true, word},
		{"freemail_domains", "freemail_domains.txt", false, domain},
		{"disposable_domains", "disposable_domains.txt", false, domain},
	};

	if (argc != 2)
		give_up("usage", "compile FOLDER >lists.inc");
	folder = argv[1];
	print_names();
	print_nicknames();
	print_latin_names();
	print_suffixes();
	print_places();
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct table table = {0};

		read_lines(&table, sets[i].file, sets[i].header, sets[i].take);
		print_set(sets[i].table, &table);
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

/* options - reads the options of a subcommand into its variables. */
#include "base/text.h"
#include "command/command.h"

#include <string.h>

static const struct option_row *row_of(const char *name, const struct option_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name ? rows[i].name && strcmp(rows[i].name, name) == 0 : !rows[i].name)
			return &rows[i];
	return NULL;
}

static bool take(const struct option_row *row, const char *value, struct fail *f)
{
	const char *what = row->name ? row->name : "operand";

	if (row->kind == TEXT) {
		if (!*value || !text_is_utf8(value, strlen(value)))
			return fail(f, FAIL_INPUT, "usage", "%s is empty or not UTF-8", what);
		*(const char **)row->field = value;
	} else if (!i64_from_text(value, 1, INT64_MAX, row->field)) {
		return fail(f, FAIL_INPUT, "usage", "%s is \"%s\", expected a number from 1", what, value);
	}
	return true;
}

static bool given(const struct option_row *row)
{
	switch (row->kind) {
	case TEXT:
		return *(const char *const *)row->field != NULL;
	case NUMBER:
		return *(const int64_t *)row->field != 0;
	default:
		return true;
	}
}

bool options_read(int argc, char **argv, const struct option_row *rows, size_t count, struct fail *f)
{
	for (int i = 1; i < argc; i++) {
		bool dashed = strncmp(argv[i], "--", 2) == 0;
		char *equals = dashed ? strchr(argv[i], '=') : NULL;
		const struct option_row *row;

		if (equals)
			*equals = '\0';
		row = row_of(dashed ? argv[i] + 2 : NULL, rows, count);
		if (!row || (!row->name && given(row)))
			return fail(f, FAIL_INPUT, "usage", "\"%s\" is not expected here; see --help", argv[i]);
		if (row->kind == FLAG) {
			*(bool *)row->field = true;
		} else if (!dashed || equals) {
			if (!take(row, equals ? equals + 1 : argv[i], f))
				return false;
		} else if (++i == argc) {
			return fail(f, FAIL_INPUT, "usage", "%s needs a value", argv[i - 1]);
		} else if (!take(row, argv[i], f)) {
			return false;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].needed && !given(&rows[i]))
			return fail(f, FAIL_INPUT, "usage",
				rows[i].name ? "--%s is missing; see --help" : "%s operand is missing; see --help",
				rows[i].name ? rows[i].name : "the");
	return true;
}

/* import_line - rows of an imported file become lines of leads or campaigns: which columns, what each cell means. */
#include "work/import_line.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/address.h"
#include "work/import_cell.h"

#include <string.h>
#include <strings.h>

struct import_column {
	const char *name;
	size_t field; /* a const char * of the line */
	cell_check *check;
	enum { MAY, MUST } needed;
	const char *beside; /* the column without which this one says nothing */
};

#define LEAD(name)     #name, offsetof(struct import_line, lead.name)
#define CAMPAIGN(name) #name, offsetof(struct import_line, campaign.name)

static const struct import_column lead_columns[] = {
	{LEAD(lead_id), check_id, MAY, NULL},
	{LEAD(campaign_id), check_id, MAY, NULL},
	{LEAD(email), check_text, MUST, NULL},
	{LEAD(first_name), check_text, MAY, NULL},
	{LEAD(last_name), check_text, MAY, NULL},
	{LEAD(company), check_text, MAY, NULL},
	{LEAD(title), check_text, MAY, NULL},
	{LEAD(phone), check_text, MAY, NULL},
	{LEAD(website), check_text, MAY, NULL},
	{LEAD(first_contacted_at), check_time, MAY, "campaign_id"},
	{LEAD(last_contacted_at), check_time, MAY, "campaign_id"},
	{LEAD(replied_at), check_time, MAY, "campaign_id"},
	{LEAD(interested_at), check_time, MAY, "campaign_id"},
};

static const struct import_column campaign_columns[] = {
	{CAMPAIGN(campaign_id), check_id, MUST, NULL},
	{CAMPAIGN(name), check_text, MAY, NULL},
	{CAMPAIGN(day), check_day, MAY, NULL},
	{CAMPAIGN(sent), check_count, MAY, "day"},
	{CAMPAIGN(bounced), check_count, MAY, "day"},
	{CAMPAIGN(replied), check_count, MAY, "day"},
	{CAMPAIGN(interested), check_count, MAY, "day"},
};

static const struct columns {
	const struct import_column *at;
	size_t count;
} columns[] = {
	[IMPORT_LEADS] = {lead_columns, COUNT(lead_columns)},
	[IMPORT_CAMPAIGNS] = {campaign_columns, COUNT(campaign_columns)},
};

static const struct import_column *column_of(enum import_kind kind, const char *name)
{
	for (size_t i = 0; i < columns[kind].count; i++)
		if (strcasecmp(columns[kind].at[i].name, name) == 0)
			return &columns[kind].at[i];
	return NULL;
}

const char *import_columns(struct arena *arena, enum import_kind kind)
{
	struct text list = text_new(arena, 1000);

	for (size_t i = 0; i < columns[kind].count; i++) {
		const struct import_column *column = &columns[kind].at[i];

		text_add(&list, "%s%s%s", i ? ", " : "", column->name, column->needed ? " (needed)" : "");
	}
	return list.bytes;
}

static bool has_column(const struct import_header *header, const char *name)
{
	for (size_t i = 0; i < header->width; i++)
		if (header->at[i] && strcmp(header->at[i]->name, name) == 0)
			return true;
	return false;
}

static bool read_name(struct arena *arena, struct import_header *header, char *field, struct fail *f)
{
	const char *name = cell_trim(field);
	const struct import_column *column = column_of(header->kind, name);

	if (!text_is_utf8(name, strlen(name)))
		return fail(f, FAIL_INPUT, "not_utf8", "the header is not UTF-8; save the file as UTF-8");
	if (column && has_column(header, column->name))
		return fail(f, FAIL_INPUT, "column_twice", "the header names column \"%s\" twice", column->name);
	if (!column && *name)
		header->ignored[header->width] =
			arena_print(arena, "column \"%s\" is not known and is ignored", cell_shown(arena, name));
	header->at[header->width++] = column;
	return true;
}

static void drop_lonely(struct arena *arena, struct import_header *header)
{
	for (size_t i = 0; i < header->width; i++) {
		const struct import_column *column = header->at[i];

		if (!column || !column->beside || has_column(header, column->beside))
			continue;
		header->ignored[i] = arena_print(arena, "column \"%s\" is ignored, because there is no column \"%s\"",
			column->name, column->beside);
		header->at[i] = NULL;
	}
}

static bool has_needed(
	struct arena *arena, const struct import_header *header, const struct csv_row *row, struct fail *f)
{
	for (size_t i = 0; i < columns[header->kind].count; i++) {
		const struct import_column *column = &columns[header->kind].at[i];

		if (!column->needed || has_column(header, column->name))
			continue;
		if (row->count == 1 && strpbrk(row->fields[0], ";\t|"))
			return fail(f, FAIL_INPUT, "not_commas",
				"the header has no comma; columns are to be separated by commas");
		return fail(f, FAIL_INPUT, "column_missing", "the header lacks column \"%s\"; the columns are %s",
			column->name, import_columns(arena, header->kind));
	}
	return true;
}

bool import_header_read(struct arena *arena, enum import_kind kind, const struct csv_row *row,
	struct import_header *header, struct fail *f)
{
	*header = (struct import_header){.kind = kind};
	for (size_t i = 0; i < row->count; i++)
		if (!read_name(arena, header, row->fields[i], f))
			return false;
	drop_lonely(arena, header);
	return has_needed(arena, header, row, f);
}

static const char **cell_of(struct import_line *line, const struct import_column *column)
{
	return (const char **)((char *)line + column->field);
}

static bool read_cell(
	struct arena *arena, const struct import_column *column, char *text, struct import_line *line, struct fail *f)
{
	const char **cell = cell_of(line, column);

	if (!text_is_utf8(text, strlen(text)))
		return fail(f, FAIL_INPUT, "not_utf8", "%s is not UTF-8", column->name);
	*cell = cell_trim(text);
	if (!**cell) {
		*cell = NULL;
		return !column->needed || fail(f, FAIL_INPUT, "cell_empty", "%s is empty", column->name);
	}
	return column->check(arena, column->name, cell, f);
}

static bool read_address(struct arena *arena, struct lead_line *lead, struct fail *f)
{
	struct address address;

	if (!address_parse(arena, lead->email, &address))
		return fail(f, FAIL_INPUT, "not_an_address", "email \"%s\" is not an address",
			cell_shown(arena, lead->email));
	lead->email = address.email;
	lead->email_key = address.email_key;
	lead->mailbox_key = address.mailbox_key;
	return true;
}

static const char *what_is_lost(struct arena *arena, const struct import_header *header, struct import_line *line)
{
	for (size_t i = 0; i < header->width; i++) {
		const struct import_column *column = header->at[i];

		if (column && column->beside && *cell_of(line, column)
			&& !*cell_of(line, column_of(header->kind, column->beside)))
			return arena_print(arena, "%s is not kept, because %s is empty", column->name, column->beside);
	}
	return NULL;
}

bool import_line_read(struct arena *arena, const struct import_header *header, const struct csv_row *row,
	struct import_line *line, const char **lost, struct fail *f)
{
	*line = (struct import_line){.lead.line = row->line, .campaign.line = row->line};
	/* A comma without quotes moves what stands behind it into the wrong columns: nothing of such a line can be
	 * trusted. */
	if (row->count != header->width)
		return fail(f, FAIL_INPUT, "field_count", "there are %zu fields, and the header has %zu", row->count,
			header->width);
	for (size_t i = 0; i < row->count; i++)
		if (header->at[i] && !read_cell(arena, header->at[i], row->fields[i], line, f))
			return false;
	*lost = what_is_lost(arena, header, line);
	return header->kind != IMPORT_LEADS || read_address(arena, &line->lead, f);
}

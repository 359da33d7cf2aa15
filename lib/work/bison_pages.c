/* bison_pages - a list of EmailBison, page by page: by cursor, or by number where an instance knows no cursors. */
#include "work/bison_pages.h"

#include "base/arena.h"
#include "base/query.h"
#include "base/text.h"
#include "domain/emailbison.h"
#include "work/sync_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *address(const struct bison_pages *p)
{
	struct text text = text_new(p->sync->arena, BISON_PATH_SIZE + 3 * BISON_CURSOR_SIZE + 100);

	text_add(&text, "%s%spagination_type=cursor", p->path, strchr(p->path, '?') ? "&" : "?");
	if (*p->cursor) {
		text_add_string(&text, "&cursor=");
		query_add_escaped(&text, p->cursor);
	} else if (p->page > 1) {
		text_add(&text, "&page=%" PRId64, p->page);
	}
	return text.bytes;
}

static bool circle(struct fail *f)
{
	return fail(f, FAIL_BUG, "source_answer",
		"EmailBison's pages go round in circles: a page names one that was read before as the next");
}

/* Brent's way: the cursor at each power of two is remembered, so that a circle of any length is noticed. */
static bool follow_cursor(struct bison_pages *p, const json_t *next, struct fail *f)
{
	const char *cursor = json_string_value(next);

	if (!next || json_is_null(next) || (cursor && !*cursor)) {
		p->end = true;
		*p->cursor = '\0';
		return true;
	}
	if (!cursor || strlen(cursor) >= sizeof p->cursor)
		return fail(f, FAIL_BUG, "source_answer", "EmailBison's next_cursor is no text of at most %d bytes",
			BISON_CURSOR_SIZE - 1);
	if (strcmp(cursor, p->cursor) == 0 || strcmp(cursor, p->earlier) == 0)
		return circle(f);
	snprintf(p->cursor, sizeof p->cursor, "%s", cursor);
	if ((p->read & (p->read - 1)) == 0)
		snprintf(p->earlier, sizeof p->earlier, "%s", cursor);
	return true;
}

/* last_page that is missing or unreadable is not the last page: then an empty one is. */
static bool follow_number(struct bison_pages *p, const json_t *meta, const json_t *rows, struct fail *f)
{
	int64_t last = bison_count(json_object_get(meta, "last_page")), page = p->page > 1 ? p->page : 1;
	const char *id = bison_id(p->sync->arena, json_object_get(json_array_get(rows, 0), "id"));

	p->by_number = true;
	p->last = last > p->last ? last : p->last;
	if (json_array_size(rows) == 0) {
		p->end = true;
		p->limited = page > 1 && page <= p->last; /* some end without a word at their limit */
		return true;
	}
	if (id && p->read > 1 && strcmp(id, p->first) == 0 && last < 0)
		return circle(f);
	snprintf(p->first, sizeof p->first, "%s", id ? id : "");
	p->end = last >= 0 && page >= last;
	p->page = page + 1;
	return true;
}

/* Whether the failure only says that the list ends here, or is to begin anew. */
static bool goes_on(struct bison_pages *p, const struct fail *trouble)
{
	if (trouble->kind != FAIL_INPUT)
		return false;
	if (*p->cursor && p->read == 0) {
		*p->cursor = '\0';
		return true;
	}
	p->end = p->limited = !*p->cursor && p->page > 1;
	return p->end;
}

bool bison_pages_next(struct bison_pages *p, json_t **answer, struct fail *f)
{
	const json_t *meta, *rows;
	struct fail trouble = {0};
	bool good = sync_get(p->sync, address(p), NULL, answer, &trouble);

	if (!good && goes_on(p, &trouble)) {
		trouble = (struct fail){0};
		if (p->end) {
			*answer = json_pack("{s:[]}", "data");
			return true;
		}
		good = sync_get(p->sync, address(p), NULL, answer, &trouble);
	}
	if (!good)
		return fail(f, trouble.kind, trouble.code, "%s", trouble.detail);
	p->read++;
	rows = bison_rows(*answer);
	meta = json_object_at(*answer, "meta");
	p->total = bison_count(json_object_get(meta, "total"));
	p->total = p->total < 0 ? 0 : p->total;
	if (!rows)
		good = fail(f, FAIL_BUG, "source_answer",
			"EmailBison answered what is no list of rows; is the address of its API right?");
	else if (json_object_get(meta, "next_cursor"))
		good = follow_cursor(p, json_object_get(meta, "next_cursor"), f);
	else
		good = follow_number(p, meta, rows, f);
	if (!good) {
		json_decref(*answer);
		*answer = NULL;
	}
	return good;
}

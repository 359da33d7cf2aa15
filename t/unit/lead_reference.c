/* lead_reference - comes back as the lead that it was made for, in its own workspace and with its own key; nothing else does. */
#include "domain/lead_reference.h"

#include "base/arena.h"
#include "tap.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const struct secret_key ours = {{1, 2, 3}}, theirs = {{1, 2, 4}};

static const char *const leads[] = {"7", "mail-0123456789abcdef01234567", "lead 1", "M\xC3\xBCller", "a&b=c#d?", "'; DROP TABLE leads; --"};

static void comes_back(struct arena *arena)
{
	bool safe = true, same = true, own = true;

	for (size_t i = 0; i < COUNT(leads); i++) {
		const char *reference = lead_reference_make(arena, &ours, 42, leads[i]);

		is_text(lead_reference_read(arena, &ours, 42, reference), leads[i], "a reference comes back as its lead");
		safe = safe && reference[strspn(reference, LETTERS)] == '\0';
		same = same && strcmp(reference, lead_reference_make(arena, &ours, 42, leads[i])) == 0;
		own = own && !lead_reference_read(arena, &theirs, 42, reference) && !lead_reference_read(arena, &ours, 43, reference)
		      && !lead_reference_read(arena, &ours, -42, reference);
	}
	ok(safe, "it is safe in a URL");
	ok(same, "it is the same whenever it is made");
	ok(own, "another key or another workspace does not know it");
}

static void sizes(struct arena *arena)
{
	char id[LEAD_REFERENCE_ID_LIMIT + 2];
	const char *reference;

	memset(id, 'x', sizeof id);
	id[LEAD_REFERENCE_ID_LIMIT + 1] = '\0';
	ok(!lead_reference_make(arena, &ours, 1, id), "a lead_id of 501 bytes has none");
	id[LEAD_REFERENCE_ID_LIMIT] = '\0';
	reference = lead_reference_make(arena, &ours, INT64_MAX, id);
	is_text(lead_reference_read(arena, &ours, INT64_MAX, reference), id, "one of 500 has, in the last of workspaces");
	ok(!lead_reference_make(arena, &ours, 1, ""), "no lead has none");
	ok(!lead_reference_read(arena, &ours, 1, ""), "nothing is none");
	ok(!lead_reference_read(arena, &ours, INT64_MAX, arena_print(arena, "%s%s", reference, reference)), "one twice is none");
}

/* Every letter counts, and so does every length. */
static void forgeries(struct arena *arena)
{
	const char *reference = lead_reference_make(arena, &ours, 1, "lead-1");
	size_t length = strlen(reference);
	bool refused = true;

	for (size_t i = 0; i < length; i++) {
		char *forged = arena_string(arena, reference);

		for (const char *letter = LETTERS; *letter; letter++) {
			forged[i] = *letter;
			refused = refused && (*letter == reference[i] || !lead_reference_read(arena, &ours, 1, forged));
		}
	}
	ok(refused, "no letter may be another");
	refused = true;
	for (size_t i = 0; i < length; i++)
		refused = refused && !lead_reference_read(arena, &ours, 1, arena_copy(arena, reference, i));
	ok(refused, "no beginning is enough");
	ok(!lead_reference_read(arena, &ours, 1, arena_print(arena, "%s=", reference)), "padding is refused");
	ok(!lead_reference_read(arena, &ours, 1, arena_print(arena, "%sA", reference)), "so is a letter too many");
	ok(!lead_reference_read(arena, &ours, 1, arena_print(arena, " %s", reference)), "and space");
	ok(!lead_reference_read(arena, &ours, 1, "opaque-reference"), "and what was never one");
}

static const struct {
	const char *url, *link, *what;
} links[] = {
	{"https://cal.test/ann/intro", "https://cal.test/ann/intro?metadata[turnout]=R", "a link carries the reference"},
	{"http://cal.test", "http://cal.test?metadata[turnout]=R", "also one without a path"},
	{"https://cal.test/a?month=2026-01", "https://cal.test/a?month=2026-01&metadata[turnout]=R", "behind what the URL has"},
	{"https://cal.test/a?x=1&y=%20z&x=2", "https://cal.test/a?x=1&y=%20z&x=2&metadata[turnout]=R", "unchanged and in its order"},
	{"https://cal.test/a?", "https://cal.test/a?metadata[turnout]=R", "a lone question mark is none too many"},
	{"https://cal.test/a?&&x=1&", "https://cal.test/a?x=1&metadata[turnout]=R", "nor are empty parameters kept"},
	{"https://cal.test/a#top", "https://cal.test/a?metadata[turnout]=R#top", "before the fragment"},
	{"https://cal.test/a?x=1#top?y=2&z", "https://cal.test/a?x=1&metadata[turnout]=R#top?y=2&z", "which stays what it is"},
	{"https://cal.test/a?metadata[turnout]=old&x=1", "https://cal.test/a?x=1&metadata[turnout]=R", "an older reference gives way"},
	{"https://cal.test/a?x=1&metadata%5bturnout%5D=old", "https://cal.test/a?x=1&metadata[turnout]=R", "however it is written"},
	{"https://cal.test/a?metadata[turnout]", "https://cal.test/a?metadata[turnout]=R", "also without a value"},
	{"https://cal.test/a?metadata[turnout2]=x&metadata[other]=y", "https://cal.test/a?metadata[turnout2]=x&metadata[other]=y&metadata[turnout]=R",
	 "other metadata stays"},
	{"HTTPS://cal.test/a", "HTTPS://cal.test/a?metadata[turnout]=R", "the scheme may be in capitals"},
	{"cal.test/ann", NULL, "a URL has a scheme"},
	{"ftp://cal.test/ann", NULL, "which is that of the web"},
	{"https://", NULL, "and a host"},
	{"https:///ann", NULL, "before its path"},
	{"https://cal.test/a b", NULL, "and no space"},
	{"", NULL, "nothing is no URL"},
};

int main(void)
{
	struct arena arena = {0};

	secret_open();
	comes_back(&arena);
	sizes(&arena);
	forgeries(&arena);
	for (size_t i = 0; i < COUNT(links); i++)
		is_text(lead_reference_link(&arena, links[i].url, "R"), links[i].link, links[i].what);
	arena_end(&arena);
	return done_testing();
}

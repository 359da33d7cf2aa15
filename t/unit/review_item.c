/* review_item - the name of an attendee leads back to his booking and to nobody else, and does not show his address. */
#include "domain/review_item.h"

#include "base/arena.h"
#include "base/secret.h"
#include "domain/calcom_event.h"
#include "tap.h"

int main(void)
{
	struct arena arena = {0};
	char uid[UID_LIMIT_BYTES + 1];
	const char *item;

	secret_open();
	item = review_item_make(&arena, "wK6p", "ann@acme.test");
	is_text(review_item_uid(&arena, item), "wK6p", "an item leads back to its booking");
	ok(review_item_is(&arena, item, "wK6p", "ann@acme.test"), "and to its attendee");
	ok(!review_item_is(&arena, item, "wK6p", "bob@acme.test"), "not to another of the booking");
	ok(!review_item_is(&arena, item, "wK6q", "ann@acme.test"), "nor to the same of another");
	ok(!strstr(item, "ann") && strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(item),
		"it is safe in a URL");
	memset(uid, 'x', sizeof uid);
	uid[UID_LIMIT_BYTES] = '\0';
	is_text(review_item_uid(&arena, review_item_make(&arena, uid, "a@b.test")), uid, "the longest uid fits");
	is_text(review_item_uid(&arena, review_item_make(&arena, "number:1:7", "a@b.test")), "number:1:7", "so does a booking known by number");
	ok(!review_item_uid(&arena, ""), "nothing is no item");
	ok(!review_item_uid(&arena, "abc"), "nor is a word");
	ok(!review_item_uid(&arena, "____"), "nor are bytes that are no text");
	ok(!review_item_uid(&arena, arena_print(&arena, "%s=", item)), "nor one with something behind it");
	arena_end(&arena);
	return done_testing();
}

/* secret - what is sealed opens with its key only and unchanged only; keys are 64 hex digits; tokens have their shape. */
#include "base/secret.h"

#include "base/arena.h"
#include "base/text.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static const struct {
	const char *hex;
	bool good;
	const char *what;
} keys[] = {
	{DIGITS, true, "64 hex digits are a key"},
	{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", true, "capitals are hex digits"},
	{" \n\t" DIGITS "\r\n", true, "white space around is no part of it"},
	{"", false, "nothing is no key"},
	{"\n", false, "an empty line is none"},
	{"00", false, "too short is none"},
	{DIGITS "0", false, "65 digits are none"},
	{DIGITS "00", false, "66 digits are none"},
	{"00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f", false, "digits in groups are none"},
	{"x00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", false, "other letters are none"},
	{DIGITS " x", false, "a word behind it is refused"},
	{"0x" DIGITS, false, "a prefix is refused"},
};

static void keys_are_read(void)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct secret_key key = {{0}};
		struct fail f = {0};
		bool good = secret_key_from_hex(keys[i].hex, &key, &f);

		ok(good == keys[i].good && (good ? key.bytes[0] == 0 && key.bytes[31] == 31 : f.kind == FAIL_INPUT && strcmp(f.code, "key") == 0
			  && !strstr(f.detail, "0001")), keys[i].what);
	}
}

/* NULL: no file. */
static bool from_file(const char *content, struct secret_key *key, struct fail *f)
{
	char path[] = "/tmp/unit-secret-XXXXXX";
	int file = mkstemp(path);
	bool good;

	*f = (struct fail){0};
	if (content && write(file, content, strlen(content)) != (ssize_t)strlen(content))
		return false;
	close(file);
	if (!content)
		unlink(path);
	good = secret_key_from_file(path, key, f);
	unlink(path);
	return good;
}

static void files_are_read(void)
{
	struct secret_key key;
	struct fail f;

	ok(from_file(DIGITS "\n", &key, &f) && key.bytes[31] == 31, "a key is read from its file");
	ok(!from_file("", &key, &f) && strcmp(f.code, "key") == 0, "an empty file is refused");
	ok(!from_file(DIGITS DIGITS, &key, &f) && f.kind == FAIL_INPUT, "a file with two keys is refused");
	ok(!from_file(NULL, &key, &f) && strcmp(f.code, "key") == 0 && !strstr(f.detail, "/tmp"),
		"a file that is not there is refused, without its path");
	ok(!secret_key_from_file("/", &key, &f), "a directory is no key");
}

static bool opens(struct arena *arena, const struct secret_key *key, struct bytes sealed, const char *expected)
{
	struct bytes plain = {NULL, 4711};
	struct fail f = {0};

	if (!secret_unseal(arena, key, sealed, &plain, &f)) {
		if (f.kind != FAIL_BUG || strcmp(f.code, "unseal") != 0 || plain.length != 4711)
			printf("# it failed in a wrong way\n");
		return false;
	}
	return plain.length == strlen(expected) && memcmp(plain.at, expected, plain.length + 1) == 0;
}

static bool contains(struct bytes bytes, const char *text)
{
	for (size_t i = 0; i + strlen(text) <= bytes.length; i++)
		if (memcmp(bytes.at + i, text, strlen(text)) == 0)
			return true;
	return false;
}

static void seals(struct arena *arena)
{
	static const char plain[] = "what nobody else may read";
	struct secret_key key = {{1, 2, 3}}, other = {{1, 2, 4}};
	struct bytes sealed = secret_seal(arena, &key, bytes_of(plain)), again = secret_seal(arena, &key, bytes_of(plain));
	unsigned char *copy = arena_alloc(arena, sealed.length + 1);
	bool refused = true;

	ok(opens(arena, &key, sealed, plain), "what was sealed opens, with a NUL behind it");
	ok(opens(arena, &key, secret_seal(arena, &key, bytes_of("")), ""), "so does nothing");
	ok(!opens(arena, &other, sealed, plain), "not with another key");
	ok(sealed.length == again.length && memcmp(sealed.at, again.at, sealed.length) != 0, "the same is never sealed the same way twice");
	ok(!contains(sealed, "what"), "nothing of it can be read");
	for (size_t i = 0; i < sealed.length; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, sealed.at, sealed.length);
			copy[i] ^= (unsigned char)(1 << bit);
			refused = refused && !opens(arena, &key, (struct bytes){copy, sealed.length}, plain);
		}
	ok(refused, "no single bit may be changed");
	refused = true;
	for (size_t length = 0; length < sealed.length; length++)
		refused = refused && !opens(arena, &key, (struct bytes){sealed.at, length}, plain);
	ok(refused, "nor the end be cut off");
	memcpy(copy, sealed.at, sealed.length);
	ok(!opens(arena, &key, (struct bytes){copy, sealed.length + 1}, plain), "nor anything be added");
	ok(!opens(arena, &key, (struct bytes){NULL, 0}, plain), "no bytes open nothing");
}

static void tokens(struct arena *arena)
{
	enum { MANY = 200 };
	char token[MANY][TOKEN_SIZE];
	bool shape = true, differ = true;

	(void)arena;
	for (size_t i = 0; i < MANY; i++) {
		token_make(token[i]);
		shape = shape && strncmp(token[i], "turnout_", 8) == 0 && strlen(token[i]) == TOKEN_SIZE - 1
		     && strspn(token[i] + 8, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == 43;
		for (size_t j = 0; j < i; j++)
			differ = differ && strcmp(token[i], token[j]) != 0;
	}
	ok(shape, "a token is its prefix and 43 letters that need no quoting in a header or URL");
	ok(differ, "no two are the same");
}

static void digests(void)
{
	unsigned char sum[DIGEST_BYTES], other[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	digest(bytes_of(""), sum);
	hex_from_bytes(sum, sizeof sum, hex);
	is_text(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8", "the digest is BLAKE2b of 256 bits");
	digest(bytes_of("turnout_a"), sum);
	digest(bytes_of("turnout_a"), other);
	ok(memcmp(sum, other, sizeof sum) == 0, "the same has the same digest");
	digest(bytes_of("turnout_b"), other);
	ok(memcmp(sum, other, sizeof sum) != 0, "another has another");
}

static bool same(const char *secret, const char *said)
{
	return secret_is((struct bytes){(const unsigned char *)secret, strlen(secret)}, (struct bytes){(const unsigned char *)said, strlen(said)});
}

static void comparing(void)
{
	ok(same("0123456789", "0123456789"), "a secret is itself");
	ok(!same("0123456789", "012345678") && !same("0123456789", "01234567890") && !same("0123456789", "0123456780"), "and nothing else");
	ok(!same("", "") && !same("", "0"), "where there is none nothing is it");
}

int main(void)
{
	struct arena arena = {0};

	secret_open();
	secret_open();
	keys_are_read();
	files_are_read();
	seals(&arena);
	tokens(&arena);
	digests();
	arena_end(&arena);
	comparing();
	return done_testing();
}

/* signature - the right sum of the right bytes with a right secret, in either case; nothing else. */
#include "domain/signature.h"

#include "tap.h"

/* RFC 4231, test case 2. */
#define SECRET "Jefe"
#define BODY   "what do ya want for nothing?"
#define SUM    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
#define CAPITALS "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, text ? strlen(text) : 0};
}

static const struct {
	const char *what, *body, *header, *secrets[3], *code; /* secrets end with NULL */
} rows[] = {
	{"the right sum", BODY, SUM, {SECRET}, ""},
	{"in capitals", BODY, CAPITALS, {SECRET}, ""},
	{"in letters of both kinds", BODY, "5BDCC146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", {SECRET}, ""},
	{"behind sha256=", BODY, "sha256=" SUM, {SECRET}, ""},
	{"in capitals behind sha256=", BODY, "sha256=" CAPITALS, {SECRET}, ""},
	{"the first of two secrets", BODY, SUM, {SECRET, "next"}, ""},
	{"the second of two secrets", BODY, SUM, {"next", SECRET}, ""},
	{"an empty secret beside the right one", BODY, SUM, {"", SECRET}, ""},
	{"no header", BODY, NULL, {SECRET}, "signature_missing"},
	{"an empty header", BODY, "", {SECRET}, "signature_missing"},
	{"no header and no secret", BODY, NULL, {NULL}, "signature_missing"},
	{"another secret", BODY, SUM, {"Jefe "}, "signature_wrong"},
	{"two other secrets", BODY, SUM, {"a", "b"}, "signature_wrong"},
	{"no secret", BODY, SUM, {NULL}, "signature_wrong"},
	{"another body", BODY " ", SUM, {SECRET}, "signature_wrong"},
	{"a body cut short", "what do ya want for nothing", SUM, {SECRET}, "signature_wrong"},
	{"no body", "", SUM, {SECRET}, "signature_wrong"},
	{"a sum cut short", BODY, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec38", {SECRET}, "signature_wrong"},
	{"a sum of an odd number of digits", BODY, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec384", {SECRET}, "signature_wrong"},
	{"a digit too many", BODY, SUM "0", {SECRET}, "signature_wrong"},
	{"the sum twice", BODY, SUM SUM, {SECRET}, "signature_wrong"},
	{"space before it", BODY, " " SUM, {SECRET}, "signature_wrong"},
	{"space behind it", BODY, SUM " ", {SECRET}, "signature_wrong"},
	{"colons between the bytes", BODY, "5b:dc:c1:46:bf:60:75:4e:6a:04:24:26:08:95:75:c7:5a:00:3f:08:9d:27", {SECRET}, "signature_wrong"},
	{"letters that are no digits", BODY, "zbdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", {SECRET}, "signature_wrong"},
	{"other letters of the right length", BODY, "\xC3\xA9" "dcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", {SECRET}, "signature_wrong"},
	{"sha256= alone", BODY, "sha256=", {SECRET}, "signature_wrong"},
	{"sha256= twice", BODY, "sha256=sha256=" SUM, {SECRET}, "signature_wrong"},
	{"sha1= before it", BODY, "sha1=" SUM, {SECRET}, "signature_wrong"},
	{"Cal.com's words for no secret", BODY, "no-secret-provided", {SECRET}, "signature_wrong"},
	{"the sum of an empty key, for a connection without a secret", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", {""}, "signature_wrong"},
	{"the sum in base64", BODY, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", {SECRET}, "signature_wrong"},
};

static const char *code_of(struct bytes body, const char *header, const char *const *secrets, struct fail *f)
{
	struct bytes list[3];
	size_t count = 0;

	*f = (struct fail){0};
	for (; count < COUNT(list) && secrets[count]; count++)
		list[count] = bytes_of(secrets[count]);
	if (signature_check(body, header, list, count, f))
		return f->kind == FAIL_NONE ? "" : "accepted with a failure";
	return f->kind == FAIL_DENIED && *f->detail ? f->code : "refused without a reason";
}

static void every_digit_counts(void)
{
	static const char *const secrets[] = {SECRET, NULL};
	char header[] = SUM;
	bool refused = true;
	struct fail f;

	for (size_t i = 0; i < sizeof header - 1; i++) {
		char kept = header[i];

		header[i] = kept == '0' ? '1' : '0';
		refused = refused && strcmp(code_of(bytes_of(BODY), header, secrets, &f), "signature_wrong") == 0;
		header[i] = kept;
	}
	ok(refused, "no digit may be another");
	refused = true;
	for (size_t length = 1; length < sizeof header - 1; length++) {
		char cut[sizeof header] = "";

		memcpy(cut, header, length);
		refused = refused && strcmp(code_of(bytes_of(BODY), cut, secrets, &f), "signature_wrong") == 0;
	}
	ok(refused, "no beginning of the sum is enough");
}

int main(void)
{
	static const char *const secrets[] = {SECRET, NULL};
	struct fail f;
	bool silent = true;

	secret_open();
	for (size_t i = 0; i < COUNT(rows); i++) {
		is_text(code_of(bytes_of(rows[i].body), rows[i].header, rows[i].secrets, &f), rows[i].code, rows[i].what);
		silent = silent && !strstr(f.detail, SECRET) && !strstr(f.detail, "5bdc");
	}
	ok(silent, "no refusal tells a secret or a sum");
	every_digit_counts();
	is_text(code_of((struct bytes){(const unsigned char *)"a\0b", 3},
			"abe96d286949754c65051de08d3f8b1b5d35c314af100829f50c13954d98b7ea", secrets, &f),
		"", "a body with a NUL is summed to its end");
	return done_testing();
}

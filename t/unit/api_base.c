/* api_base - what people type as an API's address becomes the base of its paths, or is refused. */
#include "domain/api_base.h"

#include "base/arena.h"
#include "base/scope.h"
#include "tap.h"

/* version: as asked for; told: "BASE VERSION", or the code of the failure. */
static const struct {
	const char *kind, *url, *version, *told, *what;
} rows[] = {
	{"calcom", "https://api.cal.com/v2", NULL, "https://api.cal.com/v2 v2", "the usual address"},
	{"calcom", "https://api.cal.com/v2///", NULL, "https://api.cal.com/v2 v2", "slashes at its end"},
	{"calcom", "https://api.cal.com/v1", NULL, "https://api.cal.com/v1 v1", "that of the older version"},
	{"calcom", "https://api.cal.com/v2", "v1", "https://api.cal.com/v1 v1",
		"another version than the address says"},
	{"calcom", "https://api.cal.com/v1", "v2", "https://api.cal.com/v2 v2", "or the other way about"},
	{"calcom", "https://cal.test", NULL, "https://cal.test/v2 v2", "a host alone"},
	{"calcom", "https://cal.test/", "v1", "https://cal.test/v1 v1", "a host alone, with a version"},
	{"calcom", "http://127.0.0.1:3003/api/v1", NULL, "http://127.0.0.1:3003/api/v1 v1", "an own installation"},
	{"calcom", "https://cal.test/proxy", NULL, "https://cal.test/proxy v2", "a path of its own is left alone"},
	{"calcom", "https://cal.test/proxy", "v1", "https://cal.test/proxy v1", "with a version too"},
	{"emailbison", "https://send.agency.test", NULL, "https://send.agency.test -", "an instance"},
	{"emailbison", "https://send.agency.test/api/", NULL, "https://send.agency.test -",
		"paths begin with /api there"},
	{"emailbison", "HTTPS://send.agency.test:8443/x/y", NULL, "HTTPS://send.agency.test:8443 -", "its port stays"},
	{"emailbison", "https://send.agency.test", "v1", "usage", "EmailBison has no versions"},
	{"calcom", "https://api.cal.com/v2", "v3", "usage", "a version that is none"},
	{"calcom", "", NULL, "api_base", "nothing"},
	{"calcom", "https://", NULL, "api_base", "a scheme alone"},
	{"calcom", "https:///v2", NULL, "api_base", "no host"},
	{"calcom", "https://:80/v2", NULL, "api_base", "a port without a host"},
	{"calcom", "ftp://cal.test", NULL, "api_base", "another scheme"},
	{"calcom", "file:///etc/passwd", NULL, "api_base", "a file"},
	{"calcom", "cal.test", NULL, "api_base", "no scheme"},
	{"calcom", "https://key@cal.test", NULL, "api_base", "a user"},
	{"calcom", "https://cal.test/?x", NULL, "api_base", "a query"},
	{"calcom", "https://cal.test/#x", NULL, "api_base", "a fragment"},
	{"calcom", "https://cal.test/ v2", NULL, "api_base", "a space"},
	{"calcom", "https://cal.test/\r\nHost: x", NULL, "api_base", "a line end"},
	{"calcom", "https://c\xc3\xa4l.test", NULL, "api_base", "letters that are not ASCII"},
};

int main(void)
{
	struct arena arena = {0};
	char url[API_BASE_LIMIT_BYTES + 2] = "https://cal.test/";
	const char *base, *version;
	struct fail trouble = {0};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fail f = {0};
		bool good = api_base_read(&arena, rows[i].kind, rows[i].url, rows[i].version, &base, &version, &f);

		is_text(good ? arena_print(&arena, "%s %s", base, version ? version : "-") : f.code, rows[i].told,
			rows[i].what);
	}
	memset(url + strlen(url), 'x', sizeof url - 1 - strlen(url));
	ok(!api_base_read(&arena, "calcom", url, NULL, &base, &version, &trouble), "an address may not be too long");
	arena_end(&arena);
	return done_testing();
}

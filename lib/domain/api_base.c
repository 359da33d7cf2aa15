/* api_base - where a source's API is: what a person typed, as the base that paths are put behind. Pure. */
#include "domain/api_base.h"

#include "base/arena.h"

#include <string.h>
#include <strings.h>

/* Bytes of "https://" or "http://"; 0: neither. */
static size_t scheme_length(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

/* Graphic ASCII only: what else a URL holds is percent-encoded, and white space comes from a careless copy. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("?#@\\\"<>", *text))
			return false;
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool is_version(const char *version)
{
	return strcmp(version, "v1") == 0 || strcmp(version, "v2") == 0;
}

/* Cal.com's hosted service has /v1 and /v2 behind one host, its own installations what their proxy says: a path of
 * another end is left alone. */
static void calcom_version(
	struct arena *arena, const char *asked, char *base, const char **result, const char **version)
{
	bool v1 = ends_with(base, "/v1"), v2 = ends_with(base, "/v2");

	*version = asked ? asked : v1 ? "v1" : "v2";
	if ((v1 || v2) && !ends_with(base, *version))
		base[strlen(base) - 1] = (*version)[1];
	*result = v1 || v2 || strchr(base + scheme_length(base), '/') ? base
								      : arena_print(arena, "%s/%s", base, *version);
}

bool api_base_read(struct arena *arena, const char *kind, const char *url, const char *asked, const char **base,
	const char **version, struct fail *f)
{
	size_t scheme = scheme_length(url), length = strlen(url);
	char *copy;

	if (length > API_BASE_LIMIT_BYTES || scheme == 0 || !is_clean(url) || strchr("/:", url[scheme]))
		return fail(f, FAIL_INPUT, "api_base",
			"the API's address is not one like https://api.example.com/v2: a host behind http:// or "
			"https://, "
			"without user, query or spaces");
	if (asked && (strcmp(kind, "calcom") != 0 || !is_version(asked)))
		return fail(f, FAIL_INPUT, "usage", "the API's version is v1 or v2, and only Cal.com has one");
	copy = arena_copy(arena, url, length);
	while (copy[length - 1] == '/')
		copy[--length] = '\0';
	*base = copy;
	*version = NULL;
	if (strcmp(kind, "calcom") == 0)
		calcom_version(arena, asked, copy, base, version);
	else
		copy[scheme + strcspn(copy + scheme, "/")] = '\0';
	return true;
}

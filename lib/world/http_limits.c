/* http_limits - what an answer's headers say of when the next request is welcome. */
#include "world/http_limits.h"

#include "base/text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const int64_t day_ms = 86400000;

static int64_t within_a_day(int64_t ms)
{
	return ms < 0 ? 0 : ms > day_ms ? day_ms : ms;
}

static int64_t now_ms(const struct http_limits *limits)
{
	return (limits->date.us ? limits->date.us : instant_now().us) / 1000;
}

/* An HTTP date in seconds since 1970; 0: there is none, or beyond the years that an instant has. */
static int64_t date_s(const char *text)
{
	const int64_t year_10000_s = 253402300800;
	time_t seconds = curl_getdate(text, NULL);

	return seconds > 0 && seconds < year_10000_s ? (int64_t)seconds : 0;
}

/* What stands behind `prefix` in the name: "" or "-Default"; NULL when it begins otherwise. */
static const char *behind(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncasecmp(name, prefix, length) != 0 || (name[length] && name[length] != '-'))
		return NULL;
	return name + length;
}

static struct http_limiter *limiter(struct http_limits *limits, const char *name)
{
	struct http_limiter *one;

	for (size_t i = 0; i < limits->count; i++)
		if (strcasecmp(limits->limiters[i].name, name) == 0)
			return &limits->limiters[i];
	if (limits->count == COUNT(limits->limiters))
		return NULL;
	one = &limits->limiters[limits->count++];
	*one = (struct http_limiter){.reset_ms = -1};
	snprintf(one->name, sizeof one->name, "%.*s", (int)sizeof one->name - 1, name);
	return one;
}

/* Cal.com's are seconds to go. Others send the moment itself, or milliseconds; no limiter counts seconds beyond a day.
 */
static int64_t reset_ms(const struct http_limits *limits, int64_t number)
{
	const int64_t day_s = 86400, year_2001_s = 1000000000, year_2001_ms = 1000000000000;

	if (number <= day_s)
		return within_a_day(number * 1000);
	if (number < year_2001_s)
		return within_a_day(number);
	return within_a_day((number < year_2001_ms ? number * 1000 : number) - now_ms(limits));
}

static void take(struct http_limits *limits, const char *name, const char *value)
{
	const char *of;
	struct http_limiter *one;
	int64_t number;

	if (strcasecmp(name, "Date") == 0)
		limits->date.us = date_s(value) * 1000000;
	if (behind(name, "Retry-After"))
		snprintf(limits->retry_after, sizeof limits->retry_after, "%.*s", (int)sizeof limits->retry_after - 1,
			value);
	if (!i64_from_text(value, 0, INT64_MAX / 1000, &number))
		return;
	if ((of = behind(name, "X-RateLimit-Remaining")) && (one = limiter(limits, of)))
		one->exhausted = number == 0;
	if ((of = behind(name, "X-RateLimit-Reset")) && (one = limiter(limits, of)))
		one->reset_ms = reset_ms(limits, number);
}

void http_limits_header(struct http_limits *limits, const char *line, size_t length)
{
	char text[256], *colon, *value;

	while (length > 0 && strchr("\r\n \t", line[length - 1]))
		length--;
	if (length >= sizeof text || memchr(line, '\0', length))
		return;
	memcpy(text, line, length);
	text[length] = '\0';
	if (strncmp(text, "HTTP/", 5) == 0)
		*limits = (struct http_limits){0};
	colon = strchr(text, ':');
	if (!colon)
		return;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	take(limits, text, value);
}

int64_t http_limits_retry_after_ms(const struct http_limits *limits)
{
	int64_t seconds, date;

	if (!*limits->retry_after)
		return -1;
	if (i64_from_text(limits->retry_after, 0, INT64_MAX / 1000, &seconds))
		return within_a_day(seconds * 1000);
	date = date_s(limits->retry_after);
	return date > 0 ? within_a_day(date * 1000 - now_ms(limits)) : -1;
}

int64_t http_limits_quiet_ms(const struct http_limits *limits, int status)
{
	int64_t most = status == 429 || status == 503 ? http_limits_retry_after_ms(limits) : 0;

	for (size_t i = 0; i < limits->count; i++)
		if (limits->limiters[i].exhausted && limits->limiters[i].reset_ms > most)
			most = limits->limiters[i].reset_ms;
	return most > 0 ? most : 0;
}

/* instant - a moment: UTC microseconds inside, RFC 3339 outside. */
#include "base/instant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t second_us = 1000000;

/* What is left to read. */
struct cursor {
	const char *at, *end;
};

static bool digits(struct cursor *c, int count, int least, int most, int *number)
{
	int value = 0;

	for (; count > 0; count--, c->at++) {
		if (c->at == c->end || *c->at < '0' || *c->at > '9')
			return false;
		value = value * 10 + (*c->at - '0');
	}
	*number = value;
	return value >= least && value <= most;
}

static bool one_of(struct cursor *c, const char *allowed)
{
	if (c->at == c->end || *c->at == '\0' || !strchr(allowed, *c->at))
		return false;
	c->at++;
	return true;
}

/* timegm normalises 31 April to 1 May; such a day was never meant. */
static bool day_exists(const struct tm *day)
{
	struct tm noon = {.tm_year = day->tm_year, .tm_mon = day->tm_mon, .tm_mday = day->tm_mday, .tm_hour = 12};

	(void)timegm(&noon);
	return noon.tm_mday == day->tm_mday && noon.tm_mon == day->tm_mon;
}

static bool read_date(struct cursor *c, struct tm *tm)
{
	int year, month;

	if (!digits(c, 4, 1, 9999, &year) || !one_of(c, "-") || !digits(c, 2, 1, 12, &month) || !one_of(c, "-")
		|| !digits(c, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return day_exists(tm);
}

static bool read_decimals(struct cursor *c, int64_t *us)
{
	int64_t unit = second_us;
	const char *first;

	*us = 0;
	if (!one_of(c, "."))
		return true;
	for (first = c->at; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		unit /= 10;
		*us += unit * (*c->at - '0');
	}
	return c->at > first;
}

static bool read_offset(struct cursor *c, int64_t *us)
{
	int hours, minutes, sign;

	*us = 0;
	if (one_of(c, "Zz"))
		return true;
	sign = c->at < c->end && *c->at == '-' ? -1 : 1;
	if (!one_of(c, "+-") || !digits(c, 2, 0, 23, &hours) || !one_of(c, ":") || !digits(c, 2, 0, 59, &minutes))
		return false;
	*us = sign * (hours * 60 + minutes) * 60 * second_us;
	return true;
}

bool instant_from_rfc3339(const char *text, size_t length, struct instant *instant)
{
	static const int64_t year_1_us = -62135596800000000, year_10000_us = 253402300800000000;
	struct cursor c = {text, text + length};
	struct tm tm = {0};
	int64_t decimals_us, offset_us, us;

	if (!read_date(&c, &tm) || !one_of(&c, "Tt ") || !digits(&c, 2, 0, 23, &tm.tm_hour) || !one_of(&c, ":")
		|| !digits(&c, 2, 0, 59, &tm.tm_min) || !one_of(&c, ":") || !digits(&c, 2, 0, 60, &tm.tm_sec)
		|| !read_decimals(&c, &decimals_us) || !read_offset(&c, &offset_us) || c.at != c.end)
		return false;
	us = (int64_t)timegm(&tm) * second_us + decimals_us - offset_us;
	if (us < year_1_us || us >= year_10000_us)
		return false;
	instant->us = us;
	return true;
}

const char *instant_to_rfc3339(struct instant instant, char text[static INSTANT_SIZE])
{
	int64_t rest = instant.us % second_us;
	time_t seconds = (time_t)(instant.us / second_us);
	struct tm tm;
	size_t length;

	if (rest < 0) {
		rest += second_us;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	/* Not %Y: glibc writes years before 1000 without leading zeros. */
	snprintf(text, INSTANT_SIZE, "%04u", (unsigned)(tm.tm_year + 1900) % 10000);
	length = 4 + strftime(text + 4, INSTANT_SIZE - 4, "-%m-%dT%H:%M:%S", &tm);
	if (rest == 0)
		snprintf(text + length, INSTANT_SIZE - length, "Z");
	else if (rest % 1000 == 0)
		snprintf(text + length, INSTANT_SIZE - length, ".%03uZ", (unsigned)(rest / 1000) % 1000);
	else
		snprintf(text + length, INSTANT_SIZE - length, ".%06uZ", (unsigned)rest % 1000000);
	return text;
}

bool date_is_valid(const char *text)
{
	struct cursor c = {text, text + strlen(text)};
	struct tm tm = {0};

	return read_date(&c, &tm) && c.at == c.end;
}

struct instant instant_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){(int64_t)now.tv_sec * second_us + now.tv_nsec / 1000};
}

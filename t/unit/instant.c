/* instant - what is printed is read, every day of the calendar is known, and nothing else is taken for a time. */
#include "base/instant.h"

#include "tap.h"

#include <stdlib.h>

static const int64_t second_us = 1000000, year_1_us = -62135596800000000, year_10000_us = 253402300800000000;

static bool parse(const char *text, struct instant *instant)
{
	return instant_from_rfc3339(text, strlen(text), instant);
}

static const struct {
	const char *text, *printed, *what;
} good[] = {
	{"2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z", "a plain time"},
	{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "the epoch"},
	{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "the first moment"},
	{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "the last moment"},
	{"2024-05-06t07:08:09z", "2024-05-06T07:08:09Z", "small letters are allowed"},
	{"2024-05-06 07:08:09Z", "2024-05-06T07:08:09Z", "a space for the T is allowed"},
	{"2024-05-06T07:08:09.5Z", "2024-05-06T07:08:09.500Z", "one decimal"},
	{"2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09.123Z", "three decimals"},
	{"2024-05-06T07:08:09.000Z", "2024-05-06T07:08:09Z", "decimals that say nothing are not printed"},
	{"2024-05-06T07:08:09.000001Z", "2024-05-06T07:08:09.000001Z", "a microsecond"},
	{"2024-05-06T07:08:09.9999999Z", "2024-05-06T07:08:09.999999Z", "what is below a microsecond is cut, not rounded"},
	{"2024-05-06T07:08:09.12345678901234567890123456789Z", "2024-05-06T07:08:09.123456Z", "any number of decimals"},
	{"2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09Z", "an offset of zero"},
	{"2024-05-06T07:08:09-00:00", "2024-05-06T07:08:09Z", "an offset that is not known counts as zero"},
	{"2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09Z", "east is earlier"},
	{"2024-05-06T07:08:09-05:30", "2024-05-06T12:38:09Z", "west is later"},
	{"2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z", "an offset may change the year"},
	{"2024-05-06T07:08:09.25+23:59", "2024-05-05T07:09:09.250Z", "the greatest offset"},
	{"0001-01-01T23:59:00+23:59", "0001-01-01T00:00:00Z", "an offset may lead to the first moment"},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "a leap second counts as the second after it"},
	{"2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500Z", "with its decimals"},
	{"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z", "and with an offset"},
	{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z", "29 February of a leap year"},
	{"2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z", "29 February of the year 2000"},
	{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", "a microsecond before the epoch"},
};

static const struct {
	const char *text, *what;
} bad[] = {
	{"", "nothing"},
	{"2024-05-06", "a day alone"},
	{"07:08:09Z", "a time alone"},
	{"2024-05-06T07:08Z", "no seconds"},
	{"2024-05-06T07:08:09", "no offset"},
	{"2024-05-06T07:08:09 Z", "space before the Z"},
	{" 2024-05-06T07:08:09Z", "space in front"},
	{"2024-05-06T07:08:09Z ", "space behind"},
	{"2024-05-06T07:08:09Z\n", "a line end behind"},
	{"2024-05-06T07:08:09ZZ", "two zones"},
	{"2024-05-06T07:08:09Z+01:00", "two offsets"},
	{"2024-05-06X07:08:09Z", "another letter for the T"},
	{"2024-05-06  07:08:09Z", "two spaces for the T"},
	{"2024-5-06T07:08:09Z", "a month of one digit"},
	{"2024-05-6T07:08:09Z", "a day of one digit"},
	{"24-05-06T07:08:09Z", "a year of two digits"},
	{"12024-05-06T07:08:09Z", "a year of five digits"},
	{"-2024-05-06T07:08:09Z", "a year before Christ"},
	{"+2024-05-06T07:08:09Z", "a year with a plus"},
	{"0000-01-01T00:00:00Z", "the year 0"},
	{"2024-00-06T07:08:09Z", "month 0"},
	{"2024-13-06T07:08:09Z", "month 13"},
	{"2024-05-00T07:08:09Z", "day 0"},
	{"2024-05-32T07:08:09Z", "32 May"},
	{"2024-04-31T07:08:09Z", "31 April"},
	{"2024-02-30T07:08:09Z", "30 February"},
	{"2023-02-29T07:08:09Z", "29 February of a common year"},
	{"1900-02-29T07:08:09Z", "29 February of 1900"},
	{"2024-05-06T24:00:00Z", "hour 24"},
	{"2024-05-06T07:60:09Z", "minute 60"},
	{"2024-05-06T07:08:61Z", "second 61"},
	{"2024-05-06T07:08:09.Z", "a point without decimals"},
	{"2024-05-06T07:08:09,5Z", "a comma"},
	{"2024-05-06T07:08:09.5.5Z", "two points"},
	{"2024-05-06T07:08:09.-5Z", "negative decimals"},
	{"2024-05-06T07:08:09+24:00", "an offset of a day"},
	{"2024-05-06T07:08:09+01:60", "an offset of 60 minutes"},
	{"2024-05-06T07:08:09+0100", "an offset without a colon"},
	{"2024-05-06T07:08:09+01", "an offset of hours alone"},
	{"2024-05-06T07:08:09+1:00", "an offset of one digit"},
	{"2024-05-06T07:08:09+01:00:00", "an offset with seconds"},
	{"2024-05-06T07:08:09 01:00", "an offset without its sign"},
	{"2024-05-06T07:08:09\xE2\x88\x92" "01:00", "a minus sign of another kind"},
	{"2024-05-06T07:08:09UTC", "a zone by name"},
	{"20240506T070809Z", "the basic format"},
	{"2024-W19-1T07:08:09Z", "a week"},
	{"2024-127T07:08:09Z", "a day of the year"},
	{"2024/05/06T07:08:09Z", "slashes"},
	{"1714979289", "seconds since the epoch"},
	{"now", "a word"},
	{"\xD9\xA2\xD9\xA0\xD9\xA2\xD9\xA4-05-06T07:08:09Z", "digits of another script"},
	{"0001-01-01T00:00:00+00:01", "before the first moment"},
	{"9999-12-31T23:59:59-00:01", "behind the last moment"},
	{"9999-12-31T23:59:60Z", "the leap second behind the last moment"},
};

static uint64_t state = 88172645463325252u; /* xorshift64, so that every run draws the same */

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int64_t draw_us(void)
{
	int64_t us = year_1_us + (int64_t)(draw() % (uint64_t)(year_10000_us - year_1_us));

	switch (draw() % 3) {
	case 0:
		return us / second_us * second_us;
	case 1:
		return us / 1000 * 1000;
	default:
		return us;
	}
}

static void round_trip(void)
{
	bool same = true, ordered = true;

	for (int i = 0; i < 200000 && same && ordered; i++) {
		struct instant a = {draw_us()}, b = {draw_us()}, again;
		char text[INSTANT_SIZE], other[INSTANT_SIZE];

		same = parse(instant_to_rfc3339(a, text), &again) && again.us == a.us
		    && strcmp(instant_to_rfc3339(again, other), text) == 0;
		instant_to_rfc3339(b, other);
		ordered = before(a, b) == (a.us < b.us)
		       && (a.us / second_us == b.us / second_us || (strncmp(text, other, 19) < 0) == before(a, b));
		if (!same || !ordered)
			printf("# %s and %s\n", text, other);
	}
	ok(same, "what is printed is read, for 200,000 moments from year 1 to 9999");
	ok(ordered, "texts are in order as the moments are");
}

static void offsets(void)
{
	bool same = true;

	for (int i = 0; i < 50000 && same; i++) {
		struct instant here, there;
		int hours = (int)(draw() % 24), minutes = (int)(draw() % 60), sign = draw() % 2 ? 1 : -1;
		char local[INSTANT_SIZE], text[64];
		int64_t shift = sign * (hours * 60 + minutes) * 60 * second_us, us = draw_us();

		if (us + shift < year_1_us || us + shift >= year_10000_us)
			continue;
		instant_to_rfc3339((struct instant){us + shift}, local);
		local[strlen(local) - 1] = '\0';
		snprintf(text, sizeof text, "%s%c%02d:%02d", local, sign > 0 ? '+' : '-', hours, minutes);
		here = (struct instant){us};
		same = parse(text, &there) && here.us == there.us;
	}
	ok(same, "a local time with its offset is the same moment");
}

/* Counts the days itself, by the rule of the Gregorian calendar. */
static void calendar(void)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t us = year_1_us;
	bool known = true, none = true;

	for (int year = 1; year <= 9999 && known && none; year++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		for (int month = 1; month <= 12; month++) {
			int length = lengths[month - 1] + (month == 2 && leap);
			struct instant instant;
			char text[96], date[64];

			snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, length);
			snprintf(text, sizeof text, "%sT00:00:00Z", date);
			us += length * 86400 * second_us;
			known = known && parse(text, &instant) && instant.us == us - 86400 * second_us && date_is_valid(date);
			snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, length + 1);
			snprintf(text, sizeof text, "%sT00:00:00Z", date);
			none = none && !parse(text, &instant) && !date_is_valid(date);
		}
	}
	ok(known, "the last day of every month is where the calendar has it");
	ok(none, "the day after it does not exist");
	ok(us == year_10000_us, "and they add up");
}

static void only_whole(void)
{
	static const char text[] = "2024-05-06T07:08:09.123456+02:00";
	struct instant instant = {4711};
	char *copy;
	bool refused = true;

	for (size_t length = 0; length < sizeof text - 1; length++) {
		copy = malloc(length + 1); /* so that AddressSanitizer sees a read behind it */
		memcpy(copy, text, length);
		refused = refused && !instant_from_rfc3339(copy, length, &instant);
		free(copy);
	}
	ok(refused, "no beginning of a time is one");
	ok(!instant_from_rfc3339("2024-05-06T07:08:09Z\0", 21, &instant), "a NUL behind it is refused");
	ok(!instant_from_rfc3339("2024-05-06\0" "07:08:09Z", 20, &instant), "a NUL inside it is refused");
	ok(instant_from_rfc3339("2024-05-06T07:08:09Zzz", 20, &instant), "only the length given is looked at");
	instant.us = 4711;
	ok(!parse("2024-05-06T07:08:09", &instant) && instant.us == 4711, "a refusal changes nothing");
}

static const struct {
	const char *text;
	bool valid;
	const char *what;
} dates[] = {
	{"2024-05-06", true, "a day"},
	{"2024-02-29", true, "29 February of a leap year is a day"},
	{"0001-01-01", true, "the first day"},
	{"9999-12-31", true, "the last day"},
	{"2023-02-29", false, "29 February of a common year is none"},
	{"2024-04-31", false, "31 April is none"},
	{"0000-12-31", false, "a day of the year 0 is none"},
	{"2024-05-06T", false, "more than a day is none"},
	{"2024-05-06 ", false, "space behind it is refused"},
	{" 2024-05-06", false, "space in front of it is refused"},
	{"2024-05", false, "a month is no day"},
	{"2024-5-6", false, "a day of one digit is none"},
	{"06.05.2024", false, "the German order is refused"},
	{"", false, "nothing is no day"},
};

int main(void)
{
	struct instant instant, now;
	char text[INSTANT_SIZE], what[128];

	for (size_t i = 0; i < COUNT(good); i++)
		is_text(parse(good[i].text, &instant) ? instant_to_rfc3339(instant, text) : NULL, good[i].printed, good[i].what);
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(what, sizeof what, "refused: %s", bad[i].what);
		ok(!parse(bad[i].text, &instant), what);
	}
	for (size_t i = 0; i < COUNT(dates); i++)
		ok(date_is_valid(dates[i].text) == dates[i].valid, dates[i].what);
	round_trip();
	offsets();
	calendar();
	only_whole();
	now = instant_now();
	ok(now.us > 1700000000 * second_us && now.us < year_10000_us, "the clock is of this century or a later one");
	ok(!before(instant_now(), now), "and does not go backwards while we look");
	return done_testing();
}

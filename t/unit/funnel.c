/* funnel - rates are exact and rounded half up, intervals are those of the literature, and both keep their laws. */
#include "domain/funnel.h"

#include "base/scope.h"
#include "tap.h"

static const struct {
	int64_t numerator, divisor, hundredths; /* -1: not known */
	const char *what;
} rates[] = {
	{0, 0, -1, "nothing of nothing is not known"},
	{5, 0, -1, "something of nothing is not known"},
	{0, 7, 0, "nothing of something is 0"},
	{7, 7, 10000, "all is 100"},
	{1, 3, 3333, "a third is rounded down"},
	{2, 3, 6667, "two thirds are rounded up"},
	{1, 20000, 1, "half a hundredth is rounded up"},
	{1, 20001, 0, "less than half a hundredth is rounded down"},
	{12345, 1000000, 123, "1.2345 is 1.23"},
	{125, 100000, 13, "0.125 is 0.13"},
	{3, 2, 15000, "more than all is shown as it is"},
	{1000000, 1, 10000000000, "however much more"},
	{INT64_MAX, INT64_MAX, 10000, "counts may be as great as numbers are"},
	{INT64_MAX - 1, INT64_MAX, 10000, "nearly all of a great count is rounded up"},
	{INT64_MAX / 2, INT64_MAX, 5000, "half of a great count is a half"},
	{1, INT64_MAX, 0, "one of a great count is nothing"},
	{INT64_MAX, 1, INT64_MAX, "what no number holds is the greatest number"},
};

/* Newcombe, Statistics in Medicine 17, 1998, table I (method 3), and what follows from the formula at the ends. */
static const struct {
	int64_t numerator, divisor, low, high;
	const char *what;
} intervals[] = {
	{81, 263, 2553, 3662, "81 of 263"},
	{15, 148, 624, 1605, "15 of 148"},
	{0, 20, 0, 1611, "0 of 20"},
	{1, 29, 61, 1718, "1 of 29"},
	{50, 100, 4038, 5962, "50 of 100"},
	{0, 10, 0, 2775, "0 of 10"},
	{10, 10, 7225, 10000, "10 of 10"},
	{1, 1, 2065, 10000, "1 of 1"},
	{0, 1, 0, 7935, "0 of 1"},
};

static uint64_t state = 88172645463325252u;

/* Small numbers as often as great ones. */
static int64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state >> (1 + state % 60));
}

static bool within(struct rate rate)
{
	return rate.known && rate.hundredths >= 0 && rate.hundredths <= 10000;
}

static void laws(void)
{
	bool around = true, bounded = true, mirrored = true, grows = true, exact = true;

	for (int i = 0; i < 500000; i++) {
		int64_t divisor = draw() | 1, numerator = draw() % (divisor + 1);
		struct interval interval = interval_of(numerator, divisor), mirror = interval_of(divisor - numerator, divisor);
		struct rate share = rate_of(numerator, divisor);

		around = around && interval.known && interval.low.hundredths <= share.hundredths
		      && share.hundredths <= interval.high.hundredths;
		bounded = bounded && within(interval.low) && within(interval.high) && within(share);
		/* Rounding half up is not its own mirror, so they may differ by one. */
		mirrored = mirrored && interval.low.hundredths + mirror.high.hundredths >= 9999
			&& interval.low.hundredths + mirror.high.hundredths <= 10001;
		grows = grows && (numerator == 0 || rate_of(numerator - 1, divisor).hundredths <= share.hundredths);
		/* share - 1/2 <= 10000 n / d < share + 1/2, where that fits into 64 bits. */
		if (divisor < INT64_MAX / 40000)
			exact = exact && 2 * 10000 * numerator >= (2 * share.hundredths - 1) * divisor
			     && 2 * 10000 * numerator < (2 * share.hundredths + 1) * divisor;
		if (!around || !bounded || !mirrored || !grows || !exact) {
			printf("# %lld of %lld\n", (long long)numerator, (long long)divisor);
			break;
		}
	}
	ok(around, "a share lies in its interval");
	ok(bounded, "shares and intervals lie within 0 and 100");
	ok(mirrored, "the interval of the others is its mirror image");
	ok(grows, "more of the same is never less");
	ok(exact, "a rate is rounded half up from the exact quotient");
}

static void narrows(void)
{
	int64_t before = 10000;
	bool good = true;

	for (int64_t divisor = 2; divisor < INT64_MAX / 4; divisor *= 2) {
		struct interval interval = interval_of(divisor / 2, divisor);
		int64_t width = interval.high.hundredths - interval.low.hundredths;

		good = good && width <= before;
		before = width;
	}
	ok(good && before <= 1, "the more cases, the narrower the interval");
}

static void stages(void)
{
	static const char *const names[] = {"sent", "delivered", "replied", "interested", "booked", "showed"};
	static const char *const rate_names[] = {"delivery_rate", "reply_rate", "interest_rate", "booking_rate", "show_rate", "roi"};
	bool chained = true;

	for (size_t i = 0; i < STAGE_COUNT; i++)
		is_text(stage_names[i], names[i], "a stage has its name");
	for (size_t i = 0; i < FUNNEL_RATE_COUNT; i++) {
		is_text(funnel_rates[i].name, rate_names[i], "a rate has its name");
		if (i + 1 < FUNNEL_RATE_COUNT)
			chained = chained && funnel_rates[i].divisor == (enum stage)i && funnel_rates[i].numerator == (enum stage)(i + 1);
	}
	ok(chained, "each stage is divided by the one before it");
	ok(funnel_rates[5].numerator == SHOWED && funnel_rates[5].divisor == SENT, "and the last by the first");
}

int main(void)
{
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct rate rate = rate_of(rates[i].numerator, rates[i].divisor);

		is_number(rate.known ? rate.hundredths : -1, rates[i].hundredths, rates[i].what);
	}
	for (size_t i = 0; i < COUNT(intervals); i++) {
		struct interval interval = interval_of(intervals[i].numerator, intervals[i].divisor);

		ok(interval.known, intervals[i].what);
		is_number(interval.low.hundredths, intervals[i].low, "its lower end");
		is_number(interval.high.hundredths, intervals[i].high, "its upper end");
	}
	ok(!interval_of(0, 0).known, "nothing of nothing has no interval");
	ok(!interval_of(8, 7).known, "what is no share has no interval");
	laws();
	narrows();
	stages();
	return done_testing();
}

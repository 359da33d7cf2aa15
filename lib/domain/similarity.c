/* similarity - how far two short strings are apart, in keystrokes. */
#include "domain/similarity.h"

static size_t shorter(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Same beginnings and endings cost nothing and are most of what there is. */
static void cut_common(const char **a, size_t *a_length, const char **b, size_t *b_length)
{
	while (*a_length && *b_length && (*a)[*a_length - 1] == (*b)[*b_length - 1])
		--*a_length, --*b_length;
	while (*a_length && *b_length && **a == **b)
		++*a, ++*b, --*a_length, --*b_length;
}

int edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, int most)
{
	int rows[3][SIMILARITY_BYTES + 1];
	int *before = rows[0], *above = rows[1], *row = rows[2];

	a_length = shorter(a_length, SIMILARITY_BYTES);
	b_length = shorter(b_length, SIMILARITY_BYTES);
	if ((a_length > b_length ? a_length - b_length : b_length - a_length) > (size_t)most)
		return most + 1;
	cut_common(&a, &a_length, &b, &b_length);
	for (size_t j = 0; j <= b_length; j++)
		above[j] = (int)j;
	for (size_t i = 1; i <= a_length; i++) {
		int best = row[0] = (int)i, *spare;

		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
				&& before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
			if (row[j] < best)
				best = row[j];
		}
		if (best > most)
			return most + 1;
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_length] <= most ? above[b_length] : most + 1;
}

/* similarity - how far two short strings are apart, in keystrokes. */
#ifndef DOMAIN_SIMILARITY_H
#define DOMAIN_SIMILARITY_H

#include <stddef.h>

enum { SIMILARITY_BYTES = 64 }; /* what is behind them is not looked at */

/* Letters put in, left out, changed, or swapped with their neighbour (restricted Damerau-Levenshtein), counted up to
 * `most`; more is most + 1. */
int edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, int most);

#endif

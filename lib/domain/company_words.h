/* company_words - the words of what a company is called, and which of them many companies share. Pure. */
#ifndef DOMAIN_COMPANY_WORDS_H
#define DOMAIN_COMPANY_WORDS_H

#include "domain/name.h"

#include <stdbool.h>
#include <stddef.h>

/* Of a folded text; bytes of other scripts are letters. */
bool is_letter_or_digit(char c);

/* One that alone names no company: group, consulting, the. */
bool is_common_word(const struct name_word *word);

/* The words of a folded text between single spaces, with one at each end; what has no room is left out. A dot inside of
 * an abbreviation vanishes (S.L., G.m.b.H.); other signs part words. Returns the length, 1 when there are no words. */
size_t spaced_words(const char *folded, char *into, size_t room);

#endif

/* fold - letters of any script as people compare them: small, without marks, Latin where there is a custom for it. */
#ifndef DOMAIN_FOLD_H
#define DOMAIN_FOLD_H

#include <stddef.h>

/* Writes at most room - 1 bytes and a NUL, cut at a whole character; returns the bytes written. Müller becomes muller,
 * Strauß strauss, Дмитрий dmitriy. Letters without a custom (Chinese, Hebrew ...) stay, composed to their plainest
 * form. ASCII punctuation stays; any other becomes its ASCII likeness or a space; invisible characters vanish. Bytes
 * that are not UTF-8 become spaces. */
size_t fold(const char *text, char *into, size_t room);

/* The skeleton of a folded text: letters and digits alone, and one spelling for what is spelt in several ways (Mueller,
 * Müller and Muller; Strauß and Straus; Dmitriy, Dmitrij and Dmitry). `into` holds `length` bytes and a NUL; may be
 * `folded` itself. Returns the bytes written. */
size_t skeleton(const char *folded, size_t length, char *into);

#endif

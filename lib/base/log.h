/* log - one JSON object per line on stderr; no personal data, no secrets. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* `program` is a literal. Lines above `most` are not written. */
void log_open(const char *program, enum log_level most);

/* As given to log_open; "turnout" before. */
const char *log_program(void);

/* Lines carry this id until it is set again; NULL: none. Borrowed. */
void log_request(const char *request_id);

/* event is a literal that never changes, for programs; the rest is a sentence for people. */
void log_line(enum log_level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

bool log_level_from_name(const char *name, enum log_level *);

#endif

/* log - one JSON object per line on stderr; no personal data, no secrets. */
#include "base/log.h"

#include "base/instant.h"
#include "base/scope.h"
#include "base/text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

static const char *program = "turnout";
static enum log_level most = LOG_INFO;
static const char *request_id;

void log_open(const char *name, enum log_level level)
{
	program = name;
	most = level;
}

const char *log_program(void)
{
	return program;
}

void log_request(const char *id)
{
	request_id = id;
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
	char message[1024], time[INSTANT_SIZE];
	va_list args;
	json_t *line;
	char *text;

	if (level > most)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	/* '*' leaves out what is NULL: a message cut inside a character would make the line unreadable. */
	line = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:i}", "time", instant_to_rfc3339(instant_now(), time),
		"level", names[level], "program", program, "event", event, "request_id", request_id, "message",
		text_is_utf8(message, strlen(message)) ? message : NULL, "pid", (int)getpid());
	text = json_dumps(line, JSON_COMPACT);
	if (text)
		dprintf(STDERR_FILENO, "%s\n", text);
	free(text);
	json_decref(line);
}

bool log_level_from_name(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

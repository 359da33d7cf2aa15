/* log - every line is one JSON object, whatever is logged, and lines above the level are not written. */
#include "base/log.h"

#include "base/json.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

static int there, saved; /* stderr goes to a file meanwhile */

static void begin(void)
{
	char path[] = "/tmp/unit-log-XXXXXX";

	fflush(stderr);
	there = mkstemp(path);
	unlink(path);
	saved = dup(STDERR_FILENO);
	dup2(there, STDERR_FILENO);
}

/* What was written since, as JSON; NULL when it is not one line of it. */
static json_t *written(char text[static 4096])
{
	ssize_t length = pread(there, text, 4095, 0);

	dup2(saved, STDERR_FILENO);
	close(saved);
	close(there);
	text[length > 0 ? length : 0] = '\0';
	if (length <= 0 || strchr(text, '\n') != text + length - 1)
		return NULL;
	return json_loads(text, 0, NULL);
}

static const struct {
	const char *message, *what;
} messages[] = {
	{"all is well", "a plain line is JSON"},
	{"with \"quotes\", \\ and\na new line", "quotes and line ends do not break it"},
	{"\x01\x1F\x7F", "nor do control characters"},
	{"gr\xC3\xBC\xC3\x9F", "nor other letters"},
};

int main(void)
{
	char text[4096], *long_text = malloc(3000);
	enum log_level level;
	json_t *line;

	for (size_t i = 0; i < COUNT(messages); i++) {
		begin();
		log_line(LOG_WARN, "happened", "%s", messages[i].message);
		line = written(text);
		is_text(json_text_at(line, "message"), messages[i].message, messages[i].what);
		json_decref(line);
	}

	begin();
	log_open("unit", LOG_WARN);
	log_request("r-1");
	log_line(LOG_ERROR, "happened", "x");
	line = written(text);
	is_text(json_text_at(line, "program"), "unit", "it names the program");
	is_text(json_text_at(line, "level"), "error", "the level");
	is_text(json_text_at(line, "event"), "happened", "the event");
	is_text(json_text_at(line, "request_id"), "r-1", "and the request");
	ok(json_text_at(line, "time") && json_is_integer(json_object_get(line, "pid")), "the time and the process");
	json_decref(line);
	log_request(NULL);

	begin();
	log_line(LOG_WARN, "happened", "half a character: \xC3");
	line = written(text);
	ok(line && !json_object_get(line, "message") && !json_object_get(line, "request_id"),
		"what is not UTF-8 is left out, and so is a request that is over");
	json_decref(line);

	begin();
	memset(long_text, 'x', 2999);
	long_text[2999] = '\0';
	log_line(LOG_WARN, "happened", "%s", long_text);
	line = written(text);
	ok(line != NULL, "a line that is too long is cut and still JSON");
	json_decref(line);
	free(long_text);

	begin();
	log_line(LOG_INFO, "happened", "below");
	line = written(text);
	is_text(text, "", "lines above the level are not written");

	ok(log_level_from_name("debug", &level) && level == LOG_DEBUG, "levels have names");
	ok(!log_level_from_name("Debug", &level) && !log_level_from_name("", &level), "and no others");
	return done_testing();
}

/* load - sends prepared HTTP requests over many connections and tells how long the answers took; for t/bench.
 *
 *   load PORT FILE CONNECTIONS MILLISECONDS
 *
 * FILE holds requests, each a line with its length and then its bytes. They are sent in order, each once, then from the
 * beginning again when the file says so (first line "again"). One line of JSON comes out. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct request {
	const char *bytes;
	size_t length;
};

enum { HEAD_LIMIT = 16384, TAIL = 7 };

struct connection {
	int socket;
	bool waiting;
	int64_t begun_us;
	char head[HEAD_LIMIT + 1];
	size_t head_length;
	bool in_body;
	int64_t left; /* of a body of known length; -1: in chunks */
	char tail[TAIL];
};

static struct request *requests;
static size_t request_count, next_request;
static bool again;
static int64_t *times_us, answers, failed, bytes_received;
static size_t times_size;
static int port;

static int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t number_from(const char *text)
{
	char *end;
	int64_t number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || errno || number < 0)
		die("a number was expected");
	return number;
}

static void read_requests(const char *name)
{
	FILE *in = fopen(name, "r");
	char line[64];
	size_t size = 0;

	if (!in)
		die(name);
	while (fgets(line, sizeof line, in)) {
		char *bytes;
		size_t length;

		if (strcmp(line, "again\n") == 0) {
			again = true;
			continue;
		}
		length = (size_t)number_from(line);
		if (request_count == size) {
			size = size ? 2 * size : 1024;
			requests = realloc(requests, size * sizeof *requests);
		}
		bytes = malloc(length);
		if (!requests || !bytes || fread(bytes, 1, length, in) != length)
			die(name);
		requests[request_count++] = (struct request){bytes, length};
	}
	fclose(in);
}

static void open_connection(struct connection *c)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1;

	if (c->socket >= 0)
		close(c->socket);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->socket = socket(AF_INET, SOCK_STREAM, 0);
	if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&to, sizeof to) != 0)
		die("no connection");
	setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void send_next(struct connection *c)
{
	const struct request *r;

	if (next_request == request_count && again)
		next_request = 0;
	c->waiting = next_request < request_count;
	if (!c->waiting)
		return;
	r = &requests[next_request++];
	c->head_length = 0;
	c->in_body = false;
	c->begun_us = clock_us();
	for (size_t sent = 0; sent < r->length;) {
		ssize_t n = write(c->socket, r->bytes + sent, r->length - sent);

		if (n <= 0)
			die("write");
		sent += (size_t)n;
	}
}

static void note(struct connection *c)
{
	if ((size_t)answers == times_size) {
		times_size = times_size ? 2 * times_size : 65536;
		times_us = realloc(times_us, times_size * sizeof *times_us);
		if (!times_us)
			die("memory");
	}
	times_us[answers++] = clock_us() - c->begun_us;
	if (strncmp(c->head, "HTTP/1.1 2", 10) != 0)
		failed++;
}

/* Is the answer whole? */
static bool take(struct connection *c, const char *bytes, size_t length)
{
	char *end, *said;

	bytes_received += (int64_t)length;
	if (!c->in_body) {
		size_t n = length < HEAD_LIMIT - c->head_length ? length : HEAD_LIMIT - c->head_length;

		memcpy(c->head + c->head_length, bytes, n);
		c->head_length += n;
		c->head[c->head_length] = '\0';
		end = strstr(c->head, "\r\n\r\n");
		if (!end)
			return false;
		c->in_body = true;
		said = strcasestr(c->head, "\r\nContent-Length:");
		c->left = said && said < end ? number_from(said + 17) : -1;
		/* What belongs to the body: all that was read behind the head. */
		n = (size_t)(end + 4 - c->head) - (c->head_length - n);
		bytes += n;
		length -= n;
		memset(c->tail, 0, TAIL);
	}
	if (c->left >= 0) {
		c->left -= (int64_t)length;
		return c->left <= 0;
	}
	if (length >= TAIL) {
		memcpy(c->tail, bytes + length - TAIL, TAIL);
	} else {
		memmove(c->tail, c->tail + length, TAIL - length);
		memcpy(c->tail + TAIL - length, bytes, length);
	}
	return memcmp(c->tail, "\r\n0\r\n\r\n", TAIL) == 0;
}

static void receive(struct connection *c)
{
	static char bytes[1 << 18];
	ssize_t n = read(c->socket, bytes, sizeof bytes);

	if (n <= 0) {
		failed++;
		open_connection(c);
		send_next(c);
	} else if (take(c, bytes, (size_t)n)) {
		note(c);
		if (strcasestr(c->head, "\r\nConnection: close"))
			open_connection(c);
		send_next(c);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double at_share(double share)
{
	return answers ? (double)times_us[(size_t)((double)(answers - 1) * share)] / 1000 : 0;
}

int main(int argc, char **argv)
{
	int count = argc == 5 ? (int)number_from(argv[3]) : 0, busy = 0;
	struct connection *connections = calloc((size_t)count + 1, sizeof *connections);
	struct pollfd *fds = calloc((size_t)count + 1, sizeof *fds);
	int64_t begun, until;
	double seconds;

	if (!count || !connections || !fds)
		return fprintf(stderr, "usage: load PORT FILE CONNECTIONS MILLISECONDS\n"), 2;
	port = (int)number_from(argv[1]);
	read_requests(argv[2]);
	for (int i = 0; i < count; i++) {
		connections[i].socket = -1;
		open_connection(&connections[i]);
	}
	begun = clock_us();
	until = begun + number_from(argv[4]) * 1000;
	for (int i = 0; i < count; i++)
		send_next(&connections[i]);
	do {
		busy = 0;
		for (int i = 0; i < count; i++) {
			fds[i] = (struct pollfd){connections[i].waiting ? connections[i].socket : -1, POLLIN, 0};
			busy += connections[i].waiting;
		}
		if (busy && poll(fds, (nfds_t)count, 100) < 0)
			die("poll");
		for (int i = 0; i < count; i++)
			if (fds[i].revents) {
				if (clock_us() >= until)
					again = false, next_request = request_count;
				receive(&connections[i]);
			}
	} while (busy);
	seconds = (double)(clock_us() - begun) / 1000000;
	if (times_us)
		qsort(times_us, (size_t)answers, sizeof *times_us, compare);
	printf("{\"answers\":%lld,\"failed\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
	       "\"mean_bytes\":%lld}\n",
		(long long)answers, (long long)failed, seconds, (double)answers / seconds, at_share(0.5),
		at_share(0.99), (long long)(answers ? bytes_received / answers : 0));
	return 0;
}

/* listener - the socket that a FastCGI program serves: who waits there, and the signals that end the program. */
#define _GNU_SOURCE /* epoll, sigset_t */
#include "world/listener.h"

#include "base/log.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

/* SIGUSR1: sent by multiwatch, and caught by libfcgi in a way of its own. */
static const int ends[] = {SIGTERM, SIGINT, SIGUSR1};

static volatile sig_atomic_t stop;
static sigset_t while_waiting;
static int waiting = -1; /* epoll */

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* They are held back but while waiting: one between the look at `stop` and the wait would be lost. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < COUNT(ends); i++) {
		sigaddset(&held, ends[i]);
		sigaction(ends[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &held, &while_waiting);
	for (size_t i = 0; i < COUNT(ends); i++)
		sigdelset(&while_waiting, ends[i]);
	/* A client that leaves must not end the program. */
	sigaction(SIGPIPE, &ignore, NULL);
}

/* Not accept() itself waits: of the processes that are woken for one client all but one would sit there while they have
 * requests in hand. EPOLLEXCLUSIVE spares them that. */
static bool watch(void)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	int flags = fcntl(FCGI_LISTENSOCK_FILENO, F_GETFL);

	waiting = epoll_create1(EPOLL_CLOEXEC);
	return flags >= 0 && fcntl(FCGI_LISTENSOCK_FILENO, F_SETFL, flags | O_NONBLOCK) == 0 && waiting >= 0
	       && epoll_ctl(waiting, EPOLL_CTL_ADD, FCGI_LISTENSOCK_FILENO, &event) == 0;
}

bool listener_open(struct fail *f)
{
	if (FCGX_Init() != 0 || FCGX_IsCGI() || !watch())
		return fail(f, FAIL_INPUT, "no_socket",
			"file descriptor 0 is no listening socket; start this program with spawn-fcgi or systemd");
	catch_signals();
	return true;
}

bool listener_room(FCGX_Request *request, struct fail *f)
{
	return FCGX_InitRequest(request, FCGI_LISTENSOCK_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) == 0
	       || fail(f, FAIL_BUG, "no_socket", "libfcgi has no room for a request");
}

/* 0, or errno: EAGAIN when nobody waits. */
static int accepted(FCGX_Request *request)
{
	return -FCGX_Accept_r(request);
}

bool listener_next(FCGX_Request *request)
{
	return accepted(request) == 0;
}

/* A wait that finds somebody there hears no signal, and of a busy program every wait does. */
static bool asked_to_end(void)
{
	sigset_t held;

	sigpending(&held);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (sigismember(&held, ends[i]) == 1)
			stop = 1;
	return stop;
}

bool listener_wait(FCGX_Request *request)
{
	int error = EAGAIN;

	while (!asked_to_end() && (error == EAGAIN || error == EINTR)) {
		struct epoll_event event;

		error = epoll_pwait(waiting, &event, 1, -1, &while_waiting) == 1 ? accepted(request) : errno;
	}
	if (error && !stop)
		log_line(LOG_ERROR, "accept_failed", "no further request could be accepted: %s", strerror(error));
	return error == 0;
}

bool listener_ended_well(void)
{
	return stop;
}

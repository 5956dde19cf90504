/* detach.c - see detach.h */
#include "util/detach.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define DETACH_WAIT_MS 30000 /* for a few system calls, on a machine that swaps */
#define DETACH_LEFT    'L'   /* child to parent: I have left */

/* The last thing that keeps a tie to the session is the pipe. */
static void detach_leave(int *tell)
{
	int null = open("/dev/null", O_RDWR);

	for (int s = 1; s < NSIG; s++)
		if (s != SIGCHLD)
			signal(s, SIG_IGN);
	if (setsid() < 0 || chdir("/") < 0 || null < 0)
		_exit(127);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	/* The pipe gets the number behind the standard ones. */
	if (*tell != 3) {
		if (dup2(*tell, 3) < 0)
			_exit(127);
		*tell = 3;
	}
	close_range(4, ~0U, 0);
}

static void detach_child(int tell, int (*run)(void *ctx), void *ctx)
{
	const char left = DETACH_LEFT;

	detach_leave(&tell);
	/* A parent that is gone by now has given up, and said so. */
	if (write(tell, &left, 1) != 1)
		_exit(127);
	close(tell);
	_exit(run(ctx) & 0xff);
}

/* 0: it has left. */
static int detach_hear(int heard)
{
	struct pollfd p = {.fd = heard, .events = POLLIN};
	char byte = 0;
	int n;

	do {
		n = poll(&p, 1, DETACH_WAIT_MS);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	return read(heard, &byte, 1) == 1 && byte == DETACH_LEFT ? 0 : -ECHILD;
}

pid_t detach_run(int (*run)(void *ctx), void *ctx)
{
	CLEANUP_FD int heard = -1;
	CLEANUP_FD int tell = -1;
	int pair[2], r;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0) {
		r = -errno;
		log_error("cannot start a separate process: %s", strerror(-r));
		return r;
	}
	heard = pair[0];
	tell = pair[1];
	pid = fork();
	if (pid < 0) {
		r = -errno;
		log_error("cannot start a separate process: %s", strerror(-r));
		return r;
	}
	if (!pid)
		detach_child(tell, run, ctx);
	close(steal_fd(&tell));
	r = detach_hear(heard);
	if (!r)
		return pid;
	log_error("the process that was to leave this session could not: %s", strerror(-r));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

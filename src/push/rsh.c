/* rsh.c - see rsh.h
 *
 * One socket is the child's stdin and stdout; a pipe is its stderr, which this
 * side reads whenever it waits for anything, so that it cannot fill up and
 * stop the child.
 */
#include "push/rsh.h"
#include "push/interrupt.h"
#include "push/lines.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/io.h"
#include "util/log.h"
#include "util/run.h"
#include "util/words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct rsh {
	struct transport base;
	struct strv argv;
};

struct rsh_connection {
	struct stream base; /* first: it is what the callbacks are given */
	int fd;             /* stream */
	int err;            /* the child's stderr; -1 once it ended */
	pid_t pid;          /* 0 once waited for */
	int status;
	struct lines lines;
};

/* Reads what is there of stderr; closes it at its end. */
static void rsh_drain(struct rsh_connection *c)
{
	char buf[1024];
	ssize_t n;

	while (c->err >= 0) {
		n = read(c->err, buf, sizeof(buf));
		if (n < 0 && (errno == EINTR))
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			lines_flush(&c->lines);
			close(steal_fd(&c->err));
			return;
		}
		lines_add(&c->lines, buf, (size_t)n);
	}
}

/* Waits for @events on the stream, looking after stderr meanwhile. 1, 0 when
 * @ms are over, or -errno. */
static int rsh_poll(struct rsh_connection *c, short events, long long ms)
{
	long long end = clock_ms() + ms;

	for (;;) {
		struct pollfd p[2] = {{.fd = c->fd, .events = events},
				      {.fd = c->err, .events = POLLIN}};
		long long left = end - clock_ms();

		if (interrupt_pending())
			return -EINTR;
		if (left < 0)
			return 0;
		if (left > STREAM_POLL_MS)
			left = STREAM_POLL_MS;
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (p[1].revents)
			rsh_drain(c);
		if (p[0].revents)
			return 1;
	}
}

static long rsh_read(struct stream *base, void *buf, size_t len)
{
	struct rsh_connection *c = (struct rsh_connection *)base;
	ssize_t n = recv(c->fd, buf, len, MSG_DONTWAIT);

	if (n > 0)
		return n;
	/* A child that was killed with input unread resets the socket. */
	if (n == 0 || errno == ECONNRESET)
		return -ENODATA;
	if (errno != EAGAIN && errno != EINTR)
		return -errno;
	n = rsh_poll(c, POLLIN, STREAM_POLL_MS);
	return n < 0 ? n : 0;
}

static long rsh_write(struct stream *base, const void *buf, size_t len)
{
	struct rsh_connection *c = (struct rsh_connection *)base;
	ssize_t n = send(c->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		return n;
	if (errno == ECONNRESET || errno == EPIPE)
		return -ENODATA;
	if (errno != EAGAIN && errno != EINTR)
		return -errno;
	n = rsh_poll(c, POLLOUT, STREAM_POLL_MS);
	return n < 0 ? n : 0;
}

static int rsh_wait(struct stream *base, int ms)
{
	return rsh_poll((struct rsh_connection *)base, POLLIN, ms);
}

/* The child gets @ms to end by itself. */
static bool rsh_reap(struct rsh_connection *c, unsigned ms)
{
	long long end = clock_ms() + ms;
	int status;

	while (c->pid) {
		pid_t got = waitpid(c->pid, &status, WNOHANG);
		struct pollfd p = {.fd = c->err, .events = POLLIN};

		if (got == c->pid) {
			c->pid = 0;
			c->status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		} else if (got < 0 && errno != EINTR) {
			c->pid = 0;
		} else if (clock_ms() >= end) {
			return false;
		} else {
			poll(&p, 1, 20);
			if (p.revents)
				rsh_drain(c);
		}
	}
	rsh_drain(c);
	return true;
}

static void rsh_explain(struct stream *base, struct err_text *why)
{
	struct rsh_connection *c = (struct rsh_connection *)base;

	if (rsh_reap(c, 2000))
		transport_explain_status(c->status, why);
}

static void rsh_close(struct stream *base)
{
	struct rsh_connection *c = (struct rsh_connection *)base;

	if (c->fd >= 0)
		close(c->fd);
	if (c->pid && !rsh_reap(c, 5000)) {
		kill(c->pid, SIGTERM);
		if (!rsh_reap(c, 2000)) {
			kill(c->pid, SIGKILL);
			rsh_reap(c, 2000);
		}
	}
	lines_flush(&c->lines);
	if (c->err >= 0)
		close(c->err);
	free(c);
}

/* 0, or -errno when the program could not be started. */
static int rsh_spawn(char *const argv[], int stream, int err, pid_t *pid)
{
	CLEANUP_FD int in = -1;
	int report[2], code = 0, status;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	in = report[0];
	*pid = fork();
	if (*pid < 0) {
		code = errno;
		close(report[1]);
		return -code;
	}
	if (*pid == 0)
		run_child((const char *const *)argv, NULL, stream, stream, err, report[1]);
	close(report[1]);
	if (io_read_full(in, &code, sizeof(code)) == 0) {
		waitpid(*pid, &status, 0);
		return -code;
	}
	return 0;
}

/* The child and the two descriptors to it. 0 or -errno, not logged. */
static int rsh_start(const struct rsh *rsh, struct rsh_connection *c)
{
	CLEANUP_FD int ours = -1, theirs = -1, err_in = -1, err_out = -1;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	err_in = pair[0];
	err_out = pair[1];
	fcntl(err_in, F_SETFL, O_NONBLOCK);
	r = rsh_spawn(rsh->argv.v, theirs, err_out, &c->pid);
	if (r < 0)
		return r;
	c->fd = steal_fd(&ours);
	c->err = steal_fd(&err_in);
	return 0;
}

static int rsh_connect(struct transport *t, struct stream **out)
{
	struct rsh *rsh = (struct rsh *)t;
	CLEANUP_FREE struct rsh_connection *c = calloc(1, sizeof(*c));
	int r = c ? rsh_start(rsh, c) : -ENOMEM;

	if (r < 0) {
		log_error("--rsh: cannot run %s: %s", rsh->argv.v[0], strerror(-r));
		return r;
	}
	c->base = (struct stream){
		.read_some = rsh_read,
		.write_some = rsh_write,
		.wait = rsh_wait,
		.explain = rsh_explain,
		.close = rsh_close,
		.interrupted = interrupt_pending,
		.limit = STREAM_SECONDS,
	};
	*out = &STEAL(c)->base;
	return 0;
}

static void rsh_free(struct transport *t)
{
	struct rsh *rsh = (struct rsh *)t;

	strv_release(&rsh->argv);
	free(rsh);
}

int rsh_new(const char *command, const char *receiver, struct transport **out)
{
	struct rsh *rsh = calloc(1, sizeof(*rsh));
	struct err_text err = {0};
	int r = rsh ? 0 : -ENOMEM;

	if (!r)
		r = words_split(command, &rsh->argv, &err);
	if (!r)
		r = words_split(receiver, &rsh->argv, &err);
	if (r < 0) {
		log_error("--rsh: %s", err.text[0] ? err.text : strerror(-r));
		if (rsh)
			rsh_free(&rsh->base);
		return r;
	}
	rsh->base = (struct transport){.connect = rsh_connect, .free = rsh_free};
	*out = &rsh->base;
	return 0;
}

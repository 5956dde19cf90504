/* stream.c - see stream.h */
#include "wire/stream.h"
#include "util/clock.h"
#include "util/io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* After a call that moved nothing: 0 to try again, or -errno. */
static int stream_idle(const struct stream *s, long long moved)
{
	if (s->interrupted && s->interrupted())
		return -EINTR;
	return clock_ms() - moved >= s->limit * 1000LL ? -ETIMEDOUT : 0;
}

int stream_read(struct stream *s, void *buf, size_t len)
{
	long long moved = clock_ms();
	size_t done = 0;

	while (done < len) {
		long n = s->read_some(s, (char *)buf + done, len - done);
		int r;

		if (n == -ENODATA)
			return done ? -EPIPE : IO_E_EOF;
		if (n < 0)
			return (int)n;
		if (n > 0) {
			done += (size_t)n;
			moved = clock_ms();
		}
		r = n > 0 ? 0 : stream_idle(s, moved);
		if (!r && done < len && s->meanwhile)
			r = s->meanwhile(s->meanwhile_ctx);
		if (r < 0)
			return r;
	}
	return 0;
}

int stream_write(struct stream *s, const void *buf, size_t len)
{
	long long moved = clock_ms();
	size_t done = 0;

	while (done < len) {
		long n = s->write_some(s, (const char *)buf + done, len - done);
		int r;

		if (n < 0)
			return n == -ENODATA ? -EPIPE : (int)n;
		done += (size_t)n;
		if (n > 0)
			moved = clock_ms();
		/* Also while bytes move: a frame may take long on a slow link. */
		r = done < len ? stream_idle(s, moved) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* 1, 0 when @ms are over, or -errno. A signal ends the wait early. */
static int stream_fd_poll(int fd, short events, int ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n = poll(&p, 1, ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n > 0;
}

static int stream_fd_wait(struct stream *s, int ms)
{
	return stream_fd_poll(s->in, POLLIN, ms);
}

static long stream_fd_read(struct stream *s, void *buf, size_t len)
{
	int r = stream_fd_poll(s->in, POLLIN, STREAM_POLL_MS);
	ssize_t n;

	if (r <= 0)
		return r;
	n = read(s->in, buf, len);
	if (n > 0)
		return n;
	/* A peer that was killed with input unread resets the socket. */
	if (n == 0 || errno == ECONNRESET)
		return -ENODATA;
	return errno == EINTR || errno == EAGAIN ? 0 : -errno;
}

/* The descriptor may be blocking, and others may share its flags: a socket is
 * asked not to block for this call, and a pipe that can be written to takes
 * PIPE_BUF bytes at once, pipe(7). */
static long stream_fd_write(struct stream *s, const void *buf, size_t len)
{
	ssize_t n = send(s->out, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == ENOTSOCK)) {
		bool socket = errno == EAGAIN;
		int r = stream_fd_poll(s->out, POLLOUT, STREAM_POLL_MS);

		if (r <= 0 || socket)
			return r < 0 ? r : 0;
		n = write(s->out, buf, len < PIPE_BUF ? len : PIPE_BUF);
	}
	if (n >= 0)
		return n;
	if (errno == EPIPE || errno == ECONNRESET)
		return -ENODATA;
	return errno == EINTR || errno == EAGAIN ? 0 : -errno;
}

struct stream stream_fds(int in, int out)
{
	return (struct stream){
		.read_some = stream_fd_read,
		.write_some = stream_fd_write,
		.wait = stream_fd_wait,
		.limit = STREAM_SECONDS,
		.in = in,
		.out = out,
	};
}

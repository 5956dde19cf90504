/* dial.c - see dial.h */
#include "push/dial.h"
#include "push/interrupt.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Polls in short steps, so that an interrupt is seen. 1, 0, or -errno. */
static int dial_poll(int fd, short events, int ms)
{
	long long end = clock_ms() + ms;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = events};
		long long left = end - clock_ms();

		if (interrupt_pending())
			return -EINTR;
		if (left <= 0)
			return 0;
		if (left > INTERRUPT_POLL_MS)
			left = INTERRUPT_POLL_MS;
		if (poll(&p, 1, (int)left) > 0)
			return 1;
	}
}

static int dial_connect(const struct addrinfo *a, int ms, int *out)
{
	CLEANUP_FD int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof(int);
	int code = 0, r;

	if (fd < 0)
		return -errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		r = dial_poll(fd, POLLOUT, ms);
		if (r <= 0)
			return r ? r : -ETIMEDOUT;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
			return -errno;
		if (code)
			return -code;
	}
	*out = steal_fd(&fd);
	return 0;
}

static int dial_banner(int fd, int ms, struct err_text *err)
{
	char got[4];
	ssize_t n;
	int r = dial_poll(fd, POLLIN, ms);

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, -ETIMEDOUT,
			       "the port accepts connections, but no ssh server answers");
	n = recv(fd, got, sizeof(got), MSG_PEEK);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return err_set(err, -EPIPE, "the connection was closed before any answer");
	if (n < 0)
		return -errno;
	if (n < 4 || memcmp(got, "SSH-", 4) != 0)
		return err_set(err, -EPROTO, "something that is not an ssh server answers");
	return 0;
}

void dial_keep_alive(int fd)
{
	int on = 1, idle = 15, interval = 10, count = 4;
	unsigned user_timeout = 60000;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof(user_timeout));
}

int dial_ssh(const char *host, uint16_t port, int ms, int *out, struct err_text *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	CLEANUP_FD int fd = -1;
	char service[8];
	int r;

	snprintf(service, sizeof(service), "%u", port);
	r = getaddrinfo(host, service, &hints, &list);
	if (r)
		return err_set(err, -ENOENT, "cannot resolve %s: %s", host, gai_strerror(r));
	r = -ENOENT;
	for (const struct addrinfo *a = list; a; a = a->ai_next) {
		r = dial_connect(a, ms, &fd);
		if (!r || r == -EINTR)
			break;
	}
	freeaddrinfo(list);
	if (r < 0)
		return err_set(err, r, "cannot connect: %s", strerror(-r));
	r = dial_banner(fd, ms, err);
	if (r < 0)
		return err_set(err, r, "reading the banner: %s", strerror(-r));
	*out = steal_fd(&fd);
	return 0;
}

/* transport.c - see transport.h */
#include "push/transport.h"
#include "push/interrupt.h"
#include "push/rsh.h"
#include "push/ssh.h"
#include "util/io.h"

#include <errno.h>

int transport_new(const struct options *o, struct transport **out)
{
	return o->rsh ? rsh_new(o, out) : ssh_link_new(o, out);
}

void transport_freep(struct transport **t)
{
	if (*t)
		(*t)->free(*t);
}

void connection_closep(struct connection **c)
{
	if (*c)
		(*c)->close(*c);
}

void connection_explain_status(int status, struct err_text *why)
{
	if (status == 127)
		err_set(why, 0,
			"the receiver was not found on the target (status 127): is the bootstrap "
			"system running there? --receiver says what to run");
	else if (status > 0)
		err_set(why, 0, "the receiver ended with status %d", status);
}

/* After a call that moved nothing: 0 to try again, or -errno. */
static int connection_idle(const struct connection *c, long long since)
{
	if (interrupt_pending())
		return -EINTR;
	return interrupt_now_ms() - since >= c->timeout * 1000LL ? -ETIMEDOUT : 0;
}

static int connection_read(struct stream *s, void *buf, size_t len)
{
	struct connection *c = s->ctx;
	long long moved = interrupt_now_ms();
	size_t done = 0;

	while (done < len) {
		long n = c->read_some(c, (char *)buf + done, len - done);
		int r;

		if (n == -ENODATA)
			return done ? -EPIPE : IO_E_EOF;
		if (n < 0)
			return (int)n;
		if (n > 0) {
			done += (size_t)n;
			moved = interrupt_now_ms();
			continue;
		}
		r = connection_idle(c, moved);
		if (r < 0)
			return r;
	}
	return 0;
}

static int connection_write(struct stream *s, const void *buf, size_t len)
{
	struct connection *c = s->ctx;
	long long moved = interrupt_now_ms();
	size_t done = 0;

	while (done < len) {
		long n = c->write_some(c, (const char *)buf + done, len - done);
		int r = 0;

		if (n < 0)
			return n == -ENODATA ? -EPIPE : (int)n;
		done += (size_t)n;
		if (n > 0)
			moved = interrupt_now_ms();
		if (!n || interrupt_pending())
			r = connection_idle(c, moved);
		if (r < 0)
			return r;
	}
	return 0;
}

struct stream connection_stream(struct connection *c)
{
	return (struct stream){.read = connection_read, .write = connection_write, .ctx = c};
}

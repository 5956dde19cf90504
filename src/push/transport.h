/* transport.h - how connections to the target are made: ssh, or --rsh's program
 *
 * push.c and transfer.c know only this. A connection belongs to one thread at
 * a time; transport's connect may be called from several.
 */
#ifndef P2V_PUSH_TRANSPORT_H
#define P2V_PUSH_TRANSPORT_H

#include "push/options.h"
#include "util/err.h"
#include "wire/stream.h"

#include <stddef.h>

struct connection {
	struct stream stream; /* .ctx is the connection. Reads and writes end with
			       * -ETIMEDOUT when nothing moves for @timeout seconds,
			       * with -EINTR when the user interrupts the program. */
	unsigned timeout;
	/* What a transport implements: some bytes, 0 when nothing moved within
	 * INTERRUPT_POLL_MS, -ENODATA at the end of the stream, or -errno. */
	long (*read_some)(struct connection *c, void *buf, size_t len);
	long (*write_some)(struct connection *c, const void *buf, size_t len);
	/* 1: there is something to read (or the end); 0: nothing within @ms;
	 * -errno. */
	int (*wait)(struct connection *c, int ms);
	/* Why the other side ended, if that is known: "p2v-receive: not found";
	 * else an empty text. */
	void (*explain)(struct connection *c, struct err_text *why);
	void (*close)(struct connection *c); /* frees @c */
};

struct transport {
	/* 0 with an owned connection, or -errno, logged. */
	int (*connect)(struct transport *t, struct connection **out);
	void (*free)(struct transport *t);
	char host_key[64]; /* the target's ssh fingerprint; "" when not ssh's business */
};

/* By --rsh or ssh. 0 or -errno, logged. */
int transport_new(const struct options *o, struct transport **out);
void transport_freep(struct transport **t);
/* The stream functions, over read_some and write_some. */
struct stream connection_stream(struct connection *c);
/* For explain(): what a receiver's exit status says. */
void connection_explain_status(int status, struct err_text *why);
void connection_closep(struct connection **c);

#endif

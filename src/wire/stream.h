/* stream.h - a reliable byte stream to the peer, on which no wait is without a bound
 *
 * What carries the bytes (a pair of descriptors, an ssh channel, a program)
 * implements the functions; waiting, its limit and its interruption are here, the
 * same for all.
 */
#ifndef P2V_WIRE_STREAM_H
#define P2V_WIRE_STREAM_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

#define STREAM_POLL_MS 500 /* every wait looks at stream.interrupted so often */
#define STREAM_SECONDS 60u /* stream.limit, unless somebody knows better */

struct stream {
	/* Some bytes; 0 when nothing moved within STREAM_POLL_MS; -ENODATA at the
	 * end of the stream (of writes: nobody reads any more), or -errno. */
	long (*read_some)(struct stream *s, void *buf, size_t len);
	long (*write_some)(struct stream *s, const void *buf, size_t len);
	/* 1: there is something to read, or the end; 0: nothing within @ms; -errno. */
	int (*wait)(struct stream *s, int ms);
	/* Why the other side ended, as far as that is known: "the receiver was not
	 * found"; else an empty text. NULL: it never is. */
	void (*explain)(struct stream *s, struct err_text *why);
	/* Frees @s. NULL: the stream stays its maker's. */
	void (*close)(struct stream *s);
	/* True: the user wants the program to end, and waits are over. NULL: never. */
	bool (*interrupted)(void);
	/* Called between the calls of a long read; an error ends it. NULL: nothing. */
	int (*meanwhile)(void *ctx);
	void *meanwhile_ctx;
	unsigned limit; /* seconds within which at least one byte must move */
	int in, out;    /* of stream_fds() */
	void *ctx;      /* the maker's */
};

/* Exactly @len bytes: 0, IO_E_EOF (the end, before the first byte), -EPIPE (the
 * end, inside), -ETIMEDOUT, -EINTR when interrupted, or -errno. */
int stream_read(struct stream *s, void *buf, size_t len);
/* All of @buf: 0, -EPIPE when the peer is gone, and the rest as above. */
int stream_write(struct stream *s, const void *buf, size_t len);

/* A stream over two descriptors, which stay the caller's and as they are (blocking
 * or not). SIGPIPE must be ignored by the program. */
struct stream stream_fds(int in, int out);

#endif

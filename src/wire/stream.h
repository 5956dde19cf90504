/* stream.h - a reliable byte stream to the peer: a pair of descriptors, or ssh
 */
#ifndef P2V_WIRE_STREAM_H
#define P2V_WIRE_STREAM_H

#include <stddef.h>

struct stream {
	/* Exactly @len bytes: 0, IO_E_EOF (end before the first byte), -EPIPE
	 * (end inside), -ETIMEDOUT, or -errno. */
	int (*read)(struct stream *s, void *buf, size_t len);
	/* All of @buf: 0 or -errno (-EPIPE: the peer is gone). */
	int (*write)(struct stream *s, const void *buf, size_t len);
	void *ctx;
	int in, out; /* used by stream_fds() only */
};

/* A stream over two descriptors, which stay the caller's. SIGPIPE must be
 * ignored by the program. */
struct stream stream_fds(int in, int out);

#endif

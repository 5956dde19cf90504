/* stream.c - see stream.h */
#include "wire/stream.h"
#include "util/io.h"

static int stream_fd_read(struct stream *s, void *buf, size_t len)
{
	return io_read_full(s->in, buf, len);
}

static int stream_fd_write(struct stream *s, const void *buf, size_t len)
{
	return io_write_full(s->out, buf, len);
}

struct stream stream_fds(int in, int out)
{
	return (struct stream){
		.read = stream_fd_read, .write = stream_fd_write, .in = in, .out = out};
}

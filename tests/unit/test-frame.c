/* test-frame.c - frames over a stream that may end or fail anywhere */
#include "tap.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "wire/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* A stream over memory: reads come from in, writes go to out. */
struct memory {
	uint8_t in[1 << 16], out[1 << 16];
	size_t in_len, at, out_len;
	int error; /* of a read at the end, 0: plain end */
	unsigned writes;
};

static long memory_read(struct stream *s, void *buf, size_t len)
{
	struct memory *m = s->ctx;
	size_t left = m->in_len - m->at;

	if (!left)
		return m->error ? m->error : -ENODATA;
	if (len > left)
		len = left;
	memcpy(buf, m->in + m->at, len);
	m->at += len;
	return (long)len;
}

static long memory_write(struct stream *s, const void *buf, size_t len)
{
	struct memory *m = s->ctx;

	m->writes++;
	if (len > sizeof(m->out) - m->out_len)
		return -ENOSPC;
	memcpy(m->out + m->out_len, buf, len);
	m->out_len += len;
	return (long)len;
}

static struct memory mem;
static struct stream stream = {
	.read_some = memory_read, .write_some = memory_write, .limit = 1, .ctx = &mem};

/* What was sent becomes what is read. */
static void turn(void)
{
	memcpy(mem.in, mem.out, mem.out_len);
	mem.in_len = mem.out_len;
	mem.at = mem.out_len = 0;
}

static void test_header(void)
{
	uint8_t h[PROTO_HEADER_LEN];
	struct frame f;

	frame_encode_header(h, PROTO_CHUNK, 0x10203);
	TAP_OK(!memcmp(h, "P2V1\x08\0\0\0\x03\x02\x01\0\0\0\0\0", 16));
	TAP_INT(frame_decode_header(h, &f, NULL), 0);
	TAP_INT(f.type, PROTO_CHUNK);
	TAP_INT(f.length, 0x10203);
}

static void header_refused(unsigned type, uint32_t length, size_t at, uint8_t value,
			   const char *part)
{
	uint8_t h[PROTO_HEADER_LEN];
	struct frame f;
	struct err_text err = {0};

	frame_encode_header(h, type, length);
	h[at] = value;
	TAP_INT(frame_decode_header(h, &f, &err), -EPROTO);
	TAP_HAS(err.text, part);
}

static void test_header_refused(void)
{
	header_refused(PROTO_PING, 0, 0, 'W', "does not speak this protocol");
	header_refused(PROTO_PING, 0, 3, '2', "does not speak this protocol");
	header_refused(0, 0, 15, 0, "unknown type 0");
	header_refused(PROTO_TYPE_LAST + 1, 0, 15, 0, "unknown type 22");
	header_refused(0xffff, 0, 15, 0, "unknown type 65535");
	header_refused(PROTO_PING, 0, 6, 1, "PING frame with unknown flags");
	header_refused(PROTO_PING, 0, 7, 1, "flags");
	header_refused(PROTO_PING, 0, 12, 1, "flags");
	header_refused(PROTO_PING, 0, 15, 0x80, "flags");
	header_refused(PROTO_PING, 1, 15, 0, "PING frame of 1 bytes");
	header_refused(PROTO_CHUNK, 0xffffffff, 15, 0, "CHUNK frame of 4294967295 bytes");
}

/* Every type has a name, and its limit is exact. */
static void test_types(void)
{
	for (unsigned t = 1; t <= PROTO_TYPE_LAST; t++) {
		uint8_t h[PROTO_HEADER_LEN];
		struct frame f;

		TAP_OK(strcmp(proto_type_name(t), "?") != 0);
		frame_encode_header(h, t, proto_max_length(t));
		TAP_INT(frame_decode_header(h, &f, NULL), 0);
		frame_encode_header(h, t, proto_max_length(t) + 1);
		TAP_INT(frame_decode_header(h, &f, NULL), -EPROTO);
	}
	TAP_STR(proto_type_name(0), "?");
	TAP_STR(proto_type_name(PROTO_TYPE_LAST + 1), "?");
	TAP_INT(proto_max_length(0), 0);
	TAP_INT(proto_max_length(99999), 0);
	TAP_STR(proto_type_name(PROTO_MAP_GET), "MAP_GET");
}

static void test_send_and_read(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	struct err_text err = {0};
	struct frame f;

	mem = (struct memory){0};
	TAP_INT(frame_send(&stream, PROTO_PING, NULL, 0), 0);
	TAP_INT(frame_send(&stream, PROTO_MAP, "abcdefgh", 8), 0);
	TAP_INT(mem.writes, 2); /* a header alone would be a packet of its own */
	turn();
	TAP_INT(frame_read(&stream, &b, &f, &err), 0);
	TAP_INT(f.type, PROTO_PING);
	TAP_INT(f.length, 0);
	TAP_OK(f.payload != NULL);
	TAP_INT(frame_read(&stream, &b, &f, &err), 0);
	TAP_INT(f.type, PROTO_MAP);
	TAP_INT(f.length, 8);
	TAP_OK(!memcmp(f.payload, "abcdefgh", 8));
	TAP_INT(frame_read(&stream, &b, &f, &err), IO_E_EOF);
	TAP_STR(err.text, "");
	TAP_INT(frame_send(&stream, PROTO_PING, "x", 1), -EMSGSIZE);
}

/* Cut after every byte: a clean end only between frames. */
static void test_cut_everywhere(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	size_t all;

	mem = (struct memory){0};
	frame_send(&stream, PROTO_MAP, "abcd", 4);
	frame_send(&stream, PROTO_PONG, NULL, 0);
	turn();
	all = mem.in_len;
	TAP_INT(all, 36);
	for (size_t cut = 0; cut <= all; cut++) {
		struct err_text err = {0};
		struct frame f;
		int r;

		mem.in_len = cut;
		mem.at = 0;
		while (!(r = frame_read(&stream, &b, &f, &err)))
			;
		TAP_INT(r, cut == 0 || cut == 20 || cut == 36 ? IO_E_EOF : -EPIPE);
		TAP_INT(!err.text[0], r == IO_E_EOF);
	}
}

static void test_stream_error(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	struct err_text err = {0};
	struct frame f;

	mem = (struct memory){.error = -ETIMEDOUT};
	TAP_INT(frame_read(&stream, &b, &f, &err), -ETIMEDOUT);
	TAP_HAS(err.text, "header");
}

/* Nothing is allocated for a length that is not allowed. */
static void test_length_is_checked_first(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	struct err_text err = {0};
	struct frame f;

	mem = (struct memory){0};
	frame_encode_header(mem.in, PROTO_PLAN, PROTO_MAX_JSON + 1);
	mem.in_len = 16;
	TAP_INT(frame_read(&stream, &b, &f, &err), -EPROTO);
	TAP_OK(!b.bytes && !b.size);
}

static void test_json(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	CLEANUP(jdoc_freep) struct jdoc *out = NULL, *bad = NULL;
	struct jdoc *d = jdoc_object();
	struct err_text err = {0};
	struct jread r = {.what = "x"};
	struct frame f;

	mem = (struct memory){0};
	jdoc_set_u64(d, "sent", 5);
	TAP_INT(frame_send_json(&stream, PROTO_END, d), 0);
	TAP_INT(frame_send(&stream, PROTO_END, "{\"sent\":5", 9), 0);
	turn();
	TAP_INT(frame_read(&stream, &b, &f, &err), 0);
	TAP_INT(frame_json(&f, &out, &err), 0);
	TAP_INT(jread_u64(&r, out, "sent", 0, 9), 5);
	TAP_INT(frame_read(&stream, &b, &f, &err), 0);
	TAP_INT(frame_json(&f, &bad, &err), -EPROTO);
	TAP_HAS(err.text, "END: not valid JSON");
	TAP_OK(!bad);
	TAP_INT(frame_send_json(&stream, PROTO_END, NULL), -ENOMEM);
	d = jdoc_array();
	for (unsigned i = 0; i < PROTO_MAX_SMALL / 4; i++)
		jdoc_add_str(d, "xx");
	TAP_INT(frame_send_json(&stream, PROTO_END, d), -EMSGSIZE);
}

/* The same over descriptors. */
static void test_descriptors(void)
{
	CLEANUP(frame_buffer_release) struct frame_buffer b = {0};
	struct err_text err = {0};
	struct stream s;
	struct frame f;
	int fds[2];

	TAP_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s = stream_fds(fds[0], fds[1]);
	TAP_INT(frame_send(&s, PROTO_MAP, "abcd", 4), 0);
	TAP_INT(frame_read(&s, &b, &f, &err), 0);
	TAP_OK(f.type == PROTO_MAP && !memcmp(f.payload, "abcd", 4));
	close(fds[1]);
	TAP_INT(frame_read(&s, &b, &f, &err), IO_E_EOF);
	close(fds[0]);
}

int main(void)
{
	TAP_RUN(test_header);
	TAP_RUN(test_header_refused);
	TAP_RUN(test_types);
	TAP_RUN(test_send_and_read);
	TAP_RUN(test_cut_everywhere);
	TAP_RUN(test_stream_error);
	TAP_RUN(test_length_is_checked_first);
	TAP_RUN(test_json);
	TAP_RUN(test_descriptors);
	return tap_done();
}

/* receive.c - see receive.h: the greeting, and what both roles share */
#include "receive/receive.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RECEIVE_PIPE (1 << 20) /* bytes: a chunk at once, where the transport is a pipe */

static void receive_log_peer_error(const struct frame *f)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_error m;
	char text[sizeof(m.text)];

	if (frame_json(f, &d, NULL) || msg_error_from_json(d, &m, NULL)) {
		log_error("the pusher ended the conversation with an error it did not describe");
		return;
	}
	log_error("the pusher ended the conversation: %s",
		  text_printable(m.text, text, sizeof(text)));
}

int receive_next(struct receive_peer *p, struct frame *f, struct err_text *err)
{
	for (;;) {
		int r = frame_read(&p->stream, &p->buffer, f, err);

		if (r)
			return r;
		if (f->type == PROTO_ERROR) {
			receive_log_peer_error(f);
			return IO_E_EOF;
		}
		if (f->type == PROTO_PONG)
			continue;
		if (f->type != PROTO_PING)
			return 0;
		r = frame_send(&p->stream, PROTO_PONG, NULL, 0);
		if (r)
			return err_set(err, r, "answering the pusher: %s", strerror(-r));
	}
}

int receive_fail(struct receive_peer *p, int status, const char *code, const char *hint,
		 const char *fmt, ...)
{
	struct msg_error m = {0};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, ap);
	va_end(ap);
	text_copy(m.code, sizeof(m.code), code);
	text_copy(m.hint, sizeof(m.hint), hint ? hint : "");
	log_error("%s", m.text);
	/* When the pusher is gone, the log is all there is. */
	frame_send_json(&p->stream, PROTO_ERROR, msg_error_to_json(&m));
	return status;
}

int receive_fail_frame(struct receive_peer *p, int status, int r, const struct err_text *err)
{
	if (r == IO_E_EOF) {
		log_info("the connection has ended");
		return status;
	}
	return receive_fail(p, status, r == -EBADMSG ? "wrong-digest" : "protocol",
			    "push again; if it happens again, this is a bug", "%s", err->text);
}

int receive_fail_unexpected(struct receive_peer *p, int status, const struct frame *f,
			    const char *expected)
{
	return receive_fail(p, status, "protocol", NULL, "%s frame where %s was expected",
			    proto_type_name(f->type), expected);
}

static int receive_hello(struct receive_peer *p, const struct frame *f, struct msg_hello *hello)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};

	if (f->type != PROTO_HELLO)
		return receive_fail_unexpected(p, P2V_EXIT_REFUSED, f, "HELLO");
	if (frame_json(f, &d, &err) || msg_hello_from_json(d, hello, &err))
		return receive_fail(p, P2V_EXIT_REFUSED, "protocol", NULL, "%s", err.text);
	if (hello->version != PROTO_VERSION)
		return receive_fail(p, P2V_EXIT_REFUSED, "version-mismatch",
				    "use the same version of p2v-target on both machines",
				    "the pusher (%s) speaks protocol version %u, this receiver "
				    "(p2v-receive " P2V_VERSION ") speaks %d",
				    hello->program, hello->version, PROTO_VERSION);
	return 0;
}

int receive_run(const struct receive_options *options, int in, int out)
{
	struct receive_peer p = {.stream = stream_fds(in, out)};
	struct msg_hello hello;
	struct err_text err = {0};
	struct frame f;
	int r;

	fcntl(in, F_SETPIPE_SZ, RECEIVE_PIPE);
	r = receive_next(&p, &f, &err);
	if (r)
		r = receive_fail_frame(&p, P2V_EXIT_REFUSED, r, &err);
	else
		r = receive_hello(&p, &f, &hello);
	if (!r)
		r = hello.role == HELLO_DATA ? data_run(&p, options, &hello)
					     : control_run(&p, options, &hello);
	frame_buffer_release(&p.buffer);
	return r;
}

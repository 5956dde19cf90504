/* peer.c - see peer.h */
#include "push/peer.h"
#include "push/interrupt.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PEER_WATCH_SECONDS 60 /* for the rest of a frame that has begun */

void peer_release(struct peer *p)
{
	frame_buffer_release(&p->buffer);
	connection_closep(&p->conn);
	p->conn = NULL;
}

static int peer_say(const struct peer *p, int code, const char *doing, const char *why)
{
	if (p->silent)
		log_debug("%s: %s: %s", p->name, doing, why);
	else
		log_error("%s: %s: %s", p->name, doing, why);
	return code;
}

/* The reason for a broken stream, as far as it is known. */
static int peer_broken(struct peer *p, int r, const char *doing, const char *text)
{
	struct err_text why = {0};

	if (r == -EINTR || interrupt_pending())
		return peer_say(p, -EINTR, doing, "interrupted");
	if (r == -EPIPE)
		p->conn->explain(p->conn, &why);
	if (why.text[0])
		return peer_say(p, r, doing, why.text);
	if (r == -ETIMEDOUT)
		return peer_say(p, r, doing, "nothing came in time");
	if (r == -EPIPE && !text[0])
		return peer_say(p, r, doing, "the connection was closed");
	return peer_say(p, r, doing, text[0] ? text : strerror(-r));
}

/* Logs the target's own words, made safe for a terminal. */
static int peer_error(struct peer *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_error m;
	struct err_text err = {0};
	char text[500], hint[300];

	if (frame_json(&p->frame, &d, &err) < 0 || msg_error_from_json(d, &m, &err) < 0)
		return peer_unfit(p, PROTO_ERROR, &err);
	text_printable(m.text, text, sizeof(text));
	text_printable(m.hint, hint, sizeof(hint));
	if (p->silent)
		log_debug("%s: %s (%s)", p->name, text, hint);
	else if (hint[0])
		log_error("%s: %s; %s", p->name, text, hint);
	else
		log_error("%s: %s", p->name, text);
	return PEER_REFUSED;
}

int peer_unfit(struct peer *p, unsigned type, const struct err_text *err)
{
	return peer_say(p, -EPROTO, proto_type_name(type), err->text);
}

#define PEER_E_HANDLED 3

/* One frame. PING is answered here and PONG dropped (PEER_E_HANDLED). */
static int peer_one(struct peer *p, unsigned timeout)
{
	struct err_text err = {0};
	int r;

	p->conn->timeout = timeout;
	r = frame_read(&p->conn->stream, &p->buffer, &p->frame, &err);
	if (r == IO_E_EOF)
		return PEER_E_END;
	if (r < 0)
		return peer_broken(p, r, "reading", err.text);
	switch (p->frame.type) {
	case PROTO_PING:
		r = frame_send(&p->conn->stream, PROTO_PONG, NULL, 0);
		return r < 0 ? peer_broken(p, r, "answering", "") : PEER_E_HANDLED;
	case PROTO_PONG:
		return PEER_E_HANDLED;
	case PROTO_ERROR:
		return peer_error(p);
	default:
		return 0;
	}
}

int peer_next(struct peer *p, unsigned timeout)
{
	int r;

	do
		r = peer_one(p, timeout);
	while (r == PEER_E_HANDLED);
	return r;
}

int peer_watch(struct peer *p)
{
	char why[64];
	int r = peer_one(p, PEER_WATCH_SECONDS);

	if (r == PEER_E_HANDLED)
		return 0;
	if (r == PEER_E_END)
		return peer_broken(p, -EPIPE, "during the transfer", "");
	if (r < 0)
		return r;
	snprintf(why, sizeof(why), "%s was not expected", proto_type_name(p->frame.type));
	return peer_say(p, -EPROTO, "during the transfer", why);
}

int peer_until(struct peer *p, unsigned type, unsigned last, unsigned timeout, struct jdoc **out)
{
	struct err_text err = {0};
	char doing[64];
	int r = peer_next(p, timeout);

	snprintf(doing, sizeof(doing), "waiting for %s", proto_type_name(last));
	if (r == PEER_E_END)
		return peer_broken(p, -EPIPE, doing, "");
	if (r < 0)
		return r;
	if (p->frame.type != type && p->frame.type != last) {
		char why[64];

		snprintf(why, sizeof(why), "%s came instead", proto_type_name(p->frame.type));
		return peer_say(p, -EPROTO, doing, why);
	}
	if (out && frame_json(&p->frame, out, &err) < 0)
		return peer_unfit(p, p->frame.type, &err);
	return 0;
}

int peer_expect(struct peer *p, unsigned type, unsigned timeout, struct jdoc **out)
{
	return peer_until(p, type, type, timeout, out);
}

/* A peer that refuses and leaves may do so before it has read everything: its
 * ERROR explains more than the broken pipe does. */
static int peer_last_words(struct peer *p, int code, const char *doing)
{
	struct err_text err = {0};

	p->conn->timeout = 5;
	while (frame_read(&p->conn->stream, &p->buffer, &p->frame, &err) == 0)
		if (p->frame.type == PROTO_ERROR)
			return peer_error(p);
	return peer_broken(p, code, doing, "");
}

int peer_send(struct peer *p, unsigned type, struct jdoc *d)
{
	char doing[64];
	int r;

	p->conn->timeout = 60;
	snprintf(doing, sizeof(doing), "sending %s", proto_type_name(type));
	r = frame_send_json(&p->conn->stream, type, d);
	if (r == -EPIPE)
		return peer_last_words(p, r, doing);
	return r < 0 ? peer_broken(p, r, doing, "") : 0;
}

int peer_ping(struct peer *p)
{
	int r = frame_send(&p->conn->stream, PROTO_PING, NULL, 0);

	return r < 0 ? peer_broken(p, r, "sending PING", "") : 0;
}

int peer_hello(struct peer *p, struct msg_hello *hello)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_hello answer;
	char program[64];
	int r;

	hello->version = PROTO_VERSION;
	hello->features = PROTO_FEATURE_ZSTD;
	text_copy(hello->program, sizeof(hello->program), "p2v-push " P2V_VERSION);
	r = peer_send(p, PROTO_HELLO, msg_hello_to_json(hello));
	if (!r)
		r = peer_expect(p, PROTO_HELLO, 60, &d);
	if (r < 0)
		return r;
	if (msg_hello_from_json(d, &answer, &err) < 0)
		return peer_unfit(p, PROTO_HELLO, &err);
	if (answer.version != PROTO_VERSION) {
		log_error("%s runs %s, which speaks version %u of the protocol; this is p2v-push "
			  "%s with version %u: install the same release on both ends",
			  p->name, text_printable(answer.program, program, sizeof(program)),
			  answer.version, P2V_VERSION, PROTO_VERSION);
		return PEER_E_VERSION;
	}
	p->features = answer.features & hello->features;
	return 0;
}

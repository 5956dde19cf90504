/* peer.c - see peer.h
 *
 * One lock for everything: who waits for a frame holds it and does the keeper's
 * work meanwhile; the keeper has it for moments only.
 */
#include "wire/peer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "wire/message.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define PEER_KEEP_SECONDS 1   /* between two looks of the keeper */
#define PEER_KEEP_FRAMES  100 /* read in one look: a flood of PINGs must not hold the lock */
#define PEER_LAST_SECONDS 5   /* for the last words of somebody who leaves */

static int peer_say(struct peer *p, int code, const char *doing, const char *why)
{
	p->why = (struct err_text){0};
	err_set(&p->why, 0, "%s: %s", doing, why);
	if (p->silent)
		log_debug("%s: %s", p->name, p->why.text);
	else
		log_error("%s: %s", p->name, p->why.text);
	return code;
}

static bool peer_interrupted(const struct peer *p)
{
	return p->stream->interrupted && p->stream->interrupted();
}

/* The reason for a broken stream, as far as it is known. */
static int peer_broken(struct peer *p, int r, const char *doing, const char *text)
{
	struct err_text why = {0};
	char stalled[80];

	if (r == -EINTR || peer_interrupted(p))
		return peer_say(p, -EINTR, doing, "interrupted");
	p->broken = r;
	if (r == -EPIPE && p->stream->explain)
		p->stream->explain(p->stream, &why);
	if (why.text[0])
		return peer_say(p, r, doing, why.text);
	if (r == -ETIMEDOUT && !text[0]) {
		snprintf(stalled, sizeof(stalled), "no data has moved for %u seconds",
			 p->stream->limit);
		return peer_say(p, r, doing, stalled);
	}
	if (r == -EPIPE && !text[0])
		return peer_say(p, r, doing, "the connection was closed");
	return peer_say(p, r, doing, text[0] ? text : strerror(-r));
}

static int peer_misfit(struct peer *p, unsigned type, const struct err_text *err)
{
	return peer_say(p, -EPROTO, proto_type_name(type), err->text);
}

/* Logs the other side's own words, made safe for a terminal. */
static int peer_error(struct peer *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct msg_error m;
	struct err_text err = {0};
	char text[500], hint[300];

	if (frame_json(&p->frame, &d, &err) < 0 || msg_error_from_json(d, &m, &err) < 0)
		return peer_misfit(p, PROTO_ERROR, &err);
	text_printable(m.text, text, sizeof(text));
	text_printable(m.hint, hint, sizeof(hint));
	p->why = (struct err_text){0};
	err_set(&p->why, 0, "%s%s%s", text, hint[0] ? "; " : "", hint);
	if (p->silent)
		log_debug("%s: %s", p->name, p->why.text);
	else
		log_error("%s: %s", p->name, p->why.text);
	p->broken = PEER_REFUSED;
	return PEER_REFUSED;
}

/* A peer that refuses and leaves may do so before it has read everything: its
 * ERROR explains more than the broken pipe does. */
static int peer_last_words(struct peer *p, int code, const char *doing)
{
	long long end = clock_ms() + PEER_LAST_SECONDS * 1000LL;
	struct err_text err = {0};

	p->stream->limit = PEER_LAST_SECONDS;
	while (clock_ms() < end) {
		if (!p->ahead && frame_read_header(p->stream, &p->next, &err))
			break;
		p->ahead = false;
		p->frame = p->next;
		if (frame_read_payload(p->stream, &p->buffer, &p->frame, &err))
			break;
		if (p->frame.type == PROTO_ERROR)
			return peer_error(p);
	}
	return peer_broken(p, code, doing, "");
}

/* After a write that began at @start: while it was waiting nobody listened. */
static void peer_wrote(struct peer *p, long long start)
{
	p->said = clock_ms();
	if (p->said - start > PEER_KEEP_SECONDS * 1000LL)
		p->heard = p->said;
}

/* The end of every sending that began at @start: @r is how it went. */
static int peer_sent(struct peer *p, const char *doing, long long start, int r)
{
	peer_wrote(p, start);
	if (r == -EPIPE)
		return peer_last_words(p, r, doing);
	return r < 0 ? peer_broken(p, r, doing, "") : 0;
}

/* PING and PONG. That nobody reads them any more is no failure yet: what there is to
 * read, an ERROR or the end, tells more. */
static int peer_small(struct peer *p, unsigned type)
{
	long long start = clock_ms();
	int r = frame_send(p->stream, type, NULL, 0);

	peer_wrote(p, start);
	return r < 0 && r != -EPIPE ? peer_broken(p, r, proto_type_name(type), "") : 0;
}

/* Reads one header, and deals with PING and PONG. */
static int peer_read_header(struct peer *p)
{
	struct err_text err = {0};
	int r = frame_read_header(p->stream, &p->next, &err);

	if (r == IO_E_EOF)
		return p->broken = PEER_E_END;
	if (r < 0)
		return p->broken ? p->broken : peer_broken(p, r, "reading", err.text);
	p->heard = clock_ms();
	p->ahead = p->next.type != PROTO_PING && p->next.type != PROTO_PONG;
	if (p->next.type != PROTO_PING)
		return 0;
	return peer_small(p, PROTO_PONG);
}

/* Asks, if it is time. Also between the parts of a frame that comes slowly, as over a
 * link that has much to carry: stream.meanwhile. */
static int peer_ask(void *ctx)
{
	struct peer *p = ctx;
	unsigned ping = p->ping ? p->ping : PEER_PING_SECONDS;

	return clock_ms() - p->said < ping * 1000LL ? 0 : peer_small(p, PROTO_PING);
}

/* What has to be done by the clock: ask, and see whether there was an answer. */
static int peer_by_clock(struct peer *p)
{
	unsigned silence = p->silence ? p->silence : PEER_SILENCE_SECONDS;
	long long now = clock_ms();
	char why[80];

	if (p->ahead)
		p->heard = now; /* whatever else has come lies behind that frame */
	if (now - p->heard >= silence * 1000LL) {
		snprintf(why, sizeof(why), "nothing was heard from it for %u seconds", silence);
		return peer_broken(p, -ETIMEDOUT, p->doing ? p->doing : "meanwhile", why);
	}
	return peer_ask(p);
}

/* Waits at most @ms for a header. 0, PEER_E_END or -errno (-EINTR: not logged). */
static int peer_step(struct peer *p, int ms)
{
	int r;

	if (p->broken)
		return p->broken;
	if (p->ahead)
		return peer_by_clock(p);
	r = p->stream->wait(p->stream, ms);
	if (r == -EINTR || peer_interrupted(p))
		return -EINTR;
	if (r < 0)
		return peer_broken(p, r, "reading", "");
	if (r > 0)
		r = peer_read_header(p);
	return r ? r : peer_by_clock(p);
}

/* The rest of the frame whose header is there. */
static int peer_take(struct peer *p)
{
	struct err_text err = {0};
	int r;

	p->ahead = false;
	p->frame = p->next;
	r = frame_read_payload(p->stream, &p->buffer, &p->frame, &err);
	p->heard = clock_ms();
	if (r < 0)
		return p->broken ? p->broken : peer_broken(p, r, "reading", err.text);
	return p->frame.type == PROTO_ERROR ? peer_error(p) : 0;
}

/* Until the header of the next frame is there. */
static int peer_wait_header(struct peer *p, unsigned limit)
{
	long long end = clock_ms() + limit * 1000LL;
	char late[80];

	while (!p->ahead) {
		long long left = limit ? end - clock_ms() : STREAM_POLL_MS;
		int r;

		if (left <= 0) {
			snprintf(late, sizeof(late), "it did not come within %u seconds", limit);
			return peer_broken(p, -ETIMEDOUT, p->doing, late);
		}
		r = peer_step(p, left < STREAM_POLL_MS ? (int)left : STREAM_POLL_MS);
		if (r == -EINTR)
			return peer_say(p, r, p->doing, "interrupted");
		if (r)
			return r;
	}
	return 0;
}

/* With the lock held; @doing for messages. */
static int peer_wait(struct peer *p, unsigned limit, const char *doing)
{
	int r;

	if (!p->keeping)
		p->heard = clock_ms();
	p->doing = doing;
	r = peer_wait_header(p, limit);
	p->doing = NULL;
	return r ? r : peer_take(p);
}

int peer_next(struct peer *p, unsigned limit)
{
	int r;

	pthread_mutex_lock(&p->lock);
	r = peer_wait(p, limit, "waiting");
	pthread_mutex_unlock(&p->lock);
	return r;
}

/* One look of peer_tend(), with the lock held. */
static int peer_look(struct peer *p, int ms)
{
	static const char doing[] = "meanwhile";
	char why[64];
	int r = peer_step(p, ms);

	if (!r && !p->ahead)
		return 0;
	if (!r)
		r = peer_take(p);
	if (r == PEER_E_END)
		return peer_broken(p, -EPIPE, doing, "");
	if (r)
		return r;
	snprintf(why, sizeof(why), "%s was not expected", proto_type_name(p->frame.type));
	return peer_say(p, -EPROTO, doing, why);
}

int peer_tend(struct peer *p, int ms)
{
	int r;

	pthread_mutex_lock(&p->lock);
	r = peer_look(p, ms);
	pthread_mutex_unlock(&p->lock);
	return r;
}

static int peer_get(struct peer *p, unsigned type, unsigned last, unsigned limit, struct jdoc **out)
{
	struct err_text err = {0};
	char doing[64], why[64];
	int r;

	snprintf(doing, sizeof(doing), "waiting for %s", proto_type_name(last));
	r = peer_wait(p, limit, doing);
	if (r == PEER_E_END)
		return peer_broken(p, -EPIPE, doing, "");
	if (r < 0)
		return r;
	if (p->frame.type != type && p->frame.type != last) {
		snprintf(why, sizeof(why), "%s came instead", proto_type_name(p->frame.type));
		return peer_say(p, -EPROTO, doing, why);
	}
	if (out && frame_json(&p->frame, out, &err) < 0)
		return peer_misfit(p, p->frame.type, &err);
	return 0;
}

int peer_until(struct peer *p, unsigned type, unsigned last, unsigned limit, struct jdoc **out)
{
	int r;

	pthread_mutex_lock(&p->lock);
	r = peer_get(p, type, last, limit, out);
	pthread_mutex_unlock(&p->lock);
	return r;
}

int peer_unfit(struct peer *p, unsigned type, const struct err_text *err)
{
	int r;

	pthread_mutex_lock(&p->lock);
	r = peer_misfit(p, type, err);
	pthread_mutex_unlock(&p->lock);
	return r;
}

int peer_expect(struct peer *p, unsigned type, unsigned limit, struct jdoc **out)
{
	return peer_until(p, type, type, limit, out);
}

/* Nothing is sent to somebody who has been given up; that has been told. */
static int peer_lost(const struct peer *p)
{
	return p->broken < 0 ? p->broken : 0;
}

int peer_send(struct peer *p, unsigned type, struct jdoc *d)
{
	long long start;
	char doing[64];
	int r;

	snprintf(doing, sizeof(doing), "sending %s", proto_type_name(type));
	pthread_mutex_lock(&p->lock);
	start = clock_ms();
	r = peer_lost(p);
	if (r)
		jdoc_free(d);
	else
		r = peer_sent(p, doing, start, frame_send_json(p->stream, type, d));
	pthread_mutex_unlock(&p->lock);
	return r;
}

int peer_send_bytes(struct peer *p, unsigned type, const void *payload, uint32_t length)
{
	long long start;
	char doing[64];
	int r;

	snprintf(doing, sizeof(doing), "sending %s", proto_type_name(type));
	pthread_mutex_lock(&p->lock);
	start = clock_ms();
	r = peer_lost(p);
	if (!r)
		r = peer_sent(p, doing, start, frame_send(p->stream, type, payload, length));
	pthread_mutex_unlock(&p->lock);
	return r;
}

int peer_put(struct peer *p, const void *frame, size_t length)
{
	long long start;
	int r;

	pthread_mutex_lock(&p->lock);
	start = clock_ms();
	r = peer_lost(p);
	if (!r)
		r = stream_write(p->stream, frame, length);
	peer_wrote(p, start);
	pthread_mutex_unlock(&p->lock);
	return r;
}

void peer_complain(struct peer *p, struct jdoc *error)
{
	pthread_mutex_lock(&p->lock);
	p->stream->limit = PEER_LAST_SECONDS;
	if (frame_send_json(p->stream, PROTO_ERROR, error))
		log_debug("%s: the reason could not be sent to it", p->name);
	pthread_mutex_unlock(&p->lock);
}

struct err_text peer_why(struct peer *p)
{
	struct err_text why;

	pthread_mutex_lock(&p->lock);
	why = p->why;
	pthread_mutex_unlock(&p->lock);
	return why;
}

/* The keeper: what peer_wait() does, while the owner is elsewhere. A failure is
 * logged at once, and is what the owner's next call returns. */
static void *peer_keep(void *ctx)
{
	struct peer *p = ctx;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += PEER_KEEP_SECONDS;
		pthread_cond_timedwait(&p->wake, &p->lock, &until);
		for (int i = 0; !p->stop && i < PEER_KEEP_FRAMES; i++) {
			long long heard = p->heard;

			/* Only as much as lies there already. */
			if (peer_step(p, 0) || p->ahead || p->heard == heard)
				break;
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int peer_start(struct peer *p, struct stream *stream, const char *name)
{
	pthread_condattr_t attr;
	sigset_t all, saved;
	int r;

	p->stream = stream;
	stream->meanwhile = peer_ask;
	stream->meanwhile_ctx = p;
	p->name = name;
	p->heard = p->said = clock_ms();
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	r = pthread_create(&p->keeper, NULL, peer_keep, p);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	p->keeping = !r;
	return r ? peer_say(p, -r, "starting a thread", strerror(r)) : 0;
}

void peer_release(struct peer *p)
{
	if (!p->stream)
		return;
	if (p->keeping) {
		pthread_mutex_lock(&p->lock);
		p->stop = true;
		pthread_cond_signal(&p->wake);
		pthread_mutex_unlock(&p->lock);
		pthread_join(p->keeper, NULL);
		p->keeping = false;
	}
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	frame_buffer_release(&p->buffer);
	if (p->stream->close)
		p->stream->close(p->stream);
	p->stream = NULL;
}

/* data.c - see data.h */
#include "receive/data.h"
#include "receive/fail.h"
#include "receive/writer.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/text.h"
#include "version.h"
#include "wire/message_transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

struct data {
	struct peer *peer;
	struct session session;
	struct chunk_decoder *decoder; /* owned */
	struct writer *writer;         /* owned */
	uint64_t stored;               /* what earlier DONE messages have said ... */
	struct verify_counts found;    /* ... in all */
};

static int data_chunk(struct data *d)
{
	/* Too large for the stack of a small machine's thread; one is needed. */
	static struct chunk c;
	struct err_text err = {0};
	int r = chunk_decode(d->decoder, &d->peer->frame, &c, &err);

	if (!r)
		r = writer_check(&d->session.plan, &c, &err);
	if (r)
		return fail_with(d->peer, P2V_EXIT_FAILED,
				 r == -EBADMSG ? "wrong-digest" : "protocol",
				 "push again; if it happens again, this is a bug", "%s", err.text);
	r = writer_store(d->writer, &c, &err);
	if (r == -ECANCELED)
		return fail_with(d->peer, P2V_EXIT_FAILED, "session-ended",
				 "push again from the start", "%s", err.text);
	if (r)
		return fail_with(d->peer, P2V_EXIT_FAILED, "write-error",
				 "check the target's disk and kernel messages", "%s", err.text);
	return 0;
}

static uint64_t data_cpu_ms(const struct rusage *u)
{
	return (uint64_t)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000 +
	       (uint64_t)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1000;
}

/* END: whatever this connection brought is on the disk and has been read back. */
static int data_done(struct data *d)
{
	struct verify_counts found, *before = &d->found;
	struct msg_done done = {0};
	struct err_text err = {0};
	struct rusage usage = {0};
	uint64_t stored;
	int r = writer_drain(d->writer, &err);

	if (r)
		return fail_with(d->peer, P2V_EXIT_FAILED, "write-error", NULL, "%s", err.text);
	writer_counts(d->writer, &stored, &found);
	done.stored = stored - d->stored;
	done.bad = found.bad - before->bad;
	done.proven = found.proven - before->proven;
	done.missing = found.missing - before->missing;
	d->stored = stored;
	*before = found;
	getrusage(RUSAGE_SELF, &usage);
	done.peak_rss = (uint64_t)usage.ru_maxrss * 1024;
	done.cpu_ms = data_cpu_ms(&usage);
	r = peer_send(d->peer, PROTO_DONE, msg_done_to_json(&done));
	return r ? P2V_EXIT_FAILED : 0;
}

static int data_loop(struct data *d)
{
	bool ended = false; /* the last thing read was an END */

	for (;;) {
		/* A source that reads a bad disk may take its time. */
		int r = peer_next(d->peer, 0);

		if (r == PEER_E_END && ended)
			return P2V_EXIT_OK;
		if (r)
			return fail_read(d->peer, P2V_EXIT_FAILED, r);
		ended = d->peer->frame.type == PROTO_END;
		if (d->peer->frame.type == PROTO_CHUNK)
			r = data_chunk(d);
		else if (ended)
			r = data_done(d);
		else
			r = fail_unexpected(d->peer, P2V_EXIT_FAILED, "CHUNK");
		if (r)
			return r;
	}
}

static int data_greet(struct data *d)
{
	struct msg_hello answer = {.version = PROTO_VERSION,
				   .features = d->peer->features,
				   .role = HELLO_DATA,
				   .program = "p2v-receive " P2V_VERSION};

	/* The token is not sent back: it proves the pusher's right, not ours. */
	text_copy(answer.session, sizeof(answer.session), d->session.id);
	return peer_send(d->peer, PROTO_HELLO, msg_hello_to_json(&answer));
}

int data_run(struct peer *p, const struct receive_options *options, const struct msg_hello *hello)
{
	struct data d = {.peer = p};
	struct err_text err = {0};
	int r;

	session_init(&d.session);
	r = session_join(&d.session, options->session_dir, hello->session, hello->token, &err);
	if (!r) {
		d.decoder = chunk_decoder_new(d.session.plan.secret, d.session.plan.chunk_size);
		r = d.decoder ? writer_new(&d.session, &d.writer) : -ENOMEM;
	}
	if (r)
		r = fail_with(p, P2V_EXIT_REFUSED, r == -EACCES ? "no-session" : "failed", NULL,
			      "%s", err.text[0] ? err.text : strerror(-r));
	else if (data_greet(&d))
		r = P2V_EXIT_FAILED;
	else
		r = data_loop(&d);
	writer_free(d.writer);
	chunk_decoder_free(d.decoder);
	session_close(&d.session, false);
	return r;
}

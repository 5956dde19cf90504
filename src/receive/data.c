/* data.c - the data role: chunks from one connection onto the disk
 *
 *   HELLO {role: data, session, token}  ->
 *                                       <-  HELLO
 *   CHUNK *                             ->
 *   END                                 ->
 *                                       <-  DONE {stored, bad, proven, missing}
 *   and again, for further passes over the same connection
 */
#include "receive/receive.h"
#include "receive/writer.h"
#include "util/cleanup.h"
#include "util/exit.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"
#include "version.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

struct data {
	struct receive_peer *peer;
	struct session session;
	struct chunk_decoder *decoder; /* owned */
	struct writer *writer;         /* owned */
	uint64_t stored;               /* what earlier DONE messages have said ... */
	struct verify_counts found;    /* ... in all */
};

static int data_chunk(struct data *d, const struct frame *f)
{
	/* Too large for the stack of a small machine's thread; one is needed. */
	static struct chunk c;
	struct err_text err = {0};
	int r = chunk_decode(d->decoder, f, &c, &err);

	if (!r)
		r = writer_check(&d->session.plan, &c, &err);
	if (r)
		return receive_fail_frame(d->peer, P2V_EXIT_FAILED, r, &err);
	r = writer_store(d->writer, &c, &err);
	if (r == -ECANCELED)
		return receive_fail(d->peer, P2V_EXIT_FAILED, "session-ended",
				    "push again from the start", "%s", err.text);
	if (r)
		return receive_fail(d->peer, P2V_EXIT_FAILED, "write-error",
				    "look at the target's disk and kernel messages", "%s",
				    err.text);
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
		return receive_fail(d->peer, P2V_EXIT_FAILED, "write-error", NULL, "%s", err.text);
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
	r = frame_send_json(&d->peer->stream, PROTO_DONE, msg_done_to_json(&done));
	if (r)
		log_error("answering the pusher: %s", strerror(-r));
	return r ? P2V_EXIT_FAILED : 0;
}

static int data_loop(struct data *d)
{
	struct err_text err = {0};
	struct frame f;
	bool ended = false; /* the last thing read was an END */

	for (;;) {
		int r = receive_next(d->peer, &f, &err);

		if (r == IO_E_EOF && ended)
			return P2V_EXIT_OK;
		if (r)
			return receive_fail_frame(d->peer, P2V_EXIT_FAILED, r, &err);
		ended = f.type == PROTO_END;
		if (f.type == PROTO_CHUNK)
			r = data_chunk(d, &f);
		else if (f.type == PROTO_END)
			r = data_done(d);
		else
			r = receive_fail_unexpected(d->peer, P2V_EXIT_FAILED, &f, "CHUNK");
		if (r)
			return r;
	}
}

static int data_greet(struct data *d, const struct msg_hello *hello)
{
	struct msg_hello answer = {.version = PROTO_VERSION,
				   .features = hello->features & PROTO_FEATURE_ZSTD,
				   .role = HELLO_DATA,
				   .program = "p2v-receive " P2V_VERSION};
	int r;

	/* The token is not sent back: it proves the pusher's right, not ours. */
	text_copy(answer.session, sizeof(answer.session), d->session.id);
	r = frame_send_json(&d->peer->stream, PROTO_HELLO, msg_hello_to_json(&answer));
	if (r)
		log_error("answering the pusher: %s", strerror(-r));
	return r;
}

int data_run(struct receive_peer *p, const struct receive_options *options,
	     const struct msg_hello *hello)
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
		r = receive_fail(p, P2V_EXIT_REFUSED, r == -EACCES ? "no-session" : "failed", NULL,
				 "%s", err.text[0] ? err.text : strerror(-r));
	else if (data_greet(&d, hello))
		r = P2V_EXIT_FAILED;
	else
		r = data_loop(&d);
	writer_free(d.writer);
	chunk_decoder_free(d.decoder);
	session_close(&d.session, false);
	return r;
}

/* transfer.c - see transfer.h
 *
 * The main thread shows the progress and tends the control connection;
 * the workers share a cursor, a compression level and counters, and write the
 * digests of different chunks to different places.
 */
#include "push/transfer.h"
#include "push/hello.h"
#include "push/interrupt.h"
#include "push/level.h"
#include "push/progress.h"
#include "source/source_cursor.h"
#include "source/source_reader.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "wire/message_transfer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* A target disk that does not take data for so long is not coming back. */
#define TRANSFER_STALL_SECONDS 120
/* What each worker goes through between two looks at the level; bytes of volume. */
#define TRANSFER_WINDOW       (16u << 20)
#define TRANSFER_DONE_SECONDS 600

struct transfer {
	struct transfer_settings settings;
	struct transport *transport;
	const struct source *source;
	const struct plan *plan;
	unsigned connections;
	struct digest *digests[PLAN_MAX_VOLUMES]; /* owned; NULL: not imaged */
	pthread_mutex_t lock;                     /* of what follows */
	struct level level;
	struct level_window window;
	uint64_t window_start; /* ns */
	unsigned window_chunks, window_full;
	struct report_totals *totals;
	_Atomic int level_now; /* read by the workers without the lock */
};

/* What the workers of one pass share. */
struct transfer_pass {
	struct transfer *t;
	const struct msg_ready *ready;
	struct source_cursor *cursor;
	_Atomic uint64_t done, wire; /* bytes */
	_Atomic unsigned running;    /* workers that have not ended */
	_Atomic unsigned lost;       /* workers whose connection failed */
	_Atomic bool failed;         /* a chunk could not be read at all, or no memory */
	_Atomic bool told;           /* a lost connection has been explained to the user */
};

struct transfer_worker {
	struct transfer_pass *pass;
	pthread_t thread;
	unsigned number; /* from 1 */
	struct peer peer;
	char name[32];
	struct source_reader *reader;
	struct chunk_encoder *encoder;
	struct chunk chunk;
	unsigned raw_in_row, skip; /* see level_skip() */
	uint64_t sent;
	uint64_t mark; /* ns; the end of the last chunk */
};

static uint64_t transfer_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void transfer_freep(struct transfer **tp)
{
	struct transfer *t = *tp;

	if (!t)
		return;
	for (uint32_t i = 0; i < PLAN_MAX_VOLUMES; i++)
		free(t->digests[i]);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int transfer_new(const struct transfer_settings *settings, struct transport *transport,
		 const struct source *source, const struct plan *plan, struct transfer **out)
{
	CLEANUP(transfer_freep) struct transfer *t = calloc(1, sizeof(*t));

	if (!t) {
		log_error("no memory for the transfer");
		return -ENOMEM;
	}
	*t = (struct transfer){.settings = *settings,
			       .transport = transport,
			       .source = source,
			       .plan = plan,
			       .connections = settings->connections,
			       .window_full =
				       TRANSFER_WINDOW / plan->chunk_size * settings->connections,
			       .lock = PTHREAD_MUTEX_INITIALIZER};
	level_start(&t->level);
	t->level_now = settings->compress_auto ? level_value(&t->level) : settings->compress_level;
	for (uint32_t i = 0; i < plan->volume_count; i++) {
		uint64_t n = chunk_count(plan->volumes[i].source.length, plan->chunk_size);

		if (plan->volumes[i].kind != VOLUME_IMAGE)
			continue;
		t->digests[i] = calloc(n, sizeof(struct digest));
		if (!t->digests[i]) {
			log_error("no memory for the digests of %llu chunks",
				  (unsigned long long)n);
			return -ENOMEM;
		}
	}
	*out = STEAL(t);
	return 0;
}

const struct digest *transfer_digests(const struct transfer *t, uint32_t volume, uint64_t *count)
{
	*count = chunk_count(t->plan->volumes[volume].source.length, t->plan->chunk_size);
	return t->digests[volume];
}

/* Adds a chunk to the window, and closes the window when it is full. */
static void transfer_measure(struct transfer_worker *w, uint64_t blocked_ns, uint64_t now)
{
	struct transfer *t = w->pass->t;

	if (!t->settings.compress_auto)
		return;
	pthread_mutex_lock(&t->lock);
	t->window.blocked_ns += blocked_ns;
	t->window.worker_ns += now - w->mark;
	t->window.data_bytes += w->chunk.data_len;
	if (++t->window_chunks >= t->window_full) {
		t->window.wall_ns = now - t->window_start;
		t->level_now = level_update(&t->level, &t->window);
		t->window = (struct level_window){0};
		t->window_chunks = 0;
		t->window_start = now;
	}
	pthread_mutex_unlock(&t->lock);
	w->mark = now;
}

/* The level for the next chunk: nothing is tried right after chunks that did
 * not shrink. */
static int transfer_level(struct transfer_worker *w)
{
	if (w->skip) {
		w->skip--;
		return 0;
	}
	return w->peer.features & PROTO_FEATURE_ZSTD ? w->pass->t->level_now : 0;
}

static void transfer_learn(struct transfer_worker *w, int level, size_t wire)
{
	if (!level || !w->chunk.data_len)
		return;
	if (wire < w->chunk.data_len - w->chunk.data_len / 32) {
		w->raw_in_row = 0;
		return;
	}
	w->raw_in_row++;
	w->skip = level_skip(w->raw_in_row);
}

static uint64_t transfer_run_bytes(const struct chunk *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->run_count; i++)
		sum += c->runs[i].length;
	return sum;
}

/* A chunk: read, encode, send. 0 or -errno; *fatal when another connection
 * would not help. */
static int transfer_chunk(struct transfer_worker *w, uint32_t volume, uint64_t number, bool *fatal)
{
	struct transfer_pass *p = w->pass;
	int level = transfer_level(w), r;
	uint64_t wall, cpu, blocked;
	const uint8_t *frame;
	size_t len;

	*fatal = true;
	r = source_read_chunk(w->reader, volume, number, &w->chunk);
	if (!r)
		r = chunk_encode(w->encoder, &w->chunk, level, &frame, &len);
	if (r < 0)
		return r;
	*fatal = false;
	/* Before sending: a chunk that gets lost must be missed afterwards. */
	p->t->digests[volume][number] = w->chunk.digest;
	transfer_learn(w, level, len);
	wall = transfer_clock(CLOCK_MONOTONIC);
	cpu = transfer_clock(CLOCK_THREAD_CPUTIME_ID);
	r = peer_put(&w->peer, frame, len);
	if (r < 0)
		return r;
	cpu = transfer_clock(CLOCK_THREAD_CPUTIME_ID) - cpu;
	blocked = transfer_clock(CLOCK_MONOTONIC) - wall;
	blocked = blocked > cpu ? blocked - cpu : 0;
	transfer_measure(w, blocked, transfer_clock(CLOCK_MONOTONIC));
	p->done += transfer_run_bytes(&w->chunk);
	p->wire += len;
	w->sent++;
	return 0;
}

static int transfer_open(struct transfer_worker *w)
{
	struct msg_hello hello = {.role = HELLO_DATA};
	struct transfer *t = w->pass->t;
	struct stream *stream = NULL;
	int r = t->transport->connect(t->transport, &stream);

	if (!r)
		r = peer_start(&w->peer, stream, w->name);
	if (r < 0)
		return r;
	memcpy(hello.session, w->pass->ready->session, sizeof(hello.session));
	memcpy(hello.token, w->pass->ready->token, sizeof(hello.token));
	r = hello_exchange(&w->peer, &hello);
	w->peer.stream->limit = TRANSFER_STALL_SECONDS;
	w->peer.silent = true; /* transfer_lost() tells the user, once for all of them */
	return r > 0 ? -EPROTO : r;
}

/* END and DONE. */
static int transfer_finish(struct transfer_worker *w)
{
	struct transfer *t = w->pass->t;
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct err_text err = {0};
	struct msg_end end = {.sent = w->sent};
	struct msg_done done;
	int r;

	w->peer.silent = false;
	r = peer_send(&w->peer, PROTO_END, msg_end_to_json(&end));
	if (!r)
		r = peer_expect(&w->peer, PROTO_DONE, TRANSFER_DONE_SECONDS, &d);
	if (r)
		return r;
	if (msg_done_from_json(d, &done, &err) < 0)
		return peer_unfit(&w->peer, PROTO_DONE, &err);
	/* They are all full ones. */
	if (done.stored != w->sent || done.bad)
		log_warn("%s: of %llu chunks the target stored %llu, %llu read back wrong; "
			 "they are sent again",
			 w->name, (unsigned long long)w->sent, (unsigned long long)done.stored,
			 (unsigned long long)done.bad);
	pthread_mutex_lock(&t->lock);
	t->totals->target_cpu += (double)done.cpu_ms / 1000;
	if (done.peak_rss > t->totals->target_rss)
		t->totals->target_rss = done.peak_rss;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

/* The stream broke: what the target said last is worth more than "EPIPE". */
static void transfer_lost(struct transfer_worker *w, int code)
{
	struct transfer_pass *p = w->pass;

	w->peer.silent = atomic_exchange(&p->told, true);
	if (code == -EPIPE && peer_next(&w->peer, 5) == PEER_REFUSED)
		return;
	if (w->peer.silent || interrupt_pending())
		log_debug("%s was lost: %s", w->name, strerror(-code));
	else
		log_warn("%s was lost: %s", w->name, strerror(-code));
}

static int transfer_work(struct transfer_worker *w)
{
	struct transfer_pass *p = w->pass;
	uint64_t number;
	uint32_t volume;
	bool fatal = false;
	int r = transfer_open(w);

	if (r < 0) {
		p->lost++;
		atomic_exchange(&p->told, true);
		return r;
	}
	w->mark = transfer_clock(CLOCK_MONOTONIC);
	while (!p->failed && !interrupt_pending() &&
	       source_cursor_next(p->cursor, &volume, &number)) {
		r = transfer_chunk(w, volume, number, &fatal);
		if (r < 0)
			break;
	}
	if (r < 0 && fatal) {
		p->failed = true;
		log_error("%s stops: %s", w->name, strerror(-r));
	} else if (r < 0) {
		p->lost++;
		transfer_lost(w, r);
	} else if (!p->failed && !interrupt_pending()) {
		r = transfer_finish(w);
		if (r < 0)
			p->lost++;
	}
	return r;
}

static void *transfer_thread(void *ctx)
{
	struct transfer_worker *w = ctx;

	transfer_work(w);
	peer_release(&w->peer);
	w->pass->running--;
	return NULL;
}

/* Everything that a worker needs is allocated before the first chunk. */
static int transfer_worker_init(struct transfer_worker *w, struct transfer_pass *p, unsigned number)
{
	*w = (struct transfer_worker){.pass = p, .number = number};
	snprintf(w->name, sizeof(w->name), "connection %u", number);
	w->reader = source_reader_new(p->t->source);
	w->encoder = chunk_encoder_new(p->t->plan->secret, p->t->plan->chunk_size);
	if (w->reader && w->encoder)
		return 0;
	log_error("no memory for %s", w->name);
	return -ENOMEM;
}

static void transfer_worker_release(struct transfer_worker *w)
{
	if (w->reader)
		source_reader_free(w->reader);
	if (w->encoder)
		chunk_encoder_free(w->encoder);
}

/* Signals are the main thread's. */
static int transfer_spawn(struct transfer_worker *w)
{
	sigset_t all, saved;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	w->pass->running++;
	r = pthread_create(&w->thread, NULL, transfer_thread, w);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	if (r) {
		w->pass->running--;
		log_error("cannot start a thread: %s", strerror(r));
	}
	return -r;
}

/* Shows the progress until the workers have ended; 0, or -errno (logged) when
 * the control connection breaks: the workers then stop as well. */
static int transfer_watch(struct transfer_pass *p, struct peer *control, struct progress *progress)
{
	while (p->running) {
		int r;

		progress_tick(progress, p->done, p->wire, p->t->level_now, clock_ms());
		r = peer_tend(control, 100);
		if (r == -EINTR) {
			/* The workers see it as well; wait for them. */
			poll(NULL, 0, 100);
		} else if (r < 0) {
			p->failed = true;
			return r;
		}
	}
	return 0;
}

static int transfer_run(struct transfer_pass *p, struct transfer_worker *w, unsigned n,
			uint64_t total, struct peer *control)
{
	struct progress progress;
	unsigned started = 0;
	int r = 0, watched;

	for (; started < n && !r; started++) {
		r = transfer_worker_init(&w[started], p, started + 1);
		if (!r)
			r = transfer_spawn(&w[started]);
		if (r < 0) {
			transfer_worker_release(&w[started]);
			p->failed = true;
			break;
		}
	}
	progress_start(&progress, total, n, clock_ms());
	watched = transfer_watch(p, control, &progress);
	for (unsigned i = 0; i < started; i++) {
		pthread_join(w[i].thread, NULL);
		transfer_worker_release(&w[i]);
	}
	progress_end(&progress, p->done, p->wire, clock_ms());
	return r ? r : watched;
}

int transfer_pass(struct transfer *t, const struct msg_ready *ready, const uint8_t *const *set,
		  uint64_t total, struct peer *control, struct report_totals *totals)
{
	CLEANUP_FREE struct transfer_worker *workers = calloc(t->connections, sizeof(*workers));
	struct transfer_pass p = {.t = t, .ready = ready};
	long long start = clock_ms();
	int r;

	if (!workers) {
		log_error("no memory for %u data connections", t->connections);
		return -ENOMEM;
	}
	r = source_cursor_new(t->source, set, &p.cursor);
	if (r < 0) {
		log_error("cannot begin the pass: %s", strerror(-r));
		return r;
	}
	t->totals = totals;
	t->window_start = transfer_clock(CLOCK_MONOTONIC);
	r = transfer_run(&p, workers, t->connections, total, control);
	source_cursor_free(p.cursor);
	totals->sent_bytes += p.done;
	totals->wire_bytes += p.wire;
	totals->passes++;
	totals->transfer_seconds += (double)(clock_ms() - start) / 1000;
	if (interrupt_pending()) {
		log_error("interrupted during the transfer");
		return -EINTR;
	}
	if (!r && p.failed)
		r = -EIO;
	if (!r && p.lost == t->connections) {
		log_error("all data connections were lost");
		r = -EPIPE;
	}
	if (!r && p.lost)
		log_warn("%u of %u data connections were lost; what they did not deliver is sent "
			 "again",
			 p.lost, t->connections);
	return r;
}

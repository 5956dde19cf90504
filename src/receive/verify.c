/* verify.c - see verify.h */
#include "receive/verify.h"
#include "receive/span.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#define VERIFY_QUEUE 16u

struct verify {
	struct session *session;
	struct chunk_decoder *decoder; /* owned */
	uint8_t *data;                 /* owned: a chunk's data runs as read back */
	uint8_t *zeros;                /* owned: what is where zeros must be */
	struct span span;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: */
	struct chunk queue[VERIFY_QUEUE];
	unsigned first, count;
	bool stop;
	uint64_t bad;
};

static bool verify_is_zero(const uint8_t *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

/* Reads all spans of @c; 0 or -errno, -EBADMSG when zeros are not zero. */
static int verify_read(struct verify *v, const struct chunk *c)
{
	const struct plan_volume *vol = &v->session->plan.volumes[c->volume];
	struct disk_target *disk = &v->session->disks[vol->disk];
	uint64_t base = vol->start + c->number * PROTO_CHUNK_SIZE;
	struct span_cursor cur = {.chunk = c, .data = v->data, .zeros = v->zeros, .spread = true};

	while (span_next(&cur, &v->span)) {
		int r = io_preadv_full(disk->fd, v->span.pieces, v->span.count,
				       base + v->span.offset);

		if (r)
			return r;
	}
	for (uint32_t i = 0; i < c->run_count; i++)
		if (c->runs[i].zero &&
		    !verify_is_zero(v->zeros + c->runs[i].offset, c->runs[i].length))
			return -EBADMSG;
	return 0;
}

static bool verify_one(struct verify *v, struct chunk *c)
{
	struct chunkmap *map = &v->session->maps.maps[c->volume];
	char title[320];
	int r = verify_read(v, c);

	if (!r) {
		struct digest d;

		c->data = v->data;
		d = chunk_digest_of(v->decoder, c);
		if (digest_equal(&d, &c->digest))
			return true;
		r = -EBADMSG;
	}
	chunkmap_clear(map, c->number, &c->digest);
	plan_volume_title(&v->session->plan, &v->session->plan.volumes[c->volume], title,
			  sizeof(title));
	log_error("%s: chunk %llu does not read back as it was written (%s): is the disk sound?",
		  title, (unsigned long long)c->number,
		  r == -EBADMSG ? "other bytes" : strerror(-r));
	return false;
}

static void *verify_main(void *arg)
{
	struct verify *v = arg;

	pthread_mutex_lock(&v->lock);
	for (;;) {
		bool good;

		while (!v->count && !v->stop)
			pthread_cond_wait(&v->changed, &v->lock);
		if (v->stop)
			break;
		/* The slot stays taken while it is worked on. */
		pthread_mutex_unlock(&v->lock);
		good = verify_one(v, &v->queue[v->first]);
		pthread_mutex_lock(&v->lock);
		v->bad += !good;
		v->first = (v->first + 1) % VERIFY_QUEUE;
		v->count--;
		pthread_cond_broadcast(&v->changed);
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

static void verify_free(struct verify *v)
{
	if (!v)
		return;
	chunk_decoder_free(v->decoder);
	free(v->data);
	free(v->zeros);
	free(v);
}

int verify_start(struct session *s, struct verify **out)
{
	struct verify *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->session = s;
	v->decoder = chunk_decoder_new(s->plan.secret);
	v->data = io_alloc_aligned(PROTO_CHUNK_SIZE);
	v->zeros = io_alloc_aligned(PROTO_CHUNK_SIZE);
	if (!v->decoder || !v->data || !v->zeros) {
		verify_free(v);
		return -ENOMEM;
	}
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->changed, NULL);
	r = pthread_create(&v->thread, NULL, verify_main, v);
	if (r) {
		verify_free(v);
		return -r;
	}
	*out = v;
	return 0;
}

void verify_stop(struct verify *v)
{
	if (!v)
		return;
	pthread_mutex_lock(&v->lock);
	v->stop = true;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
	pthread_join(v->thread, NULL);
	pthread_cond_destroy(&v->changed);
	pthread_mutex_destroy(&v->lock);
	verify_free(v);
}

/* Copies without the unused end of the run table. */
static void verify_copy(struct chunk *to, const struct chunk *from)
{
	to->volume = from->volume;
	to->number = from->number;
	to->run_count = from->run_count;
	memcpy(to->runs, from->runs, from->run_count * sizeof(from->runs[0]));
	to->digest = from->digest;
	to->data = NULL;
	to->data_len = from->data_len;
}

void verify_add(struct verify *v, const struct chunk *c)
{
	pthread_mutex_lock(&v->lock);
	while (v->count == VERIFY_QUEUE)
		pthread_cond_wait(&v->changed, &v->lock);
	verify_copy(&v->queue[(v->first + v->count) % VERIFY_QUEUE], c);
	v->count++;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
}

uint64_t verify_drain(struct verify *v)
{
	uint64_t bad;

	pthread_mutex_lock(&v->lock);
	while (v->count)
		pthread_cond_wait(&v->changed, &v->lock);
	bad = v->bad;
	pthread_mutex_unlock(&v->lock);
	return bad;
}

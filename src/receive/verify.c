/* verify.c - see verify.h */
#include "receive/verify.h"
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
	uint8_t *data;                 /* owned: the bytes in use of a chunk, as read */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: */
	struct chunk queue[VERIFY_QUEUE];
	unsigned first, count;
	bool stop;
	struct verify_counts counts;
};

/* Reads the bytes in use of @c into v->data. 0 or -errno. */
static int verify_read(struct verify *v, const struct chunk *c)
{
	const struct plan *plan = &v->session->plan;
	const struct plan_volume *vol = &plan->volumes[c->volume];
	const struct disk_target *disk = &v->session->disks[vol->target.disk];
	uint64_t base = vol->target.start + c->number * plan->chunk_size;
	struct chunk_range range;
	uint32_t run = 0;
	size_t at = 0;

	while (chunk_next_range(c, &run, &range)) {
		int r = io_pread_full(disk->fd, v->data + at, range.length, base + range.offset);

		if (r)
			return r;
		at += range.length;
	}
	return 0;
}

/* Is what is on the disk what the digest was made of? 0, -EBADMSG or -errno. */
static int verify_compare(struct verify *v, const struct chunk *c)
{
	const struct plan_volume *vol = &v->session->plan.volumes[c->volume];
	int r = verify_read(v, c);
	struct digest d;

	/* A query may be the first that a plain file's file system hears of us. */
	if (r == -EINVAL && disk_give_up_direct(&v->session->disks[vol->target.disk]))
		r = verify_read(v, c);
	if (r)
		return r;
	d = chunk_digest_read(v->decoder, c, v->data);
	return digest_equal(&d, &c->digest) ? 0 : -EBADMSG;
}

/* It was written whole, and entered in the map: it must read back. */
static void verify_written(struct verify *v, const struct chunk *c, int r)
{
	const struct plan *plan = &v->session->plan;
	char title[320];

	if (!r)
		return;
	chunkmap_clear(&v->session->maps.maps[c->volume], c->number, &c->digest);
	plan_volume_title(plan, &plan->volumes[c->volume], title, sizeof(title));
	log_error("%s: chunk %llu does not read back as it was written (%s): is the disk sound?",
		  title, (unsigned long long)c->number,
		  r == -EBADMSG ? "other bytes" : strerror(-r));
}

/* A delta or a query: only the disk can say whether the chunk is there. */
static void verify_claimed(struct verify *v, const struct chunk *c, int r)
{
	struct chunkmap *map = &v->session->maps.maps[c->volume];

	if (!r)
		chunkmap_set(map, c->number, &c->digest);
	else
		chunkmap_forget(map, c->number);
	if (r && r != -EBADMSG)
		log_warn("volume %u: chunk %llu cannot be read to compare it: %s", c->volume,
			 (unsigned long long)c->number, strerror(-r));
}

static void verify_one(struct verify *v, const struct chunk *c, struct verify_counts *counts)
{
	int r = verify_compare(v, c);

	if (chunk_form(c) == CHUNK_FULL) {
		verify_written(v, c, r);
		counts->bad += r != 0;
	} else {
		verify_claimed(v, c, r);
		counts->proven += r == 0;
		counts->missing += r != 0;
	}
}

static void *verify_main(void *arg)
{
	struct verify *v = arg;

	pthread_mutex_lock(&v->lock);
	for (;;) {
		struct verify_counts counts = {0};

		while (!v->count && !v->stop)
			pthread_cond_wait(&v->changed, &v->lock);
		if (v->stop)
			break;
		/* The slot stays taken while it is worked on. */
		pthread_mutex_unlock(&v->lock);
		verify_one(v, &v->queue[v->first], &counts);
		pthread_mutex_lock(&v->lock);
		v->counts.bad += counts.bad;
		v->counts.proven += counts.proven;
		v->counts.missing += counts.missing;
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
	free(v);
}

int verify_start(struct session *s, struct verify **out)
{
	struct verify *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->session = s;
	v->decoder = chunk_decoder_new(s->plan.secret, s->plan.chunk_size);
	v->data = io_alloc_aligned(s->plan.chunk_size);
	if (!v->decoder || !v->data) {
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

struct verify_counts verify_drain(struct verify *v)
{
	struct verify_counts counts;

	pthread_mutex_lock(&v->lock);
	while (v->count)
		pthread_cond_wait(&v->changed, &v->lock);
	counts = v->counts;
	pthread_mutex_unlock(&v->lock);
	return counts;
}

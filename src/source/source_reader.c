/* source_reader.c - one worker's way from the disk to a struct chunk
 *
 * The used spans of a chunk are read to where they belong in one aligned
 * buffer, near ones together with the hole between them: a request costs more
 * than 64 KiB of reading. Then zeros are found, and the remaining data moved
 * together; most chunks are one run, and nothing moves.
 */
#include "source/source_reader.h"
#include "source/blockmap.h"
#include "source/state.h"
#include "util/io.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READER_NEAR  (64u << 10) /* holes up to this are read through */
#define READER_ZERO  4096u       /* zeros are looked for in blocks of this */
#define READER_ALIGN 4096u       /* the largest that a disk asks for */
#define READER_TRIES 3

/* Zero detection and the smallest unit keep the runs of a chunk within what a
 * frame may hold: each is at least one unit long, but for the volume's end. */
_Static_assert(BLOCKMAP_MIN_UNIT > PROTO_RUN_ALIGN, "runs fit in a chunk of any size");

struct source_reader {
	const struct source *s;
	uint8_t *buf;                  /* owned; a chunk, and room for alignment at both ends */
	bool buffered[PLAN_MAX_DISKS]; /* O_DIRECT was refused */
	struct chunk_range spans[BLOCKMAP_MAX_SPANS];
};

/* The chunk at hand. @base is its place on the disk, and buf[0] is @origin:
 * @base rounded down to what O_DIRECT asks for. */
struct source_reader_job {
	struct source_reader *r;
	uint32_t volume;
	const struct source_volume *v;
	uint64_t number;
	uint64_t base;
	uint64_t origin;
	uint32_t align;
};

struct source_reader *source_reader_new(const struct source *s)
{
	struct source_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->s = s;
	r->buf = io_alloc_aligned(s->chunk_size + 2 * READER_ALIGN);
	if (!r->buf) {
		free(r);
		return NULL;
	}
	/* Its pages exist from now on, whatever is frozen later. */
	memset(r->buf, 0, s->chunk_size + 2 * READER_ALIGN);
	return r;
}

void source_reader_free(struct source_reader *r)
{
	if (!r)
		return;
	free(r->buf);
	free(r);
}

/* Reads [lo, hi) of the disk, both relative to the chunk's origin and lo
 * aligned, to its place; more than hi may be read to satisfy O_DIRECT. */
static int source_reader_read(struct source_reader_job *job, uint64_t lo, uint64_t hi)
{
	const struct source *s = job->r->s;
	uint32_t disk = job->v->disk;
	const struct inventory_fds *fds = &s->fds[disk];
	uint64_t done = lo;

	while (done < hi) {
		bool direct = fds->direct >= 0 && !job->r->buffered[disk];
		uint64_t end = direct ? (hi + job->align - 1) / job->align * job->align : hi;
		off_t at = (off_t)(job->origin + done);
		ssize_t n;

		n = s->pread(direct ? fds->direct : fds->buffered, job->r->buf + done, end - done,
			     at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL && direct && s->inv.disks[disk].file) {
			job->r->buffered[disk] = true;
			continue;
		}
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		/* Read once: the cache is worth more to others. */
		if (!direct)
			posix_fadvise(fds->buffered, at, n, POSIX_FADV_DONTNEED);
		done += (uint64_t)n;
	}
	return 0;
}

/* What a failing medium, or an image that ends too early, answers with. */
static bool source_reader_is_media_error(int r)
{
	return r == -EIO || r == -ENODATA || r == -EILSEQ || r == -EREMOTEIO || r == -ETIMEDOUT;
}

static int source_reader_retry(struct source_reader_job *job, uint64_t lo, uint64_t hi)
{
	int r = 0;

	for (int i = 0; i < READER_TRIES; i++) {
		r = source_reader_read(job, lo, hi);
		if (!source_reader_is_media_error(r))
			break;
	}
	return r;
}

/* Nothing helped with [lo, hi): zeros take its place, and it is named. */
static void source_reader_lose(struct source_reader_job *job, uint64_t lo, uint64_t hi,
			       uint64_t from, uint64_t to)
{
	memset(job->r->buf + lo, 0, hi - lo);
	lo = lo < from ? from : lo;
	hi = hi > to ? to : hi;
	if (lo < hi)
		source_note_lost(job->r->s->losses, job->volume, job->origin + lo - job->v->start,
				 hi - lo);
}

/* Smaller and smaller pieces, so that as little as possible is lost. Bytes
 * outside of [from, to) are not in use, and no loss. */
static int source_reader_halve(struct source_reader_job *job, uint64_t lo, uint64_t hi,
			       uint64_t from, uint64_t to)
{
	uint64_t mid = lo + (hi - lo) / 2 / job->align * job->align;
	bool smallest = mid == lo;
	int r = smallest ? source_reader_retry(job, lo, hi) : source_reader_read(job, lo, hi);

	if (!source_reader_is_media_error(r))
		return r;
	if (smallest) {
		source_reader_lose(job, lo, hi, from, to);
		return 0;
	}
	r = source_reader_halve(job, lo, mid, from, to);
	return r < 0 ? r : source_reader_halve(job, mid, hi, from, to);
}

/* Spans [first, last] with the small holes between them. */
static int source_reader_spans(struct source_reader_job *job, uint32_t first, uint32_t last)
{
	const struct chunk_range *spans = job->r->spans;
	uint64_t shift = job->base - job->origin;
	uint64_t lo = (shift + spans[first].offset) / job->align * job->align;
	int r = source_reader_retry(job, lo, shift + spans[last].offset + spans[last].length);

	if (!source_reader_is_media_error(r))
		return r;
	for (uint32_t i = first; i <= last; i++) {
		uint64_t from = shift + spans[i].offset, to = from + spans[i].length;

		r = source_reader_halve(job, from / job->align * job->align, to, from, to);
		if (r < 0)
			return r;
	}
	return 0;
}

static int source_reader_fill(struct source_reader_job *job, uint32_t count)
{
	const struct chunk_range *spans = job->r->spans;

	for (uint32_t first = 0, last; first < count; first = last + 1) {
		int r;

		for (last = first; last + 1 < count; last++)
			if (spans[last + 1].offset - spans[last].offset - spans[last].length >
			    READER_NEAR)
				break;
		r = source_reader_spans(job, first, last);
		if (r < 0) {
			log_error("cannot read %s at byte %" PRIu64 ": %s",
				  job->r->s->inv.disks[job->v->disk].path,
				  job->base + spans[first].offset, strerror(-r));
			return r;
		}
	}
	return 0;
}

/* The first bytes decide nearly always; comparing with itself, shifted by the
 * part that is known to be zero, does the rest at memcmp's speed. */
static bool source_reader_is_zero(const uint8_t *p)
{
	uint64_t head[2];

	memcpy(head, p, sizeof(head));
	return !(head[0] | head[1]) && !memcmp(p, p + sizeof(head), READER_ZERO - sizeof(head));
}

static void source_reader_find_runs(const uint8_t *bytes, const struct chunk_range *span,
				    struct chunk *c)
{
	uint32_t at = span->offset, end = span->offset + span->length;

	while (at < end) {
		uint32_t next = (at / READER_ZERO + 1) * READER_ZERO;
		bool whole = at % READER_ZERO == 0 && next <= end;

		next = next > end ? end : next;
		chunk_add_run(c, at, next - at,
			      whole && source_reader_is_zero(bytes + at) ? CHUNK_ZERO : CHUNK_DATA);
		at = next;
	}
}

/* Moves the data runs together; the first stays where it is. */
static void source_reader_pack(uint8_t *bytes, struct chunk *c)
{
	c->data = bytes;
	for (uint32_t i = 0; i < c->run_count; i++) {
		const struct chunk_run *run = &c->runs[i];

		if (run->how == CHUNK_ZERO)
			continue;
		if (!c->data_len)
			c->data = bytes + run->offset;
		else if (c->data + c->data_len != bytes + run->offset)
			memmove(c->data + c->data_len, bytes + run->offset, run->length);
		c->data_len += run->length;
	}
}

int source_read_chunk(struct source_reader *r, uint32_t volume, uint64_t number, struct chunk *c)
{
	const struct source *s = r->s;
	struct source_reader_job job = {.r = r, .volume = volume, .number = number};
	uint8_t *bytes;
	uint32_t count;
	int err;

	if (volume >= s->volume_count || !s->volumes[volume].image ||
	    number >= s->volumes[volume].chunks) {
		log_error("there is no chunk %" PRIu64 " in volume %" PRIu32, number, volume);
		return -EINVAL;
	}
	job.v = &s->volumes[volume];
	job.align = s->fds[job.v->disk].align;
	job.base = job.v->start + number * s->chunk_size;
	job.origin = job.base / job.align * job.align;
	count = blockmap_chunk(job.v->map, job.v->length, number, s->chunk_size, r->spans);
	err = source_reader_fill(&job, count);
	if (err < 0)
		return err;

	c->volume = volume;
	c->number = number;
	c->run_count = 0;
	c->data_len = 0;
	memset(&c->digest, 0, sizeof(c->digest));
	bytes = r->buf + (job.base - job.origin);
	for (uint32_t i = 0; i < count; i++)
		source_reader_find_runs(bytes, &r->spans[i], c);
	source_reader_pack(bytes, c);
	return 0;
}

/* writer.c - see writer.h */
#include "receive/writer.h"
#include "receive/span.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <string.h>

struct writer {
	struct session *session;
	struct verify *verify; /* owned */
	uint8_t *zeros;        /* owned: SPAN_LONG_ZERO zero bytes */
	struct span span;
	uint64_t stored;
};

int writer_new(struct session *s, struct writer **out)
{
	CLEANUP(writer_freep) struct writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->session = s;
	w->zeros = io_alloc_aligned(SPAN_LONG_ZERO);
	if (!w->zeros)
		return -ENOMEM;
	memset(w->zeros, 0, SPAN_LONG_ZERO);
	r = verify_start(s, &w->verify);
	if (r)
		return r;
	*out = STEAL(w);
	return 0;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	verify_stop(w->verify);
	free(w->zeros);
	free(w);
}

void writer_freep(struct writer **w)
{
	writer_free(*w);
}

int writer_check(const struct plan *plan, const struct chunk *c, struct err_text *err)
{
	const struct plan_volume *v;
	uint32_t length;

	if (c->volume >= plan->volume_count)
		return err_set(err, -EPROTO, "CHUNK: there is no volume %u", c->volume);
	v = &plan->volumes[c->volume];
	if (v->kind != VOLUME_IMAGE)
		return err_set(err, -EPROTO, "CHUNK: volume %u is not transferred", c->volume);
	length = chunk_length(v->source.length, c->number, plan->chunk_size);
	if (!length)
		return err_set(err, -EPROTO, "CHUNK: volume %u has no chunk %llu", c->volume,
			       (unsigned long long)c->number);
	for (uint32_t i = 0; i < c->run_count; i++)
		if (c->runs[i].offset > length || c->runs[i].length > length - c->runs[i].offset)
			return err_set(err, -EPROTO,
				       "CHUNK: chunk %llu of volume %u goes beyond the volume",
				       (unsigned long long)c->number, c->volume);
	return 0;
}

static int writer_put(struct writer *w, struct disk_target *disk, const struct chunk *c,
		      uint64_t base)
{
	struct span_cursor cur = {.chunk = c, .data = c->data, .zeros = w->zeros};

	while (span_next(&cur, &w->span)) {
		int r;

		if (w->span.zero)
			r = disk_zero(disk, base + w->span.offset, w->span.length);
		else
			r = io_pwritev_full(disk->fd, w->span.pieces, w->span.count,
					    base + w->span.offset);
		if (r)
			return r;
	}
	return 0;
}

/* The part of writer_store() during which the control process must live. */
static int writer_write(struct writer *w, const struct chunk *c, struct err_text *err)
{
	const struct plan *plan = &w->session->plan;
	const struct plan_volume *v = &plan->volumes[c->volume];
	struct chunkmap *map = &w->session->maps.maps[c->volume];
	struct disk_target *disk = &w->session->disks[v->target.disk];
	uint64_t base = v->target.start + c->number * plan->chunk_size;
	int r;

	if (!session_begin_write(w->session))
		return err_set(err, -ECANCELED,
			       "the control connection of this push has ended: nothing more is "
			       "written");
	chunkmap_forget(map, c->number);
	r = writer_put(w, disk, c, base);
	if (r == -EINVAL && disk_give_up_direct(disk))
		r = writer_put(w, disk, c, base);
	if (!r && chunk_form(c) == CHUNK_FULL)
		chunkmap_set(map, c->number, &c->digest);
	session_end_write(w->session);
	return r ? err_set(err, r, "%s: writing at byte %llu: %s", disk->path,
			   (unsigned long long)base, strerror(-r))
		 : 0;
}

int writer_store(struct writer *w, const struct chunk *c, struct err_text *err)
{
	enum chunk_form form = chunk_form(c);
	int r = form == CHUNK_QUERY ? 0 : writer_write(w, c, err);

	if (r)
		return r;
	w->stored += form == CHUNK_FULL;
	if (form != CHUNK_FULL || w->session->plan.verify)
		verify_add(w->verify, c);
	return 0;
}

int writer_drain(struct writer *w, struct err_text *err)
{
	verify_drain(w->verify);
	for (uint32_t i = 0; i < w->session->disk_count; i++) {
		struct disk_target *t = &w->session->disks[i];

		if (fdatasync(t->fd) < 0)
			return err_set(err, -errno, "%s: %s", t->path, strerror(errno));
	}
	return 0;
}

void writer_counts(struct writer *w, uint64_t *stored, struct verify_counts *found)
{
	*stored = w->stored;
	*found = verify_drain(w->verify);
}

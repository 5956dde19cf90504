/* span.c - see span.h */
#include "receive/span.h"

static bool span_is_long_zero(const struct chunk_run *run)
{
	return run->how == CHUNK_ZERO && run->length >= SPAN_LONG_ZERO;
}

static void span_add_piece(struct span_cursor *c, const struct chunk_run *run, struct span *out)
{
	struct iovec *p = &out->pieces[out->count++];

	p->iov_len = run->length;
	if (run->how == CHUNK_ZERO) {
		p->iov_base = c->zeros;
	} else {
		p->iov_base = c->data + c->used;
		c->used += run->length;
	}
	out->length += run->length;
	c->next++;
}

bool span_next(struct span_cursor *c, struct span *out)
{
	const struct chunk *k = c->chunk;
	const struct chunk_run *run;

	while (c->next < k->run_count && k->runs[c->next].how == CHUNK_KEPT)
		c->next++;
	if (c->next >= k->run_count)
		return false;
	run = &k->runs[c->next];
	out->offset = run->offset;
	out->length = 0;
	out->count = 0;
	out->zero = span_is_long_zero(run);
	if (out->zero) {
		out->length = run->length;
		c->next++;
		return true;
	}
	while (c->next < k->run_count && out->count < SPAN_MAX_PIECES) {
		run = &k->runs[c->next];
		if (run->offset != out->offset + out->length || run->how == CHUNK_KEPT ||
		    span_is_long_zero(run))
			break;
		span_add_piece(c, run, out);
	}
	return true;
}

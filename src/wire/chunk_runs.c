/* chunk_runs.c - see chunk_runs.h */
#include "wire/chunk_runs.h"

#include <string.h>

uint64_t chunk_count(uint64_t length, uint32_t size)
{
	return length / size + (length % size != 0);
}

uint32_t chunk_length(uint64_t length, uint64_t number, uint32_t size)
{
	uint64_t left;

	if (number >= chunk_count(length, size))
		return 0;
	left = length - number * size;
	return left < size ? (uint32_t)left : size;
}

enum chunk_form chunk_form(const struct chunk *c)
{
	bool kept = false, carried = false;

	for (uint32_t i = 0; i < c->run_count; i++)
		if (c->runs[i].how == CHUNK_KEPT)
			kept = true;
		else
			carried = true;
	return !kept ? CHUNK_FULL : carried ? CHUNK_DELTA : CHUNK_QUERY;
}

bool chunk_next_range(const struct chunk *c, uint32_t *run, struct chunk_range *out)
{
	if (*run >= c->run_count)
		return false;
	out->offset = c->runs[*run].offset;
	out->length = 0;
	while (*run < c->run_count && c->runs[*run].offset == out->offset + out->length)
		out->length += c->runs[(*run)++].length;
	return true;
}

void chunk_add_run(struct chunk *c, uint32_t offset, uint32_t length, enum chunk_how how)
{
	struct chunk_run *last = c->run_count ? &c->runs[c->run_count - 1] : NULL;

	if (last && last->how == how && last->offset + last->length == offset)
		last->length += length;
	else
		c->runs[c->run_count++] =
			(struct chunk_run){.offset = offset, .length = length, .how = how};
}

/* The piece of @run from @at on that is all inside or all outside of the ranges;
 * *inside says which. *next is the first range that can matter. */
static uint32_t chunk_piece(const struct chunk_range *ranges, uint32_t count, uint32_t *next,
			    uint32_t at, uint32_t end, bool *inside)
{
	while (*next < count && ranges[*next].offset + ranges[*next].length <= at)
		(*next)++;
	*inside = *next < count && ranges[*next].offset <= at;
	if (*inside && ranges[*next].offset + ranges[*next].length < end)
		end = ranges[*next].offset + ranges[*next].length;
	if (!*inside && *next < count && ranges[*next].offset < end)
		end = ranges[*next].offset;
	return end - at;
}

void chunk_keep(struct chunk *c, const struct chunk_range *ranges, uint32_t count)
{
	/* The runs as they were go to the end of the array. What is made of them
	 * never reaches what has not been read: no piece is shorter than
	 * PROTO_RUN_ALIGN, and the array has room for a chunk of such pieces. */
	const struct chunk_run *old = &c->runs[PROTO_MAX_RUNS - c->run_count];
	uint32_t n = c->run_count, next = 0;
	const uint8_t *from = c->data;

	memmove(&c->runs[PROTO_MAX_RUNS - n], c->runs, n * sizeof(*old));
	c->run_count = c->data_len = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct chunk_run run = old[i];
		uint32_t end = run.offset + run.length, length;
		bool data = run.how == CHUNK_DATA;

		for (uint32_t at = run.offset; at < end; at += length) {
			bool inside;

			length = chunk_piece(ranges, count, &next, at, end, &inside);
			chunk_add_run(c, at, length, inside ? run.how : CHUNK_KEPT);
			if (data && inside) {
				memmove(c->data + c->data_len, from, length);
				c->data_len += length;
			}
			from += data ? length : 0;
		}
	}
}

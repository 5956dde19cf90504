/* blockmap.c - see blockmap.h */
#include "source/blockmap.h"

#include <stdlib.h>
#include <string.h>

/* 2^28 bits are 32 MiB. */
#define BLOCKMAP_MAX_BITS (1ull << 28)

struct blockmap {
	uint64_t length; /* bytes of the volume */
	uint64_t bits;
	unsigned shift; /* log2 of the unit */
	uint8_t map[];
};

struct blockmap *blockmap_new(uint64_t length, uint32_t unit)
{
	unsigned shift = (unsigned)__builtin_ctz(unit);
	struct blockmap *m;
	uint64_t bits;

	while ((length >> shift) >= BLOCKMAP_MAX_BITS)
		shift++;
	bits = (length >> shift) + 1; /* a last, shorter unit included */
	m = calloc(1, sizeof(*m) + bits / 8 + 1);
	if (!m)
		return NULL;
	m->length = length;
	m->bits = bits;
	m->shift = shift;
	return m;
}

void blockmap_free(struct blockmap *m)
{
	free(m);
}

void blockmap_freep(struct blockmap **m)
{
	blockmap_free(*m);
}

static bool blockmap_bit(const struct blockmap *m, uint64_t bit)
{
	return m->map[bit / 8] >> (bit % 8) & 1;
}

void blockmap_mark(struct blockmap *m, uint64_t offset, uint64_t length)
{
	uint64_t bit, last;

	if (!length || offset >= m->length)
		return;
	if (length > m->length - offset)
		length = m->length - offset;
	bit = offset >> m->shift;
	last = (offset + length - 1) >> m->shift;
	while (bit <= last) {
		if (bit % 8 == 0 && last - bit >= 7) {
			uint64_t bytes = (last - bit + 1) / 8;

			memset(m->map + bit / 8, 0xff, bytes);
			bit += bytes * 8;
		} else {
			m->map[bit / 8] |= (uint8_t)(1u << (bit % 8));
			bit++;
		}
	}
}

uint64_t blockmap_used(const struct blockmap *m)
{
	uint64_t units = 0, used, over;

	for (uint64_t i = 0; i <= m->bits / 8; i++)
		units += (unsigned)__builtin_popcount(m->map[i]);
	used = units << m->shift;
	/* The last unit may reach past the end of the volume. */
	over = ((m->length >> m->shift) + 1) << m->shift;
	if (blockmap_bit(m, m->length >> m->shift))
		used -= over - m->length;
	return used;
}

/* The first bit from @bit on, before @end, that is @value; @end if none. */
static uint64_t blockmap_find(const struct blockmap *m, uint64_t bit, uint64_t end, bool value)
{
	uint8_t skip = value ? 0 : 0xff;

	while (bit < end) {
		if (bit % 8 == 0 && m->map[bit / 8] == skip)
			bit += 8;
		else if (blockmap_bit(m, bit) == value)
			return bit;
		else
			bit++;
	}
	return end;
}

/* The next used bytes in [*at, end) of the volume. */
static bool blockmap_next(const struct blockmap *m, uint64_t *at, uint64_t end, uint64_t *start,
			  uint64_t *stop)
{
	uint64_t end_bit, bit;

	if (*at >= end)
		return false;
	end_bit = ((end - 1) >> m->shift) + 1;
	bit = blockmap_find(m, *at >> m->shift, end_bit, true);
	if (bit >= end_bit)
		return false;
	*start = bit << m->shift;
	*start = *start < *at ? *at : *start;
	*stop = blockmap_find(m, bit, end_bit, false) << m->shift;
	*stop = *stop > end ? end : *stop;
	*at = *stop;
	return true;
}

uint32_t blockmap_chunk(const struct blockmap *m, uint64_t length, uint64_t number, uint32_t size,
			struct chunk_range *out)
{
	uint32_t bytes = chunk_length(length, number, size), n = 0;
	uint64_t base = number * size, at = base, start, stop;

	if (!bytes)
		return 0;
	if (!m) {
		out[0] = (struct chunk_range){.length = bytes};
		return 1;
	}
	while (n < BLOCKMAP_MAX_SPANS && blockmap_next(m, &at, base + bytes, &start, &stop))
		out[n++] = (struct chunk_range){.offset = (uint32_t)(start - base),
						.length = (uint32_t)(stop - start)};
	return n;
}

bool blockmap_chunk_used(const struct blockmap *m, uint64_t length, uint64_t number, uint32_t size)
{
	uint32_t bytes = chunk_length(length, number, size);
	uint64_t at = number * size, start, stop;

	return bytes && (!m || blockmap_next(m, &at, at + bytes, &start, &stop));
}

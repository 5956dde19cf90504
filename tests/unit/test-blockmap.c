/* The bitmap of used blocks, against a simple array of bytes. */
#include "source/blockmap.h"
#include "tap.h"
#include "util/cleanup.h"
#include "wire/chunk.h"

static void test_whole(void)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];

	TAP_INT(blockmap_chunk(NULL, 3000 * 512, 0, PLAN_CHUNK_SIZE, spans), 1);
	TAP_INT(spans[0].length, PLAN_CHUNK_SIZE);
	TAP_INT(blockmap_chunk(NULL, 3000 * 512, 1, PLAN_CHUNK_SIZE, spans), 1);
	TAP_INT(spans[0].offset, 0);
	TAP_INT(spans[0].length, 3000 * 512 - PLAN_CHUNK_SIZE);
	TAP_INT(blockmap_chunk(NULL, 3000 * 512, 2, PLAN_CHUNK_SIZE, spans), 0);
	TAP_OK(!blockmap_chunk_used(NULL, 3000 * 512, 2, PLAN_CHUNK_SIZE));
}

static void check_random(uint64_t length, uint32_t unit, unsigned marks)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];
	CLEANUP(blockmap_freep) struct blockmap *m = blockmap_new(length, unit);
	uint8_t *want = calloc(1, length), *got = calloc(1, length);
	uint64_t used = 0;

	for (unsigned i = 0; i < marks; i++) {
		uint64_t at = (uint64_t)rand() % length, len = (uint64_t)rand() % (3 * unit);
		uint64_t lo = at / unit * unit, hi = (at + len + unit - 1) / unit * unit;

		blockmap_mark(m, at, len);
		if (len)
			for (uint64_t b = lo; b < hi && b < length; b++)
				want[b] = 1;
	}
	for (uint64_t n = 0; n < chunk_count(length, PLAN_CHUNK_SIZE) + 1; n++) {
		uint32_t count = blockmap_chunk(m, length, n, PLAN_CHUNK_SIZE, spans);

		TAP_INT(blockmap_chunk_used(m, length, n, PLAN_CHUNK_SIZE), count > 0);
		for (uint32_t i = 0; i < count; i++) {
			TAP_OK(spans[i].length && spans[i].offset % 512 == 0);
			if (i)
				TAP_OK(spans[i].offset > spans[i - 1].offset + spans[i - 1].length);
			memset(got + n * PLAN_CHUNK_SIZE + spans[i].offset, 1, spans[i].length);
		}
	}
	TAP_OK(!memcmp(want, got, length));
	for (uint64_t b = 0; b < length; b++)
		used += want[b];
	TAP_INT(blockmap_used(m), used);
	free(want);
	free(got);
}

static void test_random(void)
{
	srand(7);
	check_random(5 << 20, 1024, 400);
	check_random((5 << 20) + 512, 1024, 2000);
	check_random((7 << 20) + 1536, 4096, 100);
	check_random((9 << 20) + 512, 65536, 40);
	check_random((33 << 20) + 4096, 4 << 20, 3);
	check_random(512, 1024, 3);
}

static void test_limits(void)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];
	CLEANUP(blockmap_freep) struct blockmap *m = blockmap_new(8 << 20, 1024);

	/* Every other unit: the most fragments that there can be. */
	for (uint64_t at = 0; at < 8 << 20; at += 2048)
		blockmap_mark(m, at, 1);
	TAP_INT(blockmap_chunk(m, 8 << 20, 3, PLAN_CHUNK_SIZE, spans), 512);
	TAP_INT(blockmap_used(m), 4 << 20);
	/* Outside of the volume. */
	blockmap_mark(m, 8 << 20, 4096);
	blockmap_mark(m, UINT64_MAX - 5, 100);
	blockmap_mark(m, (8 << 20) - 1, UINT64_MAX);
	TAP_INT(blockmap_used(m), (4 << 20) + 1024);
}

static void test_huge(void)
{
	uint64_t length = 1ull << 46; /* 64 TiB with 4 KiB blocks: a coarser map */
	CLEANUP(blockmap_freep) struct blockmap *m = blockmap_new(length, 4096);

	TAP_OK(m);
	blockmap_mark(m, length - 4096, 4096);
	TAP_OK(blockmap_chunk_used(m, length, chunk_count(length, PLAN_CHUNK_SIZE) - 1,
				   PLAN_CHUNK_SIZE));
	TAP_OK(!blockmap_chunk_used(m, length, chunk_count(length, PLAN_CHUNK_SIZE) - 2,
				    PLAN_CHUNK_SIZE));
	TAP_OK(blockmap_used(m) >= 4096 && blockmap_used(m) <= 1 << 20);
}

int main(void)
{
	TAP_RUN(test_whole);
	TAP_RUN(test_random);
	TAP_RUN(test_limits);
	TAP_RUN(test_huge);
	return tap_done();
}

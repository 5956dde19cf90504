/* test-span.c - runs of a chunk as pieces of output */
#include "receive/span.h"
#include "tap.h"

static uint8_t data[PLAN_MAX_CHUNK_SIZE], zeros[SPAN_LONG_ZERO];
static struct chunk chunk;
static struct span span;

static void set_runs(uint32_t n, const struct chunk_run *runs)
{
	memset(&chunk, 0, sizeof(chunk));
	if (n)
		memcpy(chunk.runs, runs, n * sizeof(*runs));
	chunk.run_count = n;
}

static struct span_cursor cursor(void)
{
	return (struct span_cursor){.chunk = &chunk, .data = data, .zeros = zeros};
}

static void test_empty(void)
{
	struct span_cursor c;

	set_runs(0, NULL);
	c = cursor();
	TAP_OK(!span_next(&c, &span));
}

static void test_touching(void)
{
	const struct chunk_run runs[] = {
		{0, 4096, CHUNK_DATA}, {4096, 8192, CHUNK_ZERO}, {12288, 512, CHUNK_DATA}};
	struct span_cursor c;

	set_runs(3, runs);
	c = cursor();
	TAP_OK(span_next(&c, &span));
	TAP_INT(span.offset, 0);
	TAP_INT(span.length, 12800);
	TAP_INT(span.count, 3);
	TAP_OK(span.pieces[0].iov_base == data && span.pieces[0].iov_len == 4096);
	TAP_OK(span.pieces[1].iov_base == zeros && span.pieces[1].iov_len == 8192);
	TAP_OK(span.pieces[2].iov_base == data + 4096 && span.pieces[2].iov_len == 512);
	TAP_OK(!span_next(&c, &span));
}

static void test_gap(void)
{
	const struct chunk_run runs[] = {{0, 512, CHUNK_DATA}, {1024, 512, CHUNK_DATA}};
	struct span_cursor c;

	set_runs(2, runs);
	c = cursor();
	TAP_OK(span_next(&c, &span) && span.offset == 0 && span.length == 512);
	TAP_OK(span_next(&c, &span) && span.offset == 1024 && span.length == 512);
	TAP_OK(span.pieces[0].iov_base == data + 512);
	TAP_OK(!span_next(&c, &span));
}

static void test_long_zero(void)
{
	const struct chunk_run runs[] = {{0, 4096, CHUNK_DATA},
					 {4096, SPAN_LONG_ZERO, CHUNK_ZERO},
					 {4096 + SPAN_LONG_ZERO, 4096, CHUNK_DATA}};
	struct span_cursor c;

	set_runs(3, runs);
	c = cursor();
	TAP_OK(span_next(&c, &span) && !span.zero && span.length == 4096);
	TAP_OK(span_next(&c, &span) && span.zero && span.length == SPAN_LONG_ZERO);
	TAP_OK(span_next(&c, &span) && !span.zero && span.offset == 4096 + SPAN_LONG_ZERO);
	TAP_OK(!span_next(&c, &span));
}

/* What is kept is not written, and ends a call like a hole does. */
static void test_kept(void)
{
	const struct chunk_run runs[] = {{0, 512, CHUNK_KEPT},
					 {512, 512, CHUNK_DATA},
					 {1024, SPAN_LONG_ZERO, CHUNK_KEPT},
					 {1024 + SPAN_LONG_ZERO, 512, CHUNK_DATA},
					 {1536 + SPAN_LONG_ZERO, 512, CHUNK_ZERO},
					 {2048 + SPAN_LONG_ZERO, 512, CHUNK_KEPT}};
	struct span_cursor c;

	set_runs(6, runs);
	c = cursor();
	TAP_OK(span_next(&c, &span) && span.offset == 512 && span.length == 512);
	TAP_OK(span.pieces[0].iov_base == data);
	TAP_OK(span_next(&c, &span) && span.offset == 1024 + SPAN_LONG_ZERO && span.count == 2);
	TAP_OK(span.pieces[0].iov_base == data + 512 && span.pieces[1].iov_base == zeros);
	TAP_OK(!span_next(&c, &span));
	set_runs(1, runs);
	c = cursor();
	TAP_OK(!span_next(&c, &span));
}

/* More runs than one call takes: nothing is lost, nothing twice. */
static void test_many(void)
{
	struct span_cursor c;
	uint32_t at = 0, calls = 0;

	memset(&chunk, 0, sizeof(chunk));
	chunk.run_count = PROTO_MAX_RUNS;
	for (uint32_t i = 0; i < PROTO_MAX_RUNS; i++)
		chunk.runs[i] = (struct chunk_run){i * 512, 512, i % 2 ? CHUNK_ZERO : CHUNK_DATA};
	c = cursor();
	while (span_next(&c, &span)) {
		TAP_INT(span.offset, at);
		TAP_OK(span.count <= SPAN_MAX_PIECES);
		at += span.length;
		calls++;
	}
	TAP_INT(at, PLAN_MAX_CHUNK_SIZE);
	TAP_INT(c.used, PLAN_MAX_CHUNK_SIZE / 2);
	TAP_INT(calls, PROTO_MAX_RUNS / SPAN_MAX_PIECES);
}

int main(void)
{
	TAP_RUN(test_empty);
	TAP_RUN(test_touching);
	TAP_RUN(test_gap);
	TAP_RUN(test_long_zero);
	TAP_RUN(test_kept);
	TAP_RUN(test_many);
	return tap_done();
}

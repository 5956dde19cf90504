/* The reader, on disks with bad sectors and files that refuse O_DIRECT. */
#include "image.h"
#include "source/source.h"
#include "source/source_lost.h"
#include "source/source_reader.h"
#include "source/state.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

#define MIB (1ull << 20)

static struct source *s;
static struct source_reader *reader;
static struct chunk *c;

/* The disk: [bad_from, bad_to) cannot be read; fails at most bad_times. */
static uint64_t bad_from, bad_to;
static unsigned bad_times, calls;
static int bad_errno;
static bool refuse_direct;
static size_t longest;

static ssize_t bad_pread(int fd, void *buf, size_t len, off_t offset)
{
	uint64_t at = (uint64_t)offset;

	calls++;
	if (len > longest)
		longest = len;
	if (refuse_direct && fd == s->fds[0].direct) {
		errno = EINVAL;
		return -1;
	}
	if (fd == s->fds[0].direct)
		TAP_OK(at % s->fds[0].align == 0 && len % s->fds[0].align == 0 &&
		       (uintptr_t)buf % s->fds[0].align == 0);
	if (bad_times && at < bad_to && at + len > bad_from) {
		bad_times--;
		errno = bad_errno;
		return -1;
	}
	return pread(fd, buf, len, offset);
}

static void ignore_log(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

static void begin(const char *path)
{
	const char *paths[] = {path};
	struct source_options options = {.paths = paths, .path_count = 1};
	CLEANUP(reasons_release) struct reasons reasons = {0};

	s = NULL;
	TAP_INT(source_open(&options, &s, &reasons), 0);
	s->pread = bad_pread;
	bad_times = calls = 0;
	longest = 0;
	bad_errno = EIO;
	refuse_direct = false;
	reader = source_reader_new(s);
	c = calloc(1, sizeof(*c));
}

static void end(void)
{
	source_reader_free(reader);
	source_free(s);
	free(c);
}

static void put(const char *path, uint64_t at, const void *bytes, size_t len)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	TAP_INT(io_pwrite_full(fd, bytes, len, at), 0);
}

static void check_run(uint32_t i, uint32_t offset, uint32_t length, bool zero)
{
	TAP_OK(i < c->run_count);
	TAP_INT(c->runs[i].offset, offset);
	TAP_INT(c->runs[i].length, length);
	TAP_INT(c->runs[i].how == CHUNK_ZERO, zero);
}

static void test_data(void)
{
	image_fill("disk.img", 2 * MIB + 1536, 'x');
	begin("disk.img");
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	TAP_INT(c->run_count, 1);
	check_run(0, 0, MIB, false);
	TAP_INT(c->data_len, MIB);
	TAP_OK(c->data[0] == 'x' && !memcmp(c->data, c->data + 1, MIB - 1));
	TAP_INT(calls, 1);
	TAP_INT(source_read_chunk(reader, 0, 2, c), 0);
	TAP_INT(c->run_count, 1);
	check_run(0, 0, 1536, false);
	log_set_sink(ignore_log, NULL);
	TAP_INT(source_read_chunk(reader, 0, 3, c), -EINVAL);
	TAP_INT(source_read_chunk(reader, 1, 0, c), -EINVAL);
	log_set_sink(NULL, NULL);
	end();
}

static void test_zeros(void)
{
	static const uint8_t zeros[65536];

	image_fill("disk.img", 2 * MIB, 'x');
	put("disk.img", 4096, zeros, 8192);
	/* Too short, or not at a multiple of 4096. */
	put("disk.img", 20480, zeros, 4095);
	put("disk.img", 32768 + 512, zeros, 7000);
	put("disk.img", MIB - 4096, zeros, 4096 + 65536 - 4096);
	begin("disk.img");
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(c->run_count, 4);
	check_run(0, 0, 4096, false);
	check_run(1, 4096, 8192, true);
	check_run(2, 12288, MIB - 4096 - 12288, false);
	check_run(3, MIB - 4096, 4096, true);
	TAP_INT(c->data_len, MIB - 4096 - 8192);
	TAP_OK(c->data[4096] == 'x' && c->data[20480 - 8192] == 0);
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	TAP_INT(c->run_count, 2);
	check_run(0, 0, 61440, true);
	TAP_INT(c->data_len, MIB - 61440);
	end();
}

static void test_all_zero(void)
{
	image_fill("disk.img", 3 * MIB, 0);
	put("disk.img", 2 * MIB, "x", 1);
	put("disk.img", 0, "x", 1);
	begin("disk.img");
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	TAP_INT(c->run_count, 1);
	check_run(0, 0, MIB, true);
	TAP_INT(c->data_len, 0);
	end();
}

/* The worst that zeros and data can do, on top of the worst fragments. */
static void test_many_runs(void)
{
	struct blockmap *map = blockmap_new(MIB, 1024);

	image_fill("disk.img", MIB, 'x');
	for (uint64_t at = 0; at < MIB; at += 8192)
		put("disk.img", at, (const uint8_t[4096]){0}, 4096);
	put("disk.img", 0, "x", 1);
	begin("disk.img");
	for (uint64_t at = 0; at < MIB; at += 2048)
		blockmap_mark(map, at, 1);
	s->volumes[0].map = map;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(c->run_count, 512);
	TAP_INT(c->data_len, 512 * 1024);
	TAP_INT(calls, 1);
	for (uint32_t i = 0; i < c->run_count; i++)
		TAP_OK(c->runs[i].offset == i * 2048 && c->runs[i].length == 1024);
	TAP_OK(c->data[4 * 1024] == 0 || c->data[4 * 1024] == 'x');
	TAP_OK(c->data[2 * 1024] == 'x' && c->data[5 * 1024] == 0);
	blockmap_free(map);
	end();
}

/* Far runs are read alone, near ones together. */
static void test_requests(void)
{
	struct blockmap *map = blockmap_new(MIB, 4096);

	image_fill("disk.img", MIB, 'x');
	begin("disk.img");
	blockmap_mark(map, 0, 4096);
	blockmap_mark(map, 4096 + 65536, 4096);
	blockmap_mark(map, 512 * 1024, 8192);
	s->volumes[0].map = map;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(calls, 2);
	TAP_INT(longest, 8192 + 65536);
	TAP_INT(c->run_count, 3);
	TAP_INT(c->data_len, 16384);
	blockmap_free(map);
	end();
}

static void test_lost_sector(void)
{
	const struct source_lost *lost;
	size_t count;

	image_fill("disk.img", 2 * MIB, 'x');
	begin("disk.img");
	log_set_sink(ignore_log, NULL);
	bad_from = MIB + 5 * 4096 + 512;
	bad_to = bad_from + 1;
	bad_times = UINT32_MAX;
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	lost = source_lost(s, &count);
	TAP_INT(count, 1);
	TAP_INT(lost[0].volume, 0);
	TAP_OK(lost[0].offset <= bad_from && lost[0].offset + lost[0].length > bad_from);
	TAP_INT(lost[0].length, s->fds[0].align);
	TAP_OK(c->data[0] == 'x' && c->data[MIB - 4097] == 'x');
	TAP_OK(calls < 40);
	/* The next pass meets it again. */
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	source_lost(s, &count);
	TAP_INT(count, 1);
	log_set_sink(NULL, NULL);
	end();
}

static void test_retry(void)
{
	size_t count;

	image_fill("disk.img", 2 * MIB, 'x');
	begin("disk.img");
	bad_from = 0;
	bad_to = MIB;
	bad_times = 2;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(c->data_len, MIB);
	TAP_INT(calls, 3);
	source_lost(s, &count);
	TAP_INT(count, 0);
	/* Once more than whole chunks are tried: the halves go well. */
	bad_times = 3;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(c->run_count, 1);
	TAP_OK(!memcmp(c->data, c->data + 1, MIB - 1));
	source_lost(s, &count);
	TAP_INT(count, 0);
	end();
}

/* A whole chunk is gone: one range, zeros. */
static void test_lost_chunk(void)
{
	const struct source_lost *lost;
	size_t count;

	image_fill("disk.img", 3 * MIB, 'x');
	begin("disk.img");
	log_set_sink(ignore_log, NULL);
	bad_from = MIB;
	bad_to = 2 * MIB;
	bad_times = UINT32_MAX;
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	TAP_INT(c->run_count, 1);
	check_run(0, 0, MIB, true);
	lost = source_lost(s, &count);
	TAP_INT(count, 1);
	TAP_OK(lost[0].offset == MIB && lost[0].length == MIB);
	log_set_sink(NULL, NULL);
	end();
}

/* What is read through but not in use is no loss. */
static void test_bad_hole(void)
{
	struct blockmap *map = blockmap_new(MIB, 4096);
	size_t count;

	image_fill("disk.img", MIB, 'x');
	begin("disk.img");
	blockmap_mark(map, 0, 4096);
	blockmap_mark(map, 32768, 4096);
	s->volumes[0].map = map;
	bad_from = 8192;
	bad_to = 12288;
	bad_times = UINT32_MAX;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(c->data_len, 8192);
	TAP_OK(!memcmp(c->data, c->data + 1, 8191));
	source_lost(s, &count);
	TAP_INT(count, 0);
	blockmap_free(map);
	end();
}

static void test_other_errors(void)
{
	image_fill("disk.img", MIB, 'x');
	begin("disk.img");
	bad_from = 0;
	bad_to = MIB;
	bad_times = 1;
	bad_errno = ENXIO;
	log_set_sink(ignore_log, NULL);
	TAP_INT(source_read_chunk(reader, 0, 0, c), -ENXIO);
	log_set_sink(NULL, NULL);
	bad_times = 1;
	bad_errno = EINTR;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	end();
}

/* An image that was cut while it is read. */
static void test_shrunk(void)
{
	const struct source_lost *lost;
	size_t count;

	image_fill("disk.img", 2 * MIB, 'x');
	begin("disk.img");
	TAP_OK(!truncate("disk.img", MIB + 8192));
	log_set_sink(ignore_log, NULL);
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	log_set_sink(NULL, NULL);
	lost = source_lost(s, &count);
	TAP_INT(count, 1);
	TAP_INT(lost[0].offset, MIB + 8192);
	TAP_INT(lost[0].length, MIB - 8192);
	check_run(0, 0, 8192, false);
	check_run(1, 8192, MIB - 8192, true);
	end();
}

/* O_DIRECT that works at the open, and not at the read. */
static void test_no_direct(void)
{
	image_fill("disk.img", 2 * MIB, 'x');
	begin("disk.img");
	refuse_direct = true;
	TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
	TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
	TAP_INT(c->data_len, MIB);
	TAP_INT(calls, s->fds[0].direct >= 0 ? 3 : 2);
	end();
}

/* A volume that does not start where O_DIRECT may. */
static void test_unaligned(void)
{
	image_fill("disk.img", 3 * MIB, 'x');
	put("disk.img", 63 * 512, "first", 5);
	put("disk.img", 63 * 512 + MIB - 4, "last", 4);
	begin("disk.img");
	s->volumes[0].start = 63 * 512;
	s->volumes[0].length = MIB + 512;
	s->volumes[0].chunks = 2;
	for (uint32_t align = 512; align <= 4096; align *= 2) {
		s->fds[0].align = align;
		TAP_INT(source_read_chunk(reader, 0, 0, c), 0);
		TAP_INT(c->data_len, MIB);
		TAP_OK(!memcmp(c->data, "firstx", 6) && !memcmp(c->data + MIB - 4, "last", 4));
		TAP_INT(source_read_chunk(reader, 0, 1, c), 0);
		TAP_INT(c->data_len, 512);
		TAP_OK(!memcmp(c->data, "xxxx", 4));
	}
	end();
}

static void test_full_list(void)
{
	const struct source_lost *lost;
	size_t count;

	image_fill("disk.img", MIB, 'x');
	begin("disk.img");
	log_set_sink(ignore_log, NULL);
	for (uint64_t i = 0; i < SOURCE_MAX_LOST + 10; i++)
		source_note_lost(s->losses, 0, i * 4096, 512);
	log_set_sink(NULL, NULL);
	lost = source_lost(s, &count);
	TAP_INT(count, SOURCE_MAX_LOST);
	TAP_INT(lost[count - 1].offset, (count - 1) * 4096);
	TAP_INT(lost[count - 1].length, 10 * 4096 + 512);
	end();
}

int main(void)
{
	image_begin();
	if (chdir(image_dir))
		return 1;
	TAP_RUN(test_data);
	TAP_RUN(test_zeros);
	TAP_RUN(test_all_zero);
	TAP_RUN(test_many_runs);
	TAP_RUN(test_requests);
	TAP_RUN(test_lost_sector);
	TAP_RUN(test_retry);
	TAP_RUN(test_lost_chunk);
	TAP_RUN(test_bad_hole);
	TAP_RUN(test_other_errors);
	TAP_RUN(test_shrunk);
	TAP_RUN(test_no_direct);
	TAP_RUN(test_unaligned);
	TAP_RUN(test_full_list);
	return image_end();
}

/* test-verify.c - a chunk that does not read back is noticed and forgotten */
#include "receive/verify.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"

#include <fcntl.h>

#define VOLUME_START  (1u << 20)
#define VOLUME_CHUNKS 4u

static char logged[1024];

static void sink(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	snprintf(logged, sizeof(logged), "%s", text);
}

struct fixture {
	struct session session;
	struct plan_disk disk;
	struct plan_volume volume;
	struct chunkmap map;
	struct digest entries[VOLUME_CHUNKS];
	struct chunk chunk;
	uint8_t data[PLAN_CHUNK_SIZE];
};

static int scratch_file(void)
{
	char path[] = "/tmp/p2v-verify.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	unlink(path);
	return ftruncate(fd, VOLUME_START + VOLUME_CHUNKS * PLAN_CHUNK_SIZE) ? -1 : fd;
}

/* A disk with one volume, and chunk 2 of it written there: data, free space,
 * zeros, data. */
static void fixture_make(struct fixture *f)
{
	struct chunk_encoder *e;
	const uint8_t *frame;
	size_t len;

	memset(f, 0, sizeof(*f));
	f->volume = (struct plan_volume){
		.kind = VOLUME_IMAGE,
		.source = {.length = VOLUME_CHUNKS * PLAN_CHUNK_SIZE, .partition = 1}};
	f->volume.target = f->volume.source;
	f->volume.target.start = VOLUME_START;
	f->session.plan = (struct plan){.chunk_size = PLAN_CHUNK_SIZE,
					.source = {.disk_count = 1, .disks = &f->disk},
					.target = {.disk_count = 1, .disks = &f->disk},
					.volume_count = 1,
					.volumes = &f->volume};
	f->map = (struct chunkmap){.count = VOLUME_CHUNKS, .entries = f->entries};
	f->session.maps = (struct chunkmaps){.count = 1, .maps = &f->map};
	f->session.disk_count = 1;
	f->session.disks[0] = (struct disk_target){.fd = scratch_file(), .file = true};
	for (size_t i = 0; i < sizeof(f->data); i++)
		f->data[i] = (uint8_t)(i * 7 + 1);
	f->chunk = (struct chunk){.number = 2,
				  .run_count = 3,
				  .runs = {{.offset = 0, .length = 8192},
					   {.offset = 16384, .length = 4096, .how = CHUNK_ZERO},
					   {.offset = 65536, .length = 512}},
				  .data = f->data,
				  .data_len = 8192 + 512};
	e = chunk_encoder_new(f->session.plan.secret, PLAN_CHUNK_SIZE);
	TAP_INT(chunk_encode(e, &f->chunk, 0, &frame, &len), 0);
	chunk_encoder_free(e);
	f->entries[2] = f->chunk.digest;
}

static void fixture_put(struct fixture *f, const void *bytes, size_t len, uint64_t offset)
{
	TAP_INT(io_pwrite_full(f->session.disks[0].fd, bytes, len,
			       VOLUME_START + 2 * PLAN_CHUNK_SIZE + offset),
		0);
}

static uint64_t fixture_bad(struct fixture *f)
{
	struct verify *v;
	uint64_t bad;

	logged[0] = '\0';
	fixture_put(f, f->data, 8192, 0);
	fixture_put(f, f->data + 8192, 512, 65536);
	f->entries[2] = f->chunk.digest;
	TAP_INT(verify_start(&f->session, &v), 0);
	verify_add(v, &f->chunk);
	bad = verify_drain(v).bad;
	verify_stop(v);
	return bad;
}

static void test_good(void)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_make(f);
	/* What lies in free space does not matter. */
	fixture_put(f, "old", 3, 8192);
	TAP_INT(fixture_bad(f), 0);
	TAP_OK(digest_equal(&f->entries[2], &f->chunk.digest));
	TAP_STR(logged, "");
	close(f->session.disks[0].fd);
	free(f);
}

static void test_zeros_that_are_not(void)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_make(f);
	fixture_put(f, "\1", 1, 16384 + 4095);
	TAP_INT(fixture_bad(f), 1);
	TAP_OK(digest_is_none(&f->entries[2]));
	TAP_HAS(logged, "chunk 2 does not read back");
	close(f->session.disks[0].fd);
	free(f);
}

/* The disk keeps another byte than it was given: here the chunk claims one. */
static void test_other_byte(void)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_make(f);
	f->data[8192 + 511] ^= 1;
	TAP_INT(fixture_bad(f), 1);
	TAP_OK(digest_is_none(&f->entries[2]));
	TAP_HAS(logged, "other bytes");
	close(f->session.disks[0].fd);
	free(f);
}

static void test_disk_that_ends(void)
{
	struct fixture *f = malloc(sizeof(*f));
	struct verify *v;

	fixture_make(f);
	TAP_INT(ftruncate(f->session.disks[0].fd, VOLUME_START), 0);
	TAP_INT(verify_start(&f->session, &v), 0);
	for (int i = 0; i < 100; i++)
		verify_add(v, &f->chunk);
	TAP_INT(verify_drain(v).bad, 100);
	verify_stop(v);
	TAP_OK(digest_is_none(&f->entries[2]));
	close(f->session.disks[0].fd);
	free(f);
}

int main(void)
{
	log_set_sink(sink, NULL);
	TAP_RUN(test_good);
	TAP_RUN(test_zeros_that_are_not);
	TAP_RUN(test_other_byte);
	TAP_RUN(test_disk_that_ends);
	return tap_done();
}

/* test-writer.c - a full chunk, a delta and a query of the same bytes agree: in
 * their digest, in the map, on the disk; for every chunk size */
#include "receive/writer.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#define VOLUME_START  (3u << 20)
#define VOLUME_CHUNKS 3u
#define OLD           0x55 /* what the disk holds before anything is written */

/* What the pusher has and sends, and a disk with one volume. */
struct fixture {
	struct session session;
	struct plan_disk disk;
	struct plan_volume volume;
	struct chunkmap map;
	struct digest entries[VOLUME_CHUNKS];
	int alive; /* the control process's lock */
	uint32_t size;
	struct chunk_encoder *encoder;
	struct chunk_decoder *decoder;
	struct writer *writer;
	uint8_t *source; /* a chunk's bytes */
	uint8_t *data;   /* the same, as the reader packs them */
	uint8_t *disk_bytes;
	struct chunk chunk, arrived;
};

static int scratch_file(void)
{
	char path[] = "/tmp/p2v-writer.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	unlink(path);
	return fd;
}

static int scratch_lock(int *other)
{
	char path[] = "/tmp/p2v-writer.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	if (other)
		*other = open(path, O_RDWR | O_CLOEXEC);
	unlink(path);
	return fd;
}

static struct fixture *fixture_new(uint32_t size, bool verify)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct session *s = &f->session;

	f->size = size;
	f->volume = (struct plan_volume){
		.kind = VOLUME_IMAGE,
		.source = {.start = 512, .length = VOLUME_CHUNKS * (uint64_t)size, .partition = 1}};
	/* It lands somewhere else. */
	f->volume.target = f->volume.source;
	f->volume.target.start = VOLUME_START;
	f->volume.target.partition = 2;
	session_init(s);
	s->plan = (struct plan){.verify = verify,
				.chunk_size = size,
				.source = {.disk_count = 1, .disks = &f->disk},
				.target = {.disk_count = 1, .disks = &f->disk},
				.volume_count = 1,
				.volumes = &f->volume};
	f->map = (struct chunkmap){.count = VOLUME_CHUNKS, .entries = f->entries};
	s->maps = (struct chunkmaps){.count = 1, .maps = &f->map};
	s->disk_count = 1;
	s->disks[0] = (struct disk_target){.fd = scratch_file(), .file = true, .sector = 512};
	s->disks[0].size = VOLUME_START + f->volume.source.length;
	s->writing = scratch_lock(NULL);
	s->lock = scratch_lock(&f->alive);
	flock(f->alive, LOCK_EX);
	f->source = io_alloc_aligned(size);
	f->data = io_alloc_aligned(size);
	f->disk_bytes = io_alloc_aligned(size);
	f->encoder = chunk_encoder_new(s->plan.secret, size);
	f->decoder = chunk_decoder_new(s->plan.secret, size);
	TAP_INT(writer_new(s, &f->writer), 0);
	return f;
}

static void fixture_free(struct fixture *f)
{
	writer_free(f->writer);
	chunk_encoder_free(f->encoder);
	chunk_decoder_free(f->decoder);
	free(f->source);
	free(f->data);
	free(f->disk_bytes);
	close(f->alive);
	close(f->session.lock);
	close(f->session.writing);
	close(f->session.disks[0].fd);
	free(f);
}

static uint64_t place(const struct fixture *f)
{
	return VOLUME_START + (uint64_t)f->size;
}

/* All of chunk 1 as it was before the push. */
static void disk_is_old(struct fixture *f)
{
	memset(f->disk_bytes, OLD, f->size);
	TAP_INT(io_pwrite_full(f->session.disks[0].fd, f->disk_bytes, f->size, place(f)), 0);
	f->entries[1] = (struct digest){0};
}

static void disk_changes(struct fixture *f, uint32_t offset, uint8_t byte)
{
	TAP_INT(io_pwrite_full(f->session.disks[0].fd, &byte, 1, place(f) + offset), 0);
}

/* What the source reads of chunk 1: data, zeros, a hole, data. */
static void source_reads(struct fixture *f)
{
	uint32_t q = f->size / 4;
	struct chunk *c = &f->chunk;

	memcpy(f->data, f->source, q);
	memcpy(f->data + q, f->source + 3 * q, q);
	c->volume = 0;
	c->number = 1;
	c->run_count = 0;
	chunk_add_run(c, 0, q, CHUNK_DATA);
	chunk_add_run(c, q, q, CHUNK_ZERO);
	chunk_add_run(c, 3 * q, q, CHUNK_DATA);
	c->data = f->data;
	c->data_len = 2 * q;
	chunk_digest(f->encoder, c);
}

static void source_is(struct fixture *f, uint8_t seed)
{
	for (uint32_t i = 0; i < f->size; i++)
		f->source[i] = (uint8_t)(i * 7 + (i >> 9) * 13 + seed);
	memset(f->source + f->size / 4, 0, f->size / 4);
	memset(f->source + f->size / 2, OLD, f->size / 4); /* the hole stays as it was */
	source_reads(f);
}

/* Through a frame, as a data connection does it. Returns what was found. */
static struct verify_counts sent(struct fixture *f, enum chunk_form form)
{
	struct verify_counts before, after;
	struct err_text err = {0};
	const uint8_t *frame;
	struct frame got;
	uint64_t stored, stored_after;
	size_t len;

	TAP_INT(chunk_form(&f->chunk), form);
	writer_counts(f->writer, &stored, &before);
	TAP_INT(chunk_encode(f->encoder, &f->chunk, 1, &frame, &len), 0);
	TAP_INT(frame_decode_header(frame, &got, &err), 0);
	got.payload = (uint8_t *)(uintptr_t)frame + PROTO_HEADER_LEN;
	TAP_INT(chunk_decode(f->decoder, &got, &f->arrived, &err), 0);
	TAP_INT(writer_check(&f->session.plan, &f->arrived, &err), 0);
	TAP_INT(writer_store(f->writer, &f->arrived, &err), 0);
	TAP_STR(err.text, "");
	TAP_INT(writer_drain(f->writer, &err), 0);
	writer_counts(f->writer, &stored_after, &after);
	TAP_INT(stored_after - stored, form == CHUNK_FULL);
	after.bad -= before.bad;
	after.proven -= before.proven;
	after.missing -= before.missing;
	return after;
}

/* The map has the chunk as the source has it now, and so has the disk. */
static void has_it(struct fixture *f, const struct digest *digest)
{
	TAP_OK(digest_equal(&f->entries[1], digest));
	TAP_INT(io_pread_full(f->session.disks[0].fd, f->disk_bytes, f->size, place(f)), 0);
	TAP_OK(!memcmp(f->disk_bytes, f->source, f->size));
	TAP_OK(digest_is_none(&f->entries[0]) && digest_is_none(&f->entries[2]));
}

/* Changes a part of the source, and has a delta of it in f->chunk. */
static struct digest source_changes(struct fixture *f)
{
	const struct chunk_range part[] = {{512, 1024}, {f->size / 4 - 512, 1024}};

	memset(f->source + 512, 0xee, 1024);
	memset(f->source + f->size / 4 - 512, 0xdd, 512);
	source_reads(f);
	chunk_keep(&f->chunk, part, 2);
	return f->chunk.digest;
}

static void test_agree(uint32_t size, bool verify)
{
	struct fixture *f = fixture_new(size, verify);
	struct digest first, second;

	disk_is_old(f);
	source_is(f, 1);
	first = f->chunk.digest;
	TAP_INT(sent(f, CHUNK_FULL).bad, 0);
	has_it(f, &first);

	second = source_changes(f);
	TAP_OK(!digest_equal(&first, &second));
	TAP_INT(sent(f, CHUNK_DELTA).proven, 1);
	has_it(f, &second);

	/* The map is lost; a query is enough, and writes nothing. */
	f->entries[1] = (struct digest){0};
	source_reads(f);
	chunk_keep(&f->chunk, NULL, 0);
	TAP_INT(f->chunk.data_len, 0);
	TAP_OK(digest_equal(&f->chunk.digest, &second));
	TAP_INT(sent(f, CHUNK_QUERY).proven, 1);
	has_it(f, &second);

	/* And all of it at once is the same again. */
	disk_is_old(f);
	source_reads(f);
	TAP_OK(digest_equal(&f->chunk.digest, &second));
	TAP_INT(sent(f, CHUNK_FULL).bad, 0);
	has_it(f, &second);
	fixture_free(f);
}

/* One byte differs, in a run that is data, in one that is zeros: not there. What
 * is free does not matter. */
static void test_query_of_other_bytes(uint32_t size)
{
	static const struct {
		unsigned quarter;
		bool missing;
	} places[] = {{0, true}, {1, true}, {2, false}, {3, true}};
	struct fixture *f = fixture_new(size, true);
	struct digest digest;

	disk_is_old(f);
	source_is(f, 2);
	digest = f->chunk.digest;
	TAP_INT(sent(f, CHUNK_FULL).bad, 0);
	for (size_t i = 0; i < 4; i++) {
		uint32_t offset = places[i].quarter * (size / 4) + 77;
		struct verify_counts counts;

		source_reads(f);
		chunk_keep(&f->chunk, NULL, 0);
		disk_changes(f, offset, f->source[offset] ^ 1);
		counts = sent(f, CHUNK_QUERY);
		TAP_INT(counts.missing, places[i].missing);
		TAP_INT(counts.proven, !places[i].missing);
		TAP_INT(digest_is_none(&f->entries[1]), places[i].missing);
		disk_changes(f, offset, f->source[offset]);
		TAP_INT(sent(f, CHUNK_QUERY).proven, 1);
		has_it(f, &digest);
	}
	fixture_free(f);
}

/* The rest was not as the source thinks: found, and mended by sending all. */
static void test_delta_on_other_bytes(uint32_t size, bool verify)
{
	struct fixture *f = fixture_new(size, verify);
	struct digest digest;
	struct verify_counts counts;

	disk_is_old(f);
	source_is(f, 3);
	TAP_INT(sent(f, CHUNK_FULL).bad, 0);
	disk_changes(f, size - 1, f->source[size - 1] ^ 0x80);
	digest = source_changes(f);
	counts = sent(f, CHUNK_DELTA);
	TAP_INT(counts.missing, 1);
	TAP_INT(counts.proven, 0);
	TAP_OK(digest_is_none(&f->entries[1]));
	source_reads(f);
	TAP_INT(sent(f, CHUNK_FULL).bad, 0);
	has_it(f, &digest);
	fixture_free(f);
}

/* Once its control process is gone, nothing is written, and nothing forgotten. */
static void test_control_is_gone(void)
{
	struct fixture *f = fixture_new(PLAN_MIN_CHUNK_SIZE, true);
	struct err_text err = {0};

	disk_is_old(f);
	source_is(f, 4);
	flock(f->alive, LOCK_UN);
	TAP_INT(writer_store(f->writer, &f->chunk, &err), -ECANCELED);
	TAP_HAS(err.text, "nothing more is written");
	TAP_OK(digest_is_none(&f->entries[1]));
	TAP_INT(io_pread_full(f->session.disks[0].fd, f->disk_bytes, f->size, place(f)), 0);
	TAP_INT(f->disk_bytes[0], OLD);
	fixture_free(f);
}

static void test_smallest(void)
{
	test_agree(PLAN_MIN_CHUNK_SIZE, true);
	test_agree(PLAN_MIN_CHUNK_SIZE, false);
	test_query_of_other_bytes(PLAN_MIN_CHUNK_SIZE);
	test_delta_on_other_bytes(PLAN_MIN_CHUNK_SIZE, true);
	test_delta_on_other_bytes(PLAN_MIN_CHUNK_SIZE, false);
}

static void test_usual(void)
{
	test_agree(PLAN_CHUNK_SIZE, true);
	test_query_of_other_bytes(PLAN_CHUNK_SIZE);
	test_delta_on_other_bytes(PLAN_CHUNK_SIZE, true);
}

static void test_largest(void)
{
	test_agree(PLAN_MAX_CHUNK_SIZE, true);
	test_agree(PLAN_MAX_CHUNK_SIZE, false);
	test_query_of_other_bytes(PLAN_MAX_CHUNK_SIZE);
	test_delta_on_other_bytes(PLAN_MAX_CHUNK_SIZE, true);
}

int main(void)
{
	TAP_RUN(test_smallest);
	TAP_RUN(test_usual);
	TAP_RUN(test_largest);
	TAP_RUN(test_control_is_gone);
	return tap_done();
}

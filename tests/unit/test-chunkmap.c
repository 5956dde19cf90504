/* test-chunkmap.c - the map in its file, and the root that SEAL compares */
#include "receive/chunkmap.h"
#include "tap.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (1ull << 20)

static char dir[] = "/tmp/p2v-chunkmap.XXXXXX";
static int dirfd = -1;
static struct plan_volume volumes[3] = {
	{.kind = VOLUME_IMAGE, .source = {.length = 5 * MIB + 512}},
	{.kind = VOLUME_SWAP, .source = {.length = 64 * MIB}},
	{.kind = VOLUME_IMAGE, .source = {.length = MIB}},
};
static struct plan plan = {.chunk_size = MIB, .volume_count = 3, .volumes = volumes};

static void test_create(void)
{
	struct err_text err = {0};
	struct stat st;

	TAP_INT(chunkmaps_size(&plan), 2 * 4096);
	TAP_INT(chunkmaps_create(dirfd, &plan, &err), 0);
	TAP_OK(fstatat(dirfd, "map.0", &st, 0) == 0 && st.st_size == 6 * 16);
	TAP_OK(st.st_blocks > 0);
	TAP_OK(fstatat(dirfd, "map.1", &st, 0) < 0);
	TAP_OK(fstatat(dirfd, "map.2", &st, 0) == 0 && st.st_size == 16);
	/* A second session must not take over a first one's maps. */
	TAP_INT(chunkmaps_create(dirfd, &plan, &err), -EEXIST);
}

static void test_shared(void)
{
	struct chunkmaps a, b;
	struct digest one = {{1}}, two = {{2}};

	TAP_INT(chunkmaps_open(dirfd, &plan, &a, NULL), 0);
	TAP_INT(chunkmaps_open(dirfd, &plan, &b, NULL), 0);
	chunkmap_set(&a.maps[0], 5, &one);
	TAP_OK(digest_equal(&b.maps[0].entries[5], &one));
	/* Cleared only as long as nobody has written it anew. */
	chunkmap_clear(&b.maps[0], 5, &two);
	TAP_OK(digest_equal(&a.maps[0].entries[5], &one));
	chunkmap_clear(&b.maps[0], 5, &one);
	TAP_OK(digest_is_none(&a.maps[0].entries[5]));
	chunkmap_set(&a.maps[0], 5, &two);
	chunkmap_forget(&b.maps[0], 5);
	TAP_OK(digest_is_none(&a.maps[0].entries[5]));
	/* Out of range: nothing happens. */
	chunkmap_set(&a.maps[0], 6, &one);
	chunkmap_set(&a.maps[1], 0, &one);
	chunkmap_clear(&a.maps[0], UINT64_MAX, &one);
	chunkmap_forget(&a.maps[0], 6);
	chunkmaps_release(&a);
	chunkmaps_release(&b);
}

static void test_root(void)
{
	struct chunkmaps m;
	struct digest d1 = {{0xaa}}, d4 = {{0xbb}}, root, want;
	uint8_t records[48];
	uint8_t *p = records;
	uint64_t chunks = 99;

	TAP_INT(chunkmaps_open(dirfd, &plan, &m, NULL), 0);
	TAP_INT(chunkmap_root(&m.maps[0], &chunks, &root), 0);
	want = digest_of("", 0);
	TAP_INT(chunks, 0);
	TAP_OK(digest_equal(&root, &want));
	chunkmap_set(&m.maps[0], 4, &d4);
	chunkmap_set(&m.maps[0], 1, &d1);
	p = buf_put_u64(p, 1);
	memcpy(p, d1.bytes, 16);
	p = buf_put_u64(p + 16, 4);
	memcpy(p, d4.bytes, 16);
	want = digest_of(records, sizeof(records));
	TAP_INT(chunkmap_root(&m.maps[0], &chunks, &root), 0);
	TAP_INT(chunks, 2);
	TAP_OK(digest_equal(&root, &want));
	chunkmaps_release(&m);
}

/* The plan's chunk size says how many there are. */
static void test_sizes(void)
{
	struct plan p = plan;

	p.chunk_size = 64 << 10;
	TAP_INT(chunkmaps_size(&p), 2 * 4096);
	volumes[0].source.length = 4096 * MIB;
	TAP_INT(chunkmaps_size(&p), 65536 * 16 + 4096);
	p.chunk_size = 4 << 20;
	TAP_INT(chunkmaps_size(&p), 1024 * 16 + 4096);
	volumes[0].source.length = 5 * MIB + 512;
}

/* A map that was cut off must not be mapped: its end would be SIGBUS. */
static void test_short_file(void)
{
	struct chunkmaps m;
	struct err_text err = {0};
	CLEANUP_FD int fd = openat(dirfd, "map.0", O_RDWR | O_CLOEXEC);

	TAP_OK(ftruncate(fd, 32) == 0);
	TAP_INT(chunkmaps_open(dirfd, &plan, &m, &err), -EINVAL);
	TAP_HAS(err.text, "map.0");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TAP_RUN(test_create);
	TAP_RUN(test_shared);
	TAP_RUN(test_root);
	TAP_RUN(test_sizes);
	TAP_RUN(test_short_file);
	unlinkat(dirfd, "map.0", 0);
	unlinkat(dirfd, "map.2", 0);
	close(dirfd);
	rmdir(dir);
	return tap_done();
}

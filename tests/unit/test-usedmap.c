/* The used-block maps: what they call free can be anything, and the file
 * system is still whole.
 *
 * The free space of every image is full of 0x55, the copy's of 0xAA, so that a
 * used block that is left out shows.
 */
#include "image.h"
#include "source/usedmap.h"
#include "util/cleanup.h"
#include "wire/chunk.h"

#include <string.h>

#define SIZE (48ull << 20)

static void copy_used(const char *from, const char *to, const struct blockmap *map, uint64_t length)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];
	CLEANUP_FD int in = open(from, O_RDONLY | O_CLOEXEC);
	CLEANUP_FD int out = -1;
	CLEANUP_FREE uint8_t *buf = malloc(PLAN_CHUNK_SIZE);

	image_fill(to, length, 0xaa);
	out = open(to, O_WRONLY | O_CLOEXEC);
	TAP_OK(in >= 0 && out >= 0 && buf);
	for (uint64_t n = 0; n < chunk_count(length, PLAN_CHUNK_SIZE); n++) {
		uint32_t count = blockmap_chunk(map, length, n, PLAN_CHUNK_SIZE, spans);

		TAP_INT(count > 0, blockmap_chunk_used(map, length, n, PLAN_CHUNK_SIZE));
		for (uint32_t i = 0; i < count; i++) {
			uint64_t at = n * PLAN_CHUNK_SIZE + spans[i].offset;

			TAP_INT(io_pread_full(in, buf, spans[i].length, at), 0);
			TAP_INT(io_pwrite_full(out, buf, spans[i].length, at), 0);
		}
	}
}

static struct blockmap *read_map(const char *path, uint64_t offset, uint64_t length,
				 struct usedmap_info *info)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct blockmap *map = NULL;

	TAP_INT(usedmap_read(fd, offset, length, info, &map), 0);
	return map;
}

/* mke2fs with a list of options in one string, on an image full of 0x55. */
static void make_fs(const char *image, const char *options)
{
	const char *argv[40] = {"mke2fs", "-q", "-F", "-E", "nodiscard"};
	char words[200];
	char *save = NULL;
	size_t n = 5;

	image_fill(image, SIZE, 0x55);
	snprintf(words, sizeof(words), "%s", options);
	for (char *at = strtok_r(words, " ", &save); at; at = strtok_r(NULL, " ", &save))
		argv[n++] = at;
	argv[n++] = "-d";
	argv[n++] = image_path("tree");
	argv[n++] = image;
	TAP_INT(image_run(0, argv, NULL), 0);
}

static void check_copy(const char *options, bool fragmented)
{
	const char *image = image_path("fs.img"), *copy = image_path("copy.img");
	CLEANUP(blockmap_freep) struct blockmap *map = NULL;
	struct usedmap_info info;

	printf("# mke2fs %s\n", options);
	make_fs(image, options);
	if (fragmented)
		for (unsigned i = 10; i < 60; i += 3) {
			char request[40];

			snprintf(request, sizeof(request), "rm file%03u", i);
			IMAGE_RUN("debugfs", "-w", "-R", request, image);
		}
	map = read_map(image, 0, SIZE, &info);
	TAP_OK(info.readable && !info.damaged && !info.needs_recovery && !info.has_errors);
	TAP_STR(info.why, "");
	TAP_OK(map);
	if (!map)
		return;
	TAP_OK(blockmap_used(map) > 4 << 20 && blockmap_used(map) < SIZE * 3 / 4);
	copy_used(image, copy, map, SIZE);
	IMAGE_RUN("e2fsck", "-fn", copy);
	IMAGE_RUN("rm", "-rf", image_path("out"));
	IMAGE_RUN("mkdir", image_path("out"));
	IMAGE_RUN("debugfs", "-R",
		  "rdump / "
		  "out",
		  copy);
	if (!fragmented)
		IMAGE_RUN("diff", "-r", "-x", "lost+found", "tree", "out");
	else
		for (unsigned i = 0; i < 80; i++) {
			char name[2][32];

			snprintf(name[0], sizeof(name[0]), "tree/file%03u", i);
			snprintf(name[1], sizeof(name[1]), "out/file%03u", i);
			if (i >= 10 && i < 60 && (i - 10) % 3 == 0)
				TAP_OK(access(name[1], F_OK));
			else
				IMAGE_RUN("cmp", name[0], name[1]);
		}
}

static void test_kinds(void)
{
	check_copy("-t ext2 -b 1024", false);
	check_copy("-t ext3 -b 4096", false);
	check_copy("-t ext4 -b 1024 -J size=4", false);
	check_copy("-t ext4 -b 2048 -I 128", false);
	check_copy("-t ext4 -b 4096 -E lazy_itable_init=1", false);
}

static void test_layouts(void)
{
	check_copy("-t ext4 -O bigalloc -C 65536", false);
	check_copy("-t ext4 -O bigalloc -b 1024 -C 16384 -J size=4", false);
	check_copy("-t ext4 -b 1024 -O meta_bg,^resize_inode -J size=4", false);
	check_copy("-t ext4 -b 1024 -O ^64bit,^metadata_csum,uninit_bg -J size=4", false);
	check_copy("-t ext4 -b 1024 -O ^flex_bg,sparse_super2 -J size=4", false);
	check_copy("-t ext4 -b 16384", false);
	check_copy("-t ext4 -b 65536 -J size=8", false);
}

static void test_fragmented(void)
{
	check_copy("-t ext4 -b 1024 -J size=4", true);
	check_copy("-t ext4 -b 4096", true);
}

static void test_boot_sector(void)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];
	CLEANUP(blockmap_freep) struct blockmap *map = NULL;
	struct usedmap_info info;

	make_fs(image_path("fs.img"), "-t ext2 -b 1024");
	map = read_map(image_path("fs.img"), 0, SIZE, &info);
	TAP_OK(map && blockmap_chunk(map, SIZE, 0, PLAN_CHUNK_SIZE, spans) > 0);
	TAP_OK(spans[0].offset == 0 && spans[0].length >= 2048);
}

static void test_offset_and_tail(void)
{
	static struct chunk_range spans[BLOCKMAP_MAX_SPANS];
	const char *disk = image_path("disk.img"), *image = image_path("fs.img");
	CLEANUP(blockmap_freep) struct blockmap *map = NULL;
	struct usedmap_info info;
	uint64_t length;

	make_fs(image, "-t ext4");
	image_fill(disk, 3 << 20, 0x11);
	IMAGE_RUN("dd", "status=none", "conv=notrunc", "bs=1M", "seek=1", "if=fs.img",
		  "of=disk.img");
	IMAGE_RUN("truncate", "-s", "1G", disk);
	/* All of a short tail is in use. */
	length = SIZE + 700 * 512;
	map = read_map(disk, 1 << 20, length, &info);
	TAP_OK(map && !info.damaged && !info.tail_left);
	TAP_INT(blockmap_chunk(map, length, SIZE >> 20, PLAN_CHUNK_SIZE, spans), 1);
	TAP_INT(spans[0].offset, 0);
	TAP_INT(spans[0].length, 700 * 512);
	blockmap_free(STEAL(map));
	/* Of a long one, the ends. */
	length = SIZE + (200ull << 20);
	map = read_map(disk, 1 << 20, length, &info);
	TAP_OK(map);
	TAP_INT(info.tail_left, 198ull << 20);
	TAP_OK(blockmap_chunk_used(map, length, SIZE >> 20, PLAN_CHUNK_SIZE));
	TAP_OK(!blockmap_chunk_used(map, length, (SIZE >> 20) + 1, PLAN_CHUNK_SIZE));
	TAP_OK(!blockmap_chunk_used(map, length, (SIZE >> 20) + 198, PLAN_CHUNK_SIZE));
	TAP_OK(blockmap_chunk_used(map, length, (SIZE >> 20) + 199, PLAN_CHUNK_SIZE));
	blockmap_free(STEAL(map));
	/* A partition that ends too early. */
	map = read_map(disk, 1 << 20, SIZE - 4096, &info);
	TAP_OK(!map && info.damaged);
	TAP_HAS(info.why, "larger than its partition");
}

/* Overwrites the block bitmap of group 0. */
static void zero_bitmap(const char *image, unsigned block_size)
{
	const char *const argv[] = {"dumpe2fs", image, NULL};
	struct run_options options = {.max_output = 1 << 20};
	struct run_result result;
	CLEANUP_FD int fd = open(image, O_RDWR | O_CLOEXEC);
	CLEANUP_FREE uint8_t *zeros = calloc(1, block_size);
	unsigned long block = 0;
	const char *at;

	TAP_INT(run_program(argv, &options, &result), 0);
	at = result.out ? strstr(result.out, "Block bitmap at ") : NULL;
	TAP_OK(at);
	if (at)
		block = strtoul(at + strlen("Block bitmap at "), NULL, 10);
	TAP_OK(block);
	TAP_INT(io_pwrite_full(fd, zeros, block_size, (uint64_t)block * block_size), 0);
	run_result_release(&result);
}

static void check_damaged(const char *options, unsigned block_size)
{
	const char *image = image_path("fs.img");
	struct usedmap_info info;
	struct blockmap *map;

	make_fs(image, options);
	zero_bitmap(image, block_size);
	map = read_map(image, 0, SIZE, &info);
	TAP_OK(!map && info.readable && info.damaged);
	TAP_OK(info.why[0]);
	printf("# %s: %s\n", options, info.why);
	blockmap_free(map);
}

static void test_damaged(void)
{
	check_damaged("-t ext4 -b 4096", 4096);
	check_damaged("-t ext4 -b 4096 -O ^metadata_csum", 4096);
	check_damaged("-t ext2 -b 1024", 1024);
}

static void test_not_a_file_system(void)
{
	struct usedmap_info info;
	struct blockmap *map;

	image_fill(image_path("fs.img"), 1 << 20, 0);
	map = read_map(image_path("fs.img"), 0, 1 << 20, &info);
	TAP_OK(!map && !info.readable && info.damaged);
}

static void test_state(void)
{
	const char *image = image_path("fs.img");
	struct usedmap_info info;

	make_fs(image, "-t ext4");
	IMAGE_RUN("debugfs", "-w", "-R", "feature needs_recovery", image);
	blockmap_free(read_map(image, 0, SIZE, &info));
	TAP_OK(info.needs_recovery && !info.has_errors);
	make_fs(image, "-t ext4");
	IMAGE_RUN("debugfs", "-w", "-R", "set_super_value state 3", image);
	blockmap_free(read_map(image, 0, SIZE, &info));
	TAP_OK(!info.needs_recovery && info.has_errors && !info.unclean);
	make_fs(image, "-t ext2");
	IMAGE_RUN("debugfs", "-w", "-R", "set_super_value state 0", image);
	blockmap_free(read_map(image, 0, SIZE, &info));
	TAP_OK(info.unclean);
}

int main(void)
{
	image_begin();
	TAP_OK(!chdir(image_dir));
	image_tree(image_path("tree"), 80);
	TAP_RUN(test_kinds);
	TAP_RUN(test_layouts);
	TAP_RUN(test_fragmented);
	TAP_RUN(test_boot_sector);
	TAP_RUN(test_offset_and_tail);
	TAP_RUN(test_damaged);
	TAP_RUN(test_not_a_file_system);
	TAP_RUN(test_state);
	TAP_OK(!chdir("/"));
	return image_end();
}

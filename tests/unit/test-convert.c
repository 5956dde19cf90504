/* test-convert.c - a table for another disk: against tables made by hand for that
 * disk, and against what sgdisk does when a disk has grown */
#include "image.h"
#include "table-image.h"
#include "table/table_convert.h"
#include "table/table_read.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MIB (1ull << 20)

/* The partitions of image_gpt_example() on a disk of any size. */
static struct image gpt_of(uint64_t size, uint32_t sector)
{
	static const uint16_t root[] = {'r', 'o', 'o', 't', 0};
	struct image m = image_new(size, sector);
	struct image_gpt g = image_gpt_usual(&m);
	uint64_t mib = MIB / sector;

	image_gpt_entry(&m, &g, 0, mib, 9 * mib - 1, root);
	image_gpt_entry(&m, &g, 2, 16 * mib, 32 * mib - 1, NULL);
	image_gpt_finish(&m, &g);
	return m;
}

static void decode(struct image *m, struct table *t)
{
	struct err_text err = {0};

	TAP_INT(table_decode(image_read, m, m->size, m->sector, t, &err), 0);
	TAP_STR(err.text, "");
}

static void same_table(const struct table *got, const struct table *want)
{
	TAP_INT(got->kind, want->kind);
	TAP_STR(got->id, want->id);
	TAP_INT(got->sector, want->sector);
	TAP_INT(got->first_usable, want->first_usable);
	TAP_INT(got->usable_end, want->usable_end);
	TAP_INT(got->backup, want->backup);
	TAP_INT(got->partition_count, want->partition_count);
	for (uint32_t i = 0; i < got->partition_count && i < want->partition_count; i++)
		TAP_OK(!memcmp(&got->partitions[i], &want->partitions[i],
			       sizeof(got->partitions[i])));
	TAP_INT(got->extent_count, want->extent_count);
	for (uint32_t i = 0; i < got->extent_count && i < want->extent_count; i++) {
		const struct table_extent *g = &got->extents[i], *w = &want->extents[i];

		TAP_INT(g->offset, w->offset);
		TAP_INT(g->length, w->length);
		TAP_OK(g->length == w->length && !memcmp(g->bytes, w->bytes, g->length));
	}
}

static void converts(struct image from, struct image to)
{
	CLEANUP(table_release) struct table source = {0}, got = {0}, want = {0};
	struct table_disk disk = {.size = to.size, .sector = to.sector};
	struct err_text err = {0};

	decode(&from, &source);
	decode(&to, &want);
	disk.kind = source.kind;
	TAP_INT(table_convert(&source, &disk, &got, &err), 0);
	TAP_STR(err.text, "");
	same_table(&got, &want);
	image_release(&from);
	image_release(&to);
}

static void test_gpt(void)
{
	static const uint64_t sizes[] = {33 * MIB, 64 * MIB, 64 * MIB + 512, 3 << 20 | 1ull << 42};

	for (size_t i = 0; i < 4; i++)
		converts(gpt_of(64 * MIB, 512), gpt_of(sizes[i], 512));
	/* Above 2 TiB the protective entry is as long as its 32 bits say. */
	converts(gpt_of(1ull << 42, 512), gpt_of(64 * MIB, 512));
	converts(gpt_of(64 * MIB, 4096), gpt_of(100 * MIB, 4096));
}

/* The size of a plain file need not be whole sectors. */
static void test_odd_size(void)
{
	CLEANUP(table_release) struct table source = {0}, got = {0};
	struct image m = gpt_of(64 * MIB, 512);
	struct table_disk disk = {.size = 100 * MIB + 511, .sector = 512, .kind = TABLE_GPT};

	decode(&m, &source);
	TAP_INT(table_convert(&source, &disk, &got, NULL), 0);
	TAP_INT(got.backup, 100 * MIB - 512);
	image_release(&m);
}

static void test_mbr_and_none(void)
{
	CLEANUP(table_release) struct table source = {0}, got = {0}, none = {.sector = 512};
	struct table_disk disk = {.size = 1ull << 43, .sector = 512, .kind = TABLE_MBR};
	struct image m = image_mbr_example();

	decode(&m, &source);
	TAP_INT(table_convert(&source, &disk, &got, NULL), 0);
	same_table(&got, &source);
	TAP_INT(got.usable_end, 0);
	TAP_INT(got.backup, 0);
	table_release(&got);
	disk = (struct table_disk){.size = MIB, .sector = 4096, .kind = TABLE_NONE};
	TAP_INT(table_convert(&none, &disk, &got, NULL), 0);
	TAP_INT(got.kind, TABLE_NONE);
	TAP_INT(got.extent_count, 0);
	image_release(&m);
}

static void refuses(const struct table *from, struct table_disk disk, int code, const char *text)
{
	struct table got = {0};
	struct err_text err = {0};

	TAP_INT(table_convert(from, &disk, &got, &err), code);
	TAP_HAS(err.text, text);
	TAP_OK(!got.partitions && !got.extents);
}

static void test_refused(void)
{
	CLEANUP(table_release) struct table gpt = {0};
	struct image m = gpt_of(64 * MIB, 512);

	decode(&m, &gpt);
	refuses(&gpt, (struct table_disk){64 * MIB, 512, TABLE_MBR}, -ENOTSUP, "into mbr yet");
	refuses(&gpt, (struct table_disk){64 * MIB, 512, TABLE_NONE}, -ENOTSUP, "into none yet");
	refuses(&gpt, (struct table_disk){64 * MIB, 4096, TABLE_GPT}, -ENOTSUP, "4096 bytes yet");
	/* The last partition's end, and 33 sectors of backup. */
	refuses(&gpt, (struct table_disk){32 * MIB + 32 * 512, 512, TABLE_GPT}, -ENOSPC,
		"needs a disk of 33571328 bytes");
	refuses(&gpt, (struct table_disk){32 * MIB + 33 * 512 - 1, 512, TABLE_GPT}, -ENOSPC,
		"needs a disk");
	image_release(&m);
}

/* A backup that its header puts somewhere else, or into what may be used. */
static void test_backup_elsewhere(void)
{
	static const uint64_t places[] = {0, 1, 100, 131071 - 40, 131072, 1ull << 63};
	struct table_extent backup[TABLE_BACKUP_EXTENTS];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CLEANUP(table_release) struct table t = {0};
		struct image m = gpt_of(64 * MIB, 512);
		uint8_t *h = image_at(&m, 1);

		buf_put_u64(h + 32, places[i]);
		buf_put_u32(h + 16, 0);
		buf_put_u32(h + 16, image_crc32(h, 92));
		decode(&m, &t);
		TAP_INT(t.backup, 0);
		TAP_INT(table_backup(&t, backup), 0);
		image_release(&m);
	}
}

static void put_extents(int fd, const struct table_extent *e, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		TAP_INT(io_pwrite_full(fd, e[i].bytes, e[i].length, e[i].offset), 0);
}

static int read_fd(void *ctx, void *buf, size_t len, uint64_t offset)
{
	return io_pread_full(*(int *)ctx, buf, len, offset);
}

static void make(const char *name, uint64_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	TAP_OK(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	close(fd);
}

/* sgdisk makes a table; the disk grows; sgdisk -e moves the backup. The same by
 * table_convert() on an empty disk must be the same disk, to the byte. */
static void grown(uint64_t before, uint64_t after, const char *option)
{
	CLEANUP(table_release) struct table source = {0}, got = {0};
	struct table_disk disk = {.size = after, .sector = 512, .kind = TABLE_GPT};
	struct table_extent backup[TABLE_BACKUP_EXTENTS];
	CLEANUP_FD int fd = -1;
	int n;

	make("sgdisk.img", before);
	IMAGE_RUN("sgdisk", option, "-U", "33333333-3333-3333-3333-333333333333", "-n",
		  "1:2048:+8M", "-c", "1:root fs", "-A", "1:set:2", "-n", "7:0:+4M", "-t", "7:8200",
		  "sgdisk.img");
	fd = open("sgdisk.img", O_RDONLY | O_CLOEXEC);
	TAP_INT(table_decode(read_fd, &fd, before, 512, &source, NULL), 0);
	TAP_INT(source.backup, before - 512);
	close(steal_fd(&fd));
	TAP_INT(truncate("sgdisk.img", (off_t)after), 0);
	IMAGE_RUN("sgdisk", "-e", "sgdisk.img");

	make("ours.img", after);
	TAP_INT(table_convert(&source, &disk, &got, NULL), 0);
	fd = open("ours.img", O_WRONLY | O_CLOEXEC);
	put_extents(fd, got.extents, got.extent_count);
	n = table_backup(&got, backup);
	TAP_INT(n, 2);
	put_extents(fd, backup, (uint32_t)n);
	table_backup_release(backup);
	IMAGE_RUN("sgdisk", "--verify", "ours.img");
	/* Cylinder, head and sector of the protective entry's end stay as they were.
	 * Where the old backup was, sgdisk leaves it. */
	IMAGE_RUN("cmp", "-n", "451", "sgdisk.img", "ours.img");
	IMAGE_RUN("cmp", "-i", "454", "-n", "16777216", "sgdisk.img", "ours.img");
	IMAGE_RUN("cmp", "-i", after == before ? "20971520" : "33554432", "sgdisk.img", "ours.img");
}

static void test_sgdisk(void)
{
	grown(32 * MIB, 64 * MIB, "-Z");
	grown(32 * MIB, 32 * MIB, "-Z");
	grown(32 * MIB, 50 * MIB, "--resize-table=256");
}

static void test_copy(void)
{
	CLEANUP(table_release) struct table from = {0}, to = {0};
	struct image m = image_mbr_example();

	decode(&m, &from);
	TAP_INT(table_copy(&from, &to), 0);
	same_table(&to, &from);
	TAP_OK(to.partitions != from.partitions && to.extents[0].bytes != from.extents[0].bytes);
	image_release(&m);
}

int main(void)
{
	image_begin();
	if (chdir(image_dir))
		return 1;
	TAP_RUN(test_gpt);
	TAP_RUN(test_odd_size);
	TAP_RUN(test_mbr_and_none);
	TAP_RUN(test_refused);
	TAP_RUN(test_backup_elsewhere);
	TAP_RUN(test_sgdisk);
	TAP_RUN(test_copy);
	return image_end();
}

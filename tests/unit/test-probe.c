/* Signatures that the real tools have written. */
#include "image.h"
#include "util/cleanup.h"
#include "util/probe.h"

#include <errno.h>

#define MIB (1ull << 20)

static struct probe_result probe(uint64_t offset, uint64_t length)
{
	CLEANUP_FD int fd = open("disk.img", O_RDONLY | O_CLOEXEC);
	struct probe_result got;

	TAP_INT(probe_range(fd, offset, length, &got), 0);
	return got;
}

static void test_nothing(void)
{
	struct probe_result got;

	image_fill("disk.img", 4 * MIB, 0);
	got = probe(0, 0);
	TAP_STR(got.type, "");
	TAP_STR(got.table, "");
	TAP_OK(!got.ambivalent);
}

static void test_ext4_in_a_partition(void)
{
	struct probe_result got;

	image_fill("fs.img", 8 * MIB, 0x55);
	IMAGE_RUN("mke2fs", "-q", "-F", "-t", "ext4", "-L", "a label", "-U",
		  "11111111-2222-3333-4444-555555555555", "fs.img");
	image_fill("disk.img", 16 * MIB, 0);
	IMAGE_RUN_INPUT("label: gpt\nsize=8M\n", "sfdisk", "-q", "disk.img");
	IMAGE_RUN("dd", "status=none", "conv=notrunc", "bs=1M", "seek=1", "if=fs.img",
		  "of=disk.img");
	got = probe(MIB, 8 * MIB);
	TAP_STR(got.type, "ext4");
	TAP_STR(got.usage, "filesystem");
	TAP_STR(got.label, "a label");
	TAP_STR(got.uuid, "11111111-2222-3333-4444-555555555555");
	got = probe(0, 0);
	TAP_STR(got.type, "");
	TAP_STR(got.table, "gpt");
}

static void test_swap(void)
{
	struct probe_result got;

	image_fill("disk.img", 4 * MIB, 0);
	IMAGE_RUN("mkswap", "-q", "-L", "swp", "disk.img");
	got = probe(0, 0);
	TAP_STR(got.type, "swap");
	TAP_STR(got.label, "swp");
	TAP_OK(got.uuid[0]);
}

static void test_others(void)
{
	struct probe_result got;

	image_fill("disk.img", 64 * MIB, 0);
	IMAGE_RUN("mkfs.vfat", "disk.img");
	got = probe(0, 0);
	TAP_STR(got.type, "vfat");
	/* A boot sector looks like an MBR. */
	TAP_STR(got.table, "");
	image_fill("disk.img", 4 * MIB, 0);
	IMAGE_RUN_INPUT("label: sun\n", "sfdisk", "-q", "disk.img");
	got = probe(0, 0);
	TAP_STR(got.table, "sun");
}

static void test_ambivalent(void)
{
	struct probe_result got;
	const char magic[] = "_BHRfS_M"; /* of btrfs, at 64 KiB + 64 */
	CLEANUP_FD int fd = -1;

	image_fill("disk.img", 130 * MIB, 0);
	IMAGE_RUN("mkfs.btrfs", "-q", "disk.img");
	IMAGE_RUN("dd", "status=none", "conv=notrunc", "if=disk.img", "of=keep.img", "bs=4096",
		  "skip=16", "count=1");
	IMAGE_RUN("mke2fs", "-q", "-F", "-t", "ext4", "disk.img");
	fd = open("disk.img", O_RDWR | O_CLOEXEC);
	IMAGE_RUN("dd", "status=none", "conv=notrunc", "if=keep.img", "of=disk.img", "bs=4096",
		  "seek=16", "count=1");
	got = probe(0, 0);
	TAP_OK(got.ambivalent);
	TAP_STR(got.type, "");
	TAP_INT(io_pwrite_full(fd, magic + 1, sizeof(magic) - 1, 65536 + 64), 0);
	got = probe(0, 0);
	TAP_STR(got.type, "ext4");
}

static void test_bad_descriptor(void)
{
	struct probe_result got;

	TAP_OK(probe_range(-1, 0, 0, &got) < 0);
}

int main(void)
{
	image_begin();
	if (chdir(image_dir))
		return 1;
	TAP_RUN(test_nothing);
	TAP_RUN(test_ext4_in_a_partition);
	TAP_RUN(test_swap);
	TAP_RUN(test_others);
	TAP_RUN(test_ambivalent);
	TAP_RUN(test_bad_descriptor);
	return image_end();
}

/* The block model on machines that no recording has: circles, devices that
 * vanish, odd names, too much of everything.
 */
#include "block-tree.h"
#include "block/block_read.h"
#include "block/devnames.h"
#include "block/stack.h"
#include "block/users.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>

static char logged[1000];

static void keep_log(void *ctx, enum log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	snprintf(logged, sizeof(logged), "%s", text);
}

static const char one_disk[] = "f\tproc/self/mountinfo\n"
			       "l\tsys/dev/block/8:0\t../../block/sda\n"
			       "d\tsys/block/sda\n";

static struct block_model *look(const char *text)
{
	struct block_model *m = NULL;

	TAP_INT(block_read(block_tree_text(text), &m), 0);
	if (!m) {
		printf("Bail out! %s\n", logged);
		exit(1);
	}
	return m;
}

static const char *users_of(const struct block_model *m, const char *name)
{
	static char out[1000];
	CLEANUP(strv_release) struct strv users = {0};
	size_t n = 0;
	bool root;

	TAP_INT(users_of_disk(m, block_by_name(m, name), &users, &root), 0);
	out[0] = '\0';
	for (size_t i = 0; i < users.n && n < sizeof(out); i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", i ? "; " : "", users.v[i]);
	return out;
}

/* A holder that was made while we looked is known by its name only, and is in
 * the way all the same. */
static void test_unknown_holder(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "l\tsys/dev/block/8:0\t../../block/sda\n"
				   "d\tsys/block/sda\n"
				   "d\tsys/block/sda/holders/dm-5\n";
	CLEANUP(block_freep) struct block_model *m = look(text);
	CLEANUP(strv_release) struct strv mounts = {0}, paths = {0};
	struct block_device *sda = block_by_name(m, "sda"), *dm = block_by_name(m, "dm-5");
	struct users_use use = {0};

	TAP_STR(users_of(m, "sda"), "sda is part of dm-5");
	TAP_INT(users_of_device(m, sda, &use, &mounts), 0);
	TAP_OK(use.held_rw);
	TAP_INT(dm->kind, DEVICE_UNKNOWN);
	TAP_OK(!block_by_number(m, 0));
	/* What else it is made of, nobody knows. */
	TAP_INT(stack_disks_of(dm, &paths), -ENODEV);
}

/* One that is below is not a disk that could be named. */
static void test_unknown_slave(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "l\tsys/dev/block/9:0\t../../block/md0\n"
				   "d\tsys/block/md0\n"
				   "d\tsys/block/md0/slaves/sdz\n";
	CLEANUP(block_freep) struct block_model *m = look(text);
	CLEANUP(strv_release) struct strv paths = {0};

	TAP_INT(stack_disks_of(block_by_name(m, "md0"), &paths), -ENODEV);
}

static void test_circle(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "l\tsys/dev/block/253:0\t../../block/dm-0\n"
				   "d\tsys/block/dm-0\n"
				   "l\tsys/dev/block/253:1\t../../block/dm-1\n"
				   "d\tsys/block/dm-1\n"
				   "l\tsys/dev/block/8:0\t../../block/sda\n"
				   "d\tsys/block/sda\n"
				   "d\tsys/block/dm-0/holders/dm-1\n"
				   "d\tsys/block/dm-1/holders/dm-0\n"
				   "d\tsys/block/sda/holders/dm-0\n";
	CLEANUP(block_freep) struct block_model *m = look(text);
	CLEANUP(strv_release) struct strv mounts = {0}, paths = {0};
	struct users_use use = {0};

	TAP_STR(users_of(m, "sda"),
		"sda is part of dm-0; dm-0 is part of dm-1; dm-1 is part of dm-0");
	TAP_INT(users_of_device(m, block_by_name(m, "sda"), &use, &mounts), 0);
	TAP_OK(use.held_rw);
	TAP_INT(stack_disks_of(block_by_name(m, "dm-1"), &paths), 0);
	TAP_STR(paths.v[0], "/dev/sda");
}

/* Holders are named in the kernel's order, whatever the directory's is. */
static void test_order(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "f\tproc/partitions\n"
				   "\tmajor minor  #blocks  name\n"
				   "\t\n"
				   "\t   8        0          9 sda\n"
				   "\t 253        2          9 dm-2\n"
				   "\t 253        0          9 dm-0\n"
				   "\t 253        1          9 dm-1\n"
				   "l\tsys/dev/block/253:0\t../../block/dm-0\n"
				   "l\tsys/dev/block/253:1\t../../block/dm-1\n"
				   "l\tsys/dev/block/253:2\t../../block/dm-2\n"
				   "l\tsys/dev/block/8:0\t../../block/sda\n"
				   "d\tsys/block/dm-0/slaves/sda\n"
				   "d\tsys/block/dm-1/slaves/sda\n"
				   "d\tsys/block/dm-2/slaves/sda\n"
				   "d\tsys/block/sda/holders/gone\n";
	CLEANUP(block_freep) struct block_model *m = look(text);

	TAP_STR(users_of(m, "sda"), "sda is part of dm-2; sda is part of dm-0; "
				    "sda is part of dm-1; sda is part of gone");
}

static void test_nothing_below(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "l\tsys/dev/block/253:0\t../../block/dm-0\n"
				   "d\tsys/block/dm-0\n"
				   "d\tsys/block/dm-0/holders/dm-0\n";
	CLEANUP(block_freep) struct block_model *m = look(text);
	CLEANUP(strv_release) struct strv paths = {0};

	TAP_INT(stack_disks_of(block_by_name(m, "dm-0"), &paths), -ELOOP);
	TAP_INT(stack_disks_of(NULL, &paths), -ENODEV);
}

/* However high a stack is, what is on top of it is found. */
static void test_tower(void)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP(block_freep) struct block_model *m = NULL;
	CLEANUP(strv_release) struct strv mounts = {0};
	struct users_use use = {0};
	size_t size;
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "f\tproc/self/mountinfo\n\t1 0 253:99 / /top rw - ext4 /dev/dm-99 rw\n");
	for (int i = 0; i < 100; i++) {
		fprintf(f, "l\tsys/dev/block/253:%d\t../../block/dm-%d\nd\tsys/block/dm-%d\n", i, i,
			i);
		if (i)
			fprintf(f, "d\tsys/block/dm-%d/slaves/dm-%d\n", i, i - 1);
	}
	fclose(f);
	m = look(text);
	TAP_HAS(users_of(m, "dm-90"), "dm-99 is mounted on /top");
	TAP_OK(stack_is_on(block_by_name(m, "dm-99"), block_by_name(m, "dm-0")));
	TAP_INT(users_of_device(m, block_by_name(m, "dm-0"), &use, &mounts), 0);
	TAP_OK(use.held_rw);
}

static void test_names(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "\t1 0 0:9 / / rw - btrfs /dev/cciss/c0d0p1 rw\n"
				   "f\tproc/swaps\n"
				   "\tFilename\n"
				   "\t/dev/mapper/odd\\040name partition 1 0 -2\n"
				   "l\tsys/dev/block/104:0\t../../block/cciss!c0d0\n"
				   "l\tsys/dev/block/104:1\t../../block/cciss!c0d0/cciss!c0d0p1\n"
				   "f\tsys/block/cciss!c0d0/dev\n"
				   "\t104:0\n"
				   "f\tsys/block/cciss!c0d0/cciss!c0d0p1/partition\n"
				   "\t1\n"
				   "l\tsys/dev/block/253:0\t../../block/dm-0\n"
				   "d\tsys/block/dm-0\n"
				   "l\tsys/dev/block/253:1\t../../block/dm-1\n"
				   "d\tsys/block/dm-1\n"
				   "f\tsys/block/dm-0/dm/name\n"
				   "\todd name\n"
				   "f\tsys/block/dm-1/dm/name\n"
				   "\tvg--a-b--c\n"
				   "f\tsys/block/dm-1/dm/uuid\n"
				   "\tLVM-xyz\n"
				   "n\tdev/dm-1\n"
				   "l\tdev/vg-a/b-c\t../dm-1\n"
				   "l\tdev/mapper/away\t../../../../etc/passwd\n";
	CLEANUP(block_freep) struct block_model *m = look(text);
	CLEANUP(devnames_release) struct devnames names = {0};
	CLEANUP(strv_release) struct strv list = {0};

	TAP_STR(users_of(m, "cciss/c0d0"), "cciss/c0d0p1 is mounted on /");
	TAP_OK(block_by_name(m, "dm-0")->swap);
	TAP_INT(devnames_read(m, &names), 0);
	TAP_INT(devnames_of(&names, block_by_name(m, "dm-1"), &list), 0);
	TAP_INT(list.n, 2);
	TAP_STR(list.v[1], "/dev/vg-a/b-c");
	TAP_OK(!devnames_find(m, "/dev/mapper/away"));
}

static void check_kind(const char *name, const char *uuid, enum device_kind kind)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP(block_freep) struct block_model *m = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "f\tproc/self/mountinfo\nl\tsys/dev/block/1:1\t../../block/%s\n", name);
	fprintf(f, "d\tsys/block/%s\n", name);
	if (uuid)
		fprintf(f, "f\tsys/block/%s/dm/uuid\n\t%s\n", name, uuid);
	fclose(f);
	m = look(text);
	TAP_INT(block_by_name(m, name)->kind, kind);
}

static void test_kinds(void)
{
	check_kind("dm-1", "LVM-abc", DEVICE_LVM);
	check_kind("dm-1", "CRYPT-LUKS1-abc", DEVICE_CRYPT);
	check_kind("dm-1", "mpath-3600", DEVICE_MULTIPATH);
	check_kind("dm-1", "DMRAID-isw_x", DEVICE_FAKE_RAID);
	check_kind("dm-1", "part1-mpath-3600", DEVICE_MAPPED);
	check_kind("dm-1", "", DEVICE_MAPPED);
	check_kind("sda", NULL, DEVICE_DISK);
	check_kind("srv", NULL, DEVICE_DISK);
	check_kind("nvme0n1", NULL, DEVICE_DISK);
	check_kind("mmcblk0", NULL, DEVICE_DISK);
	check_kind("sr0", NULL, DEVICE_REMOVABLE);
	check_kind("fd0", NULL, DEVICE_REMOVABLE);
	check_kind("zram0", NULL, DEVICE_RAM);
	check_kind("md127", NULL, DEVICE_MD);
	check_kind("loop7", NULL, DEVICE_LOOP);
}

/* A file on a file system on a loop device: the deepest mount counts. */
static void test_loop_on_loop(void)
{
	static const char text[] = "f\tproc/self/mountinfo\n"
				   "\t1 0 8:0 / / rw - ext4 /dev/sda rw\n"
				   "\t2 1 7:0 / /mnt rw - ext4 /dev/loop0 rw\n"
				   "\t3 1 0:9 / /mnt2 rw - tmpfs none rw\n"
				   "l\tsys/dev/block/8:0\t../../block/sda\n"
				   "d\tsys/block/sda\n"
				   "l\tsys/dev/block/7:0\t../../block/loop0\n"
				   "d\tsys/block/loop0\n"
				   "l\tsys/dev/block/7:1\t../../block/loop1\n"
				   "d\tsys/block/loop1\n"
				   "l\tsys/dev/block/7:2\t../../block/loop2\n"
				   "d\tsys/block/loop2\n"
				   "f\tsys/block/loop0/loop/backing_file\n"
				   "\t/x.img\n"
				   "f\tsys/block/loop1/loop/backing_file\n"
				   "\t/mnt/y.img\n"
				   "f\tsys/block/loop2/loop/backing_file\n"
				   "\t/mnt2/z.img\n";
	CLEANUP(block_freep) struct block_model *m = look(text);

	TAP_STR(users_of(m, "sda"), "sda has the file of loop0; loop0 has the file of loop1; "
				    "sda is mounted on /; loop0 is mounted on /mnt");
	TAP_OK(!block_by_name(m, "loop2")->file_on);
}

static void test_too_many(void)
{
	struct block_model *m = NULL;
	const char *root = block_tree_text(one_disk);
	char path[300];

	for (unsigned i = 0; i < BLOCK_MAX_DEVICES; i++) {
		snprintf(path, sizeof(path), "%s/sys/dev/block/9:%u", root, i);
		TAP_OK(!symlink("../../block/sda", path));
	}
	TAP_INT(block_read(root, &m), -E2BIG);
	TAP_OK(!m);
	TAP_HAS(logged, "more than 8192 block devices");
}

static void test_no_proc(void)
{
	struct block_model *m = NULL;

	TAP_INT(block_read(block_tree_text(strstr(one_disk, "l\t")), &m), -ENOENT);
	TAP_STR(logged, "cannot read /proc/self/mountinfo: No such file or directory");
}

int main(void)
{
	log_set_sink(keep_log, NULL);
	image_begin();
	TAP_RUN(test_unknown_holder);
	TAP_RUN(test_unknown_slave);
	TAP_RUN(test_circle);
	TAP_RUN(test_order);
	TAP_RUN(test_nothing_below);
	TAP_RUN(test_tower);
	TAP_RUN(test_names);
	TAP_RUN(test_kinds);
	TAP_RUN(test_loop_on_loop);
	TAP_RUN(test_too_many);
	TAP_RUN(test_no_proc);
	return image_end();
}

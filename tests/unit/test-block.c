/* The block model on machines that were recorded (tests/unit/block): what there
 * is, what it is made of, what it is called, and who uses it.
 */
#include "block-tree.h"
#include "block/block_read.h"
#include "block/devnames.h"
#include "block/stack.h"
#include "block/users.h"
#include "receive/facts_disk.h"
#include "source/use.h"
#include "util/cleanup.h"

#include <errno.h>

static struct block_model *model;

static struct block_device *dev(const char *name)
{
	struct block_device *d = block_by_name(model, name);

	if (!d) {
		printf("Bail out! no device %s\n", name);
		exit(1);
	}
	return d;
}

static void load(const char *name)
{
	block_free(model);
	model = NULL;
	TAP_INT(block_read(block_tree(name), &model), 0);
	if (!model)
		exit(1);
}

/* "a; b; c" */
static const char *joined(const struct strv *list)
{
	static char out[2000];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->n && n < sizeof(out); i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", i ? "; " : "", list->v[i]);
	return out;
}

/* What the receiver's check says of a disk, and whether the root is on it. */
static void target(const char *disk, const char *users, bool root)
{
	struct facts_disk d = {.path = "/dev/x"};
	struct err_text err = {0};

	TAP_INT(facts_block(model, dev(disk)->number, &d, &err), 0);
	TAP_STR(err.text, "");
	TAP_STR(joined(&d.users), users);
	TAP_INT(d.boot_disk, root);
	facts_disk_release(&d);
}

/* What the source says of one device: its use, and what would be frozen. */
static struct users_use source(const char *name, const char *frozen)
{
	CLEANUP(strv_release) struct strv mounts = {0};
	struct users_use use = {0};

	TAP_INT(users_of_device(model, dev(name), &use, &mounts), 0);
	TAP_STR(joined(&mounts), frozen);
	return use;
}

static void disks_of(const char *name, const char *want)
{
	CLEANUP(strv_release) struct strv paths = {0};

	TAP_INT(stack_disks_of(dev(name), &paths), 0);
	TAP_STR(joined(&paths), want);
}

static void root_on(const char *name)
{
	const struct mounts_entry *root = mounts_root(&model->mounts);

	TAP_OK(root && root->device);
	if (root && root->device)
		TAP_STR(root->device->name, name);
}

static void is_called(const char *path, const char *name)
{
	const struct block_device *d = devnames_find(model, path);

	TAP_STR(d ? d->name : "none", name);
}

static void has_name(const char *name, const char *path)
{
	CLEANUP(devnames_release) struct devnames names = {0};
	CLEANUP(strv_release) struct strv list = {0};

	TAP_INT(devnames_read(model, &names), 0);
	TAP_INT(devnames_of(&names, dev(name), &list), 0);
	if (!strv_has(&list, path))
		TAP_STR(joined(&list), path);
	/* And back. */
	for (size_t i = 0; i < list.n; i++)
		is_called(list.v[i], name);
}

static void test_partitions(void)
{
	const struct block_device *d;
	struct users_use use;

	load("partitions");
	d = dev("vda");
	TAP_INT(d->kind, DEVICE_DISK);
	TAP_INT(d->size, 192 << 20);
	TAP_INT(d->sector, 512);
	TAP_OK(d->hardware && !d->read_only && !d->removable);
	TAP_STR(d->serial, "DISK-A");
	d = dev("vda2");
	TAP_INT(d->kind, DEVICE_PARTITION);
	TAP_OK(d->disk == dev("vda"));
	TAP_INT(d->part_number, 2);
	TAP_INT(d->part_start, 65 << 20);
	TAP_INT(d->size, 32 << 20);
	TAP_INT(d->sector, 512);
	root_on("vda1");
	disks_of("vda1", "/dev/vda");
	target("vda",
	       "vda1 is mounted on /; vda2 is mounted on /boot; vda4 is mounted on /srv/a b; "
	       "vda3 is swap",
	       true);
	target("vdb", "", false);
	use = source("vda1", "/");
	TAP_OK(use.mounted_rw && !use.mounted_ro && !use.swap && !use.held_rw);
	TAP_STR(use.fs_type, "ext4");
	use = source("vda3", "");
	TAP_OK(use.swap && !use.mounted_rw);
	use = source("vda4", "");
	TAP_OK(use.mounted_ro && !use.mounted_rw);
	TAP_STR(use.mount, "/srv/a b");
	source("vda5", "");
}

static void test_partition_names(void)
{
	load("partitions");
	is_called("/dev/disk/by-label/swap", "vda3");
	is_called("/dev/disk/by-partlabel/boot", "vda2");
	is_called("/dev/disk/by-id/virtio-DISK-A-part4", "vda4");
	is_called("/dev/disk/by-path/pci-0000:00:11.0", "vdb");
	is_called("/dev/vda5", "vda5");
	is_called("vda5", "vda5");
	is_called("/dev/vda9", "none");
	is_called("/dev/disk/by-label/none", "none");
	is_called("/etc/passwd", "none");
	is_called("/dev/../../../../../../../dev/null", "none");
	is_called("", "none");
	has_name("vda1", "/dev/vda1");
	has_name("vda1", "/dev/disk/by-label/root");
	has_name("vda1", "/dev/disk/by-partlabel/root");
	has_name("sda", "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_SCSI-E");
}

static void test_loop(void)
{
	load("loop");
	TAP_INT(dev("loop0")->kind, DEVICE_LOOP);
	TAP_STR(dev("loop0")->backing, "/srv/disk image");
	TAP_OK(dev("loop0")->file_on == dev("vda1"));
	TAP_OK(!dev("loop1")->backing && !dev("loop1")->file_on);
	TAP_OK(dev("loop0p1")->disk == dev("loop0"));
	target("vda",
	       "vda1 has the file of loop0; vda1 is mounted on /; loop0p1 is mounted on /mnt",
	       true);
	target("loop0", "loop0p1 is mounted on /mnt", false);
	disks_of("loop0p1", "/dev/loop0");
	/* What is mounted from the file stops with the file system below it. */
	source("vda1", "/");
	source("loop0p1", "/mnt");
}

static void test_linear(void)
{
	struct users_use use;

	load("linear");
	TAP_INT(dev("dm-0")->kind, DEVICE_MAPPED);
	TAP_STR(dev("dm-0")->dm_name, "byhand");
	TAP_STR(dev("dm-0")->dm_uuid, "");
	TAP_INT(dev("dm-0")->slaves.n, 2);
	TAP_OK(stack_is_on(dev("dm-0"), dev("vda5")) && stack_is_on(dev("dm-0"), dev("vda")));
	TAP_OK(!stack_is_on(dev("vda5"), dev("dm-0")) && !stack_is_on(dev("dm-0"), dev("vda1")));
	disks_of("dm-0", "/dev/vda");
	target("vda",
	       "vda4 is part of dm-0; vda5 is part of dm-0; vda1 is mounted on /; "
	       "dm-0 is mounted on /mnt",
	       true);
	use = source("vda5", "");
	TAP_OK(use.held_rw && !use.mounted_rw);
	TAP_STR(use.holder, "dm-0");
	is_called("/dev/mapper/byhand", "dm-0");
	is_called("byhand", "dm-0");
}

static void test_luks_lvm(void)
{
	struct users_use use;

	load("luks-lvm");
	root_on("dm-1");
	TAP_INT(dev("dm-0")->kind, DEVICE_CRYPT);
	TAP_INT(dev("dm-1")->kind, DEVICE_LVM);
	disks_of("dm-1", "/dev/vdb");
	target("vdb",
	       "vdb2 is part of dm-0; dm-0 is part of dm-1; dm-0 is part of dm-2; "
	       "dm-1 is mounted on /; vdb1 is mounted on /boot; dm-2 is swap",
	       true);
	target("vda", "", false);
	use = source("vdb2", "");
	TAP_OK(use.held_rw);
	TAP_STR(use.holder, "dm-0");
	is_called("/dev/mapper/vg0--x-root", "dm-1");
	is_called("/dev/vg0-x/root", "dm-1");
	is_called("vg0--x-swap_1", "dm-2");
	has_name("dm-1", "/dev/vg0-x/root");
	has_name("dm-1", "/dev/mapper/vg0--x-root");
	has_name("dm-0", "/dev/mapper/vdb2_crypt");
}

static void test_md_lvm(void)
{
	struct users_use use;

	load("md-lvm");
	root_on("dm-0");
	TAP_INT(dev("md0")->kind, DEVICE_MD);
	TAP_INT(dev("md0")->slaves.n, 2);
	disks_of("dm-0", "/dev/vdc; /dev/vdd");
	target("vdc",
	       "vdc1 is part of md0; md0 is part of dm-0; md0 is part of dm-1; "
	       "dm-0 is mounted on /",
	       true);
	target("vdd",
	       "vdd1 is part of md0; md0 is part of dm-0; md0 is part of dm-1; "
	       "dm-0 is mounted on /",
	       true);
	use = source("vdd1", "");
	TAP_OK(use.held_rw);
	TAP_STR(use.holder, "md0");
}

static void test_btrfs(void)
{
	struct users_use use;

	load("btrfs");
	root_on("sda");
	TAP_STR(mounts_root(&model->mounts)->root, "/@");
	TAP_STR(dev("sda")->serial, "SCSI-E");
	TAP_STR(dev("sda")->model, "QEMU HARDDISK");
	target("sda",
	       "sda is part of one btrfs with sdb; sdb is part of one btrfs with sda; "
	       "sda is mounted on /",
	       true);
	target("sdb",
	       "sdb is part of one btrfs with sda; sda is part of one btrfs with sdb; "
	       "sda is mounted on /",
	       true);
	use = source("sda", "/");
	TAP_OK(use.mounted_rw && !use.holder[0]);
	/* Half of it cannot be frozen by its own mount: it has none. */
	use = source("sdb", "");
	TAP_OK(use.held_rw && !use.mounted_rw);
	TAP_STR(use.holder, "btrfs");
}

/* Everything that is on a disk, and nothing of it is in use. */
static void test_unused(void)
{
	CLEANUP(strv_release) struct strv paths = {0};

	load("unused");
	TAP_OK(mounts_root(&model->mounts) && !mounts_root(&model->mounts)->device);
	TAP_STR(mounts_root(&model->mounts)->type, "tmpfs");
	TAP_INT(facts_disk_paths(model, &paths), 0);
	TAP_STR(joined(&paths), "/dev/sda; /dev/sdb; /dev/vda; /dev/vdb; /dev/vdc; /dev/vdd; "
				"/dev/vde");
	for (size_t i = 0; i < paths.n; i++)
		target(paths.v[i] + strlen("/dev/"), "", false);
}

/* A partition is no target, and what is not there neither. */
static void test_no_disk(void)
{
	struct facts_disk d = {.path = "/dev/x"};
	struct err_text err = {0};

	load("partitions");
	TAP_INT(facts_block(model, dev("vda1")->number, &d, &err), -EINVAL);
	TAP_STR(err.text, "/dev/x is not a whole disk");
	err.text[0] = '\0';
	TAP_INT(facts_block(model, 1, &d, &err), -ENOENT);
	TAP_STR(err.text, "/dev/x has no entry in /sys");
}

/* The source's partitions get the users of their own, and the disk those of
 * what its table does not have. */
static void test_inventory(void)
{
	CLEANUP(strv_release) struct strv mounts = {0};
	struct inventory_part parts[] = {{.number = 1}, {.number = 3}, {.number = 4}};
	struct inventory_disk disk = {
		.table = {.kind = TABLE_GPT}, .part_count = 3, .parts = parts};

	load("partitions");
	TAP_INT(use_of_block(model, dev("vda"), &disk, &mounts), 0);
	TAP_STR(disk.serial, "DISK-A");
	TAP_OK(parts[0].use.mounted_rw && parts[1].use.swap && parts[2].use.mounted_ro);
	TAP_STR(parts[2].use.mount, "/srv/a b");
	TAP_OK(disk.use.mounted_rw && !disk.use.is_partition && !disk.use.swap);
	TAP_STR(disk.use.mount, "/boot");
	TAP_STR(joined(&mounts), "/; /boot");
}

/* Disks come as the kernel found them, each before its partitions. */
static void test_order(void)
{
	const char *last = "";

	load("luks-lvm");
	for (size_t i = 0; i < model->devices.n; i++) {
		const struct block_device *d = model->devices.v[i];

		if (d->disk)
			TAP_OK(!strncmp(d->name, last, strlen(last)));
		else
			last = d->name;
	}
	TAP_STR(model->devices.v[0]->name, "vda");
	TAP_STR(model->devices.v[1]->name, "vda1");
	TAP_OK(dev("loop1")->order > dev("dm-2")->order);
}

int main(void)
{
	image_begin();
	TAP_RUN(test_partitions);
	TAP_RUN(test_partition_names);
	TAP_RUN(test_loop);
	TAP_RUN(test_linear);
	TAP_RUN(test_luks_lvm);
	TAP_RUN(test_md_lvm);
	TAP_RUN(test_btrfs);
	TAP_RUN(test_unused);
	TAP_RUN(test_no_disk);
	TAP_RUN(test_inventory);
	TAP_RUN(test_order);
	block_free(model);
	return image_end();
}

/* Who uses a disk, and which disks are behind "/", in made-up machines: trees
 * of what proc and sysfs would show.
 */
#include "block/block_read.h"
#include "block/stack.h"
#include "block/users.h"
#include "image.h"
#include "source/machine.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The next test's machine is a directory of its own. */
static char machine[32];
static unsigned machines;
static char mountinfo[4000];

static void make_file(const char *path, const char *text)
{
	char full[300];

	snprintf(full, sizeof(full), "%s/%s", machine, path);
	for (char *at = strchr(full, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(full, 0755) && errno != EEXIST)
			TAP_OK(!"mkdir");
		*at = '/';
	}
	TAP_INT(io_write_file(AT_FDCWD, full, text, 0644), 0);
}

static void make_link(const char *to, const char *path)
{
	char full[300];

	snprintf(full, sizeof(full), "%s/%s", machine, path);
	TAP_OK(!symlink(to, full));
}

/* A device as sysfs has it: DIR with its attributes, and the link to it. */
static void make_device(const char *dir, const char *dev, const char *ro)
{
	char path[200], text[100];

	snprintf(path, sizeof(path), "sys/%s/dev", dir);
	snprintf(text, sizeof(text), "%s\n", dev);
	make_file(path, text);
	snprintf(path, sizeof(path), "sys/%s/ro", dir);
	snprintf(text, sizeof(text), "%s\n", ro);
	make_file(path, text);
	snprintf(path, sizeof(path), "sys/%s/uevent", dir);
	snprintf(text, sizeof(text), "MAJOR=1\nDEVNAME=%s\nDEVTYPE=x\n", strrchr(dir, '/') + 1);
	make_file(path, text);
	make_file("sys/dev/block/.keep", "");
	snprintf(path, sizeof(path), "sys/dev/block/%s", dev);
	snprintf(text, sizeof(text), "../../%s", dir);
	make_link(text, path);
}

static void make_partition(const char *dir, const char *dev, const char *number)
{
	char path[200];

	make_device(dir, dev, "0");
	snprintf(path, sizeof(path), "sys/%s/partition", dir);
	make_file(path, number);
}

/* @upper is built on @lower. */
static void stack(const char *lower, const char *upper)
{
	char path[300], to[200];

	snprintf(path, sizeof(path), "sys/%s/holders/.keep", lower);
	make_file(path, "");
	snprintf(path, sizeof(path), "sys/%s/holders/%s", lower, strrchr(upper, '/') + 1);
	snprintf(to, sizeof(to), "%s/%s/sys/%s", image_dir, machine, upper);
	make_link(to, path);
	snprintf(path, sizeof(path), "sys/%s/slaves/.keep", upper);
	make_file(path, "");
	snprintf(path, sizeof(path), "sys/%s/slaves/%s", upper, strrchr(lower, '/') + 1);
	snprintf(to, sizeof(to), "%s/%s/sys/%s", image_dir, machine, lower);
	make_link(to, path);
}

static void begin(void)
{
	snprintf(machine, sizeof(machine), "machine%u", ++machines);
	mountinfo[0] = '\0';
	make_device("devices/sda", "8:0", "0");
	make_partition("devices/sda/sda1", "8:1", "1\n");
	make_partition("devices/sda/sda2", "8:2", "2\n");
	make_file("proc/swaps", "Filename Type Size Used Priority\n");
}

static void mounted(const char *dev, const char *point, const char *options, const char *super)
{
	size_t len = strlen(mountinfo);

	snprintf(mountinfo + len, sizeof(mountinfo) - len,
		 "29 1 %s / %s %s shared:1 master:2 - ext4 /dev/x %s\n", dev, point, options,
		 super);
}

static struct block_model *look(void)
{
	struct block_model *u = NULL;

	make_file("proc/self/mountinfo", mountinfo);
	TAP_INT(block_read(machine, &u), 0);
	return u;
}

static struct block_device *at(const struct block_model *u, unsigned maj, unsigned min)
{
	struct block_device *d = block_by_number(u, makedev(maj, min));

	if (!d) {
		printf("Bail out! no device %u:%u\n", maj, min);
		exit(1);
	}
	return d;
}

static void test_mounts(void)
{
	CLEANUP(block_freep) struct block_model *u = NULL;
	CLEANUP(strv_release) struct strv mounts = {0};
	struct users_use rw = {0}, ro = {0}, none = {0};

	begin();
	mounted("8:1", "/mnt/a\\040b/deep", "rw", "rw,errors=remount-ro");
	mounted("8:1", "/mnt/a\\040b", "ro", "rw");
	mounted("8:2", "/ro", "ro", "ro");
	u = look();
	TAP_INT(users_of_device(u, at(u, 8, 1), &rw, &mounts), 0);
	TAP_INT(users_of_device(u, at(u, 8, 2), &ro, &mounts), 0);
	TAP_INT(users_of_device(u, at(u, 8, 0), &none, &mounts), 0);
	TAP_OK(rw.mounted_rw && !rw.mounted_ro && !rw.held_rw);
	TAP_STR(rw.mount, "/mnt/a b");
	TAP_STR(rw.fs_type, "ext4");
	TAP_OK(!ro.mounted_rw && ro.mounted_ro);
	TAP_OK(!none.mounted_rw && !none.mounted_ro);
	/* One mount point is enough to freeze a file system. */
	TAP_INT(mounts.n, 1);
	TAP_STR(mounts.v[0], "/mnt/a b");
}

static void check_holder(const char *ro, const char *super, bool held)
{
	CLEANUP(block_freep) struct block_model *u = NULL;
	CLEANUP(strv_release) struct strv mounts = {0};
	struct users_use use = {0};

	begin();
	make_device("devices/md0", "9:0", "0");
	make_device("devices/dm-1", "253:1", ro);
	stack("devices/sda/sda2", "devices/md0");
	stack("devices/md0", "devices/dm-1");
	if (super)
		mounted("253:1", "/srv", "rw", super);
	u = look();
	TAP_INT(users_of_device(u, at(u, 8, 2), &use, &mounts), 0);
	TAP_STR(use.holder, "md0");
	TAP_INT(use.held_rw, held);
	TAP_OK(!use.mounted_rw);
	/* Freezing what is on it would not be enough. */
	TAP_INT(mounts.n, 0);
}

static void test_holders(void)
{
	check_holder("0", "rw", true);
	check_holder("0", "ro", false);
	check_holder("0", NULL, true);
	check_holder("1", NULL, false);
}

static void test_root(void)
{
	CLEANUP(block_freep) struct block_model *u = NULL;
	CLEANUP(strv_release) struct strv paths = {0};

	begin();
	make_device("devices/sdb", "8:16", "0");
	make_device("devices/md0", "9:0", "0");
	make_device("devices/dm-1", "253:1", "0");
	stack("devices/sda/sda2", "devices/md0");
	stack("devices/sdb", "devices/md0");
	stack("devices/md0", "devices/dm-1");
	mounted("8:1", "/boot", "rw", "rw");
	mounted("253:1", "/", "rw", "rw");
	u = look();
	TAP_INT(mounts_root(&u->mounts)->device->number, makedev(253, 1));
	TAP_INT(stack_disks_of(mounts_root(&u->mounts)->device, &paths), 0);
	TAP_INT(paths.n, 2);
	TAP_OK(strv_has(&paths, "/dev/sda") && strv_has(&paths, "/dev/sdb"));
}

static void test_no_root(void)
{
	CLEANUP(block_freep) struct block_model *u = NULL;
	CLEANUP(strv_release) struct strv paths = {0};

	begin();
	mounted("8:1", "/", "rw", "rw");
	mounted("0:22", "/", "rw", "rw");
	u = look();
	TAP_OK(!mounts_root(&u->mounts)->device);
	TAP_INT(stack_disks_of(NULL, &paths), -ENODEV);
}

static void test_identity(void)
{
	struct inventory inv = {0};

	begin();
	make_file("proc/sys/kernel/hostname", "web1\n");
	make_file("sys/class/net/lo/type", "772\n");
	make_file("sys/class/net/br0/type", "1\n");
	make_file("sys/class/net/br0/address", "52:54:00:00:00:01\n");
	make_file("sys/class/net/eth1/type", "1\n");
	make_file("sys/class/net/eth1/address", "52:54:00:00:00:03\n");
	make_file("sys/class/net/eth1/device/vendor", "x\n");
	make_file("sys/class/net/eth0/type", "1\n");
	make_file("sys/class/net/eth0/address", "52:54:00:00:00:02\n");
	make_file("sys/class/net/eth0/device/vendor", "x\n");
	make_file("sys/class/net/ib0/type", "32\n");
	make_file("sys/class/net/ib0/device/vendor", "x\n");
	machine_identity(machine, &inv);
	TAP_STR(inv.hostname, "web1");
	TAP_INT(inv.nic_count, 2);
	TAP_STR(inv.nics[0].name, "eth0");
	TAP_STR(inv.nics[0].mac, "52:54:00:00:00:02");
	TAP_STR(inv.nics[1].name, "eth1");
}

static void test_strange_lines(void)
{
	CLEANUP(block_freep) struct block_model *u = NULL;
	CLEANUP(strv_release) struct strv mounts = {0};
	struct users_use use = {0};

	begin();
	snprintf(mountinfo, sizeof(mountinfo),
		 "\n1\n1 2 3 4 5 6\n1 2 x:y / /a rw - ext4 /dev/x rw\n"
		 "1 2 8:1 / /a rw - ext4\n1 2 8:1 / /ok rw - ext4 /dev/x ro,rw_not\n");
	u = look();
	TAP_INT(users_of_device(u, at(u, 8, 1), &use, &mounts), 0);
	TAP_OK(use.mounted_ro && !use.mounted_rw);
	TAP_STR(use.mount, "/ok");
}

int main(void)
{
	image_begin();
	if (chdir(image_dir))
		return 1;
	TAP_RUN(test_mounts);
	TAP_RUN(test_holders);
	TAP_RUN(test_root);
	TAP_RUN(test_no_root);
	TAP_RUN(test_identity);
	TAP_RUN(test_strange_lines);
	return image_end();
}

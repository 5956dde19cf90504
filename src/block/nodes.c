/* nodes.c - see nodes.h */
#include "block/nodes.h"
#include "block/device.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#define NODES_BUSY_TRIES 50 /* tenths of a second */

static void nodes_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Calls @fn with the node and number of each partition in sysfs until it
 * returns nonzero. */
static int nodes_each(dev_t disk, int (*fn)(void *ctx, const char *node, uint64_t number),
		      void *ctx)
{
	CLEANUP(nodes_closedir) DIR *d = NULL;
	char path[64], node[96] = "/dev/", value[32];
	struct dirent *e;
	uint64_t number;
	int r = 0;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(disk), minor(disk));
	d = opendir(path);
	if (!d)
		return errno == ENOENT ? -ENODEV : -errno;
	while (!r && (e = readdir(d))) {
		char file[NAME_MAX + 16];

		snprintf(file, sizeof(file), "%s/partition", e->d_name);
		if (e->d_name[0] == '.' || io_read_line(dirfd(d), file, value, sizeof(value)) < 0 ||
		    !text_to_u64(value, 1, UINT32_MAX, &number) ||
		    !device_name(e->d_name, node + 5, sizeof(node) - 5))
			continue;
		r = fn(ctx, node, number);
	}
	return r;
}

struct nodes_find {
	uint32_t number;
	char *out;
	size_t size;
};

static int nodes_find_one(void *ctx, const char *node, uint64_t number)
{
	struct nodes_find *f = ctx;
	struct stat st;

	if (number != f->number)
		return 0;
	if (!text_copy(f->out, f->size, node))
		return -ENAMETOOLONG;
	return stat(node, &st) == 0 && S_ISBLK(st.st_mode) ? 1 : -ENOENT;
}

int nodes_partition(dev_t disk, uint32_t number, char *out, size_t size)
{
	struct nodes_find f = {.number = number, .out = out, .size = size};
	int r = nodes_each(disk, nodes_find_one, &f);

	return r == 1 ? 0 : r ? r : -ENOENT;
}

int nodes_wait(dev_t disk, uint32_t number, unsigned seconds, char *out, size_t size)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	int r = nodes_partition(disk, number, out, size);

	for (unsigned i = 0; r && r != -ENODEV && i < seconds * 20; i++) {
		nanosleep(&pause, NULL);
		r = nodes_partition(disk, number, out, size);
	}
	return r;
}

static int nodes_forget_one(void *ctx, const char *node, uint64_t number)
{
	const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
	struct blkpg_partition p = {.pno = (int)number};
	struct blkpg_ioctl_arg arg = {.op = BLKPG_DEL_PARTITION, .datalen = sizeof(p), .data = &p};

	(void)node;
	/* udev opens a node for a moment to see what is in it. */
	for (int i = 0; ioctl(*(int *)ctx, BLKPG, &arg) < 0; i++) {
		if (errno == ENXIO)
			return 0;
		if (errno != EBUSY || i >= NODES_BUSY_TRIES)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int nodes_forget(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? -errno : nodes_each(st.st_rdev, nodes_forget_one, &fd);
}

static int nodes_flush_one(void *ctx, const char *node, uint64_t number)
{
	CLEANUP_FD int fd = open(node, O_RDONLY | O_CLOEXEC);

	(void)ctx;
	(void)number;
	if (fd >= 0)
		ioctl(fd, BLKFLSBUF, 0);
	return 0;
}

void nodes_flush(dev_t disk)
{
	nodes_each(disk, nodes_flush_one, NULL);
}

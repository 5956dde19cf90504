/* nodes.c - see nodes.h */
#include "disk/nodes.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
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

int nodes_name(dev_t device, char *out, size_t size)
{
	char link[64], target[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(device), minor(device));
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	return text_copy(out, size, basename(target)) ? 0 : -ENAMETOOLONG;
}

/* Calls @fn for each partition in sysfs until it returns nonzero. */
static int nodes_each(const char *name, int (*fn)(void *ctx, const char *part, uint64_t number),
		      void *ctx)
{
	CLEANUP(nodes_closedir) DIR *d = NULL;
	char path[PATH_MAX], value[32];
	struct dirent *e;
	uint64_t number;
	int r = 0;

	snprintf(path, sizeof(path), "/sys/block/%s", name);
	d = opendir(path);
	if (!d)
		return -errno;
	while (!r && (e = readdir(d))) {
		char file[NAME_MAX + 16];

		snprintf(file, sizeof(file), "%s/partition", e->d_name);
		if (e->d_name[0] == '.' || io_read_line(dirfd(d), file, value, sizeof(value)) < 0 ||
		    !text_to_u64(value, 1, UINT32_MAX, &number))
			continue;
		r = fn(ctx, e->d_name, number);
	}
	return r;
}

struct nodes_find {
	uint32_t number;
	char *out;
	size_t size;
};

static int nodes_find_one(void *ctx, const char *part, uint64_t number)
{
	struct nodes_find *f = ctx;
	struct stat st;

	if (number != f->number)
		return 0;
	if ((size_t)snprintf(f->out, f->size, "/dev/%s", part) >= f->size)
		return -ENAMETOOLONG;
	return stat(f->out, &st) == 0 && S_ISBLK(st.st_mode) ? 1 : -ENOENT;
}

int nodes_partition(const char *name, uint32_t number, char *out, size_t size)
{
	struct nodes_find f = {.number = number, .out = out, .size = size};
	int r = nodes_each(name, nodes_find_one, &f);

	return r == 1 ? 0 : r ? r : -ENOENT;
}

int nodes_wait(const char *name, uint32_t number, unsigned seconds, char *out, size_t size)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	int r = nodes_partition(name, number, out, size);

	for (unsigned i = 0; r && i < seconds * 20; i++) {
		nanosleep(&pause, NULL);
		r = nodes_partition(name, number, out, size);
	}
	return r;
}

static int nodes_list_one(void *ctx, const char *part, uint64_t number)
{
	(void)number;
	return strv_add(ctx, part);
}

int nodes_list(const char *name, struct strv *out)
{
	return nodes_each(name, nodes_list_one, out);
}

static int nodes_forget_one(void *ctx, const char *part, uint64_t number)
{
	struct blkpg_partition p = {.pno = (int)number};
	struct blkpg_ioctl_arg arg = {.op = BLKPG_DEL_PARTITION, .datalen = sizeof(p), .data = &p};

	const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

	(void)part;
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

int nodes_forget(int fd, const char *name)
{
	return nodes_each(name, nodes_forget_one, &fd);
}

static int nodes_flush_one(void *ctx, const char *part, uint64_t number)
{
	char path[PATH_MAX];
	CLEANUP_FD int fd = -1;

	(void)ctx;
	(void)number;
	snprintf(path, sizeof(path), "/dev/%s", part);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		ioctl(fd, BLKFLSBUF, 0);
	return 0;
}

void nodes_flush(const char *name)
{
	nodes_each(name, nodes_flush_one, NULL);
}

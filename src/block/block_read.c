/* block_read.c - see block_read.h */
#include "block/block_read.h"
#include "block/devnames.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#define BLOCK_MAX_FILE (4u << 20) /* of /proc/partitions, /proc/swaps */

static void block_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Takes @d, also when it fails. */
static int block_add(struct block_model *m, struct block_device *d)
{
	int r = d ? 0 : -ENOMEM;

	if (!r && m->devices.n == BLOCK_MAX_DEVICES)
		r = -E2BIG;
	if (!r)
		r = device_list_add(&m->devices, d);
	if (r)
		device_free(d);
	return r;
}

/* After a failed open in sysfs: a device may go away at any time, but one that
 * cannot be looked at must not be taken for one that nobody uses. */
static int block_gone(void)
{
	return errno == ENOENT || errno == ENODEV ? 0 : -errno;
}

static int block_open(const struct block_model *m, dev_t number)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/sys/dev/block/%u:%u", m->root, major(number),
		 minor(number));
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* An entry of /sys/dev/block is a link to the device's directory, whose last
 * part is the name. What has gone meanwhile is none. */
static int block_add_entry(struct block_model *m, int sys, const char *entry)
{
	char target[PATH_MAX], name[64];
	CLEANUP_FD int dir = -1;
	unsigned maj, min;
	ssize_t len;

	if (sscanf(entry, "%u:%u", &maj, &min) != 2)
		return 0;
	len = readlinkat(sys, entry, target, sizeof(target) - 1);
	dir = openat(sys, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (len < 0 || dir < 0)
		return block_gone();
	target[len] = '\0';
	if (!device_name(target, name, sizeof(name)))
		return 0;
	return block_add(m, device_read(dir, name, makedev(maj, min)));
}

static int block_read_devices(struct block_model *m)
{
	CLEANUP(block_closedir) DIR *d = NULL;
	char path[300];
	struct dirent *e;
	int r = 0;

	snprintf(path, sizeof(path), "%s/sys/dev/block", m->root);
	d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (e = readdir(d)))
		r = block_add_entry(m, dirfd(d), e->d_name);
	return r;
}

static int block_by_order(const void *a, const void *b)
{
	const struct block_device *x = *(struct block_device *const *)a;
	const struct block_device *y = *(struct block_device *const *)b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void block_sort_list(struct block_devices *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(struct block_device *), block_by_order);
}

/* "major minor blocks name" lines behind two lines of heading. What is not in
 * there (without a size, or without a medium) comes last. */
static int block_sort(struct block_model *m)
{
	CLEANUP_FREE char *text = NULL;
	char path[300], *save = NULL;
	unsigned order = 0, maj, min;
	int r;

	snprintf(path, sizeof(path), "%s/proc/partitions", m->root);
	r = io_read_file(AT_FDCWD, path, BLOCK_MAX_FILE, &text, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	for (char *l = r ? NULL : strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		struct block_device *d = NULL;

		if (sscanf(l, "%u %u", &maj, &min) == 2)
			d = block_by_number(m, makedev(maj, min));
		if (d)
			d->order = order++;
	}
	block_sort_list(&m->devices);
	return 0;
}

/* @upper is built on @lower. Sysfs says so at both; one is enough. */
static int block_stack(struct block_device *lower, struct block_device *upper)
{
	int r = device_list_add(&lower->holders, upper);

	return r ? r : device_list_add(&upper->slaves, lower);
}

/* The device that an entry of slaves/ or holders/ names. */
static int block_named(struct block_model *m, const char *entry, struct block_device **out)
{
	char name[64];

	if (!device_name(entry, name, sizeof(name)))
		return -ENAMETOOLONG;
	*out = block_by_name(m, name);
	if (*out)
		return 0;
	*out = device_unknown(name);
	return block_add(m, *out);
}

static int block_read_stack(struct block_model *m, struct block_device *d, int dir, bool up)
{
	CLEANUP(block_closedir) DIR *list = NULL;
	int fd = openat(dir, up ? "holders" : "slaves", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;
	int r = 0;

	if (fd < 0)
		return block_gone();
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return -ENOMEM;
	}
	while (!r && (e = readdir(list))) {
		struct block_device *other = NULL;

		if (e->d_name[0] == '.')
			continue;
		r = block_named(m, e->d_name, &other);
		if (!r)
			r = up ? block_stack(d, other) : block_stack(other, d);
	}
	return r;
}

static int block_read_stacks(struct block_model *m)
{
	size_t known = m->devices.n;
	int r = 0;

	for (size_t i = 0; i < known && !r; i++) {
		struct block_device *d = m->devices.v[i];
		CLEANUP_FD int dir = block_open(m, d->number);

		r = dir < 0 ? block_gone() : 0;
		if (dir < 0)
			continue;
		if (d->part_number)
			d->disk = block_by_number(m, device_read_number(dir, "../dev"));
		r = block_read_stack(m, d, dir, true);
		if (!r)
			r = block_read_stack(m, d, dir, false);
	}
	return r;
}

/* Directories have no order; what is said of a stack is to be the same each time. */
static void block_sort_stacks(struct block_model *m)
{
	for (size_t i = 0; i < m->devices.n; i++) {
		block_sort_list(&m->devices.v[i]->slaves);
		block_sort_list(&m->devices.v[i]->holders);
		block_sort_list(&m->devices.v[i]->same_btrfs);
	}
}

/* btrfs has an anonymous device number, and with some device mapper targets the
 * number is not that of a device: there, the source says more. */
static void block_find_mounted(struct block_model *m)
{
	for (size_t i = 0; i < m->mounts.n; i++) {
		struct mounts_entry *e = &m->mounts.v[i];

		e->device = block_by_number(m, e->number);
		if (!e->device && e->source[0] == '/')
			e->device = devnames_find(m, e->source);
	}
}

/* Where the files of loop devices are. They are named as whoever set the device
 * up saw them, which may have been from another root: then nothing is known. */
static void block_find_files(struct block_model *m)
{
	for (size_t i = 0; i < m->devices.n; i++) {
		struct block_device *d = m->devices.v[i];
		const struct mounts_entry *e =
			d->backing ? mounts_of_path(&m->mounts, d->backing) : NULL;

		if (e && e->device != d)
			d->file_on = e->device;
	}
}

/* A kernel without swap support has no such file. */
static int block_read_swaps(struct block_model *m)
{
	CLEANUP_FREE char *text = NULL;
	char path[300], *save = NULL;
	int r;

	snprintf(path, sizeof(path), "%s/proc/swaps", m->root);
	r = io_read_file(AT_FDCWD, path, BLOCK_MAX_FILE, &text, NULL);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		struct block_device *d;

		l[strcspn(l, " \t")] = '\0';
		d = l[0] == '/' ? devnames_find(m, mounts_unescape(l)) : NULL;
		if (d)
			d->swap = true;
	}
	return 0;
}

/* One file system's directory: devices/ has links to all that it is made of. */
static int block_read_btrfs_devices(struct block_model *m, int dir)
{
	CLEANUP(block_closedir) DIR *list = NULL;
	CLEANUP(device_list_release) struct block_devices of = {0};
	int fd = openat(dir, "devices", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	struct dirent *e;

	if (fd < 0)
		return 0;
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return -ENOMEM;
	}
	while (!r && (e = readdir(list))) {
		struct block_device *d;
		char name[64];

		if (e->d_name[0] == '.' || !device_name(e->d_name, name, sizeof(name)))
			continue;
		d = block_by_name(m, name);
		if (d)
			r = device_list_add(&of, d);
	}
	for (size_t i = 0; i < of.n; i++)
		for (size_t k = 0; k < of.n && !r; k++)
			if (k != i)
				r = device_list_add(&of.v[i]->same_btrfs, of.v[k]);
	return r;
}

static int block_read_btrfs(struct block_model *m)
{
	CLEANUP(block_closedir) DIR *d = NULL;
	char path[300];
	struct dirent *e;
	int r = 0;

	snprintf(path, sizeof(path), "%s/sys/fs/btrfs", m->root);
	d = opendir(path);
	while (d && !r && (e = readdir(d))) {
		CLEANUP_FD int dir = -1;

		if (e->d_name[0] == '.')
			continue;
		dir = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0)
			r = block_read_btrfs_devices(m, dir);
	}
	return r;
}

static int block_fail(const char *path, int r)
{
	if (r == -E2BIG)
		log_error("this machine has more than %u block devices: p2v-target cannot tell "
			  "who uses which",
			  BLOCK_MAX_DEVICES);
	else if (r < 0)
		log_error("cannot read %s: %s", path, strerror(-r));
	return r;
}

int block_read(const char *root, struct block_model **out)
{
	CLEANUP(block_freep) struct block_model *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return block_fail("/sys/dev/block", -ENOMEM);
	if (!text_copy(m->root, sizeof(m->root), root))
		return block_fail("/sys/dev/block", -ENAMETOOLONG);
	r = block_fail("/sys/dev/block", block_read_devices(m));
	if (!r)
		r = block_fail("/proc/partitions", block_sort(m));
	if (!r)
		r = block_fail("/sys/dev/block", block_read_stacks(m));
	if (!r)
		r = block_fail("/sys/fs/btrfs", block_read_btrfs(m));
	if (!r)
		r = block_fail("/proc/self/mountinfo", mounts_read(m->root, &m->mounts));
	if (!r)
		r = block_fail("/proc/swaps", block_read_swaps(m));
	if (r)
		return r;
	block_sort_stacks(m);
	block_find_mounted(m);
	block_find_files(m);
	*out = STEAL(m);
	return 0;
}

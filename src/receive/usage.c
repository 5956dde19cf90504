/* usage.c - see usage.h */
#include "receive/usage.h"
#include "disk/nodes.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#define USAGE_MAX_FILE  (4u << 20) /* of /proc/self/mountinfo */
#define USAGE_MAX_DEPTH 8          /* dm on md on dm ... */

/* A disk's device names: itself, its partitions, and what is built on them. */
struct usage_set {
	struct strv names;   /* "vda", "vda1", "dm-0" */
	struct strv numbers; /* "254:0", as sysfs and mountinfo write them */
};

static void usage_set_release(struct usage_set *s)
{
	strv_release(&s->names);
	strv_release(&s->numbers);
}

static void usage_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int usage_add_device(struct usage_set *s, const char *name, struct strv *users, int depth);

/* What holds @name: device mapper, md, bcache. */
static int usage_add_holders(struct usage_set *s, const char *name, struct strv *users, int depth)
{
	CLEANUP(usage_closedir) DIR *d = NULL;
	char path[PATH_MAX];
	struct dirent *e;
	int r = 0;

	snprintf(path, sizeof(path), "/sys/class/block/%s/holders", name);
	d = opendir(path);
	while (d && !r && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		r = strv_addf(users, "%s is part of %s", name, e->d_name);
		if (!r && depth < USAGE_MAX_DEPTH)
			r = usage_add_device(s, e->d_name, users, depth + 1);
	}
	return r;
}

static int usage_add_device(struct usage_set *s, const char *name, struct strv *users, int depth)
{
	char path[PATH_MAX], number[32];
	int r;

	if (strv_has(&s->names, name))
		return 0;
	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	r = io_read_line(AT_FDCWD, path, number, sizeof(number));
	if (r)
		return r == -ENOENT ? 0 : r;
	r = strv_add(&s->names, name);
	if (!r)
		r = strv_add(&s->numbers, number);
	return r ? r : usage_add_holders(s, name, users, depth);
}

/* The device's name when its number is in the set, else NULL. */
static const char *usage_find(const struct usage_set *s, const char *number)
{
	for (size_t i = 0; i < s->numbers.n; i++)
		if (!strcmp(s->numbers.v[i], number))
			return s->names.v[i];
	return NULL;
}

static const char *usage_find_node(const struct usage_set *s, const char *path)
{
	char number[32];
	struct stat st;

	if (path[0] != '/' || stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return NULL;
	snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return usage_find(s, number);
}

/* One line of mountinfo: "ID PARENT MAJ:MIN ROOT TARGET OPTIONS ... - TYPE SOURCE ..." */
static int usage_mount_line(const struct usage_set *s, char *line, struct strv *users, bool *root)
{
	char number[32], target[PATH_MAX], source[PATH_MAX] = "";
	const char *tail = strstr(line, " - "), *device;

	if (!tail || sscanf(line, "%*s %*s %31s %*s %4095s", number, target) != 2)
		return 0;
	sscanf(tail + 3, "%*s %4095s", source);
	/* btrfs and overlay have numbers of their own: there, the source tells. */
	device = usage_find(s, number);
	if (!device)
		device = usage_find_node(s, source);
	if (!device)
		return 0;
	if (!strcmp(target, "/"))
		*root = true;
	return strv_addf(users, "%s is mounted on %s", device, target);
}

static int usage_mounts(const struct usage_set *s, struct strv *users, bool *root)
{
	CLEANUP_FREE char *text = NULL;
	char *save = NULL;
	int r = io_read_file(AT_FDCWD, "/proc/self/mountinfo", USAGE_MAX_FILE, &text, NULL);

	if (r)
		return r;
	for (char *l = strtok_r(text, "\n", &save); l && !r; l = strtok_r(NULL, "\n", &save))
		r = usage_mount_line(s, l, users, root);
	return r;
}

static int usage_swaps(const struct usage_set *s, struct strv *users)
{
	CLEANUP_FREE char *text = NULL;
	char *save = NULL, path[PATH_MAX];
	int r = io_read_file(AT_FDCWD, "/proc/swaps", USAGE_MAX_FILE, &text, NULL);

	if (r)
		return r == -ENOENT ? 0 : r;
	for (char *l = strtok_r(text, "\n", &save); l && !r; l = strtok_r(NULL, "\n", &save)) {
		const char *device;

		if (sscanf(l, "%4095s", path) != 1)
			continue;
		device = usage_find_node(s, path);
		if (device)
			r = strv_addf(users, "%s is swap", device);
	}
	return r;
}

int usage_of_disk(const char *name, struct strv *users, bool *root)
{
	CLEANUP(usage_set_release) struct usage_set s = {0};
	CLEANUP(strv_release) struct strv parts = {0};
	int r = usage_add_device(&s, name, users, 0);

	*root = false;
	if (!r)
		r = nodes_list(name, &parts);
	for (size_t i = 0; !r && i < parts.n; i++)
		r = usage_add_device(&s, parts.v[i], users, 0);
	if (!r)
		r = usage_mounts(&s, users, root);
	return r ? r : usage_swaps(&s, users);
}

int usage_of_file(const char *path, struct strv *users)
{
	CLEANUP(usage_closedir) DIR *d = opendir("/sys/block");
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char real[PATH_MAX], file[NAME_MAX + 32], backing[PATH_MAX];
	struct dirent *e;
	int r = 0;

	if (fd < 0 || !realpath(path, real))
		return -errno;
	while (d && !r && (e = readdir(d))) {
		snprintf(file, sizeof(file), "%s/loop/backing_file", e->d_name);
		if (io_read_line(dirfd(d), file, backing, sizeof(backing)) == 0 &&
		    !strcmp(backing, real))
			r = strv_addf(users, "%s is set up on it", e->d_name);
	}
	if (!r && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		r = strv_add(users, "another program has locked it");
	return r;
}

bool usage_root_in_ram(void)
{
	struct statfs fs;

	if (statfs("/", &fs) < 0)
		return false;
	return fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

/* scan.c - see scan.h */
#include "find/scan.h"
#include "find/scan_mount.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/probe.h"
#include "util/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define SCAN_MAX_DEVICES 512u
#define SCAN_MAX_DEPTH   8u /* devices made of devices */
#define SCAN_DIR         "/run/p2v-boot"

struct scan_device {
	char name[64];  /* of /dev and /sys/class/block */
	char disk[64];  /* the disk it is a partition of; "" for a whole one */
	char alias[64]; /* of a mapped device: LVM's "vg0-root" */
	unsigned number;
};

struct scan {
	struct find_trees *trees;
	const struct strv *only;
	struct strv *warnings;
	struct scan_device v[SCAN_MAX_DEVICES];
	size_t n;
	unsigned disks; /* numbered so far, for GRUB's hdN */
};

/* A partition's directory in sysfs is below its disk's. */
static void scan_parent(struct scan_device *d)
{
	char link[128], target[512], number[16];
	ssize_t len;
	char *slash;
	uint64_t v;

	snprintf(link, sizeof(link), "/sys/class/block/%s/partition", d->name);
	if (io_read_line(AT_FDCWD, link, number, sizeof(number)) < 0 ||
	    !text_to_u64(number, 1, 1024, &v))
		return;
	snprintf(link, sizeof(link), "/sys/class/block/%s", d->name);
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	slash = strrchr(target, '/');
	if (!slash)
		return;
	*slash = '\0';
	slash = strrchr(target, '/');
	if (slash && text_copy(d->disk, sizeof(d->disk), slash + 1))
		d->number = (unsigned)v;
}

static void scan_alias(struct scan_device *d)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/block/%s/dm/name", d->name);
	io_read_line(AT_FDCWD, path, d->alias, sizeof(d->alias));
}

/* Is @name the device, its disk, or a device that it is made of? */
static bool scan_is_on(const char *device, const char *name, unsigned depth)
{
	char path[160], link[512];
	DIR *dir;
	const struct dirent *e;
	bool found = !strcmp(device, name);

	if (found || depth == SCAN_MAX_DEPTH)
		return found;
	snprintf(path, sizeof(path), "/sys/class/block/%s/slaves", device);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir)))
		found = e->d_name[0] != '.' && scan_is_on(e->d_name, name, depth + 1);
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "/sys/class/block/%s", device);
	if (!found) {
		ssize_t len = readlink(path, link, sizeof(link) - 1);
		char *slash;

		link[len > 0 ? len : 0] = '\0';
		slash = strrchr(link, '/');
		if (slash)
			*slash = '\0';
		/* A partition's directory is in its disk's. */
		slash = slash ? strrchr(link, '/') : NULL;
		found = slash && !strcmp(slash + 1, name);
	}
	return found;
}

static bool scan_wanted(const struct scan *s, const struct scan_device *d)
{
	static const char *const never[] = {"ram", "zram", "fd", "sr", "mtdblock"};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (!strncmp(d->name, never[i], strlen(never[i])))
			return false;
	if (!s->only->n)
		return true;
	for (size_t i = 0; i < s->only->n; i++) {
		/* /dev/vg0/root is a link to /dev/dm-0. */
		CLEANUP_FREE char *real = realpath(s->only->v[i], NULL);
		const char *path = real ? real : s->only->v[i];
		const char *slash = strrchr(path, '/');
		const char *name = slash ? slash + 1 : path;

		if (!strcmp(name, d->alias) || scan_is_on(d->name, name, 0))
			return true;
	}
	return false;
}

/* "major minor blocks name" lines behind two lines of heading. */
static int scan_read(struct scan *s)
{
	CLEANUP_FREE char *text = NULL;
	int r = io_read_file(AT_FDCWD, "/proc/partitions", 1 << 20, &text, NULL);
	char *rest, *line;

	if (r < 0) {
		log_error("/proc/partitions: %s", strerror(-r));
		return r;
	}
	for (line = strtok_r(text, "\n", &rest); line && s->n < SCAN_MAX_DEVICES;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct scan_device *d = &s->v[s->n];
		unsigned long long blocks;

		*d = (struct scan_device){0};
		if (sscanf(line, "%*u %*u %llu %63s", &blocks, d->name) != 2 || blocks < 2)
			continue;
		for (char *p = d->name; *p; p++)
			if (*p == '!')
				*p = '/';
		scan_parent(d);
		scan_alias(d);
		if (scan_wanted(s, d))
			s->n++;
	}
	return 0;
}

/* @partuuid may be NULL. */
static int scan_probe(const char *name, struct probe_result *out, char *partuuid, size_t size)
{
	char path[80];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (partuuid)
		probe_partition_uuid(fd, partuuid, size);
	return probe_range(fd, 0, 0, out);
}

static enum rank_kind scan_boot_sector(const char *name)
{
	unsigned char sector[512];
	char path[80];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || io_pread_full(fd, sector, sizeof(sector), 0) < 0)
		return RANK_NONE;
	return rank_boot_sector(sector);
}

/* What the firmware starts from the disk, else from the partition. */
static enum rank_kind scan_boot_code(const struct scan_device *d)
{
	enum rank_kind kind = d->number ? scan_boot_sector(d->disk) : RANK_NONE;

	return kind ? kind : scan_boot_sector(d->name);
}

/* Not a disk that a firmware could know. */
static bool scan_is_made(const struct scan_device *d)
{
	const char *name = d->number ? d->disk : d->name;

	return *d->alias || !strncmp(name, "dm-", 3) || !strncmp(name, "md", 2);
}

/* "hd0" for the first disk that we met, "hd0,gpt2" for its second partition. */
static void scan_grub_name(const struct scan_device *d, unsigned disk, char *out, size_t size)
{
	struct probe_result table = {0};

	if (scan_is_made(d)) {
		const char *name = *d->alias ? d->alias : d->name + strcspn(d->name, "0123456789");

		snprintf(out, size, "%s/%s", *d->alias ? "lvm" : "md", name);
		return;
	}
	if (!d->number) {
		snprintf(out, size, "hd%u", disk);
		return;
	}
	if (scan_probe(d->disk, &table, NULL, 0) < 0)
		table.table[0] = '\0';
	if (!strcmp(table.table, "gpt"))
		snprintf(out, size, "hd%u,gpt%u", disk, d->number);
	else if (!strcmp(table.table, "dos"))
		snprintf(out, size, "hd%u,msdos%u", disk, d->number);
	else
		snprintf(out, size, "hd%u,%u", disk, d->number);
}

/* The tree is a directory where something is mounted. */
static int scan_add(struct scan *s, const struct scan_device *d, const char *dir, const char *name,
		    const struct probe_result *p, const char *partuuid, const char *grub)
{
	int r = find_trees_add(s->trees, dir, name, p->uuid, p->label, grub);
	struct find_tree *t = r ? NULL : &s->trees->v[s->trees->n - 1];

	if (!t)
		return r;
	text_copy(t->partuuid, sizeof(t->partuuid), partuuid);
	t->boot_code = scan_boot_code(d);
	return 0;
}

static int scan_mount_point(struct scan *s, const char *name, char *dir, size_t size)
{
	snprintf(dir, size, "%s/%s", SCAN_DIR, name);
	if (!mkdir(dir, 0700) || errno == EEXIST)
		return 0;
	strv_addf(s->warnings, "%s: %m", dir);
	return -EIO;
}

/* A second tree for the subvolume that is mounted when nobody names one, as
 * openSUSE's GRUB and its rollbacks do; first, because its paths are meant. */
static void scan_default_subvolume(struct scan *s, const struct scan_device *d, const char *whole,
				   const char *name, const struct probe_result *p,
				   const char *partuuid, const char *grub)
{
	char dir[160], path[80], second[64];
	struct stat a, b;

	if (snprintf(second, sizeof(second), "%.50s-default", name) < 0 ||
	    scan_mount_point(s, second, dir, sizeof(dir)) < 0)
		return;
	snprintf(path, sizeof(path), "/dev/%s", d->name);
	if (scan_mount_tree(path, p->type, dir, SCAN_DEFAULT) < 0)
		return;
	if (stat(whole, &a) == 0 && stat(dir, &b) == 0 && a.st_dev != b.st_dev)
		scan_add(s, d, dir, second, p, partuuid, grub);
	else
		umount(dir);
}

static void scan_one(struct scan *s, const struct scan_device *d, unsigned disk)
{
	struct probe_result p = {0};
	char dir[160], grub[80], name[64], path[80], partuuid[64] = "";
	CLEANUP_FREE char *where = NULL;
	int r = scan_probe(d->name, &p, d->number ? partuuid : NULL, sizeof(partuuid));

	if (r < 0 || strcmp(p.usage, "filesystem") != 0)
		return;
	text_copy(name, sizeof(name), *d->alias ? d->alias : d->name);
	for (char *c = name; *c; c++)
		if (*c == '/' || *c == ':')
			*c = '-';
	if (scan_mount_point(s, name, dir, sizeof(dir)) < 0)
		return;
	snprintf(path, sizeof(path), "/dev/%s", d->name);
	scan_grub_name(d, disk, grub, sizeof(grub));
	r = scan_mount_tree(path, p.type, dir, SCAN_WHOLE);
	if (r == -EBUSY)
		where = scan_mounted_at(path);
	if (r < 0 && !where) {
		strv_addf(s->warnings, "/dev/%s: its %s file system cannot be mounted: %s", d->name,
			  p.type, strerror(-r));
		return;
	}
	if (!where && !strcmp(p.type, "btrfs"))
		scan_default_subvolume(s, d, dir, name, &p, partuuid, grub);
	if (scan_add(s, d, where ? where : dir, name, &p, partuuid, grub) < 0 || where)
		return;
	text_copy(s->trees->v[s->trees->n - 1].node, sizeof(s->trees->v[0].node), path);
	text_copy(s->trees->v[s->trees->n - 1].type, sizeof(s->trees->v[0].type), p.type);
	text_copy(s->trees->v[s->trees->n - 1].mount, sizeof(s->trees->v[0].mount), dir);
}

/* A private copy of the mount table, with a tmpfs for the mount points. */
static int scan_private(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		int r = -errno;

		log_error("cannot make a private mount table: %s%s", strerror(-r),
			  r == -EPERM ? " (looking at disks needs root; --root and --tree do not)"
				      : "");
		return r;
	}
	if ((mkdir(SCAN_DIR, 0700) < 0 && errno != EEXIST) ||
	    mount("tmpfs", SCAN_DIR, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=0700,size=1m") < 0) {
		int r = -errno;

		log_error(SCAN_DIR ": %s", strerror(-r));
		return r;
	}
	return 0;
}

int scan_disks(struct find_trees *t, const struct strv *devices, struct strv *warnings)
{
	CLEANUP_FREE struct scan *s = calloc(1, sizeof(*s));
	const char *disk = "";
	int r;

	if (!s)
		return -ENOMEM;
	s->trees = t;
	s->only = devices;
	s->warnings = warnings;
	r = scan_read(s);
	if (!r)
		r = scan_private();
	for (size_t i = 0; !r && i < s->n; i++) {
		const struct scan_device *d = &s->v[i];
		const char *of = d->number ? d->disk : d->name;

		/* The kernel lists a disk before its partitions. */
		if (!scan_is_made(d) && strcmp(disk, of) != 0) {
			s->disks++;
			disk = of;
		}
		scan_one(s, d, s->disks ? s->disks - 1 : 0);
	}
	return r;
}

/* scan.c - see scan.h */
#include "find/scan.h"
#include "block/block_read.h"
#include "block/devnames.h"
#include "block/stack.h"
#include "find/scan_mount.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/probe.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define SCAN_MAX_DEVICES 512u
#define SCAN_NAME        64 /* of struct find_tree */
#define SCAN_DIR         "/run/p2v-boot"

struct scan {
	struct find_trees *trees;
	const struct mounts *mounts; /* before ours */
	struct strv *warnings;
	unsigned disks; /* numbered so far, for GRUB's hdN */
};

static bool scan_wanted(const struct block_model *m, const struct strv *only,
			struct block_device *d)
{
	/* Two sectors or less are an extended partition's. */
	if (d->kind == DEVICE_RAM || d->kind == DEVICE_REMOVABLE || d->kind == DEVICE_UNKNOWN ||
	    d->size < 2048)
		return false;
	for (size_t i = 0; i < only->n; i++) {
		const struct block_device *below = devnames_find(m, only->v[i]);

		if (below && stack_is_on(d, below))
			return true;
	}
	return !only->n;
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
static enum rank_kind scan_boot_code(const struct block_device *d)
{
	enum rank_kind kind = d->disk ? scan_boot_sector(d->disk->name) : RANK_NONE;

	return kind ? kind : scan_boot_sector(d->name);
}

/* Not a disk that a firmware could know. */
static bool scan_is_made(const struct block_device *d)
{
	const struct block_device *of = d->disk ? d->disk : d;

	return device_is_mapped(of) || of->kind == DEVICE_MD;
}

/* "vg0-root"; where that is too long for a tree's name, the kernel's. */
static const char *scan_name(const struct block_device *d)
{
	return d->dm_name[0] && strlen(d->dm_name) < SCAN_NAME ? d->dm_name : d->name;
}

/* "hd0" for the first disk that we met, "hd0,gpt2" for its second partition. */
static void scan_grub_name(const struct block_device *d, unsigned disk, char *out, size_t size)
{
	struct probe_result table = {0};

	if (scan_is_made(d)) {
		if (device_is_mapped(d))
			snprintf(out, size, "lvm/%.*s", SCAN_NAME - 1, scan_name(d));
		else
			snprintf(out, size, "md/%s", d->name + strcspn(d->name, "0123456789"));
		return;
	}
	if (!d->disk) {
		snprintf(out, size, "hd%u", disk);
		return;
	}
	if (scan_probe(d->disk->name, &table, NULL, 0) < 0)
		table.table[0] = '\0';
	if (!strcmp(table.table, "gpt"))
		snprintf(out, size, "hd%u,gpt%u", disk, d->part_number);
	else if (!strcmp(table.table, "dos"))
		snprintf(out, size, "hd%u,msdos%u", disk, d->part_number);
	else
		snprintf(out, size, "hd%u,%u", disk, d->part_number);
}

/* The tree is a directory where something is mounted. */
static int scan_add(struct scan *s, const struct block_device *d, const char *dir, const char *name,
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
static void scan_default_subvolume(struct scan *s, const struct block_device *d, const char *whole,
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

static void scan_one(struct scan *s, const struct block_device *d, unsigned disk)
{
	struct probe_result p = {0};
	char dir[160], grub[80], name[64], path[80], partuuid[64] = "";
	const char *where = NULL;
	int r = scan_probe(d->name, &p, d->part_number ? partuuid : NULL, sizeof(partuuid));

	if (r < 0 || strcmp(p.usage, "filesystem") != 0)
		return;
	text_copy(name, sizeof(name), scan_name(d));
	for (char *c = name; *c; c++)
		if (*c == '/' || *c == ':')
			*c = '-';
	if (scan_mount_point(s, name, dir, sizeof(dir)) < 0)
		return;
	snprintf(path, sizeof(path), "/dev/%s", d->name);
	scan_grub_name(d, disk, grub, sizeof(grub));
	r = scan_mount_tree(path, p.type, dir, SCAN_WHOLE);
	if (r == -EBUSY)
		where = scan_mounted_at(s->mounts, d);
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

static void scan_devices(struct scan *s, const struct block_model *m, const struct strv *only)
{
	const struct block_device *disk = NULL;
	unsigned seen = 0;

	for (size_t i = 0; i < m->devices.n && seen < SCAN_MAX_DEVICES; i++) {
		struct block_device *d = m->devices.v[i];
		const struct block_device *of = d->disk ? d->disk : d;

		if (!scan_wanted(m, only, d))
			continue;
		seen++;
		/* The kernel lists a disk before its partitions. */
		if (!scan_is_made(d) && disk != of) {
			s->disks++;
			disk = of;
		}
		scan_one(s, d, s->disks ? s->disks - 1 : 0);
	}
}

int scan_disks(struct find_trees *t, const struct strv *devices, struct strv *warnings)
{
	CLEANUP(block_freep) struct block_model *m = NULL;
	struct scan s = {.trees = t, .warnings = warnings};
	int r = block_read("", &m);

	if (!r)
		r = scan_private();
	if (r)
		return r;
	s.mounts = &m->mounts;
	scan_devices(&s, m, devices);
	return 0;
}

/* scan.c - see scan.h */
#include "boot/scan.h"
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
#define SCAN_DIR         "/run/p2v-boot"

struct scan_device {
	char name[64]; /* of /dev and /sys/class/block */
	char disk[64]; /* the disk it is a partition of; "" for a whole one */
	unsigned number;
};

struct scan {
	struct boot_trees *trees;
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

static bool scan_wanted(const struct scan *s, const struct scan_device *d)
{
	static const char *const never[] = {"ram", "zram", "fd", "sr"};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (!strncmp(d->name, never[i], strlen(never[i])))
			return false;
	if (!s->only->n)
		return true;
	for (size_t i = 0; i < s->only->n; i++) {
		const char *slash = strrchr(s->only->v[i], '/');
		const char *name = slash ? slash + 1 : s->only->v[i];

		if (!strcmp(name, d->name) || !strcmp(name, d->disk))
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
		if (scan_wanted(s, d))
			s->n++;
	}
	return 0;
}

static int scan_probe(const char *name, struct probe_result *out)
{
	char path[80];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	return probe_range(fd, 0, 0, out);
}

/* "hd0" for the first disk that we met, "hd0,gpt2" for its second partition. */
static void scan_grub_name(const struct scan_device *d, unsigned disk, char *out, size_t size)
{
	struct probe_result table = {0};

	if (!d->number) {
		snprintf(out, size, "hd%u", disk);
		return;
	}
	if (scan_probe(d->disk, &table) < 0)
		table.table[0] = '\0';
	if (!strcmp(table.table, "gpt"))
		snprintf(out, size, "hd%u,gpt%u", disk, d->number);
	else if (!strcmp(table.table, "dos"))
		snprintf(out, size, "hd%u,msdos%u", disk, d->number);
	else
		snprintf(out, size, "hd%u,%u", disk, d->number);
}

static const char *scan_options(const char *type)
{
	if (!strcmp(type, "ext3") || !strcmp(type, "ext4"))
		return "noload";
	if (!strcmp(type, "xfs"))
		return "norecovery,nouuid";
	if (!strcmp(type, "btrfs"))
		return "subvolid=5,norecovery";
	if (!strcmp(type, "vfat"))
		return "utf8";
	return NULL;
}

/* @dir exists: mounts @name there. */
static int scan_mount(const char *name, const char *type, const char *dir)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char path[80];

	snprintf(path, sizeof(path), "/dev/%s", name);
	if (!mount(path, dir, type, flags, scan_options(type)))
		return 0;
	/* An option that this kernel does not have (vfat without its character
	 * sets), or a journal that a read-only device cannot be asked about; a
	 * mount that would replay the journal is not tried. */
	if (!strcmp(type, "vfat") && !mount(path, dir, type, flags, NULL))
		return 0;
	if (!strcmp(type, "btrfs") &&
	    !mount(path, dir, type, flags, "subvolid=5,rescue=nologreplay"))
		return 0;
	return -errno;
}

static void scan_one(struct scan *s, const struct scan_device *d, unsigned disk)
{
	struct probe_result p = {0};
	char dir[160], grub[64], name[64];
	int r = scan_probe(d->name, &p);

	if (r < 0 || strcmp(p.usage, "filesystem") != 0)
		return;
	text_copy(name, sizeof(name), d->name);
	for (char *c = name; *c; c++)
		if (*c == '/' || *c == ':')
			*c = '-';
	snprintf(dir, sizeof(dir), "%s/%s", SCAN_DIR, name);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		strv_addf(s->warnings, "%s: %s", dir, strerror(errno));
		return;
	}
	r = scan_mount(d->name, p.type, dir);
	if (r < 0) {
		strv_addf(s->warnings, "/dev/%s: its %s file system cannot be mounted: %s", d->name,
			  p.type, strerror(-r));
		return;
	}
	scan_grub_name(d, disk, grub, sizeof(grub));
	boot_trees_add(s->trees, dir, name, p.uuid, p.label, grub);
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

int boot_scan(struct boot_trees *t, const struct strv *devices, struct strv *warnings)
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
		s->disks += strcmp(disk, of) != 0;
		disk = of;
		scan_one(s, d, s->disks - 1);
	}
	return r;
}

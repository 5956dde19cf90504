/* root.c - see root.h */
#include "receive/root.h"
#include "block/nodes.h"
#include "disk/mount.h"
#include "names/names_find.h"
#include "names/names_learn.h"
#include "receive/root_names.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define ROOT_NODE_WAIT 5u /* seconds for a partition's node that udev makes anew */

int root_openat(int dirfd, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static bool root_has(int dirfd, const char *path)
{
	CLEANUP_FD int fd = root_openat(dirfd, path, O_PATH);

	return fd >= 0;
}

bool root_volume_node(const struct plan *plan, const struct plan_volume *v, char *out, size_t size)
{
	const struct plan_disk *disk = &plan->target.disks[v->target.disk];
	const char *target = disk->name;
	struct stat st;

	if (stat(target, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	if (disk->table.kind == TABLE_NONE)
		return text_copy(out, size, target);
	return v->target.partition &&
	       nodes_wait(st.st_rdev, v->target.partition, ROOT_NODE_WAIT, out, size) == 0;
}

static int root_mount(const struct plan *plan, uint32_t volume, const char *target,
		      const char *options, struct err_text *err)
{
	const struct plan_volume *v = &plan->volumes[volume];
	char node[300];
	struct mount_source source = {.path = node};

	if (!root_volume_node(plan, v, node, sizeof(node)))
		source = (struct mount_source){.path = plan->target.disks[v->target.disk].name,
					       .start = v->target.start,
					       .length = v->target.length};
	return mount_volume(&source, v->fstype, target, options, err);
}

/* File systems that can hold a system, or a part of one. */
static bool root_is_mountable(const struct plan_volume *v, bool as_root)
{
	static const char *const types[] = {"ext4",     "ext3", "ext2",     "xfs",  "btrfs", "f2fs",
					    "reiserfs", "jfs",  "bcachefs", "vfat", NULL};

	if (v->kind != VOLUME_IMAGE)
		return false;
	for (size_t i = 0; types[i]; i++)
		if (!strcmp(v->fstype, types[i]))
			return !as_root || strcmp(v->fstype, "vfat");
	return false;
}

static int root_read_fstab(int dirfd, struct mount_fstab *out)
{
	CLEANUP_FD int fd = root_openat(dirfd, "etc/fstab", O_RDONLY | O_NONBLOCK);
	struct stat st;

	*out = (struct mount_fstab){0};
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > 1 << 20)
		return -EINVAL;
	return mount_read_fstab(fd, out);
}

static bool root_fstab_has(int dirfd, const char *target)
{
	struct mount_fstab tab;
	bool has = false;

	if (root_read_fstab(dirfd, &tab))
		return false;
	for (size_t i = 0; i < tab.n; i++)
		has = has || !strcmp(tab.v[i].target, target);
	mount_fstab_release(&tab);
	return has;
}

static bool root_is_system(const char *dir)
{
	static const char *const inits[] = {"sbin/init", "usr/sbin/init", "lib/systemd/systemd",
					    "usr/lib/systemd/systemd", "init"};
	CLEANUP_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || (!root_has(fd, "etc/fstab") && !root_has(fd, "usr/lib/os-release") &&
		       !root_has(fd, "etc/os-release")))
		return false;
	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++)
		if (root_has(fd, inits[i]))
			return true;
	/* With /usr on a volume of its own, init is there. */
	return root_fstab_has(fd, "/usr");
}

/* Mounts a candidate read-only, looks, and mounts it again as it is wanted.
 * 0, ROOT_E_NONE when it is not a root, -errno. */
static int root_try(struct root *r, uint32_t volume, const char *subvol, bool writable,
		    struct err_text *err)
{
	char options[128];
	struct err_text quiet = {0};

	snprintf(options, sizeof(options), "ro,nosuid,noexec%s", subvol);
	if (root_mount(r->plan, volume, r->dir, options, &quiet)) {
		if (!subvol[0])
			log_info("%s", quiet.text);
		return ROOT_E_NONE;
	}
	if (!root_is_system(r->dir)) {
		int e = mount_undo(r->dir, err);

		return e ? e : ROOT_E_NONE;
	}
	if (writable) {
		int e = mount_undo(r->dir, err);

		snprintf(options, sizeof(options), "rw,nosuid,noexec%s", subvol);
		if (!e)
			e = root_mount(r->plan, volume, r->dir, options, err);
		if (e)
			return e;
	}
	r->mounts[0].volume = volume;
	text_copy(r->mounts[0].target, sizeof(r->mounts[0].target), r->dir);
	r->count = 1;
	return 0;
}

static int root_find(struct root *r, bool writable, struct err_text *err)
{
	/* Where installers of Debian, Ubuntu and Fedora put a btrfs root. */
	static const char *const subvols[] = {"", ",subvol=@rootfs", ",subvol=@", ",subvol=root"};

	for (uint32_t i = 0; i < r->plan->volume_count; i++) {
		const struct plan_volume *v = &r->plan->volumes[i];
		size_t tries = !strcmp(v->fstype, "btrfs") ? 4 : 1;

		for (size_t k = 0; root_is_mountable(v, true) && k < tries; k++) {
			int e = root_try(r, i, subvols[k], writable, err);

			if (e != ROOT_E_NONE)
				return e;
		}
	}
	return ROOT_E_NONE;
}

/* The one option of fstab that says where in the volume the tree is. */
static void root_options(char *out, size_t size, const struct mount_line *l, bool writable)
{
	const char *subvol = strstr(l->options, "subvol=");
	int len = subvol ? (int)strcspn(subvol, ",") : 0;

	snprintf(out, size, "%s,nosuid,noexec%s%.*s", writable ? "rw" : "ro", subvol ? "," : "",
		 len, subvol ? subvol : "");
}

/* The real path of a mount point inside the root. */
static int root_resolve(const struct root *r, const char *target, char *out, size_t size)
{
	CLEANUP_FD int fd = root_openat(r->dirfd, target, O_PATH | O_DIRECTORY);
	char link[64];
	ssize_t n;

	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	if (n < 0)
		return -errno;
	out[n] = '\0';
	/* The root itself, or what is not below it, is no mount point for us. */
	if (strncmp(out, r->dir, strlen(r->dir)) || out[strlen(r->dir)] != '/')
		return -EXDEV;
	return 0;
}

/* What the volumes are called here. */
static void root_name_nodes(struct root *r)
{
	for (uint32_t i = 0; i < r->names.volume_count; i++) {
		struct names_volume *v = &r->names.volumes[i];

		if (!root_volume_node(r->plan, &r->plan->volumes[v->id], v->target,
				      sizeof(v->target)))
			v->target[0] = '\0';
	}
}

static bool root_wants(const struct root *r, const struct mount_line *l, int volume)
{
	bool boot = !strcmp(l->target, "/boot") || !strncmp(l->target, "/boot/", 6);

	if (volume < 0 || l->target[0] != '/' || !strcmp(l->target, "/"))
		return false;
	return root_is_mountable(&r->plan->volumes[volume], false) &&
	       (boot || !mount_has_option(l->options, "noauto"));
}

static int root_compare_lines(const void *a, const void *b)
{
	return strcmp(((const struct mount_line *)a)->target,
		      ((const struct mount_line *)b)->target);
}

/* The volume of an fstab line's first field, or -1. The fixups can do without most of
 * them, but not without kernels and modules. */
static int root_volume_of(const struct root *r, const struct mount_line *l, struct reasons *reasons)
{
	static const char hint[] = "the fixups ran without it; check the migrated system's fstab";
	struct names_found f = names_find(&r->names, l->spec);
	bool part = !strcmp(l->target, "/boot") || !strcmp(l->target, "/usr");

	if (f.answer == NAMES_VOLUME)
		return (int)r->names.volumes[f.volume].id;
	if (l->target[0] != '/' || !strcmp(l->target, "/"))
		return -1;
	if (f.answer == NAMES_AMBIGUOUS && (part || !mount_has_option(l->options, "noauto")))
		reason_add(reasons, REASON_WARN, "mount-ambiguous", hint,
			   "%s of the migrated system is on %s, which is the name of more than one "
			   "of its volumes",
			   l->target, l->spec);
	else if (part && f.answer != NAMES_AMBIGUOUS)
		reason_add(reasons, REASON_WARN, "mount-unknown", hint,
			   "%s of the migrated system is on %s, which %s", l->target, l->spec,
			   f.answer == NAMES_UNKNOWN ? "cannot be mounted here"
						     : "was not migrated");
	return -1;
}

static void root_mount_line(struct root *r, const struct mount_line *l, bool writable,
			    struct reasons *reasons)
{
	struct root_mount *m = &r->mounts[r->count];
	int volume = root_volume_of(r, l, reasons), e;
	struct err_text err = {0};
	char options[300];

	if (!root_wants(r, l, volume))
		return;
	root_options(options, sizeof(options), l, writable);
	e = root_resolve(r, l->target, m->target, sizeof(m->target));
	if (!e)
		e = root_mount(r->plan, (uint32_t)volume, m->target, options, &err);
	if (e) {
		reason_add(reasons, REASON_WARN, "mount-failed",
			   "the fixups ran without it; check the migrated system's fstab",
			   "%s of the migrated system: %s", l->target,
			   err.text[0] ? err.text : strerror(-e));
		return;
	}
	m->volume = (uint32_t)volume;
	r->count++;
}

/* The root was found by looking, so its line in fstab tells what a name means that
 * the plan alone could not explain. */
static void root_learn(struct root *r, const struct mount_fstab *tab)
{
	uint32_t root = 0;

	while (root < r->names.volume_count && r->names.volumes[root].id != r->mounts[0].volume)
		root++;
	for (size_t i = 0; i < tab->n && root < r->names.volume_count; i++)
		if (!strcmp(tab->v[i].target, "/") && names_learn(&r->names, tab->v[i].spec, root))
			log_info("%s is the migrated system's name for its root", tab->v[i].spec);
}

static void root_mount_rest(struct root *r, bool writable, struct reasons *reasons)
{
	struct mount_fstab tab;

	if (root_read_fstab(r->dirfd, &tab))
		return;
	root_learn(r, &tab);
	/* Parents before what is mounted in them. */
	if (tab.n)
		qsort(tab.v, tab.n, sizeof(*tab.v), root_compare_lines);
	for (size_t i = 0; i < tab.n && r->count < ROOT_MAX_MOUNTS; i++)
		root_mount_line(r, &tab.v[i], writable, reasons);
	mount_fstab_release(&tab);
}

int root_open(const struct plan *plan, const struct session *s, bool writable, struct root *out,
	      struct reasons *reasons, struct err_text *err)
{
	char dir[sizeof(out->dir)], *real;
	int e;

	*out = (struct root){.plan = plan, .dirfd = -1};
	snprintf(dir, sizeof(dir), "%s/root", s->path);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", dir, strerror(errno));
	real = realpath(dir, NULL);
	if (!real || !text_copy(out->dir, sizeof(out->dir), real)) {
		free(real);
		return err_set(err, -ENAMETOOLONG, "%s: its name is too long", dir);
	}
	free(real);
	e = root_names(plan, &out->names);
	if (e)
		return e;
	root_name_nodes(out);
	e = mount_private(err);
	if (!e)
		e = root_find(out, writable, err);
	if (e)
		return e;
	out->dirfd = open(out->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->dirfd < 0)
		return err_set(err, -errno, "%s: %s", out->dir, strerror(errno));
	root_mount_rest(out, writable, reasons);
	return 0;
}

int root_close(struct root *r, struct err_text *err)
{
	int e = 0;

	if (r->dirfd >= 0)
		close(steal_fd(&r->dirfd));
	while (!e && r->count) {
		e = mount_undo(r->mounts[r->count - 1].target, err);
		if (!e)
			r->count--;
	}
	names_release(&r->names);
	return e;
}

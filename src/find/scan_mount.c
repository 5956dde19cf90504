/* scan_mount.c - see scan_mount.h */
#include "find/scan_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* The first set of options that the kernel takes is used; none of those for
 * reading lets it replay a journal. */
static const struct scan_options {
	const char *type;
	enum scan_how how;
	const char *options[3];
} scan_options[] = {
	{"ext3", SCAN_WHOLE, {"noload"}},
	{"ext4", SCAN_WHOLE, {"noload"}},
	{"xfs", SCAN_WHOLE, {"norecovery,nouuid"}},
	{"xfs", SCAN_WRITABLE, {"nouuid"}},
	{"f2fs", SCAN_WHOLE, {"norecovery"}},
	{"nilfs2", SCAN_WHOLE, {"norecovery"}},
	{"btrfs", SCAN_WHOLE, {"subvolid=5,norecovery", "subvolid=5,rescue=nologreplay"}},
	{"btrfs", SCAN_DEFAULT, {"norecovery", "rescue=nologreplay"}},
	{"btrfs", SCAN_WRITABLE, {"subvolid=5"}},
	/* Without its character sets vfat has no utf8. */
	{"vfat", SCAN_WHOLE, {"utf8", ""}},
	{"vfat", SCAN_WRITABLE, {"utf8", ""}},
};

int scan_mount_tree(const char *node, const char *type, const char *dir, enum scan_how how)
{
	static const char *const none[3] = {""};
	const char *const *options = none;
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	int r = -ENODEV;

	if (how != SCAN_WRITABLE)
		flags |= MS_RDONLY;
	for (size_t i = 0; i < sizeof(scan_options) / sizeof(scan_options[0]); i++)
		if (scan_options[i].how == how && !strcmp(scan_options[i].type, type))
			options = scan_options[i].options;
	for (size_t i = 0; i < 3 && options[i] && r < 0; i++)
		r = mount(node, dir, type, flags, *options[i] ? options[i] : NULL) < 0 ? -errno : 0;
	return r;
}

const char *scan_mounted_at(const struct mounts *m, const struct block_device *d)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].device == d && !strcmp(m->v[i].root, "/"))
			return m->v[i].point;
	return NULL;
}

/* The descriptor is what keeps the file system mounted. */
int scan_mount_again(struct find_tree *t, bool writable)
{
	int r;

	if (!*t->mount)
		return -EROFS;
	if (t->dirfd >= 0)
		close(t->dirfd);
	t->dirfd = -1;
	if (umount(t->mount) < 0 && errno != EINVAL)
		return -errno;
	r = scan_mount_tree(t->node, t->type, t->mount, writable ? SCAN_WRITABLE : SCAN_WHOLE);
	if (r < 0)
		return r;
	t->dirfd = open(t->mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return t->dirfd < 0 ? -errno : 0;
}

/* mount.h - mounting the migrated file systems, in a namespace of our own
 *
 * Only while fixups and the boot reader look at them. Nothing of the rest of
 * the machine sees these mounts, and they end with this process at the latest.
 * The only user of libmount.
 */
#ifndef P2V_DISK_MOUNT_H
#define P2V_DISK_MOUNT_H

#include "util/err.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stdint.h>

struct mount_source {
	const char *path; /* a partition's node; or a disk or file that holds it */
	uint64_t start;   /* bytes; used with length when that is not 0: the */
	uint64_t length;  /* file system lies inside, a loop device is set up */
};

/* Detaches this process's mounts from everybody else's. 0 or -errno. */
int mount_private(struct err_text *err);
/* @options are mount(8)'s; always nodev. @target is a directory's real path.
 * 0 or -errno with @err. */
int mount_volume(const struct mount_source *source, const char *fstype, const char *target,
		 const char *options, struct err_text *err);
/* Unmounts, a few times when something is still busy. 0 or -errno with @err. */
int mount_undo(const char *target, struct err_text *err);

/* One line of an fstab. */
struct mount_line {
	char *spec;    /* owned: "UUID=...", "/dev/sda1" */
	char *target;  /* owned */
	char *fstype;  /* owned */
	char *options; /* owned */
};

struct mount_fstab {
	struct mount_line *v; /* owned */
	size_t n;
};

/* Parses an open fstab (@fd stays the caller's); lines that libmount cannot
 * read are left out. At most 1024 lines. 0 or -errno. */
int mount_read_fstab(int fd, struct mount_fstab *out);
void mount_fstab_release(struct mount_fstab *f);
/* Does a comma-separated option list have @name? */
bool mount_has_option(const char *options, const char *name);

#endif

/* scan_mount.h - how a scan mounts a file system, see scan.h
 */
#ifndef P2V_FIND_SCAN_MOUNT_H
#define P2V_FIND_SCAN_MOUNT_H

#include "block/mounts.h"
#include "find/tree.h"

#include <stdbool.h>

enum scan_how {
	SCAN_WHOLE,    /* read-only, journal left alone; all of a btrfs */
	SCAN_DEFAULT,  /* the same for its default subvolume */
	SCAN_WRITABLE, /* all of it, for writing: replays the journal */
};

/* Mounts @node at @dir. 0, or -errno: -EBUSY when the system has it mounted
 * for writing. */
int scan_mount_tree(const char *node, const char *type, const char *dir, enum scan_how how);
/* Where the root of the file system on @d is mounted; NULL for nowhere. */
const char *scan_mounted_at(const struct mounts *m, const struct block_device *d);

/* Mounts a scanned tree anew, for writing or again as it was; a dirty journal is
 * replayed by that, so only for an entry that is about to be booted. 0 or
 * -errno: the tree is then closed. Trees of which somebody holds files cannot
 * be changed. */
int scan_mount_again(struct find_tree *t, bool writable);

#endif

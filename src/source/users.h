/* users.h - who uses a partition, a disk, or an image file of this machine
 *
 * From /proc/self/mountinfo, /proc/swaps and sysfs's holders. What hides from
 * these (another mount namespace) is still seen by asking the kernel for
 * exclusive use.
 */
#ifndef P2V_SOURCE_USERS_H
#define P2V_SOURCE_USERS_H

#include "source/inventory.h"
#include "util/strv.h"

#include <sys/types.h>

struct users; /* a snapshot of mounts and swaps */

/* @root: "" for this machine; tests give a directory with proc/ and sys/ in
 * it. 0 or -errno (logged). */
int users_new(const char *root, struct users **out);
void users_free(struct users *u);
void users_freep(struct users **u);

/* Fills in @disk who uses it and its partitions. Adds to @mounts one mount
 * point for each file system that is mounted read-write, if it is not there
 * yet. @fd is the open disk or image. 0 or -ENOMEM. */
int users_look(const struct users *u, int fd, struct inventory_disk *disk, struct strv *mounts);
/* The same for one block device; exposed for tests. */
int users_of_device(const struct users *u, dev_t dev, struct inventory_use *use,
		    struct strv *mounts);
/* The device that is mounted on "/"; 0 if there is none (overlay, tmpfs). */
dev_t users_root_device(const struct users *u);

#endif

/* users.h - who uses a block device or an image file
 *
 * The same facts for two questions. A source may be in use, and wants to know
 * by whom and whether that one writes: users_of_device(). A target has to be
 * unused altogether, it and whatever is on it: users_of_disk() says in words
 * what speaks against that. The claim (disk/target.h) is what protects a disk.
 *
 * What hides from both (another mount namespace) is still seen by asking the
 * kernel for exclusive use.
 */
#ifndef P2V_BLOCK_USERS_H
#define P2V_BLOCK_USERS_H

#include "block/block.h"
#include "util/strv.h"

#include <stdbool.h>
#include <sys/stat.h>

struct users_use {
	bool mounted_rw;  /* its file system can be written to */
	bool mounted_ro;  /* mounted, and read-only wherever it is */
	bool swap;        /* swap space in use */
	bool held_rw;     /* part of an LVM, md, crypt... device that can be written to */
	char mount[256];  /* a mount point, "" if none */
	char holder[64];  /* "dm-0", "" if none */
	char fs_type[32]; /* as the kernel mounted it */
};

/* Who uses this one device; adds to @use. Adds to @mounts one mount point for
 * each file system that is mounted read-write, if it is not there yet. 0 or
 * -ENOMEM. */
int users_of_device(const struct block_model *m, const struct block_device *d,
		    struct users_use *use, struct strv *mounts);
/* Appends who uses @disk, a part of it or anything built on it: "vda1 is
 * mounted on /", "vda2 is swap", "vda3 is part of dm-0". @root: set when the
 * running system's root is on it. 0 or -ENOMEM. */
int users_of_disk(const struct block_model *m, struct block_device *disk, struct strv *users,
		  bool *root);
/* A plain file: "loop0 is set up on it", "another program has locked it". 0 or
 * -errno. */
int users_of_file(const struct block_model *m, const char *path, struct strv *users);
/* Is @d a loop device on this file? */
bool users_is_loop_on(const struct block_device *d, const struct stat *file);
/* Does the kernel refuse exclusive use of a device, for whatever reason? */
bool users_claimed(const char *path);

#endif

/* use.h - who uses a source: its disk, its partitions, or its image file
 *
 * The block model's answers (block/users.h), put where the planner finds them;
 * and for images what locks and leases tell.
 */
#ifndef P2V_SOURCE_USE_H
#define P2V_SOURCE_USE_H

#include "block/block.h"
#include "source/inventory.h"
#include "util/strv.h"

/* Fills in @disk who uses it and its partitions, and what the kernel says that
 * it is (serial, model). Adds to @mounts one mount point for each file system
 * that is mounted read-write, if it is not there yet. @fd is the open disk or
 * image. 0 or -errno. */
int use_look(const struct block_model *m, int fd, struct inventory_disk *disk, struct strv *mounts);
/* The part of it that asks nothing but the model. 0 or -ENOMEM. */
int use_of_block(const struct block_model *m, const struct block_device *d,
		 struct inventory_disk *disk, struct strv *mounts);

#endif

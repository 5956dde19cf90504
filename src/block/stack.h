/* stack.h - what a block device is made of, and what is made of it
 *
 * Nothing recurses: a walk is a list that grows while it is gone through, with
 * each device in it once, so that depth and circles do not matter.
 */
#ifndef P2V_BLOCK_STACK_H
#define P2V_BLOCK_STACK_H

#include "block/block.h"
#include "util/strv.h"

/* Appends @d, and everything that is on it, at any height: partitions, holders,
 * loop devices with a file on it, the other devices of its btrfs. 0 or -ENOMEM. */
int stack_above(const struct block_model *m, struct block_device *d, struct block_devices *out);
/* Appends @d, and everything that it is made of: its disk, its slaves and
 * theirs. A loop device is made of nothing. 0 or -ENOMEM. */
int stack_below(struct block_device *d, struct block_devices *out);
/* Is @below @d itself, or something that it is made of? */
bool stack_is_on(struct block_device *d, const struct block_device *below);
/* The whole disks below @d, appended as "/dev/sda" unless they are there. 0,
 * -ENODEV when @d is NULL or a disk is not known, or -errno. */
int stack_disks_of(struct block_device *d, struct strv *paths);

#endif

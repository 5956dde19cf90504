/* block_read.h - the snapshot of a machine's block devices is taken
 *
 * Every device in sysfs, how they are stacked (slaves and holders, partition and
 * disk, loop device and the file below it, the devices of one btrfs), mounts and
 * swaps. The attributes are described in Linux's Documentation/ABI/stable/sysfs-block
 * and testing/sysfs-block-dm.
 */
#ifndef P2V_BLOCK_BLOCK_READ_H
#define P2V_BLOCK_BLOCK_READ_H

#include "block/block.h"

/* @root: "" for this machine; tests give a directory with sys, proc and dev in
 * it. 0 with the owned model in *out, or -errno (logged): -E2BIG when there are
 * more than BLOCK_MAX_DEVICES. Without /sys there are no devices. */
int block_read(const char *root, struct block_model **out);

#endif

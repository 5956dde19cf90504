/* block.h - all block devices of a machine, what they are made of, what is mounted
 *
 * block_read() takes a snapshot: every device in sysfs, how they are stacked
 * (slaves and holders, partition and disk, loop device and the file below it,
 * the devices of one btrfs), mounts and swaps. Everybody who has a question
 * about disks asks the same snapshot: block/stack.h goes up and down, users.h
 * says who uses what, devnames.h has the names.
 *
 * A device that another one names, but that is not in sysfs (gone, or made
 * during the look), is there as DEVICE_UNKNOWN: a holder must not get lost.
 *
 * The attributes are described in Linux's Documentation/ABI/stable/sysfs-block
 * and testing/sysfs-block-dm.
 */
#ifndef P2V_BLOCK_BLOCK_H
#define P2V_BLOCK_BLOCK_H

#include "block/device.h"
#include "block/mounts.h"

#define BLOCK_MAX_DEVICES 8192u

struct block_model {
	char root[200]; /* "" for this machine */
	/* In the kernel's own order (/proc/partitions): disks as they were found,
	 * each before its partitions. */
	struct block_devices devices;
	struct mounts mounts;
};

/* @root: "" for this machine; tests give a directory with sys, proc and dev in
 * it. 0 with the owned model in *out, or -errno (logged): -E2BIG when there are
 * more than BLOCK_MAX_DEVICES. Without /sys there are no devices. */
int block_read(const char *root, struct block_model **out);
void block_free(struct block_model *m);
void block_freep(struct block_model **m);

/* NULL when there is none. */
struct block_device *block_by_number(const struct block_model *m, dev_t number);
struct block_device *block_by_name(const struct block_model *m, const char *name);

#endif

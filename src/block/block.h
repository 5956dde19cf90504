/* block.h - all block devices of a machine, what they are made of, what is mounted
 *
 * A snapshot, which block_read.h takes. Everybody who has a question about disks
 * asks the same one: block/stack.h goes up and down, users.h says who uses what,
 * devnames.h has the names.
 *
 * A device that another one names, but that is not in sysfs (gone, or made
 * during the look), is there as DEVICE_UNKNOWN: a holder must not get lost.
 */
#ifndef P2V_BLOCK_BLOCK_H
#define P2V_BLOCK_BLOCK_H

#include "block/device.h"
#include "block/mounts.h"

#define BLOCK_MAX_DEVICES 8192u

/* Owns all that it holds. */
struct block_model {
	char root[200]; /* "" for this machine */
	/* In the kernel's own order (/proc/partitions): disks as they were found,
	 * each before its partitions. */
	struct block_devices devices;
	struct mounts mounts;
};

void block_free(struct block_model *m);
void block_freep(struct block_model **m);

/* NULL when there is none. */
struct block_device *block_by_number(const struct block_model *m, dev_t number);
struct block_device *block_by_name(const struct block_model *m, const char *name);

#endif

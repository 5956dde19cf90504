/* devnames.h - the names that a block device has in /dev, and back
 *
 * A device has its kernel's name (/dev/dm-0), and links that udev makes:
 * /dev/disk/by-id, by-uuid, by-label, by-partuuid, by-partlabel, by-path ...,
 * /dev/mapper/NAME, and LVM's /dev/VG/LV. Without udev, /dev/mapper has nodes.
 */
#ifndef P2V_BLOCK_DEVNAMES_H
#define P2V_BLOCK_DEVNAMES_H

#include "block/block.h"
#include "util/strv.h"

#define DEVNAMES_MAX 65536u /* names that are read; what is beyond has none */

struct devnames_entry {
	char *path; /* owned; absolute */
	const struct block_device *device;
};

struct devnames {
	struct devnames_entry *v; /* owned; devices' own names before links */
	size_t n;
};

/* The device that @path means: a node or a link to one, also when there is no
 * node but the name tells ("/dev/sda1", "/dev/mapper/vg0-root"); or a bare name
 * of the kernel's or device mapper's ("sda1", "vg0-root"). NULL for none. */
struct block_device *devnames_find(const struct block_model *m, const char *path);

/* Reads all names of all devices. 0 or -ENOMEM. */
int devnames_read(const struct block_model *m, struct devnames *out);
void devnames_release(struct devnames *names);
/* Appends the names of @d; 0 or -ENOMEM. */
int devnames_of(const struct devnames *names, const struct block_device *d, struct strv *out);

#endif

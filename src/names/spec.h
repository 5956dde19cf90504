/* spec.h - the forms in which a configuration names a block device
 *
 * Pure. What mount(8) and crypttab(5) take, root= and resume= of the kernel
 * (init/do_mounts.c, name_to_dev_t()) and of initramfs-tools and dracut:
 *
 *   UUID= LABEL= PARTUUID= PARTLABEL= ID=, quoted or not
 *   PARTUUID=X/PARTNROFF=N          N partitions behind that one
 *   /dev/disk/by-uuid/ by-label/ by-partuuid/ by-partlabel/ by-id/ by-path/
 *   /dev/NAME                       the kernel's
 *   /dev/mapper/NAME, /dev/VG/LV    device mapper, LVM
 *   8:1, 0801, /dev/block/8:1       a device number
 *
 * Each becomes one kind with one spelling, so that whoever looks for it compares
 * once. Nothing is looked up here.
 */
#ifndef P2V_NAMES_SPEC_H
#define P2V_NAMES_SPEC_H

#include <stdint.h>

#define SPEC_MAX 256u /* bytes of a value; what is longer names nothing */

enum spec_kind {
	SPEC_OTHER, /* no block device: "proc", "server:/export"; or not understood */
	SPEC_UUID,  /* of the file system; case does not count */
	SPEC_LABEL,
	SPEC_PARTUUID, /* case does not count, as in the kernel */
	SPEC_PARTLABEL,
	SPEC_DEVICE, /* a name below /dev: "sda1", "disk/by-id/ata-X-part1",
		      * "mapper/vg-root", whichever way it was written */
};

struct spec {
	enum spec_kind kind;
	char value[SPEC_MAX];
	int offset; /* PARTNROFF: partitions behind the one that is named */
};

void spec_parse(const char *text, struct spec *out);

#endif

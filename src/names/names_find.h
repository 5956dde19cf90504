/* names_find.h - which volume is meant by a name?
 *
 * Pure: an answer over the list of names.h. spec.h has the forms that names come
 * in. The source's names are meant: those which its configuration uses.
 *
 * Rules.
 *  - UUID and PARTUUID: exactly, else without regard to case. Labels: exactly, else
 *    in udev's spelling (\x20). An empty identity is nobody's.
 *  - A kernel's name is that of the disk on the source, with the partition. A disk
 *    whose own system called it something unknown (it came as an image, or as a
 *    loop device) is counted: the first disk of the list is then sda, hda, vda,
 *    xvda, nvme0n1 and mmcblk0.
 *  - A by-id link means a disk when that has the link among its names, or when
 *    the disk's serial number is a word of it (udev.h). A by-path link cannot be
 *    known from a disk; names_learn() can tell. A link that fits none of the disks
 *    is taken for another disk's.
 *  - Names below /dev/mapper, /dev/md and of LVM mean a volume or disk that has
 *    that name, and nothing is said about one that nobody has: it may lie inside
 *    of a volume.
 *  - Two volumes with the same name are an ambiguity, and none of them is taken;
 *    unless they are parts of one file system (btrfs) or array.
 */
#ifndef P2V_NAMES_NAMES_FIND_H
#define P2V_NAMES_NAMES_FIND_H

#include "names/names.h"

enum names_answer {
	NAMES_UNKNOWN,   /* nothing can be said: no block device, or one that may lie
			  * inside of a volume, or a name of this machine */
	NAMES_VOLUME,    /* this one */
	NAMES_DISK,      /* a whole disk with partitions */
	NAMES_ABSENT,    /* surely none of these */
	NAMES_AMBIGUOUS, /* this one, and another one as well */
};

struct names_found {
	enum names_answer answer;
	uint32_t volume; /* index; VOLUME, AMBIGUOUS */
	uint32_t other;  /* index of a second one; AMBIGUOUS */
	uint32_t disk;   /* index; DISK, and VOLUME where it lies on one */
	bool stays;      /* an identity, or a name of LVM or RAID: true on any machine */
};

struct names_found names_find(const struct names *n, const char *text);
const char *names_answer_name(enum names_answer a); /* "volume", "absent", ... */

/* The name that stays true: UUID=, else the node here, unless the source has a
 * disk of that name, so that nobody could tell later which one is meant; then "".
 * Returns @out. */
const char *names_stable(const struct names *n, uint32_t volume, char *out, size_t size);

/* The partition that @name ("disk/by-id/X-part2", "mapper/mpathap2") is of the disk
 * @disk ("disk/by-id/X", "mapper/mpatha"), 0 for the disk itself, UINT32_MAX: it is
 * neither. */
uint32_t names_partition(const char *disk, const char *name);

#endif

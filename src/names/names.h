/* names.h - which volume is meant by a name?
 *
 * Pure: an answer over a list of disks and volumes that the caller fills, from a
 * plan or from what a machine has. spec.h has the forms that names come in. The
 * source's names are meant: those which its configuration uses.
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
#ifndef P2V_NAMES_NAMES_H
#define P2V_NAMES_NAMES_H

#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX_DISKS   64u
#define NAMES_MAX_VOLUMES 1024u
#define NAMES_NO_DISK     UINT32_MAX

struct names_disk {
	char name[256];    /* as the source called it, or a file's name: for people */
	char serial[128];  /* "": unknown */
	char target[256];  /* its node here, "": none */
	bool by_order;     /* its own system's name for it is unknown */
	struct strv names; /* owned; below /dev, without a partition: "sda",
			    * "disk/by-id/ata-X", "mapper/mpatha" */
};

/* A partition, a whole disk without a table, or what is made of several. */
struct names_volume {
	uint32_t id;        /* the caller's own */
	uint32_t disk;      /* index into names.disks, or NAMES_NO_DISK */
	uint32_t partition; /* the kernel's number; 0: the whole disk */
	char uuid[64];      /* of the file system; "" for none, as in the next ones */
	char label[256];
	char partuuid[64];
	char partlabel[128];
	char type[32];     /* libblkid's name; "": unknown */
	char target[256];  /* its node here, "": none */
	struct strv names; /* owned; below /dev: "mapper/vg-root", "md127" */
};

struct names {
	uint32_t disk_count, volume_count;
	struct names_disk *disks;     /* owned */
	struct names_volume *volumes; /* owned */
};

/* An empty one at the end of the list; NULL: out of memory, or too many. The
 * pointers that were given before are void then. */
struct names_disk *names_add_disk(struct names *n);
struct names_volume *names_add_volume(struct names *n);
/* Sets the disk's name, and what follows from it: a kernel's name ("sda", with or
 * without /dev/), or by_order. 0 or -ENOMEM. */
int names_call_disk(struct names_disk *d, const char *name);
void names_release(struct names *n);

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

/* @text is known to mean @volume: a system's own fstab calls its root so. What
 * this says about the disk (a by-path link's name) is added to its names. True
 * if that was something new. */
bool names_learn(struct names *n, const char *text, uint32_t volume);

/* The name that stays true: UUID=, else the node here, unless the source has a
 * disk of that name, so that nobody could tell later which one is meant; then "".
 * Returns @out. */
const char *names_stable(const struct names *n, uint32_t volume, char *out, size_t size);

#endif

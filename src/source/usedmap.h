/* usedmap.h - which blocks of an ext2, ext3 or ext4 file system are in use
 *
 * The only user of libext2fs. Reads the superblock, the group descriptors and
 * the block bitmaps, with O_DIRECT where the descriptor's file allows it: the
 * page cache of a mounted disk's device is not coherent with its file system.
 *
 * A map is only given when it can be trusted: checksums are right, every
 * group's descriptor agrees with its bitmap, and all bitmaps and inode tables
 * are marked as used. (The superblock's own counters are not compared: the
 * kernel updates them lazily, and they follow the descriptors.) Besides the
 * allocated blocks, these bytes count as used: what precedes the first data
 * block (the boot sector of a 1 KiB block file system), and the tail of the
 * partition behind the file system, where a RAID superblock may be: all of it
 * up to 64 MiB, else its first and last MiB.
 */
#ifndef P2V_SOURCE_USEDMAP_H
#define P2V_SOURCE_USEDMAP_H

#include "source/blockmap.h"

#include <stdbool.h>
#include <stdint.h>

#define USEDMAP_TAIL_MAX  (64ull << 20)
#define USEDMAP_TAIL_EDGE (1ull << 20)

struct usedmap_info {
	bool readable;       /* the superblock could be decoded */
	bool needs_recovery; /* the journal has to be replayed first */
	bool has_errors;     /* the kernel or e2fsck has seen damage */
	bool unclean;        /* it has no journal and was not unmounted */
	bool damaged;        /* no map: its bitmap cannot be trusted */
	char why[200];       /* for damaged, or why it is not readable */
	uint64_t tail_left;  /* bytes behind the file system that are left out */
};

/* Looks at the file system in @length bytes at byte @offset of @fd. *out is
 * NULL when there is no trustworthy map; @info says why. 0, or -ENOMEM. */
int usedmap_read(int fd, uint64_t offset, uint64_t length, struct usedmap_info *info,
		 struct blockmap **out);

#endif

/* inventory.h - what there is on the source's disks, as plain data
 *
 * inventory_open_disk() looks at a disk or image; the planner turns the result
 * into a plan and reasons without looking at anything itself, so that its
 * tests need no disks.
 */
#ifndef P2V_SOURCE_INVENTORY_H
#define P2V_SOURCE_INVENTORY_H

#include "plan/plan.h"
#include "source/blockmap.h"
#include "source/usedmap.h"
#include "table/table.h"
#include "util/err.h"
#include "util/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who uses a partition or disk (use.c fills it). */
struct inventory_use {
	bool mounted_rw;   /* its file system can be written to */
	bool mounted_ro;   /* mounted, and read-only wherever it is */
	bool swap;         /* swap space in use */
	bool held_rw;      /* part of an LVM, md, crypt... device that can be written to */
	char mount[256];   /* a mount point, "" if none */
	char holder[64];   /* "dm-0", "" if none */
	char fs_type[32];  /* as the kernel mounted it */
	bool claimed;      /* the kernel refuses exclusive use, for whatever reason */
	char writer[128];  /* images: who else has the file open for writing, "" if none */
	bool is_partition; /* the path given is itself a partition */
};

/* A partition, or the whole disk when it has no table. */
struct inventory_part {
	uint32_t number; /* the kernel's, from 1; 0: the whole disk */
	uint64_t start;  /* bytes from the start of the disk */
	uint64_t length; /* bytes */
	struct probe_result probe;
	struct inventory_use use;
	bool ext;                 /* ext2, ext3 or ext4: @info is filled */
	struct usedmap_info info; /* of the used-block map */
	struct blockmap *map;     /* owned; NULL: copied whole */
};

struct inventory_disk {
	char path[256];   /* of the device node, links resolved; of an image as given */
	char serial[128]; /* "" if none */
	char model[128];
	uint64_t size;            /* bytes */
	uint32_t sector;          /* logical, bytes */
	bool file;                /* a plain file */
	struct inventory_use use; /* of the disk as a whole */
	struct probe_result probe;
	bool blank;                   /* nothing but zeros where signatures would be */
	struct table table;           /* decoded; TABLE_NONE after an error */
	struct err_text table_error;  /* why it could not be decoded, "" if it could */
	uint32_t part_count;          /* extended containers included */
	struct inventory_part *parts; /* owned; ascending start */
};

struct inventory {
	char hostname[256]; /* "" unless it is the running machine */
	uint32_t nic_count;
	struct plan_nic nics[32];
	uint32_t disk_count;
	struct inventory_disk disks[PLAN_MAX_DISKS];
};

/* What the disk's bytes are read with. */
struct inventory_fds {
	int buffered;   /* for probing; -1 if not open */
	int direct;     /* O_DIRECT; -1 where that is refused */
	uint32_t align; /* of offsets, lengths and memory for @direct, bytes */
};

/* Opens @path and fills @disk: size, sector, table, and what is on each
 * partition; not what the block model knows (serial, model, users: use.h) and
 * not the used-block maps. 0 or -errno (logged). */
int inventory_open_disk(const char *path, struct inventory_disk *disk, struct inventory_fds *fds);
/* Reads the used-block maps of the disk's ext2/3/4 partitions; with @frozen
 * again, of those that are mounted read-write. 0 or -errno (logged). */
int inventory_read_maps(struct inventory_disk *disk, const struct inventory_fds *fds, bool frozen);
/* "/dev/sda1", "/dev/nvme0n1p1", "partition 1 of disk.img", "disk.img" into
 * @out; returns @out. */
const char *inventory_part_name(const struct inventory_disk *disk, const struct inventory_part *p,
				char *out, size_t size);
void inventory_close(struct inventory_fds *fds);
void inventory_release(struct inventory *inv);

#endif

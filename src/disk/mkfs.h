/* mkfs.h - swap and file systems recreated with the identity that they had
 *
 * By mkswap, mke2fs, mkfs.xfs and mkfs.vfat, started through util/run.h.
 */
#ifndef P2V_DISK_MKFS_H
#define P2V_DISK_MKFS_H

#include "disk/target.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

struct mkfs_volume {
	const char *fstype; /* libblkid's name */
	const char *uuid;   /* "": a new one */
	const char *label;  /* "": none */
	uint64_t start;     /* bytes */
	uint64_t length;    /* bytes */
};

/* The program that makes @fstype: "mke2fs"; NULL when we make none. @file:
 * inside a plain file, where there is no partition node. */
const char *mkfs_tool(const char *fstype, bool file);

/* Puts a swap header there. mkswap works on a sparse file in the directory
 * @scratch, and its header is copied: so this needs neither a partition node
 * nor root. 0 or -errno with @err. */
int mkfs_swap(struct disk_target *t, const struct mkfs_volume *v, const char *scratch,
	      struct err_text *err);
/* Makes a file system: on the partition's node @node, or inside the plain file
 * of @t when @node is NULL. Nobody may hold a claim on the disk. */
int mkfs_make(const struct disk_target *t, const struct mkfs_volume *v, const char *node,
	      struct err_text *err);

#endif

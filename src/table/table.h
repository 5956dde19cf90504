/* table.h - partition tables, decoded from their sectors (pure)
 *
 * The identity of a partition table is its bytes: disk id, partition GUIDs,
 * types, names, attributes, boot code. So the source sends the very sectors, as
 * they are and as they are to be (table_convert.h), both ends decode them with
 * this module, and the target writes them, lets libparted re-read them, and
 * compares the result with the decoded table (disk/label.c).
 *
 * Formats: UEFI specification 2.10 chapter 5 (GPT); the MBR has no standard:
 * what the Linux kernel makes of it (block/partitions/msdos.c) is followed,
 * logical numbering included.
 *
 * What is no table. A boot sector of a file system ends in 55 AA as an MBR
 * does. The rule is: a disk on which the kernel would show no partition, or
 * whose table has none, is TABLE_NONE, one volume that is copied whole; nothing
 * can be lost by that. So TABLE_NONE is: no 55 AA at the end of sector 0 (and no
 * GPT header either), an entry whose status is neither 00 nor 80, a table
 * without a used entry. Only when a status is right but a range is impossible,
 * the file systems that keep such sectors (FAT, exFAT, NTFS, ext2/3/4) are
 * looked for; if it is none of them, the table is damaged.
 */
#ifndef P2V_TABLE_TABLE_H
#define P2V_TABLE_TABLE_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_MAX_PARTITIONS 256u
#define TABLE_MAX_BYTES      (1u << 20) /* of raw sectors */

enum table_kind {
	TABLE_NONE, /* no table: the disk is one volume */
	TABLE_MBR,
	TABLE_GPT,
};

struct table_partition {
	uint32_t number;     /* as the kernel counts: MBR logicals from 5 */
	uint64_t start;      /* bytes */
	uint64_t length;     /* bytes */
	uint8_t mbr_type;    /* MBR only */
	bool bootable;       /* MBR only: the active flag */
	bool extended;       /* MBR only: the container of the logicals */
	char type_guid[37];  /* GPT only, lower case */
	char guid[37];       /* GPT: unique GUID; MBR: "diskid-NN", as the kernel's PARTUUID */
	uint64_t attributes; /* GPT only */
	char name[112];      /* GPT only, UTF-8; control characters replaced by '?' */
};

/* Sectors to be written as they are. */
struct table_extent {
	uint64_t offset; /* bytes from the start of the disk */
	uint32_t length; /* bytes */
	uint8_t *bytes;  /* owned */
};

struct table {
	enum table_kind kind;
	uint32_t sector;       /* bytes */
	char id[37];           /* GPT: disk GUID; MBR: 8 hex digits; "" for none */
	uint64_t first_usable; /* bytes: end of the table's own sectors at the start; MBR: one
				* sector; 0 without a table */
	uint64_t usable_end;   /* bytes: GPT: end of what partitions may have; else 0 */
	uint64_t backup;       /* bytes: GPT: where it says that its backup's header is, with the
				* entries before it; 0: nowhere on this disk, and else */
	uint32_t partition_count;
	struct table_partition *partitions; /* owned; ascending number */
	uint32_t extent_count;
	/* Owned. MBR, then the EBRs in chain order; or protective MBR, GPT header,
	 * GPT entries (whole sectors); each MBR, EBR and header is one sector. */
	struct table_extent *extents;
};

/* Reads @len bytes at byte @offset of a disk. 0 or -errno. */
typedef int table_read_fn(void *ctx, void *buf, size_t len, uint64_t offset);

/* Finds and decodes the table of a disk of @size bytes with @sector byte
 * sectors, by reading whole sectors. A GPT whose primary is damaged is refused
 * (the text says to repair it with gdisk or sgdisk); so is a hybrid MBR. The
 * EBR chain is bounded. 0 (also for TABLE_NONE), -EINVAL with @err for a damaged
 * table, or the reader's -errno with @err; *out is then empty. */
int table_decode(table_read_fn *read, void *ctx, uint64_t size, uint32_t sector, struct table *out,
		 struct err_text *err);
/* Decodes the table from its own extents alone: what came over the network.
 * They must be exactly those that table_decode() makes, in that order, so that
 * nothing else can be written with them. No extents: TABLE_NONE. 0, or -EINVAL
 * or -ENOMEM with @err. */
int table_decode_extents(const struct table_extent *extents, uint32_t count, uint64_t size,
			 uint32_t sector, struct table *out, struct err_text *err);
void table_release(struct table *t);
/* NULL when there is no such number. */
const struct table_partition *table_find(const struct table *t, uint32_t number);
/* Bytes that a disk must have for this table: the last partition's end, plus
 * the backup for GPT; 0 without a table. */
uint64_t table_min_size(const struct table *t);
const char *table_kind_name(enum table_kind kind); /* "none", "mbr", "gpt" */

#endif

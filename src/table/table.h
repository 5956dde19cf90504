/* table.h - a partition table: its sectors, and what they say (pure)
 *
 * The identity of a partition table is its bytes: disk id, partition GUIDs,
 * types, names, attributes, boot code. So the source sends the very sectors, as
 * they are and as they are to be (table_convert.h), both ends decode them
 * (table_read.h), and the target writes them, lets libparted re-read them, and
 * compares the result with the decoded table (disk/label.c).
 */
#ifndef P2V_TABLE_TABLE_H
#define P2V_TABLE_TABLE_H

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

void table_release(struct table *t);
/* NULL when there is no such number. */
const struct table_partition *table_find(const struct table *t, uint32_t number);
/* Bytes that a disk must have for this table: the last partition's end, plus
 * the backup for GPT; 0 without a table. */
uint64_t table_min_size(const struct table *t);
const char *table_kind_name(enum table_kind kind); /* "none", "mbr", "gpt" */

#endif

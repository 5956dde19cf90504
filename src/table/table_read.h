/* table_read.h - partition tables, decoded from their sectors (pure)
 *
 * Formats: UEFI specification 2.10 chapter 5 (GPT); the MBR has no standard:
 * what the Linux kernel makes of it (block/partitions/msdos.c) is followed,
 * logical numbering included. table_gpt.h and table_mbr.h have them.
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
#ifndef P2V_TABLE_TABLE_READ_H
#define P2V_TABLE_TABLE_READ_H

#include "table/table_decode.h"

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

#endif

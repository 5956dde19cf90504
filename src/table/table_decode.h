/* table_decode.h - what the MBR and the GPT decoder have in common
 *
 * Private to src/table, but for the reader that callers give to table_read.h.
 */
#ifndef P2V_TABLE_TABLE_DECODE_H
#define P2V_TABLE_TABLE_DECODE_H

#include "table/table.h"
#include "util/err.h"

#define TABLE_MBR_SIGNATURE 510u /* offset of 55 AA in a sector */
#define TABLE_MBR_ENTRIES   446u /* offset of the four entries in a sector */
#define TABLE_TYPE_GPT      0xeeu

/* Reads @len bytes at byte @offset of a disk. 0 or -errno. */
typedef int table_read_fn(void *ctx, void *buf, size_t len, uint64_t offset);

/* A table that is being decoded. */
struct table_work {
	table_read_fn *read;
	void *ctx;
	uint64_t size;        /* of the disk, bytes */
	uint64_t sectors;     /* of the disk */
	uint32_t sector;      /* bytes */
	struct table *out;    /* grows; the caller releases it after an error */
	struct err_text *err; /* never NULL */
};

/* An entry of an MBR or EBR as it is there. */
struct table_entry {
	uint8_t status, type;
	uint32_t start, count; /* sectors; the start's base is another matter */
};

struct table_entry table_entry_at(const uint8_t *sector, unsigned slot); /* slot 0..3 */

/* Reads @len bytes, whole sectors, at sector @lba and keeps them as the next
 * extent; *bytes is borrowed from it. 0, -EINVAL or -errno with the error set. */
int table_take(struct table_work *w, uint64_t lba, uint32_t len, const uint8_t **bytes);
/* Appends a partition after checking that it lies on the disk and that no other
 * one but its container has sectors of it. 0, -EINVAL or -ENOMEM. */
int table_add(struct table_work *w, const struct table_partition *p);

#endif

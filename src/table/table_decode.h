/* table_decode.h - what the MBR and the GPT decoder have in common
 *
 * Private to src/table: table_decode() and table_decode_extents() are the ways in.
 */
#ifndef P2V_TABLE_TABLE_DECODE_H
#define P2V_TABLE_TABLE_DECODE_H

#include "table/table.h"

#define TABLE_MBR_SIGNATURE 510u /* offset of 55 AA in a sector */
#define TABLE_MBR_ENTRIES   446u /* offset of the four entries in a sector */
#define TABLE_TYPE_GPT      0xeeu

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

/* Offsets in a GPT header, of u64 sector numbers. */
#define TABLE_GPT_SELF    24u
#define TABLE_GPT_BACKUP  32u
#define TABLE_GPT_LAST    48u
#define TABLE_GPT_ENTRIES 72u

/* Makes a GPT header's checksum right; its length must have been checked. */
void table_gpt_seal(uint8_t *header);

/* Both get sector 0, which is the first extent already. */
int table_mbr_decode(struct table_work *w, const uint8_t *sector);
int table_gpt_decode(struct table_work *w, const uint8_t *sector);

#endif

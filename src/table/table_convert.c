/* table_convert.c - see table_convert.h */
#include "table/table_convert.h"
#include "table/table_gpt.h"
#include "table/table_read.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TABLE_PROTECTIVE_MAX 0xffffffffu /* sectors, in an MBR's 32 bits */

enum {
	TABLE_GPT_EXTENT_MBR,
	TABLE_GPT_EXTENT_HEADER,
	TABLE_GPT_EXTENT_ENTRIES
};

static int table_copy_extent(const struct table_extent *from, struct table_extent *to)
{
	*to = *from;
	to->bytes = malloc(from->length ? from->length : 1);
	if (!to->bytes)
		return -ENOMEM;
	memcpy(to->bytes, from->bytes, from->length);
	return 0;
}

int table_copy(const struct table *from, struct table *out)
{
	CLEANUP(table_release) struct table t = *from;

	t.extent_count = 0;
	t.partitions = calloc(from->partition_count + 1, sizeof(*t.partitions));
	t.extents = calloc(from->extent_count + 1, sizeof(*t.extents));
	if (!t.partitions || !t.extents)
		return -ENOMEM;
	for (uint32_t i = 0; i < from->partition_count; i++)
		t.partitions[i] = from->partitions[i];
	for (; t.extent_count < from->extent_count; t.extent_count++)
		if (table_copy_extent(&from->extents[t.extent_count], &t.extents[t.extent_count]))
			return -ENOMEM;
	*out = t;
	t = (struct table){0};
	return 0;
}

/* The protective entry spans the disk, as far as its 32 bits reach. */
static void table_gpt_protect(uint8_t *mbr, uint64_t sectors)
{
	uint32_t count =
		sectors - 1 > TABLE_PROTECTIVE_MAX ? TABLE_PROTECTIVE_MAX : (uint32_t)(sectors - 1);

	for (unsigned slot = 0; slot < 4; slot++) {
		struct table_entry e = table_entry_at(mbr, slot);

		if (e.count && e.type == TABLE_TYPE_GPT)
			buf_put_u32(mbr + TABLE_MBR_ENTRIES + 16 * slot + 12, count);
	}
}

/* The layout of the end of a disk: usable sectors, entries, header. */
static void table_gpt_resize(struct table_extent *extents, uint32_t sector, uint64_t sectors)
{
	uint8_t *header = extents[TABLE_GPT_EXTENT_HEADER].bytes;
	uint64_t entries = extents[TABLE_GPT_EXTENT_ENTRIES].length / sector;

	table_gpt_protect(extents[TABLE_GPT_EXTENT_MBR].bytes, sectors);
	buf_put_u64(header + TABLE_GPT_BACKUP, sectors - 1);
	buf_put_u64(header + TABLE_GPT_LAST, sectors - 1 - entries - 1);
	table_gpt_seal(header);
}

int table_convert(const struct table *from, const struct table_disk *to, struct table *out,
		  struct err_text *err)
{
	CLEANUP(table_release) struct table copy = {0};
	uint64_t need = table_min_size(from), whole = to->size / to->sector * to->sector;
	int r;

	*out = (struct table){0};
	if (from->kind != to->kind)
		return err_set(err, -ENOTSUP,
			       "a partition table of kind %s cannot be made into %s yet",
			       table_kind_name(from->kind), table_kind_name(to->kind));
	if (from->kind != TABLE_NONE && from->sector != to->sector)
		return err_set(err, -ENOTSUP,
			       "a partition table for sectors of %u bytes cannot be made into one "
			       "for sectors of %u bytes yet",
			       from->sector, to->sector);
	if (need > whole)
		return err_set(err, -ENOSPC,
			       "the partition table needs a disk of %" PRIu64
			       " bytes, this one has %" PRIu64,
			       need, whole);
	r = table_copy(from, &copy);
	if (r < 0)
		return err_set(err, r, "no memory for the partition table");
	if (from->kind == TABLE_GPT)
		table_gpt_resize(copy.extents, to->sector, to->size / to->sector);
	/* Whatever was done above: what will be written is what is decoded. */
	return table_decode_extents(copy.extents, copy.extent_count, to->size, to->sector, out,
				    err);
}

int table_backup(const struct table *t, struct table_extent out[TABLE_BACKUP_EXTENTS])
{
	struct table_extent *entries = &out[0], *header = &out[1];

	out[0] = out[1] = (struct table_extent){0};
	if (!t->backup)
		return 0;
	if (table_copy_extent(&t->extents[TABLE_GPT_EXTENT_ENTRIES], entries) ||
	    table_copy_extent(&t->extents[TABLE_GPT_EXTENT_HEADER], header)) {
		table_backup_release(out);
		return -ENOMEM;
	}
	header->offset = t->backup;
	entries->offset = t->backup - entries->length;
	buf_put_u64(header->bytes + TABLE_GPT_SELF, t->backup / t->sector);
	buf_put_u64(header->bytes + TABLE_GPT_BACKUP, 1);
	buf_put_u64(header->bytes + TABLE_GPT_ENTRIES, entries->offset / t->sector);
	table_gpt_seal(header->bytes);
	return TABLE_BACKUP_EXTENTS;
}

void table_backup_release(struct table_extent extents[TABLE_BACKUP_EXTENTS])
{
	for (uint32_t i = 0; i < TABLE_BACKUP_EXTENTS; i++)
		free(extents[i].bytes);
}

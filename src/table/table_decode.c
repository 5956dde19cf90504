/* table_decode.c - see table_decode.h */
#include "table/table_decode.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct table_entry table_entry_at(const uint8_t *sector, unsigned slot)
{
	struct buf_reader r = buf_reader(sector + TABLE_MBR_ENTRIES + 16 * slot, 16);
	struct table_entry e = {0};

	e.status = (uint8_t)buf_get_le(&r, 1);
	buf_get(&r, 3); /* cylinder, head, sector: nobody uses them */
	e.type = (uint8_t)buf_get_le(&r, 1);
	buf_get(&r, 3);
	e.start = buf_get_u32(&r);
	e.count = buf_get_u32(&r);
	return e;
}

int table_take(struct table_work *w, uint64_t lba, uint32_t len, const uint8_t **bytes)
{
	struct table *t = w->out;
	CLEANUP_FREE uint8_t *buf = NULL;
	struct table_extent *grown;
	uint64_t offset;
	int r;

	if (lba >= w->sectors || len / w->sector > w->sectors - lba)
		return err_set(w->err, -EINVAL,
			       "the partition table goes beyond the end of the disk");
	offset = lba * w->sector;
	/* Aligned, because the disk may be open for direct input. */
	if (posix_memalign((void **)&buf, 4096, len))
		return err_set(w->err, -ENOMEM, "no memory for the partition table");
	r = w->read(w->ctx, buf, len, offset);
	if (r < 0)
		return err_set(w->err, r,
			       "the partition table at byte %" PRIu64 " cannot be read: %s", offset,
			       strerror(-r));
	grown = realloc(t->extents, (t->extent_count + 1) * sizeof(*grown));
	if (!grown)
		return err_set(w->err, -ENOMEM, "no memory for the partition table");
	t->extents = grown;
	*bytes = buf;
	t->extents[t->extent_count++] =
		(struct table_extent){.offset = offset, .length = len, .bytes = STEAL(buf)};
	return 0;
}

static bool table_inside(const struct table_partition *p, const struct table_partition *container)
{
	return p->start >= container->start &&
	       p->start + p->length <= container->start + container->length;
}

int table_add(struct table_work *w, const struct table_partition *p)
{
	struct table *t = w->out;
	uint64_t end = w->sectors * w->sector;
	struct table_partition *grown;

	if (t->partition_count >= TABLE_MAX_PARTITIONS)
		return err_set(w->err, -EINVAL, "there are more than %u partitions",
			       TABLE_MAX_PARTITIONS);
	if (p->start < w->sector || p->start >= end || p->length > end - p->start)
		return err_set(w->err, -EINVAL, "partition %u goes beyond the disk", p->number);
	for (uint32_t i = 0; i < t->partition_count; i++) {
		const struct table_partition *o = &t->partitions[i];

		if (o->extended && p->number > 4 && table_inside(p, o))
			continue;
		if (p->start < o->start + o->length && o->start < p->start + p->length)
			return err_set(w->err, -EINVAL, "partitions %u and %u overlap", o->number,
				       p->number);
	}
	grown = realloc(t->partitions, (t->partition_count + 1) * sizeof(*grown));
	if (!grown)
		return err_set(w->err, -ENOMEM, "no memory for the partitions");
	t->partitions = grown;
	grown[t->partition_count++] = *p;
	return 0;
}

/* table_mbr.c - see table_mbr.h */
#include "table/table_mbr.h"
#include "util/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define TABLE_MBR_DISK_ID 440u
/* EBRs, also those without a logical in them. The kernel allows 100 of these in
 * a row. */
#define TABLE_MAX_EBRS TABLE_MAX_PARTITIONS

static bool table_is_extended(const struct table_entry *e)
{
	return e->count && (e->type == 0x05 || e->type == 0x0f || e->type == 0x85);
}

/* @start in sectors from the beginning of the disk. */
static int table_mbr_add(struct table_work *w, uint32_t number, const struct table_entry *e,
			 uint64_t start)
{
	struct table_partition p = {
		.number = number,
		.start = start * w->sector,
		.length = (uint64_t)e->count * w->sector,
		.mbr_type = e->type,
		.bootable = e->status == 0x80,
		.extended = number <= 4 && table_is_extended(e),
	};

	snprintf(p.guid, sizeof(p.guid), "%.8s-%02x", w->out->id, number & 0xffffu);
	return table_add(w, &p);
}

struct table_chain {
	uint64_t base, end; /* the container, sectors of the disk */
	uint64_t at;        /* this EBR */
	uint64_t length;    /* sectors that the entry leading here gave it */
	uint32_t number;    /* of the next logical */
};

/* Slots 2 and 3 of an EBR sometimes hold rubbish, which the kernel skips when
 * it is beyond what the EBR or the container has. */
static bool table_ebr_rubbish(const struct table_chain *c, unsigned slot,
			      const struct table_entry *e)
{
	uint64_t end = (uint64_t)e->start + e->count;

	return slot >= 2 && (end > c->length || c->at + end > c->end);
}

static int table_ebr_logicals(struct table_work *w, struct table_chain *c, const uint8_t *sector)
{
	for (unsigned slot = 0; slot < 4; slot++) {
		struct table_entry e = table_entry_at(sector, slot);
		uint64_t start = c->at + e.start;
		int r;

		if (!e.count || table_is_extended(&e) || table_ebr_rubbish(c, slot, &e))
			continue;
		if (!e.type || !e.start || start >= c->end || e.count > c->end - start)
			return err_set(w->err, -EINVAL,
				       "logical partition %u is not inside the extended one: "
				       "repair it with fdisk or sfdisk",
				       c->number);
		r = table_mbr_add(w, c->number++, &e, start);
		if (r < 0)
			return r;
	}
	return 0;
}

/* An EBR's sector must be seen once only (or the chain is a ring), and must not
 * be in a logical partition. */
static int table_ebr_check(struct table_work *w, const struct table_chain *c)
{
	const struct table *t = w->out;
	uint64_t offset = c->at * w->sector;

	if (t->extent_count > TABLE_MAX_EBRS)
		return err_set(w->err, -EINVAL, "the chain of logical partitions does not end");
	for (uint32_t i = 0; i < t->extent_count; i++)
		if (t->extents[i].offset == offset)
			return err_set(w->err, -EINVAL,
				       "the chain of logical partitions leads back to sector "
				       "%" PRIu64 ": repair it with fdisk or sfdisk",
				       c->at);
	return 0;
}

/* The entry that leads on; false at the end of the chain. */
static bool table_ebr_next(const uint8_t *sector, struct table_entry *next)
{
	for (unsigned slot = 0; slot < 4; slot++) {
		*next = table_entry_at(sector, slot);
		if (table_is_extended(next))
			return true;
	}
	return false;
}

static int table_mbr_chain(struct table_work *w, const struct table_partition *container)
{
	struct table_chain c = {
		.base = container->start / w->sector,
		.end = (container->start + container->length) / w->sector,
		.length = container->length / w->sector,
		.number = 5,
	};
	struct table_entry next;
	const uint8_t *sector;
	int r;

	c.at = c.base;
	do {
		r = table_ebr_check(w, &c);
		if (!r)
			r = table_take(w, c.at, w->sector, &sector);
		if (r < 0)
			return r;
		if (sector[TABLE_MBR_SIGNATURE] != 0x55 || sector[TABLE_MBR_SIGNATURE + 1] != 0xaa)
			return err_set(w->err, -EINVAL,
				       "sector %" PRIu64 " should be the table of a logical "
				       "partition and is not: repair it with fdisk or sfdisk",
				       c.at);
		r = table_ebr_logicals(w, &c, sector);
		if (r < 0)
			return r;
		if (!table_ebr_next(sector, &next))
			return 0;
		c.at = c.base + next.start;
		c.length = next.count;
	} while (c.at < c.end);
	return err_set(w->err, -EINVAL,
		       "the chain of logical partitions leaves the extended one: repair it with "
		       "fdisk or sfdisk");
}

/* The sectors of the tables themselves are nobody's. */
static int table_mbr_check_ebrs(struct table_work *w)
{
	const struct table *t = w->out;

	for (uint32_t i = 0; i < t->partition_count; i++)
		for (uint32_t k = 0; k < t->extent_count; k++) {
			const struct table_partition *p = &t->partitions[i];

			if (!p->extended && t->extents[k].offset >= p->start &&
			    t->extents[k].offset < p->start + p->length)
				return err_set(w->err, -EINVAL,
					       "partition %u covers a sector of the partition "
					       "table: repair it with fdisk or sfdisk",
					       p->number);
		}
	return 0;
}

int table_mbr_decode(struct table_work *w, const uint8_t *sector)
{
	struct buf_reader id = buf_reader(sector + TABLE_MBR_DISK_ID, 4);
	struct table *t = w->out;
	const struct table_partition *container = NULL;
	struct table_partition copy;
	int r;

	snprintf(t->id, sizeof(t->id), "%08" PRIx32, buf_get_u32(&id));
	t->first_usable = w->sector;
	for (unsigned slot = 0; slot < 4; slot++) {
		struct table_entry e = table_entry_at(sector, slot);

		if (!e.count)
			continue;
		if (container && table_is_extended(&e))
			return err_set(w->err, -EINVAL,
				       "there are two extended partitions, %u and %u",
				       container->number, slot + 1);
		r = table_mbr_add(w, slot + 1, &e, e.start);
		if (r < 0)
			return r;
		if (table_is_extended(&e)) {
			copy = t->partitions[t->partition_count - 1];
			container = &copy;
		}
	}
	r = container ? table_mbr_chain(w, container) : 0;
	return r < 0 ? r : table_mbr_check_ebrs(w);
}

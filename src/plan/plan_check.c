/* plan_check.c - see plan_check.h
 *
 * The target writes where the volumes say. So everything that could make one
 * volume's data land in another's, or in the table, is refused here.
 */
#include "plan/plan_check.h"

#include <inttypes.h>
#include <string.h>

static bool plan_overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

/* Start of the first partition, or the end of the disk. */
static uint64_t plan_first_start(const struct plan_disk *d)
{
	uint64_t first = d->size;

	for (uint32_t i = 0; i < d->table.partition_count; i++)
		if (d->table.partitions[i].start < first)
			first = d->table.partitions[i].start;
	return first;
}

static void plan_check_partition(struct jread *r, const struct plan_disk *d,
				 const struct plan_volume *v, uint32_t i)
{
	const struct table_partition *part = table_find(&d->table, v->partition);

	if (!part)
		jread_fail(r, "volume %u: %s has no partition %u", i, d->name, v->partition);
	else if (part->start != v->start || part->length != v->length)
		jread_fail(r, "volume %u does not lie where partition %u of %s does", i,
			   v->partition, d->name);
	else if (part->extended && v->kind != VOLUME_SKIP)
		jread_fail(r, "volume %u is an extended partition and must be skipped", i);
}

static void plan_check_rest(struct jread *r, const struct plan_disk *d, const struct plan_volume *v,
			    uint32_t i)
{
	uint64_t whole = d->size / d->sector * d->sector;

	if (d->table.kind == TABLE_NONE) {
		if (v->start || v->length != whole)
			jread_fail(r, "volume %u must be the whole of %s", i, d->name);
	} else if (v->kind != VOLUME_IMAGE) {
		jread_fail(r, "volume %u, a boot gap, must be an image", i);
	} else if (v->start < d->table.first_usable || v->start + v->length > plan_first_start(d)) {
		jread_fail(r, "volume %u is not between the table of %s and its first partition", i,
			   d->name);
	}
}

/* One volume and its disk. */
static void plan_check_volume(struct jread *r, const struct plan *p, uint32_t i)
{
	const struct plan_volume *v = &p->volumes[i];
	const struct plan_disk *d = &p->disks[v->disk];

	if (!v->length || v->start % d->sector || v->length % d->sector)
		jread_fail(r, "volume %u is empty or not made of whole sectors", i);
	else if (v->start > d->size || v->length > d->size - v->start)
		jread_fail(r, "volume %u goes beyond the end of %s", i, d->name);
	else if (v->used > v->length)
		jread_fail(r, "volume %u uses more than its length", i);
	else if (v->kind == VOLUME_FORMAT && !v->fstype[0])
		jread_fail(r, "volume %u is to be formatted, but as what?", i);
	else if (v->partition)
		plan_check_partition(r, d, v, i);
	else
		plan_check_rest(r, d, v, i);
	if (!jread_ok(r))
		return;
	for (uint32_t k = 0; k < d->table.extent_count; k++) {
		const struct table_extent *e = &d->table.extents[k];

		/* The container of logical partitions has their tables in it. */
		if (v->kind != VOLUME_SKIP &&
		    plan_overlap(v->start, v->length, e->offset, e->length))
			jread_fail(r, "volume %u covers the partition table of %s", i, d->name);
	}
}

/* Volumes are ascending, so each pair needs only one comparison; a skipped one
 * (the container) may hold others. */
static void plan_check_pairs(struct jread *r, const struct plan *p)
{
	uint32_t last = 0;
	bool have = false;

	for (uint32_t i = 0; i < p->volume_count; i++) {
		const struct plan_volume *v = &p->volumes[i], *b = &p->volumes[last];

		if (i &&
		    (v[-1].disk > v->disk || (v[-1].disk == v->disk && v[-1].start > v->start)))
			jread_fail(r, "volume %u is not in the order of disk and start", i);
		if (v->kind == VOLUME_SKIP)
			continue;
		if (have && b->disk == v->disk &&
		    plan_overlap(b->start, b->length, v->start, v->length))
			jread_fail(r, "volumes %u and %u overlap", last, i);
		last = i;
		have = true;
	}
}

static uint32_t plan_count_volumes(const struct plan *p, uint32_t disk, uint32_t partition)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->volume_count; i++)
		n += p->volumes[i].disk == disk && p->volumes[i].partition == partition;
	return n;
}

/* Nothing of a disk may be forgotten. */
static void plan_check_complete(struct jread *r, const struct plan *p, uint32_t disk)
{
	const struct plan_disk *d = &p->disks[disk];
	uint32_t rest = plan_count_volumes(p, disk, 0);

	if (d->table.kind == TABLE_NONE ? rest != 1 : rest > 1)
		jread_fail(r, "%s has %u volumes without a partition", d->name, rest);
	for (uint32_t i = 0; i < d->table.partition_count; i++) {
		uint32_t number = d->table.partitions[i].number;

		if (plan_count_volumes(p, disk, number) != 1)
			jread_fail(r, "partition %u of %s must be in one volume", number, d->name);
	}
}

void plan_check(struct jread *r, const struct plan *p)
{
	for (uint32_t i = 0; i < p->disk_count && jread_ok(r); i++)
		for (uint32_t k = 0; k < i; k++)
			if (p->disks[i].target[0] &&
			    !strcmp(p->disks[i].target, p->disks[k].target))
				jread_fail(r, "two disks are to go to %s", p->disks[i].target);
	for (uint32_t i = 0; i < p->volume_count && jread_ok(r); i++)
		plan_check_volume(r, p, i);
	if (jread_ok(r))
		plan_check_pairs(r, p);
	for (uint32_t i = 0; i < p->disk_count && jread_ok(r); i++)
		plan_check_complete(r, p, i);
}

/* plan_check.c - see plan_check.h
 *
 * The target writes where the volumes say. So everything that could make one
 * volume's data land in another's, or in the table, is refused here. It does not
 * trust the planner: nothing is shared with plan_layout.c.
 */
#include "plan/plan_check.h"

#include <inttypes.h>
#include <string.h>

#define PLAN_TYPE_ESP       "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define PLAN_TYPE_BIOS_BOOT "21686148-6449-6e6f-744e-656564454649"
#define PLAN_MBR_TYPE_ESP   0xef

/* One side of a plan, and where a volume lies on it. */
struct plan_side {
	const struct plan *plan;
	const struct plan_layout *layout;
	bool target;
};

static const struct plan_place *plan_side_place(const struct plan_side *s, uint32_t volume)
{
	const struct plan_volume *v = &s->plan->volumes[volume];

	return s->target ? &v->target : &v->source;
}

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
				 const struct plan_volume *v, const struct plan_place *place,
				 uint32_t i)
{
	const struct table_partition *part = table_find(&d->table, place->partition);

	if (!part)
		jread_fail(r, "volume %u: %s has no partition %u", i, d->name, place->partition);
	else if (part->start != place->start || part->length != place->length)
		jread_fail(r, "volume %u does not lie where partition %u of %s does", i,
			   place->partition, d->name);
	else if (part->extended && v->kind != VOLUME_SKIP)
		jread_fail(r, "volume %u is an extended partition and must be skipped", i);
	else if (v->kind == VOLUME_ESP && strcmp(part->type_guid, PLAN_TYPE_ESP) &&
		 part->mbr_type != PLAN_MBR_TYPE_ESP)
		jread_fail(r, "volume %u does not have the type of an EFI system partition", i);
	else if (v->kind == VOLUME_BIOS_BOOT && strcmp(part->type_guid, PLAN_TYPE_BIOS_BOOT))
		jread_fail(r, "volume %u does not have the type of a BIOS boot partition", i);
}

/* A volume without a partition. */
static void plan_check_rest(struct jread *r, const struct plan_side *s, const struct plan_disk *d,
			    const struct plan_volume *v, const struct plan_place *place, uint32_t i)
{
	uint64_t whole = d->size / d->sector * d->sector;

	if (d->table.kind == TABLE_NONE) {
		/* On a larger disk of the target, the rest stays free. */
		if (place->start || (!s->target && place->length != whole))
			jread_fail(r, "volume %u must be the whole of %s", i, d->name);
	} else if (v->kind != VOLUME_IMAGE) {
		jread_fail(r, "volume %u, a boot gap, must be an image", i);
	} else if (place->start < d->table.first_usable ||
		   place->start + place->length > plan_first_start(d)) {
		jread_fail(r, "volume %u is not between the table of %s and its first partition", i,
			   d->name);
	}
}

static void plan_check_table_sectors(struct jread *r, const struct plan_disk *d,
				     const struct plan_place *place, uint32_t i)
{
	uint64_t end = d->table.usable_end;

	for (uint32_t k = 0; k < d->table.extent_count; k++)
		if (plan_overlap(place->start, place->length, d->table.extents[k].offset,
				 d->table.extents[k].length))
			jread_fail(r, "volume %u covers the partition table of %s", i, d->name);
	/* Behind what is usable, a GPT's backup begins. */
	if (end && place->start + place->length > end)
		jread_fail(r, "volume %u covers the end of the partition table of %s", i, d->name);
}

/* A logical volume, in the partition that is made for LVM. */
static void plan_check_lv(struct jread *r, const struct plan *p, uint32_t i)
{
	const struct plan_volume *v = &p->volumes[i], *holder = NULL;
	uint64_t sum = 0;

	for (uint32_t k = 0; k < p->volume_count; k++) {
		const struct plan_volume *o = &p->volumes[k];

		if (o->target.disk != v->target.disk || o->target.partition != v->target.partition)
			continue;
		if (o->kind == VOLUME_LV)
			sum += o->target.length;
		else if (o->kind == VOLUME_CREATE && !strcmp(o->fstype, "LVM2_member"))
			holder = o;
	}
	if (!v->label[0] || !strchr(v->label, '/'))
		jread_fail(r, "volume %u, a logical volume, must be named GROUP/NAME", i);
	else if (!holder || v->target.start)
		jread_fail(r, "volume %u, a logical volume, is not in a partition made for LVM", i);
	else if (sum > holder->target.length)
		jread_fail(r, "volume %u and the other logical volumes do not fit", i);
}

/* One volume on one side. */
static void plan_check_place(struct jread *r, const struct plan_side *s, uint32_t i)
{
	const struct plan_place *place = plan_side_place(s, i);
	const struct plan_volume *v = &s->plan->volumes[i];
	const struct plan_disk *d = &s->layout->disks[place->disk];

	if (!d->size)
		jread_fail(r, "volume %u lands on %s, which has no size yet", i, d->name);
	else if (!place->length || place->start % d->sector || place->length % d->sector)
		jread_fail(r, "volume %u is empty or not made of whole sectors", i);
	else if (place->start > d->size || place->length > d->size - place->start)
		jread_fail(r, "volume %u goes beyond the end of %s", i, d->name);
	else if (v->kind == VOLUME_LV)
		plan_check_lv(r, s->plan, i);
	else if (place->partition)
		plan_check_partition(r, d, v, place, i);
	else
		plan_check_rest(r, s, d, v, place, i);
	/* The container of logical partitions has their tables in it. */
	if (jread_ok(r) && v->kind != VOLUME_SKIP && v->kind != VOLUME_LV)
		plan_check_table_sectors(r, d, place, i);
}

/* One volume, one side against the other. */
static void plan_check_volume(struct jread *r, const struct plan *p, uint32_t i)
{
	const struct plan_volume *v = &p->volumes[i];
	bool from = plan_place_is(&v->source), to = plan_place_is(&v->target);

	if (volume_kind_is_new(v->kind) ? from : !from)
		jread_fail(r, "volume %u of kind %s must have %s source", i,
			   volume_kind_name(v->kind), from ? "no" : "a");
	else if (!to && (!from || plan_disk_laid_out(p, v->source.disk)))
		jread_fail(r, "volume %u has no target", i);
	else if (v->used > (from ? v->source.length : 0))
		jread_fail(r, "volume %u uses more than its length", i);
	else if (v->kind == VOLUME_FORMAT && !v->fstype[0])
		jread_fail(r, "volume %u is to be formatted, but has no file system type", i);
	else if (v->kind == VOLUME_IMAGE && to && v->target.length < v->source.length)
		jread_fail(r, "volume %u does not fit where it lands", i);
	else if ((v->kind == VOLUME_ESP || v->kind == VOLUME_BIOS_BOOT) && !v->target.partition)
		jread_fail(r, "volume %u must be a partition", i);
}

/* What bytes of this side does nobody else have? */
static bool plan_takes_room(const struct plan_side *s, uint32_t i)
{
	enum volume_kind kind = s->plan->volumes[i].kind;

	return plan_place_is(plan_side_place(s, i)) && kind != VOLUME_SKIP && kind != VOLUME_LV;
}

static void plan_check_overlaps(struct jread *r, const struct plan_side *s)
{
	for (uint32_t i = 0; i < s->plan->volume_count; i++)
		for (uint32_t k = 0; k < i && jread_ok(r); k++) {
			const struct plan_place *a = plan_side_place(s, k);
			const struct plan_place *b = plan_side_place(s, i);

			if (plan_takes_room(s, i) && plan_takes_room(s, k) && a->disk == b->disk &&
			    plan_overlap(a->start, a->length, b->start, b->length))
				jread_fail(r, "volumes %u and %u overlap%s", k, i,
					   s->target ? " on the target" : "");
		}
}

static void plan_check_order(struct jread *r, const struct plan *p)
{
	for (uint32_t i = 1; i < p->volume_count; i++) {
		const struct plan_place *a = &p->volumes[i - 1].source, *b = &p->volumes[i].source;

		/* PLAN_NOWHERE is the largest number there is. */
		if (a->disk > b->disk ||
		    (a->disk == b->disk && plan_place_is(b) && a->start > b->start))
			jread_fail(r, "volume %u is out of order (disk, start)", i);
	}
}

static uint32_t plan_count_volumes(const struct plan_side *s, uint32_t disk, uint32_t partition)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->plan->volume_count; i++) {
		const struct plan_place *place = plan_side_place(s, i);

		n += place->disk == disk && place->partition == partition &&
		     s->plan->volumes[i].kind != VOLUME_LV;
	}
	return n;
}

/* Nothing of a disk may be forgotten. */
static void plan_check_complete(struct jread *r, const struct plan_side *s, uint32_t disk)
{
	const struct plan_disk *d = &s->layout->disks[disk];
	uint32_t rest = plan_count_volumes(s, disk, 0);

	if (!d->size)
		return;
	if (d->table.kind == TABLE_NONE ? rest != 1 : rest > 1)
		jread_fail(r, "%s has %u volumes without a partition", d->name, rest);
	for (uint32_t i = 0; i < d->table.partition_count; i++) {
		uint32_t number = d->table.partitions[i].number;

		if (plan_count_volumes(s, disk, number) != 1)
			jread_fail(r, "partition %u of %s must be in one volume", number, d->name);
	}
}

static void plan_check_side(struct jread *r, const struct plan_side *s)
{
	for (uint32_t i = 0; i < s->plan->volume_count && jread_ok(r); i++)
		if (plan_place_is(plan_side_place(s, i)))
			plan_check_place(r, s, i);
	if (jread_ok(r) && !s->target)
		plan_check_order(r, s->plan);
	if (jread_ok(r))
		plan_check_overlaps(r, s);
	for (uint32_t i = 0; i < s->layout->disk_count && jread_ok(r); i++)
		plan_check_complete(r, s, i);
}

static void plan_check_target(struct jread *r, const struct plan *p, uint32_t i)
{
	const struct plan_disk *d = &p->target.disks[i];

	for (uint32_t k = 0; k < i; k++)
		if (d->name[0] && !strcmp(d->name, p->target.disks[k].name))
			jread_fail(r, "two disks are to go to %s", d->name);
	if (d->size && !d->name[0])
		jread_fail(r, "target disk %u has a size but no name", i);
	else if (d->table.kind == TABLE_GPT &&
		 d->table.backup / d->sector + 1 != d->size / d->sector)
		jread_fail(r, "the GPT of %s does not end where the disk does", d->name);
}

void plan_check(struct jread *r, const struct plan *p)
{
	const struct plan_side source = {.plan = p, .layout = &p->source};
	const struct plan_side target = {.plan = p, .layout = &p->target, .target = true};

	if (p->source.disk_count != p->target.disk_count)
		jread_fail(r, "there must be one target disk for each source disk");
	for (uint32_t i = 0; i < p->target.disk_count && jread_ok(r); i++)
		plan_check_target(r, p, i);
	if (jread_ok(r))
		plan_check_side(r, &source);
	if (jread_ok(r))
		plan_check_side(r, &target);
	for (uint32_t i = 0; i < p->volume_count && jread_ok(r); i++)
		plan_check_volume(r, p, i);
}

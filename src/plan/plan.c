/* plan.c - see plan.h */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const volume_kind_names[] = {
	[VOLUME_IMAGE] = "image",         [VOLUME_SWAP] = "swap",     [VOLUME_FORMAT] = "format",
	[VOLUME_SKIP] = "skip",           [VOLUME_CREATE] = "create", [VOLUME_ESP] = "esp",
	[VOLUME_BIOS_BOOT] = "bios-boot", [VOLUME_LV] = "lv",
};

const char *volume_kind_name(enum volume_kind kind)
{
	return kind <= VOLUME_KIND_LAST ? volume_kind_names[kind] : "?";
}

bool volume_kind_is_new(enum volume_kind kind)
{
	return kind >= VOLUME_CREATE;
}

bool plan_place_is(const struct plan_place *place)
{
	return place->disk != PLAN_NOWHERE;
}

bool plan_disk_laid_out(const struct plan *p, uint32_t disk)
{
	return disk < p->target.disk_count && p->target.disks[disk].size;
}

bool plan_chunk_size_fits(uint64_t size)
{
	return size >= PLAN_MIN_CHUNK_SIZE && size <= PLAN_MAX_CHUNK_SIZE && !(size & (size - 1));
}

static void plan_layout_release(struct plan_layout *l)
{
	for (uint32_t i = 0; i < l->disk_count; i++)
		table_release(&l->disks[i].table);
	free(l->disks);
}

void plan_release(struct plan *p)
{
	plan_layout_release(&p->source);
	plan_layout_release(&p->target);
	free(p->volumes);
	*p = (struct plan){0};
}

/* "sda1" of sda, "nvme0n1p1" of nvme0n1, "partition 1 of disk.img". */
static void plan_partition_name(const struct plan_disk *d, const char *base, uint32_t number,
				char *out, size_t size)
{
	size_t len = strlen(base);
	bool digit = len && base[len - 1] >= '0' && base[len - 1] <= '9';

	if (strncmp(d->name, "/dev/", 5))
		snprintf(out, size, "partition %u of %s", number, base);
	else
		snprintf(out, size, "%s%s%u", base, digit ? "p" : "", number);
}

/* What a volume holds, for people: libblkid knows no extended partitions. */
static const char *plan_content(const struct plan_disk *d, const struct plan_volume *v,
				const struct plan_place *place)
{
	const struct table_partition *part =
		place->partition ? table_find(&d->table, place->partition) : NULL;

	if (part && part->extended)
		return "extended";
	return v->fstype[0] ? v->fstype : "unknown";
}

const char *plan_volume_title(const struct plan *p, const struct plan_volume *v, char *out,
			      size_t size)
{
	const struct plan_layout *side = plan_place_is(&v->source) ? &p->source : &p->target;
	const struct plan_place *place = plan_place_is(&v->source) ? &v->source : &v->target;
	const struct plan_disk *d = &side->disks[place->disk];
	const char *slash = strrchr(d->name, '/'), *base = slash ? slash + 1 : d->name;
	const char *type = plan_content(d, v, place);
	char name[300];

	if (v->kind == VOLUME_LV)
		snprintf(name, sizeof(name), "logical volume %s", v->label);
	else if (place->partition)
		plan_partition_name(d, base, place->partition, name, sizeof(name));
	else if (d->table.kind == TABLE_NONE)
		snprintf(name, sizeof(name), "whole disk %s", base);
	else
		snprintf(name, sizeof(name), "boot gap of %s", base);
	if (volume_kind_is_new(v->kind))
		snprintf(out, size, "%s (new, %s)", name, volume_kind_name(v->kind));
	else if (!place->partition && d->table.kind != TABLE_NONE)
		snprintf(out, size, "%s", name);
	else if (v->label[0])
		snprintf(out, size, "%s (%s, %s)", name, type, v->label);
	else
		snprintf(out, size, "%s (%s)", name, type);
	return out;
}

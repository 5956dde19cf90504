/* planner.c - see planner.h */
#include "source/planner.h"
#include "table/table_convert.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLANNER_NAME 320 /* bytes for a partition's name */

/* Windows' dynamic disks keep their real layout in a database that is none of
 * the partitions. */
#define PLANNER_MBR_LDM 0x42

static bool planner_is_swap(const struct inventory_part *p)
{
	return !strcmp(p->probe.type, "swap") && !p->probe.ambivalent;
}

static bool planner_is_extended(const struct inventory_disk *disk, const struct inventory_part *p)
{
	const struct table_partition *t = p->number ? table_find(&disk->table, p->number) : NULL;

	return t && t->extended;
}

static int planner_disk(const struct inventory_disk *from, struct plan_disk *to)
{
	text_printable(from->path, to->name, sizeof(to->name));
	text_printable(from->serial, to->serial, sizeof(to->serial));
	to->size = from->size;
	to->sector = from->sector;
	return table_copy(&from->table, &to->table);
}

static struct plan_volume *planner_add(struct plan *plan, uint32_t disk)
{
	struct plan_volume *v;

	if (plan->volume_count >= PLAN_MAX_VOLUMES)
		return NULL;
	v = &plan->volumes[plan->volume_count++];
	v->source.disk = disk;
	v->target.disk = PLAN_NOWHERE;
	return v;
}

/* The bytes between the table and the first partition: GRUB's core image. */
static uint64_t planner_gap(const struct inventory_disk *disk, uint64_t *start)
{
	uint64_t gap;

	if (disk->table.kind == TABLE_NONE || !disk->part_count)
		return 0;
	*start = disk->table.first_usable;
	if (disk->parts[0].start <= *start)
		return 0;
	gap = disk->parts[0].start - *start;
	return gap <= PLANNER_GAP_MAX ? gap : PLANNER_GAP_HEAD;
}

static void planner_volume(const struct inventory_disk *disk, const struct inventory_part *p,
			   struct plan_volume *v)
{
	v->source.partition = p->number;
	v->source.start = p->start;
	v->source.length = p->length;
	v->kind = VOLUME_IMAGE;
	if (planner_is_extended(disk, p)) {
		v->kind = VOLUME_SKIP;
		return;
	}
	text_printable(p->probe.type, v->fstype, sizeof(v->fstype));
	text_printable(p->probe.uuid, v->uuid, sizeof(v->uuid));
	text_printable(p->probe.label, v->label, sizeof(v->label));
	if (planner_is_swap(p)) {
		v->kind = VOLUME_SWAP;
		return;
	}
	v->used_blocks = p->map;
	v->used = p->map ? blockmap_used(p->map) : p->length;
}

static int planner_volumes(const struct inventory_disk *disk, uint32_t index, struct plan *plan)
{
	struct plan_volume *v;
	uint64_t start, gap = planner_gap(disk, &start);

	if (gap) {
		v = planner_add(plan, index);
		if (!v)
			return -E2BIG;
		v->kind = VOLUME_IMAGE;
		v->source.start = start;
		v->source.length = v->used = gap;
		text_copy(v->fstype, sizeof(v->fstype), "gap");
	}
	for (uint32_t i = 0; i < disk->part_count; i++) {
		v = planner_add(plan, index);
		if (!v)
			return -E2BIG;
		planner_volume(disk, &disk->parts[i], v);
	}
	return 0;
}

int planner_plan(const struct inventory *inv, struct plan *plan)
{
	int r = 0;

	plan->source.disks = calloc(PLAN_MAX_DISKS, sizeof(*plan->source.disks));
	plan->target.disks = calloc(PLAN_MAX_DISKS, sizeof(*plan->target.disks));
	plan->volumes = calloc(PLAN_MAX_VOLUMES, sizeof(*plan->volumes));
	plan->source.disk_count = plan->target.disk_count = plan->volume_count = 0;
	if (!plan->source.disks || !plan->target.disks || !plan->volumes)
		return -ENOMEM;
	text_printable(inv->hostname, plan->hostname, sizeof(plan->hostname));
	plan->nic_count = inv->nic_count;
	for (uint32_t i = 0; i < inv->nic_count; i++)
		plan->nics[i] = inv->nics[i];
	for (uint32_t d = 0; d < inv->disk_count && !r; d++) {
		plan->source.disk_count++;
		plan->target.disk_count++;
		r = planner_disk(&inv->disks[d], &plan->source.disks[d]);
		if (!r)
			r = planner_volumes(&inv->disks[d], d, plan);
	}
	return r;
}

const struct inventory_part *planner_part(const struct inventory *inv, const struct plan_volume *v)
{
	const struct inventory_disk *disk = &inv->disks[v->source.disk];

	for (uint32_t i = 0; i < disk->part_count; i++)
		if (disk->parts[i].number == v->source.partition)
			return &disk->parts[i];
	return NULL;
}

static void planner_check_table(const struct inventory_disk *disk, struct reasons *reasons)
{
	static const char hint[] = "convert it to MBR or GPT, or copy this disk by other means";
	const char *known = disk->probe.table;
	char path[256];

	text_printable(disk->path, path, sizeof(path));
	if (disk->table_error.text[0]) {
		reason_add(
			reasons, REASON_REFUSE, "table-damaged",
			"repair it (sfdisk, gdisk), or show with `sfdisk -d` that it can be read",
			"the partition table of %s cannot be used: %s", path,
			disk->table_error.text);
		return;
	}
	if (known[0] && strcmp(known, "dos") && strcmp(known, "gpt") && strcmp(known, "PMBR")) {
		reason_add(reasons, REASON_REFUSE, "unknown-table", hint,
			   "%s has a partition table of a kind that is not supported (%s)", path,
			   known);
		return;
	}
	for (uint32_t i = 0; i < disk->table.partition_count; i++)
		if (disk->table.kind == TABLE_MBR &&
		    disk->table.partitions[i].mbr_type == PLANNER_MBR_LDM) {
			reason_add(reasons, REASON_REFUSE, "unknown-table", hint,
				   "%s is a Windows dynamic disk (LDM)", path);
			return;
		}
	if (disk->table.kind != TABLE_NONE && !strcmp(disk->probe.usage, "raid"))
		reason_add(
			reasons, REASON_REFUSE, "unknown-table",
			"give the assembled device (/dev/md..., /dev/mapper/...) as the source",
			"%s has a partition table and is also, as a whole, a member of a RAID (%s)",
			path, disk->probe.type);
}

/* An MBR without partitions cannot be told from a boot sector: it decodes to no
 * table at all. */
static bool planner_table_is_empty(const struct inventory_disk *disk)
{
	const char *known = disk->probe.table;

	if (disk->table_error.text[0])
		return false;
	if (disk->table.kind != TABLE_NONE)
		return !disk->part_count;
	return !disk->probe.type[0] && (!strcmp(known, "dos") || !strcmp(known, "PMBR"));
}

static void planner_check_contents(const struct inventory_disk *disk, struct reasons *reasons)
{
	char path[256];

	text_printable(disk->path, path, sizeof(path));
	if (disk->size % PROTO_RUN_ALIGN)
		reason_add(reasons, REASON_REFUSE, "source-odd-size",
			   "a disk image consists of whole sectors: truncate -s %512 IMAGE "
			   "enlarges it",
			   "the size of %s, %" PRIu64 " bytes, is not a multiple of 512", path,
			   disk->size);
	if (disk->blank)
		reason_add(reasons, REASON_REFUSE, "source-empty",
			   "choose the right disk with --source",
			   "%s is empty: it starts with zeros and has no partition table and no "
			   "file system",
			   path);
	else if (planner_table_is_empty(disk))
		reason_add(reasons, REASON_REFUSE, "source-empty",
			   "choose the right disk with --source",
			   "%s is empty: its partition table has no partitions", path);
	if (disk->use.is_partition)
		reason_add(reasons, REASON_REFUSE, "source-is-partition",
			   "give the whole disk with --source", "%s is a partition", path);
}

/* Has the kernel told anything that explains why it refuses exclusive use? */
static bool planner_explained(const struct inventory_use *use)
{
	return use->mounted_rw || use->mounted_ro || use->swap || use->holder[0];
}

static void planner_check_use(const char *name, const struct inventory_use *use, bool is_swap,
			      bool freeze, struct reasons *reasons)
{
	char mount[256];

	text_printable(use->mount, mount, sizeof(mount));
	if (use->mounted_rw && !freeze)
		reason_add(reasons, REASON_REFUSE, "source-in-use",
			   "use --freeze, or mount it read-only, or push from a live system, or "
			   "push an image of it",
			   "%s is mounted read-write on %s (%s)", name, mount, use->fs_type);
	if (use->swap && !is_swap)
		reason_add(reasons, REASON_REFUSE, "source-in-use", "run swapoff first",
			   "%s is used for swapping, and is not a plain swap partition", name);
	if (use->held_rw)
		reason_add(
			reasons, REASON_REFUSE, "source-in-use",
			"stop it (umount; then vgchange -an, mdadm --stop or cryptsetup close), or "
			"push from a live system; live migration of LVM, RAID and encrypted "
			"volumes will need a snapshot",
			"%s is in use by %s, which can be written to", name, use->holder);
}

static void planner_check_users(const struct inventory_disk *disk, bool freeze,
				struct reasons *reasons)
{
	bool explained = planner_explained(&disk->use);
	char name[PLANNER_NAME], path[256];

	text_printable(disk->path, path, sizeof(path));
	planner_check_use(path, &disk->use, false, freeze, reasons);
	for (uint32_t i = 0; i < disk->part_count; i++) {
		const struct inventory_part *p = &disk->parts[i];

		inventory_part_name(disk, p, name, sizeof(name));
		planner_check_use(name, &p->use, planner_is_swap(p), freeze, reasons);
		explained |= planner_explained(&p->use);
	}
	if (disk->use.claimed && !explained)
		reason_add(reasons, REASON_REFUSE, "source-in-use",
			   "look for it in other mount namespaces (containers), and stop it",
			   "%s is in use by something that cannot be seen from here", path);
	if (disk->use.writer[0])
		reason_add(
			reasons, REASON_REFUSE, "source-in-use",
			"stop what uses it; a loop device can be attached read-only (losetup -r)",
			"%s is in use by %s, which can write to it", path, disk->use.writer);
}

static void planner_check_part(const struct inventory_disk *disk, const struct inventory_part *p,
			       struct reasons *reasons)
{
	char name[PLANNER_NAME];

	inventory_part_name(disk, p, name, sizeof(name));
	if (!strcmp(p->probe.type, "swsuspend"))
		reason_add(reasons, REASON_REFUSE, "source-hibernated",
			   "start the machine, let it resume, and shut it down; or run mkswap "
			   "there if the saved state is not needed",
			   "%s holds the image of a hibernated system", name);
	else if (p->probe.ambivalent)
		reason_add(reasons, REASON_NOTE, "several-signatures",
			   "wipefs lists them, and can remove stale ones",
			   "%s has the signatures of several file systems: it is copied whole",
			   name);
	else if (!p->number && !p->probe.type[0] && !disk->probe.table[0] && !disk->blank &&
		 !disk->table_error.text[0])
		reason_add(reasons, REASON_NOTE, "unknown-contents", "",
			   "%s has neither a partition table nor a known file system: it is copied "
			   "whole",
			   name);
}

void planner_check(const struct inventory *inv, bool freeze, struct reasons *reasons)
{
	uint32_t volumes = 0;

	for (uint32_t d = 0; d < inv->disk_count; d++) {
		const struct inventory_disk *disk = &inv->disks[d];

		planner_check_table(disk, reasons);
		planner_check_contents(disk, reasons);
		planner_check_users(disk, freeze, reasons);
		for (uint32_t i = 0; i < disk->part_count; i++)
			planner_check_part(disk, &disk->parts[i], reasons);
		volumes += disk->part_count + 1;
	}
	if (volumes > PLAN_MAX_VOLUMES)
		reason_add(reasons, REASON_REFUSE, "too-many-volumes", "push fewer disks at a time",
			   "a plan can have %u partitions and gaps, these disks have %" PRIu32,
			   PLAN_MAX_VOLUMES, volumes);
}

/* The command that repairs it. (e2fsck takes an offset into an image itself,
 * but loses it when it opens the file again after replaying the journal.) */
static void planner_fsck(const struct inventory_disk *disk, const struct inventory_part *p,
			 const char *option, char *out, size_t size)
{
	bool mounted = p->use.mounted_ro || p->use.mounted_rw;
	char name[PLANNER_NAME], path[256];

	text_printable(disk->path, path, sizeof(path));
	if (disk->file && p->start)
		snprintf(out, size,
			 "run: L=$(losetup -f --show -o %" PRIu64 " --sizelimit %" PRIu64
			 " '%s'); e2fsck -f%s $L; losetup -d $L",
			 p->start, p->length, path, option);
	else if (disk->file)
		snprintf(out, size, "run: e2fsck -f%s '%s'", option, path);
	else
		snprintf(out, size, "run: %se2fsck -f%s %s", mounted ? "umount, then " : "", option,
			 inventory_part_name(disk, p, name, sizeof(name)));
}

static void planner_check_ext(const struct inventory_disk *disk, const struct inventory_part *p,
			      struct reasons *reasons)
{
	const struct usedmap_info *info = &p->info;
	char name[PLANNER_NAME], hint[400], bytes[24];

	inventory_part_name(disk, p, name, sizeof(name));
	planner_fsck(disk, p, info->has_errors || info->damaged ? "" : "p", hint, sizeof(hint));
	if (info->needs_recovery)
		reason_add(reasons, REASON_REFUSE, "source-needs-fsck", hint,
			   "the journal of %s (%s) has not been replayed: it was not unmounted "
			   "cleanly",
			   name, p->probe.type);
	/* Without a journal it is never marked clean while it is mounted. */
	else if (info->unclean && !p->use.mounted_rw)
		reason_add(reasons, REASON_REFUSE, "source-needs-fsck", hint,
			   "%s (%s) was not unmounted cleanly", name, p->probe.type);
	if (info->has_errors)
		reason_add(reasons, REASON_REFUSE, "source-needs-fsck", hint,
			   "%s (%s) is marked as having errors", name, p->probe.type);
	if (info->damaged)
		reason_add(reasons, REASON_WARN, "bitmap-damaged", hint,
			   "the block bitmap of %s (%s) cannot be trusted, it is copied whole: %s",
			   name, p->probe.type, info->why);
	if (info->tail_left)
		reason_add(reasons, REASON_NOTE, "tail-left-out", "",
			   "%s (%s) is larger than its file system: %s behind the file system are "
			   "not copied",
			   name, p->probe.type, text_size(info->tail_left, bytes, sizeof(bytes)));
}

void planner_check_maps(const struct inventory *inv, bool frozen, struct reasons *reasons)
{
	for (uint32_t d = 0; d < inv->disk_count; d++)
		for (uint32_t i = 0; i < inv->disks[d].part_count; i++) {
			const struct inventory_part *p = &inv->disks[d].parts[i];

			if (p->ext && frozen == p->use.mounted_rw)
				planner_check_ext(&inv->disks[d], p, reasons);
		}
}

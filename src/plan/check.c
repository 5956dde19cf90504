/* check.c - see check.h */
#include "plan/check.h"
#include "util/text.h"

#include <string.h>

#define CHECK_LOW_MEMORY (96ull << 20) /* bytes: two data connections */
#define CHECK_TABLE_ROOM (64ull << 10) /* bytes beside the maps: session.json and small files */

const struct facts_disk *check_target(const struct plan_disk *d, const struct facts *facts)
{
	for (uint32_t i = 0; i < facts->disk_count; i++)
		if (d->name[0] && !strcmp(facts->disks[i].path, d->name))
			return &facts->disks[i];
	return NULL;
}

static void check_users(const struct facts_disk *t, struct reasons *reasons)
{
	for (size_t i = 0; i < t->users.n; i++)
		reason_add(reasons, REASON_REFUSE, "target-in-use",
			   "free the disk on the target, or choose another one with --target-disk",
			   "%s is in use: %s", t->path, t->users.v[i]);
}

/* By what the source has: a plan that does not fit is not laid out. */
static uint64_t check_needed(const struct plan *plan, uint32_t disk)
{
	const struct plan_disk *d = &plan->source.disks[disk];
	uint64_t need = d->table.kind == TABLE_NONE ? 0 : table_min_size(&d->table);

	for (uint32_t i = 0; i < plan->volume_count; i++) {
		const struct plan_place *p = &plan->volumes[i].source;

		if (p->disk != disk)
			continue;
		if (p->length > UINT64_MAX - p->start)
			return UINT64_MAX;
		if (p->start + p->length > need)
			need = p->start + p->length;
	}
	return need;
}

static void check_size(const struct plan *plan, uint32_t disk, const struct facts_disk *t,
		       struct reasons *reasons)
{
	const struct plan_disk *from = &plan->source.disks[disk];
	uint64_t need = check_needed(plan, disk);
	char have[16], want[16];

	if (need > t->size)
		reason_add(reasons, REASON_REFUSE, "target-too-small",
			   "give the target a larger disk, or shrink the source's last partition",
			   "%s has %llu bytes (%s), but %s needs %llu (%s)", t->path,
			   (unsigned long long)t->size, text_size(t->size, have, sizeof(have)),
			   from->name, (unsigned long long)need,
			   text_size(need, want, sizeof(want)));
	else if (t->size > from->size)
		reason_add(reasons, REASON_NOTE, "larger-target", "",
			   "%s is larger than %s; %s at its end stay free", t->path, from->name,
			   text_size(t->size - from->size, have, sizeof(have)));
}

static bool check_sectors(const struct plan *plan, uint32_t disk, const struct facts_disk *t)
{
	const struct plan_disk *from = &plan->source.disks[disk];

	return t->sector == from->sector || (t->file && from->table.kind == TABLE_NONE);
}

/* The layout must be for this disk. One that could not be made is explained by
 * its size or its sectors. */
static void check_layout(const struct plan *plan, uint32_t disk, const struct facts_disk *t,
			 struct reasons *reasons)
{
	const struct plan_disk *d = &plan->target.disks[disk];
	char have[16], want[16];

	if (!check_sectors(plan, disk, t) || check_needed(plan, disk) > t->size)
		return;
	if (!d->size)
		reason_add(reasons, REASON_REFUSE, "no-layout", "use the same release on both ends",
			   "the plan has no layout for %s", t->path);
	else if (d->size != t->size || d->sector != t->sector)
		reason_add(reasons, REASON_REFUSE, "layout-differs", "push again",
			   "the plan is for a disk of %s with sectors of %u bytes, but %s has %s "
			   "and %u",
			   text_size(d->size, want, sizeof(want)), d->sector, t->path,
			   text_size(t->size, have, sizeof(have)), t->sector);
}

static void check_disk(const struct plan *plan, uint32_t disk, const struct facts *facts,
		       struct reasons *reasons)
{
	const struct plan_disk *d = &plan->target.disks[disk], *from = &plan->source.disks[disk];
	const struct facts_disk *t = check_target(d, facts);

	if (!t) {
		reason_add(reasons, REASON_REFUSE, "target-not-found",
			   "choose one of the target's disks with --target-disk",
			   "the target offers no disk %s (for %s)",
			   d->name[0] ? d->name : "(none chosen)", from->name);
		return;
	}
	for (uint32_t i = 0; i < disk; i++)
		if (check_target(&plan->target.disks[i], facts) == t)
			reason_add(reasons, REASON_REFUSE, "target-used-twice",
				   "give each source disk a target disk of its own",
				   "%s is the target of both %s and %s", t->path,
				   plan->source.disks[i].name, from->name);
	if (t->boot_disk && !facts->root_in_ram)
		reason_add(reasons, REASON_REFUSE, "not-in-ram",
			   "boot the target with the ramboot initrd, or without p2v.ramboot=off",
			   "%s holds the root of the system that runs on the target: that system "
			   "is not in RAM",
			   t->path);
	check_users(t, reasons);
	if (t->read_only)
		reason_add(reasons, REASON_REFUSE, "target-read-only",
			   "make it writable in the hypervisor, or with blockdev --setrw",
			   "%s is read-only", t->path);
	if (!check_sectors(plan, disk, t))
		reason_add(
			reasons, REASON_REFUSE, "sector-size-differs",
			"give the target a disk with the source's sector size",
			"%s has sectors of %u bytes, %s of %u: the partition table cannot be kept",
			t->path, t->sector, from->name, from->sector);
	if (!t->file && !facts->is_root)
		reason_add(reasons, REASON_REFUSE, "not-root",
			   "let the receiver run as root on the target",
			   "the receiver is not root, so it cannot write to %s", t->path);
	check_size(plan, disk, t, reasons);
	check_layout(plan, disk, t, reasons);
}

/* What a plan can say, and nothing here can do yet. */
static void check_kinds(const struct plan *plan, struct reasons *reasons)
{
	char title[320];

	for (uint32_t i = 0; i < plan->volume_count; i++) {
		const struct plan_volume *v = &plan->volumes[i];

		if (volume_kind_is_new(v->kind))
			reason_add(reasons, REASON_REFUSE, "kind-unsupported",
				   "use the same release on both ends",
				   "%s: this receiver cannot create it",
				   plan_volume_title(plan, v, title, sizeof(title)));
	}
}

/* The disk of the facts that a volume lands on, or NULL. */
static const struct facts_disk *
check_volume_target(const struct plan *plan, const struct plan_volume *v, const struct facts *facts)
{
	return plan_place_is(&v->target) ? check_target(&plan->target.disks[v->target.disk], facts)
					 : NULL;
}

static void check_formats(const struct plan *plan, const struct facts *facts,
			  const struct check_options *o, struct reasons *reasons)
{
	for (uint32_t i = 0; i < plan->volume_count; i++) {
		const struct plan_volume *v = &plan->volumes[i];
		const struct facts_disk *t = check_volume_target(plan, v, facts);
		char title[320];

		if (v->kind != VOLUME_FORMAT || o->file_system_tool(v->fstype, t && t->file))
			continue;
		reason_add(reasons, REASON_REFUSE, "format-unsupported",
			   "have it copied instead of formatted",
			   "%s: the target cannot make a %s file system%s",
			   plan_volume_title(plan, v, title, sizeof(title)), v->fstype,
			   t && t->file ? " inside a plain file" : "");
	}
	for (size_t i = 0; i < o->missing_tools.n; i++)
		reason_add(reasons, REASON_REFUSE, "tool-missing",
			   "install it in the target's bootstrap system",
			   "the target has no %s, which the plan needs", o->missing_tools.v[i]);
}

static void check_machine(const struct facts *facts, const struct check_options *o,
			  struct reasons *reasons)
{
	char have[16], want[16];

	if (facts->session_free < o->map_space + CHECK_TABLE_ROOM)
		reason_add(reasons, REASON_REFUSE, "session-space",
			   "free some, or give the target more RAM",
			   "the target has %s free for the chunk maps, which take %s",
			   text_size(facts->session_free, have, sizeof(have)),
			   text_size(o->map_space + CHECK_TABLE_ROOM, want, sizeof(want)));
	if (facts->ram_available < CHECK_LOW_MEMORY)
		reason_add(reasons, REASON_NOTE, "low-memory", "use one connection",
			   "the target has only %s of RAM left",
			   text_size(facts->ram_available, have, sizeof(have)));
	if (!o->cutover_known)
		return;
	if (!check_cutover(o->cutover, facts->root_in_ram))
		reason_add(reasons, REASON_REFUSE, "cutover-not-in-ram", "push with --cutover none",
			   "the target's running system is not in RAM: refusing to leave it by %s",
			   cutover_mode_name(o->cutover));
	else if (o->cutover == CUTOVER_KEXEC && !facts->kexec)
		reason_add(reasons, REASON_WARN, "kexec-unusable",
			   "push with --cutover reboot to ask for that",
			   "the target cannot kexec (%s): it will be rebooted instead",
			   facts->kexec_why_not);
}

void check_plan(const struct plan *plan, const struct facts *facts,
		const struct check_options *options, struct reasons *reasons)
{
	for (uint32_t i = 0; i < plan->target.disk_count; i++)
		check_disk(plan, i, facts, reasons);
	check_kinds(plan, reasons);
	check_formats(plan, facts, options, reasons);
	check_machine(facts, options, reasons);
}

bool check_cutover(enum cutover_mode mode, bool root_in_ram)
{
	return mode == CUTOVER_NONE || root_in_ram;
}

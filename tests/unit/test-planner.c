/* The planner, on inventories that no disk has to exist for. */
#include "source/planner.h"
#include "tap.h"
#include "util/cleanup.h"

#include <errno.h>

#define MIB (1ull << 20)

/* A disk of 1 GiB with @n partitions of 100 MiB, the first at 1 MiB. */
static void make_disk(struct inventory *inv, enum table_kind kind, uint32_t n)
{
	struct inventory_disk *d = &inv->disks[inv->disk_count++];

	snprintf(d->path, sizeof(d->path), "/dev/sda");
	snprintf(d->serial, sizeof(d->serial), "WD-123");
	snprintf(d->probe.table, sizeof(d->probe.table), "%s", kind == TABLE_MBR ? "dos" : "gpt");
	d->size = 1024 * MIB;
	d->sector = 512;
	d->table.kind = kind;
	d->table.sector = 512;
	d->table.first_usable = kind == TABLE_MBR ? 512 : 34 * 512;
	d->table.partitions = calloc(n + 1, sizeof(*d->table.partitions));
	d->table.extents = calloc(1, sizeof(*d->table.extents));
	d->table.extents[0].bytes = calloc(1, 512);
	d->table.extents[0].length = 512;
	d->table.extent_count = 1;
	d->parts = calloc(n + 1, sizeof(*d->parts));
	d->table.partition_count = d->part_count = n;
	for (uint32_t i = 0; i < n; i++) {
		d->parts[i].number = d->table.partitions[i].number = i + 1;
		d->parts[i].start = d->table.partitions[i].start = MIB + i * 100 * MIB;
		d->parts[i].length = d->table.partitions[i].length = 100 * MIB;
	}
}

static void set_type(struct inventory *inv, uint32_t part, const char *type)
{
	struct inventory_part *p = &inv->disks[0].parts[part];

	snprintf(p->probe.type, sizeof(p->probe.type), "%s", type);
	snprintf(p->probe.uuid, sizeof(p->probe.uuid), "uuid-%s", type);
	p->ext = !strncmp(type, "ext", 3);
	p->info.readable = p->ext;
}

static bool has(const struct reasons *reasons, enum reason_level level, const char *code)
{
	for (size_t i = 0; i < reasons->n; i++)
		if (reasons->v[i].level == level && !strcmp(reasons->v[i].code, code))
			return true;
	for (size_t i = 0; i < reasons->n; i++)
		printf("# has: %s %s: %s (%s)\n", reason_level_name(reasons->v[i].level),
		       reasons->v[i].code, reasons->v[i].text, reasons->v[i].hint);
	return false;
}

/* Before a freeze, or without one. */
static struct reasons check(const struct inventory *inv, bool freeze)
{
	struct reasons reasons = {0};

	planner_check(inv, freeze, &reasons);
	planner_check_maps(inv, false, &reasons);
	return reasons;
}

static void refused(const struct inventory *inv, bool freeze, const char *code, const char *text)
{
	CLEANUP(reasons_release) struct reasons reasons = check(inv, freeze);

	TAP_OK(has(&reasons, REASON_REFUSE, code));
	TAP_INT(reasons.n, 1);
	if (reasons.n)
		TAP_HAS(reasons.v[0].text, text);
}

static void accepted(const struct inventory *inv, bool freeze)
{
	CLEANUP(reasons_release) struct reasons reasons = check(inv, freeze);

	TAP_OK(!reasons_refuse(&reasons) && !reasons_warn(&reasons));
	if (reasons.n)
		has(&reasons, REASON_NOTE, "");
}

static void test_kinds(void)
{
	CLEANUP(inventory_release) struct inventory inv = {.hostname = "web1"};
	CLEANUP(plan_release) struct plan plan = {0};
	const struct plan_volume *v;

	make_disk(&inv, TABLE_MBR, 5);
	set_type(&inv, 0, "ext4");
	inv.disks[0].parts[0].map = blockmap_new(100 * MIB, 4096);
	blockmap_mark(inv.disks[0].parts[0].map, 0, 3 * MIB);
	set_type(&inv, 1, "swap");
	set_type(&inv, 2, "LVM2_member");
	inv.disks[0].table.partitions[3].extended = true;
	snprintf(inv.nics[0].name, sizeof(inv.nics[0].name), "enp3s0");
	inv.nic_count = 1;
	accepted(&inv, false);
	TAP_INT(planner_plan(&inv, &plan), 0);
	TAP_STR(plan.hostname, "web1");
	TAP_STR(plan.nics[0].name, "enp3s0");
	TAP_STR(plan.source.disks[0].serial, "WD-123");
	TAP_INT(plan.source.disks[0].table.extent_count, 1);
	TAP_OK(plan.source.disks[0].table.extents[0].bytes != inv.disks[0].table.extents[0].bytes);
	TAP_INT(plan.volume_count, 6);
	v = plan.volumes;
	TAP_STR(v[0].fstype, "gap");
	TAP_OK(v[0].source.partition == 0 && v[0].source.start == 512 &&
	       v[0].source.length == MIB - 512);
	TAP_OK(v[0].kind == VOLUME_IMAGE && v[0].used == v[0].source.length && !v[0].used_blocks);
	TAP_OK(v[1].kind == VOLUME_IMAGE && v[1].used_blocks && v[1].used == 3 * MIB);
	TAP_OK(v[2].kind == VOLUME_SWAP && v[2].used == 0);
	TAP_STR(v[2].uuid, "uuid-swap");
	TAP_OK(v[3].kind == VOLUME_IMAGE && !v[3].used_blocks && v[3].used == 100 * MIB);
	TAP_OK(v[4].kind == VOLUME_SKIP && v[5].kind == VOLUME_IMAGE);
	TAP_STR(v[5].fstype, "");
	TAP_OK(!planner_part(&inv, &v[0]));
	TAP_OK(planner_part(&inv, &v[1]) == &inv.disks[0].parts[0]);
}

static void test_gap(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(plan_release) struct plan none = {0}, large = {0}, whole = {0};
	struct inventory_disk *d = &inv.disks[0];

	make_disk(&inv, TABLE_GPT, 1);
	d->parts[0].start = d->table.first_usable;
	TAP_INT(planner_plan(&inv, &none), 0);
	TAP_INT(none.volume_count, 1);
	d->parts[0].start = 100 * MIB;
	TAP_INT(planner_plan(&inv, &large), 0);
	TAP_INT(large.volume_count, 2);
	TAP_INT(large.volumes[0].source.start, 34 * 512);
	TAP_INT(large.volumes[0].source.length, MIB);
	d->table.kind = TABLE_NONE;
	d->parts[0].number = 0;
	d->parts[0].start = 0;
	d->parts[0].length = d->size;
	TAP_INT(planner_plan(&inv, &whole), 0);
	TAP_INT(whole.volume_count, 1);
	TAP_OK(whole.volumes[0].source.partition == 0 && whole.volumes[0].source.length == d->size);
	TAP_OK(planner_part(&inv, &whole.volumes[0]) == &d->parts[0]);
}

static void test_mounted(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	struct inventory_use *use;

	make_disk(&inv, TABLE_GPT, 2);
	set_type(&inv, 0, "ext4");
	use = &inv.disks[0].parts[0].use;
	use->mounted_ro = true;
	inv.disks[0].use.claimed = true;
	snprintf(use->mount, sizeof(use->mount), "/srv");
	accepted(&inv, false);
	use->mounted_ro = false;
	use->mounted_rw = true;
	refused(&inv, false, "source-in-use", "/dev/sda1 is mounted read-write on /srv");
	/* Frozen soon; its journal is in use until then. */
	inv.disks[0].parts[0].info.needs_recovery = true;
	inv.disks[0].parts[0].info.damaged = true;
	accepted(&inv, true);
}

static void test_swap(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};

	make_disk(&inv, TABLE_GPT, 2);
	set_type(&inv, 1, "swap");
	inv.disks[0].parts[1].use.swap = true;
	inv.disks[0].use.claimed = true;
	accepted(&inv, false);
	set_type(&inv, 1, "swsuspend");
	inv.disks[0].parts[1].use.swap = false;
	inv.disks[0].use.claimed = false;
	refused(&inv, false, "source-hibernated", "/dev/sda2");
}

static void test_other_users(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	struct inventory_disk *d = &inv.disks[0];

	make_disk(&inv, TABLE_GPT, 2);
	set_type(&inv, 1, "LVM2_member");
	snprintf(d->parts[1].use.holder, sizeof(d->parts[1].use.holder), "dm-3");
	d->use.claimed = true;
	accepted(&inv, false);
	d->parts[1].use.held_rw = true;
	refused(&inv, false, "source-in-use", "/dev/sda2 is in use by dm-3");
	refused(&inv, true, "source-in-use", "/dev/sda2 is in use by dm-3");
	d->parts[1].use = (struct inventory_use){0};
	refused(&inv, true, "source-in-use", "cannot be seen from here");
	d->use.claimed = false;
	snprintf(d->use.writer, sizeof(d->use.writer), "/dev/loop7");
	refused(&inv, true, "source-in-use", "in use by /dev/loop7");
	d->use.writer[0] = '\0';
	d->use.is_partition = true;
	refused(&inv, true, "source-is-partition", "/dev/sda is a partition");
}

static void test_needs_fsck(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(reasons_release) struct reasons image = {0};
	struct inventory_disk *d = &inv.disks[0];

	make_disk(&inv, TABLE_GPT, 2);
	set_type(&inv, 1, "ext4");
	d->parts[1].info.needs_recovery = true;
	refused(&inv, false, "source-needs-fsck", "/dev/sda2 (ext4)");
	d->parts[1].info = (struct usedmap_info){.has_errors = true};
	refused(&inv, false, "source-needs-fsck", "marked as having errors");
	d->parts[1].info = (struct usedmap_info){.unclean = true};
	refused(&inv, false, "source-needs-fsck", "not unmounted cleanly");
	/* The command to run on an image has the offset in it. */
	d->file = true;
	snprintf(d->path, sizeof(d->path), "disk.img");
	d->parts[1].info = (struct usedmap_info){.needs_recovery = true};
	image = check(&inv, false);
	TAP_INT(image.n, 1);
	TAP_HAS(image.v[0].text, "partition 2 of disk.img (ext4)");
	TAP_STR(image.v[0].hint,
		"run: L=$(losetup -f --show -o 105906176 --sizelimit 104857600 'disk.img'); "
		"e2fsck -fp $L; losetup -d $L");
}

static void test_frozen(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(reasons_release) struct reasons again = {0}, good = {0};

	make_disk(&inv, TABLE_GPT, 2);
	set_type(&inv, 0, "ext4");
	set_type(&inv, 1, "ext4");
	inv.disks[0].parts[0].use.mounted_rw = true;
	inv.disks[0].parts[0].info.unclean = true;
	planner_check_maps(&inv, true, &good);
	TAP_INT(good.n, 0);
	inv.disks[0].parts[0].info.needs_recovery = true;
	/* Said at the open already. */
	inv.disks[0].parts[1].info.damaged = true;
	planner_check_maps(&inv, true, &again);
	TAP_INT(again.n, 1);
	TAP_OK(has(&again, REASON_REFUSE, "source-needs-fsck"));
}

static void test_damaged_bitmap(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(reasons_release) struct reasons reasons = {0};

	make_disk(&inv, TABLE_GPT, 1);
	set_type(&inv, 0, "ext4");
	inv.disks[0].parts[0].info.damaged = true;
	snprintf(inv.disks[0].parts[0].info.why, 60, "group 3 is wrong");
	inv.disks[0].parts[0].info.tail_left = 5 * MIB;
	reasons = check(&inv, false);
	TAP_INT(reasons.n, 2);
	TAP_OK(has(&reasons, REASON_WARN, "bitmap-damaged"));
	TAP_OK(has(&reasons, REASON_NOTE, "tail-left-out"));
	TAP_HAS(reasons.v[0].text, "group 3 is wrong");
	TAP_OK(!reasons_refuse(&reasons));
}

static void test_tables(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	struct inventory_disk *d = &inv.disks[0];

	make_disk(&inv, TABLE_MBR, 1);
	d->table.partitions[0].mbr_type = 0x42;
	refused(&inv, false, "unknown-table", "Windows dynamic disk");
	d->table.partitions[0].mbr_type = 0x83;
	snprintf(d->probe.usage, sizeof(d->probe.usage), "raid");
	refused(&inv, false, "unknown-table", "member of a RAID");
	d->probe.usage[0] = '\0';
	d->table.kind = TABLE_NONE;
	d->parts[0].number = 0;
	snprintf(d->parts[0].probe.type, 20, "ext4");
	snprintf(d->probe.table, sizeof(d->probe.table), "sun");
	refused(&inv, false, "unknown-table", "not supported (sun)");
	err_set(&d->table_error, 0, "the CRC is wrong");
	refused(&inv, false, "table-damaged", "the CRC is wrong");
}

static void test_contents(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(reasons_release) struct reasons several = {0}, unknown = {0};
	struct inventory_disk *d = &inv.disks[0];

	make_disk(&inv, TABLE_GPT, 1);
	d->parts[0].probe.ambivalent = true;
	several = check(&inv, false);
	TAP_OK(has(&several, REASON_NOTE, "several-signatures") && several.n == 1);
	d->parts[0].probe.ambivalent = false;
	d->size += 100;
	refused(&inv, false, "source-odd-size", "not a multiple of 512");
	d->size -= 100;
	d->part_count = 0;
	refused(&inv, false, "source-empty", "no partitions");
	d->part_count = 1;
	d->parts[0].number = 0;
	d->table.kind = TABLE_NONE;
	d->probe.table[0] = '\0';
	unknown = check(&inv, false);
	TAP_OK(has(&unknown, REASON_NOTE, "unknown-contents") && unknown.n == 1);
	d->blank = true;
	refused(&inv, false, "source-empty", "starts with zeros");
}

static void test_too_many(void)
{
	CLEANUP(inventory_release) struct inventory inv = {0};
	CLEANUP(plan_release) struct plan plan = {0};

	for (int i = 0; i < 3; i++)
		make_disk(&inv, TABLE_GPT, 200);
	for (int i = 0; i < 3; i++)
		for (uint32_t p = 0; p < 200; p++)
			inv.disks[i].parts[p].start = MIB + p * 4096;
	refused(&inv, false, "too-many-volumes", "603");
	TAP_INT(planner_plan(&inv, &plan), -E2BIG);
}

static void test_names(void)
{
	struct inventory_disk d = {.path = "/dev/nvme0n1"};
	struct inventory_part p = {.number = 3};
	char name[320];

	TAP_STR(inventory_part_name(&d, &p, name, sizeof(name)), "/dev/nvme0n1p3");
	snprintf(d.path, sizeof(d.path), "/dev/vdb");
	TAP_STR(inventory_part_name(&d, &p, name, sizeof(name)), "/dev/vdb3");
	p.number = 0;
	TAP_STR(inventory_part_name(&d, &p, name, sizeof(name)), "/dev/vdb");
}

int main(void)
{
	TAP_RUN(test_kinds);
	TAP_RUN(test_gap);
	TAP_RUN(test_mounted);
	TAP_RUN(test_swap);
	TAP_RUN(test_other_users);
	TAP_RUN(test_needs_fsck);
	TAP_RUN(test_frozen);
	TAP_RUN(test_damaged_bitmap);
	TAP_RUN(test_tables);
	TAP_RUN(test_contents);
	TAP_RUN(test_too_many);
	TAP_RUN(test_names);
	return tap_done();
}

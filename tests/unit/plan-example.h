/* plan-example.h - a plan that is right, with three disks: MBR, GPT (on a larger
 * disk of the target), no table */
#ifndef P2V_TESTS_PLAN_EXAMPLE_H
#define P2V_TESTS_PLAN_EXAMPLE_H

#include "plan/plan.h"
#include "plan/plan_layout.h"
#include "table-image.h"
#include "table/table_read.h"

#include <stdio.h>

static inline void plan_example_disk(struct plan *p, struct image m, const char *name)
{
	struct plan_disk *d = &p->source.disks[p->source.disk_count++];

	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->serial, sizeof(d->serial), "SERIAL-%u", p->source.disk_count);
	d->size = m.size;
	d->sector = m.sector;
	if (table_decode(image_read, &m, m.size, m.sector, &d->table, NULL) < 0)
		abort();
	image_release(&m);
}

static inline struct plan_volume *plan_example_volume(struct plan *p, uint32_t partition,
						      enum volume_kind kind, const char *fstype,
						      const char *label)
{
	struct plan_volume *v = &p->volumes[p->volume_count++];
	const struct plan_disk *d = &p->source.disks[p->source.disk_count - 1];
	const struct table_partition *part = table_find(&d->table, partition);

	*v = (struct plan_volume){
		.kind = kind,
		.source = {.disk = p->source.disk_count - 1, .partition = partition},
		.target = {.disk = PLAN_NOWHERE}};
	if (part) {
		v->source.start = part->start;
		v->source.length = part->length;
	}
	v->used = v->source.length / 2;
	snprintf(v->fstype, sizeof(v->fstype), "%s", fstype);
	snprintf(v->label, sizeof(v->label), "%s", label);
	snprintf(v->uuid, sizeof(v->uuid), "%08x-0000-4000-8000-00000000000%u",
		 p->volume_count * 0x01010101, partition % 10);
	return v;
}

static inline void plan_example_land(struct plan *p)
{
	for (uint32_t i = 0; i < p->source.disk_count; i++) {
		const struct plan_disk *d = &p->source.disks[i];
		struct facts_disk t = {.size = d->size + (i == 1 ? 32u << 20 : 0),
				       .sector = d->sector};

		snprintf(t.path, sizeof(t.path), "/dev/vd%c", 'a' + (int)i);
		if (plan_land(p, i, &t, NULL) < 0)
			abort();
	}
}

/* As if no disk had been chosen. */
static inline void plan_example_lift(struct plan *p, uint32_t disk)
{
	table_release(&p->target.disks[disk].table);
	p->target.disks[disk] = (struct plan_disk){0};
	for (uint32_t i = 0; i < p->volume_count; i++)
		if (p->volumes[i].target.disk == disk)
			p->volumes[i].target = (struct plan_place){.disk = PLAN_NOWHERE};
}

static inline void plan_example(struct plan *p)
{
	struct plan_volume *v;

	*p = (struct plan){
		.hostname = "old.example.org",
		.program = "p2v-push 0.1",
		.verify = true,
		.chunk_size = PLAN_CHUNK_SIZE,
		.source.disks = calloc(3, sizeof(struct plan_disk)),
		.target.disks = calloc(3, sizeof(struct plan_disk)),
		.target.disk_count = 3,
		.volumes = calloc(16, sizeof(struct plan_volume)),
		.nic_count = 2,
		.nics = {{"eth0", "52:54:00:12:34:56"}, {"enp3s0", "52:54:00:AB:cd:ef"}}};
	for (unsigned i = 0; i < DIGEST_SECRET_LEN; i++)
		p->secret[i] = (uint8_t)(i * 7 + 1);

	plan_example_disk(p, image_mbr_example(), "/dev/sda");
	v = plan_example_volume(p, 0, VOLUME_IMAGE, "gap", "");
	v->source.start = 512;
	v->source.length = 1023 * 512;
	memset(v->uuid, 0, sizeof(v->uuid));
	plan_example_volume(p, 1, VOLUME_IMAGE, "ext4", "root")->used_blocks = true;
	plan_example_volume(p, 2, VOLUME_SKIP, "", "");
	plan_example_volume(p, 6, VOLUME_FORMAT, "ext4", "scratch");
	plan_example_volume(p, 5, VOLUME_IMAGE, "LVM2_member", "");
	plan_example_volume(p, 4, VOLUME_SWAP, "swap", "");

	plan_example_disk(p, image_gpt_example(4096), "/dev/nvme0n1");
	plan_example_volume(p, 1, VOLUME_IMAGE, "vfat", "K\xc3\xa4se");
	plan_example_volume(p, 3, VOLUME_IMAGE, "", "");

	plan_example_disk(p, image_new(3 << 20, 512), "/images/data.img");
	plan_example_volume(p, 0, VOLUME_IMAGE, "xfs", "data")->source.length = 3 << 20;
	plan_example_land(p);
}

#endif

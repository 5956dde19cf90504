/* plan-example.h - a plan that is right, with three disks: MBR, GPT, no table */
#ifndef P2V_TESTS_PLAN_EXAMPLE_H
#define P2V_TESTS_PLAN_EXAMPLE_H

#include "plan/plan.h"
#include "table-image.h"

#include <stdio.h>

static inline void plan_example_disk(struct plan *p, struct image m, const char *name)
{
	struct plan_disk *d = &p->disks[p->disk_count++];

	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->serial, sizeof(d->serial), "SERIAL-%u", p->disk_count);
	snprintf(d->target, sizeof(d->target), "/dev/vd%c", 'a' + (int)p->disk_count - 1);
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
	const struct plan_disk *d = &p->disks[p->disk_count - 1];
	const struct table_partition *part = table_find(&d->table, partition);

	*v = (struct plan_volume){.disk = p->disk_count - 1, .partition = partition, .kind = kind};
	if (part) {
		v->start = part->start;
		v->length = part->length;
	}
	v->used = v->length / 2;
	snprintf(v->fstype, sizeof(v->fstype), "%s", fstype);
	snprintf(v->label, sizeof(v->label), "%s", label);
	snprintf(v->uuid, sizeof(v->uuid), "%08x-0000-4000-8000-00000000000%u",
		 p->volume_count * 0x01010101, partition % 10);
	return v;
}

static inline void plan_example(struct plan *p)
{
	struct plan_volume *v;

	*p = (struct plan){
		.hostname = "old.example.org",
		.program = "p2v-push 0.1",
		.verify = true,
		.chunk_size = PLAN_CHUNK_SIZE,
		.disks = calloc(3, sizeof(struct plan_disk)),
		.volumes = calloc(10, sizeof(struct plan_volume)),
		.nic_count = 2,
		.nics = {{"eth0", "52:54:00:12:34:56"}, {"enp3s0", "52:54:00:AB:cd:ef"}}};
	for (unsigned i = 0; i < DIGEST_SECRET_LEN; i++)
		p->secret[i] = (uint8_t)(i * 7 + 1);

	plan_example_disk(p, image_mbr_example(), "/dev/sda");
	v = plan_example_volume(p, 0, VOLUME_IMAGE, "gap", "");
	v->start = 512;
	v->length = 1023 * 512;
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
	plan_example_volume(p, 0, VOLUME_IMAGE, "xfs", "data")->length = 3 << 20;
}

#endif

/* plan_layout.c - see plan_layout.h */
#include "plan/plan_layout.h"
#include "table/table_convert.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>

/* Every volume of the disk where it was. */
static int plan_land_volumes(struct plan *p, uint32_t disk, uint64_t size, struct err_text *err)
{
	for (uint32_t i = 0; i < p->volume_count; i++) {
		struct plan_volume *v = &p->volumes[i];

		if (v->source.disk != disk)
			continue;
		if (v->source.start > size || v->source.length > size - v->source.start)
			return err_set(
				err, -ENOSPC,
				"volume %" PRIu32 " goes beyond the end of the target's disk", i);
	}
	for (uint32_t i = 0; i < p->volume_count; i++)
		if (p->volumes[i].source.disk == disk)
			p->volumes[i].target = p->volumes[i].source;
	return 0;
}

int plan_land(struct plan *p, uint32_t disk, const struct facts_disk *t, struct err_text *err)
{
	const struct plan_disk *from = &p->source.disks[disk];
	struct plan_disk *to = &p->target.disks[disk];
	struct table_disk want = {.size = t->size, .sector = t->sector, .kind = from->table.kind};
	struct table table = {0};
	int r;

	table_release(&to->table);
	*to = (struct plan_disk){0};
	text_copy(to->name, sizeof(to->name), t->path);
	/* Nothing on a disk without a table says how large its sectors are; a plain
	 * file can be written in any. */
	if (t->sector != from->sector && !(t->file && want.kind == TABLE_NONE))
		return err_set(err, -ENOTSUP, "%s has sectors of %u bytes, %s of %u", t->path,
			       t->sector, from->name, from->sector);
	r = table_convert(&from->table, &want, &table, err);
	if (!r)
		r = plan_land_volumes(p, disk, t->size, err);
	if (r < 0) {
		table_release(&table);
		return r;
	}
	text_copy(to->serial, sizeof(to->serial), t->serial);
	to->size = t->size;
	to->sector = t->sector;
	to->table = table;
	return 0;
}

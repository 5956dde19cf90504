/* root_names.c - see root_names.h */
#include "receive/root_names.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

static int root_names_disk(const struct plan *plan, uint32_t index, struct names *n)
{
	const struct plan_disk *from = &plan->source.disks[index];
	struct names_disk *d = names_add_disk(n);

	if (!d)
		return -ENOMEM;
	text_copy(d->serial, sizeof(d->serial), from->serial);
	text_copy(d->target, sizeof(d->target), plan->target.disks[index].name);
	return names_call_disk(d, from->name);
}

static int root_names_volume(const struct plan *plan, uint32_t index, struct names *n)
{
	const struct plan_volume *from = &plan->volumes[index];
	const struct plan_place *at = &from->source;
	const struct table *table;
	const struct table_partition *p;
	struct names_volume *v;

	/* What only the target has, the source has no name for. */
	if (from->kind == VOLUME_SKIP || !plan_place_is(at))
		return 0;
	table = &plan->source.disks[at->disk].table;

	/* A volume without a number on a disk with a table is the boot gap. */
	if (!at->partition && table->kind != TABLE_NONE)
		return 0;
	p = table_find(table, at->partition);
	v = names_add_volume(n);
	if (!v)
		return -ENOMEM;
	v->id = index;
	v->disk = at->disk;
	v->partition = at->partition;
	text_copy(v->type, sizeof(v->type), from->fstype);
	text_copy(v->uuid, sizeof(v->uuid), from->uuid);
	text_copy(v->label, sizeof(v->label), from->label);
	text_copy(v->partuuid, sizeof(v->partuuid), p ? p->guid : "");
	text_copy(v->partlabel, sizeof(v->partlabel), p ? p->name : "");
	return 0;
}

int root_names(const struct plan *plan, struct names *out)
{
	int r = 0;

	*out = (struct names){.disk_count = 0};
	for (uint32_t i = 0; i < plan->source.disk_count && !r; i++)
		r = root_names_disk(plan, i, out);
	for (uint32_t i = 0; i < plan->volume_count && !r; i++)
		r = root_names_volume(plan, i, out);
	return r;
}

/* source_json.c - the inventory as JSON, for --dry-run --json
 *
 * Members: hostname, nics [name, mac], disks [path, serial, model, size,
 * sector, image, table, table_id, partitions [number, start, length, type,
 * uuid, label, name, partuuid, used, mounted, swap, holder]]. What does not
 * apply is left out; sizes are bytes.
 */
#include "source/source_json.h"
#include "source/planner.h"
#include "source/state.h"

static const char *source_json_text(const char *s)
{
	return s[0] ? s : NULL;
}

static struct jdoc *source_json_part(const struct inventory_disk *disk,
				     const struct inventory_part *p)
{
	const struct table_partition *t = p->number ? table_find(&disk->table, p->number) : NULL;
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "number", p->number);
	jdoc_set_u64(o, "start", p->start);
	jdoc_set_u64(o, "length", p->length);
	if (t) {
		jdoc_set_str(o, "name", source_json_text(t->name));
		jdoc_set_str(o, "partuuid", source_json_text(t->guid));
		if (t->extended)
			jdoc_set_bool(o, "extended", true);
	}
	jdoc_set_str(o, "type", source_json_text(p->probe.type));
	jdoc_set_str(o, "uuid", source_json_text(p->probe.uuid));
	jdoc_set_str(o, "label", source_json_text(p->probe.label));
	if (p->map)
		jdoc_set_u64(o, "used", blockmap_used(p->map));
	if (p->use.mounted_rw || p->use.mounted_ro) {
		jdoc_set_str(o, "mounted", p->use.mount);
		jdoc_set_bool(o, "read_only", !p->use.mounted_rw);
	}
	if (p->use.swap)
		jdoc_set_bool(o, "swap", true);
	jdoc_set_str(o, "holder", source_json_text(p->use.holder));
	return o;
}

static struct jdoc *source_json_disk(const struct inventory_disk *disk)
{
	struct jdoc *o = jdoc_object(), *parts = jdoc_array();

	jdoc_set_str(o, "path", disk->path);
	jdoc_set_str(o, "serial", source_json_text(disk->serial));
	jdoc_set_str(o, "model", source_json_text(disk->model));
	jdoc_set_u64(o, "size", disk->size);
	jdoc_set_u64(o, "sector", disk->sector);
	jdoc_set_bool(o, "image", disk->file);
	jdoc_set_str(o, "table", table_kind_name(disk->table.kind));
	jdoc_set_str(o, "table_id", source_json_text(disk->table.id));
	for (uint32_t i = 0; i < disk->part_count; i++)
		jdoc_add(parts, source_json_part(disk, &disk->parts[i]));
	jdoc_set(o, "partitions", parts);
	return o;
}

struct jdoc *source_to_json(const struct source *s)
{
	struct jdoc *o = jdoc_object(), *nics = jdoc_array(), *disks = jdoc_array();

	jdoc_set_str(o, "hostname", source_json_text(s->inv.hostname));
	for (uint32_t i = 0; i < s->inv.nic_count; i++) {
		struct jdoc *nic = jdoc_object();

		jdoc_set_str(nic, "name", s->inv.nics[i].name);
		jdoc_set_str(nic, "mac", s->inv.nics[i].mac);
		jdoc_add(nics, nic);
	}
	for (uint32_t i = 0; i < s->inv.disk_count; i++)
		jdoc_add(disks, source_json_disk(&s->inv.disks[i]));
	jdoc_set(o, "nics", nics);
	jdoc_set(o, "disks", disks);
	return o;
}

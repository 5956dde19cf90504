/* plan_json.c - see plan_json.h; the checks are in plan_check.c
 *
 * The partition tables travel as their raw sectors. The decoded form is made
 * from them on both ends, so that it can not disagree with what is written.
 */
#include "plan/plan_json.h"
#include "plan/plan_check.h"
#include "table/table_read.h"
#include "util/cleanup.h"
#include "util/member.h"
#include "util/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_MAX_EXTENTS (TABLE_MAX_PARTITIONS + 8u)

static struct jdoc *plan_disk_to_json(const struct plan_disk *disk)
{
	struct jdoc *o = jdoc_object(), *extents = jdoc_array();

	member_set_text(o, "name", disk->name);
	member_set_text(o, "serial", disk->serial);
	jdoc_set_u64(o, "size", disk->size);
	jdoc_set_u64(o, "sector", disk->sector);
	jdoc_set_str(o, "table", table_kind_name(disk->table.kind));
	for (uint32_t i = 0; i < disk->table.extent_count; i++) {
		const struct table_extent *e = &disk->table.extents[i];
		struct jdoc *item = jdoc_object();

		jdoc_set_u64(item, "offset", e->offset);
		member_set_hex(item, "bytes", e->bytes, e->length);
		jdoc_add(extents, item);
	}
	jdoc_set(o, "extents", extents);
	return o;
}

static struct jdoc *plan_layout_to_json(const struct plan_layout *l)
{
	struct jdoc *disks = jdoc_array();

	for (uint32_t i = 0; i < l->disk_count; i++)
		jdoc_add(disks, plan_disk_to_json(&l->disks[i]));
	return disks;
}

static struct jdoc *plan_place_to_json(const struct plan_place *place)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_u64(o, "disk", place->disk);
	jdoc_set_u64(o, "partition", place->partition);
	jdoc_set_u64(o, "start", place->start);
	jdoc_set_u64(o, "length", place->length);
	return o;
}

struct jdoc *plan_volume_to_json(const struct plan_volume *v)
{
	struct jdoc *o = jdoc_object();

	jdoc_set_str(o, "kind", volume_kind_name(v->kind));
	if (plan_place_is(&v->source))
		jdoc_set(o, "source", plan_place_to_json(&v->source));
	if (plan_place_is(&v->target))
		jdoc_set(o, "target", plan_place_to_json(&v->target));
	jdoc_set_u64(o, "used", v->used);
	jdoc_set_bool(o, "used_blocks", v->used_blocks);
	member_set_text(o, "fstype", v->fstype);
	member_set_text(o, "uuid", v->uuid);
	member_set_text(o, "label", v->label);
	return o;
}

struct jdoc *plan_to_json(const struct plan *p)
{
	struct jdoc *o = jdoc_object(), *volumes = jdoc_array(), *nics = jdoc_array();

	member_set_text(o, "hostname", p->hostname);
	member_set_text(o, "program", p->program);
	member_set_hex(o, "secret", p->secret, sizeof(p->secret));
	jdoc_set_bool(o, "verify", p->verify);
	jdoc_set_u64(o, "chunk_size", p->chunk_size);
	jdoc_set(o, "source", plan_layout_to_json(&p->source));
	jdoc_set(o, "target", plan_layout_to_json(&p->target));
	for (uint32_t i = 0; i < p->volume_count; i++)
		jdoc_add(volumes, plan_volume_to_json(&p->volumes[i]));
	jdoc_set(o, "volumes", volumes);
	for (uint32_t i = 0; i < p->nic_count; i++) {
		struct jdoc *nic = jdoc_object();

		member_set_text(nic, "name", p->nics[i].name);
		member_set_text(nic, "mac", p->nics[i].mac);
		jdoc_add(nics, nic);
	}
	jdoc_set(o, "nics", nics);
	return o;
}

/* The extents as they came, before the table is decoded from them. */
struct plan_sectors {
	struct table_extent *v; /* owned, with the bytes */
	uint32_t n;
};

static void plan_sectors_release(struct plan_sectors *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		free(s->v[i].bytes);
	free(s->v);
}

static void plan_read_sectors(struct jread *r, const struct jdoc *o, struct plan_sectors *s)
{
	const struct jdoc *array = jread_array(r, o, "extents", PLAN_MAX_EXTENTS);
	size_t n = jdoc_length(array), left = TABLE_MAX_BYTES;

	s->v = calloc(n + 1, sizeof(*s->v));
	if (!s->v)
		jread_fail(r, "no memory for %zu extents", n);
	for (size_t i = 0; jread_ok(r) && i < n; i++) {
		const struct jdoc *item = jdoc_item(array, i);
		struct table_extent *e = &s->v[i];
		const char *hex = jread_str(r, item, "bytes", 2 * left);
		size_t len = strlen(hex) / 2;

		e->offset = jread_u64(r, item, "offset", 0, PLAN_MAX_SIZE);
		e->length = (uint32_t)len;
		e->bytes = malloc(len + 1);
		s->n++;
		if (!e->bytes)
			jread_fail(r, "no memory for an extent of %zu bytes", len);
		else if (!len || !text_from_hex(hex, e->bytes, len))
			jread_fail(r, "bytes must be hex digits");
		left -= len;
	}
}

static void plan_read_table(struct jread *r, const struct jdoc *o, struct plan_disk *disk)
{
	CLEANUP(plan_sectors_release) struct plan_sectors sectors = {0};
	struct err_text why = {0};
	const char *kind = jread_str(r, o, "table", 8);

	plan_read_sectors(r, o, &sectors);
	if (!jread_ok(r))
		return;
	if (!disk->size && sectors.n)
		jread_fail(r, "%s has a table but no size", disk->name);
	else if (disk->size && table_decode_extents(sectors.v, sectors.n, disk->size, disk->sector,
						    &disk->table, &why) < 0)
		jread_fail(r, "%s: %s", disk->name, why.text);
	else if (strcmp(kind, table_kind_name(disk->table.kind)))
		jread_fail(r, "table of %s must be %s", disk->name,
			   table_kind_name(disk->table.kind));
}

/* Only a disk of the target may have no size yet. */
static void plan_read_disk(struct jread *r, const struct jdoc *o, bool target,
			   struct plan_disk *disk)
{
	member_name(r, o, "name", disk->name, sizeof(disk->name));
	member_name(r, o, "serial", disk->serial, sizeof(disk->serial));
	disk->size = jread_u64(r, o, "size", target ? 0 : 512, PLAN_MAX_SIZE);
	disk->sector = (uint32_t)jread_u64(r, o, "sector", disk->size ? 512 : 0, 4096);
	if (disk->sector & (disk->sector - 1))
		jread_fail(r, "sector must be a power of two");
	else if (disk->size < disk->sector)
		jread_fail(r, "%s is smaller than a sector", disk->name);
	plan_read_table(r, o, disk);
}

static void plan_read_layout(struct jread *r, const struct jdoc *o, const char *name, bool target,
			     struct plan_layout *l)
{
	const struct jdoc *array = jread_array(r, o, name, PLAN_MAX_DISKS);
	size_t n = jdoc_length(array);

	if (!n) {
		jread_fail(r, "there is no disk in %s", name);
		return;
	}
	l->disks = calloc(n, sizeof(*l->disks));
	if (!l->disks)
		jread_fail(r, "no memory for %zu disks", n);
	while (jread_ok(r) && l->disk_count < n) {
		uint32_t i = l->disk_count++;

		plan_read_disk(r, jdoc_item(array, i), target, &l->disks[i]);
	}
}

/* Where a volume is on one side; a member that is not there is nowhere. */
static void plan_read_place(struct jread *r, const struct jdoc *o, const char *name,
			    const struct plan_layout *l, struct plan_place *place)
{
	const struct jdoc *p = jread_object_opt(r, o, name);
	uint32_t last = l->disk_count ? l->disk_count - 1 : 0;

	*place = (struct plan_place){.disk = PLAN_NOWHERE};
	if (!p)
		return;
	place->disk = (uint32_t)jread_u64(r, p, "disk", 0, last);
	place->partition = (uint32_t)jread_u64(r, p, "partition", 0, TABLE_MAX_PARTITIONS);
	place->start = jread_u64(r, p, "start", 0, PLAN_MAX_SIZE);
	place->length = jread_u64(r, p, "length", 0, PLAN_MAX_SIZE);
}

static void plan_read_volume(struct jread *r, const struct jdoc *o, struct plan *p,
			     struct plan_volume *v)
{
	const char *kind = jread_str(r, o, "kind", 16);
	size_t i = 0;

	while (i <= VOLUME_KIND_LAST && strcmp(kind, volume_kind_name(i)))
		i++;
	if (i > VOLUME_KIND_LAST)
		jread_fail(r, "kind must be image, swap, format, skip, create, esp, bios-boot or "
			      "lv");
	v->kind = (enum volume_kind)i;
	plan_read_place(r, o, "source", &p->source, &v->source);
	plan_read_place(r, o, "target", &p->target, &v->target);
	v->used = jread_u64(r, o, "used", 0, PLAN_MAX_SIZE);
	v->used_blocks = jread_bool(r, o, "used_blocks");
	member_word(r, o, "fstype", "_.+-", v->fstype, sizeof(v->fstype));
	member_word(r, o, "uuid", "_.+:-", v->uuid, sizeof(v->uuid));
	member_name(r, o, "label", v->label, sizeof(v->label));
}

static void plan_read_volumes(struct jread *r, const struct jdoc *o, struct plan *p)
{
	const struct jdoc *array = jread_array(r, o, "volumes", PLAN_MAX_VOLUMES);
	size_t n = jdoc_length(array);

	p->volumes = calloc(n + 1, sizeof(*p->volumes));
	if (!p->volumes)
		jread_fail(r, "no memory for %zu volumes", n);
	while (jread_ok(r) && p->volume_count < n) {
		uint32_t i = p->volume_count++;

		plan_read_volume(r, jdoc_item(array, i), p, &p->volumes[i]);
	}
}

/* "52:54:00:12:34:56" */
static bool plan_is_mac(const char *mac)
{
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? mac[i] != ':'
			       : !mac[i] || !strchr("0123456789abcdefABCDEF", mac[i]))
			return false;
	return !mac[17];
}

static void plan_read_nics(struct jread *r, const struct jdoc *o, struct plan *p)
{
	const struct jdoc *array = jread_array(r, o, "nics", PLAN_MAX_NICS);

	for (size_t i = 0; jread_ok(r) && i < jdoc_length(array); i++) {
		const struct jdoc *item = jdoc_item(array, i);
		struct plan_nic *nic = &p->nics[p->nic_count++];

		/* The kernel's limit is 15 characters; fixups make file names of it. */
		member_word(r, item, "name", "_.:@-", nic->name, 16);
		member_word(r, item, "mac", ":", nic->mac, sizeof(nic->mac));
		if (!nic->name[0] || !plan_is_mac(nic->mac))
			jread_fail(r, "an interface must have a name and a hardware address");
	}
}

int plan_from_json(const struct jdoc *d, struct plan *p, struct err_text *err)
{
	struct jread r = {.what = "plan"};

	*p = (struct plan){0};
	member_name(&r, d, "hostname", p->hostname, sizeof(p->hostname));
	member_name(&r, d, "program", p->program, sizeof(p->program));
	jread_hex(&r, d, "secret", p->secret, sizeof(p->secret));
	p->verify = jread_bool(&r, d, "verify");
	p->chunk_size =
		(uint32_t)jread_u64(&r, d, "chunk_size", PLAN_MIN_CHUNK_SIZE, PLAN_MAX_CHUNK_SIZE);
	if (jread_ok(&r) && !plan_chunk_size_fits(p->chunk_size))
		jread_fail(&r, "chunk_size must be a power of two");
	plan_read_layout(&r, d, "source", false, &p->source);
	plan_read_layout(&r, d, "target", true, &p->target);
	plan_read_volumes(&r, d, p);
	plan_read_nics(&r, d, p);
	if (jread_ok(&r))
		plan_check(&r, p);
	if (!jread_ok(&r))
		plan_release(p);
	return member_result(&r, -EINVAL, err);
}

struct digest plan_digest(const struct plan *p)
{
	CLEANUP(jdoc_freep) struct jdoc *d = plan_to_json(p);
	CLEANUP_FREE char *text = jdoc_print(d);

	return text ? digest_of(text, strlen(text)) : (struct digest){0};
}

/* facts.c - see facts.h */
#include "plan/facts.h"
#include "util/member.h"

#include <errno.h>
#include <stdlib.h>

#define FACTS_MAX_LINE  400u         /* bytes */
#define FACTS_MAX_BYTES (1ULL << 62) /* of disks, memory: what JSON can hold */

void facts_release(struct facts *f)
{
	for (uint32_t i = 0; i < f->disk_count; i++) {
		strv_release(&f->disks[i].users);
		strv_release(&f->disks[i].contents);
	}
	free(f->disks);
	strv_release(&f->fixups);
	*f = (struct facts){0};
}

static struct jdoc *facts_disk_to_json(const struct facts_disk *disk)
{
	struct jdoc *o = jdoc_object();

	member_set_text(o, "path", disk->path);
	member_set_text(o, "serial", disk->serial);
	member_set_text(o, "model", disk->model);
	jdoc_set_u64(o, "size", disk->size);
	jdoc_set_u64(o, "sector", disk->sector);
	jdoc_set_bool(o, "read_only", disk->read_only);
	jdoc_set_bool(o, "file", disk->file);
	jdoc_set_bool(o, "boot_disk", disk->boot_disk);
	member_set_lines(o, "users", &disk->users, FACTS_MAX_LINES, FACTS_MAX_LINE);
	member_set_lines(o, "contents", &disk->contents, FACTS_MAX_LINES, FACTS_MAX_LINE);
	return o;
}

static struct jdoc *facts_lists_to_json(struct jdoc *o, const struct facts *f)
{
	struct jdoc *disks = jdoc_array(), *nics = jdoc_array();

	for (uint32_t i = 0; i < f->disk_count && i < FACTS_MAX_DISKS; i++)
		jdoc_add(disks, facts_disk_to_json(&f->disks[i]));
	jdoc_set(o, "disks", disks);
	for (uint32_t i = 0; i < f->nic_count && i < FACTS_MAX_NICS; i++) {
		struct jdoc *nic = jdoc_object();

		member_set_text(nic, "name", f->nics[i].name);
		member_set_text(nic, "mac", f->nics[i].mac);
		member_set_text(nic, "driver", f->nics[i].driver);
		jdoc_set_bool(nic, "up", f->nics[i].up);
		jdoc_add(nics, nic);
	}
	jdoc_set(o, "nics", nics);
	return o;
}

struct jdoc *facts_to_json(const struct facts *f)
{
	struct jdoc *o = jdoc_object();

	member_set_text(o, "hostname", f->hostname);
	member_set_text(o, "program", f->program);
	member_set_text(o, "kernel", f->kernel);
	member_set_text(o, "arch", f->arch);
	member_set_text(o, "firmware", f->firmware);
	member_set_text(o, "session", f->session);
	jdoc_set_bool(o, "root_in_ram", f->root_in_ram);
	jdoc_set_bool(o, "is_root", f->is_root);
	jdoc_set_u64(o, "ram_total", f->ram_total);
	jdoc_set_u64(o, "ram_available", f->ram_available);
	jdoc_set_u64(o, "session_free", f->session_free);
	jdoc_set_bool(o, "kexec", f->kexec);
	member_set_text(o, "kexec_why_not", f->kexec_why_not);
	member_set_lines(o, "fixups", &f->fixups, FACTS_MAX_LINES, FACTS_MAX_LINE);
	return facts_lists_to_json(o, f);
}

static void facts_disk_read(struct jread *r, const struct jdoc *o, struct facts_disk *disk)
{
	member_text(r, o, "path", disk->path, sizeof(disk->path));
	member_text(r, o, "serial", disk->serial, sizeof(disk->serial));
	member_text(r, o, "model", disk->model, sizeof(disk->model));
	disk->size = jread_u64(r, o, "size", 0, FACTS_MAX_BYTES);
	disk->sector = (uint32_t)jread_u64(r, o, "sector", 1, 1u << 20);
	disk->read_only = jread_bool(r, o, "read_only");
	disk->file = jread_bool(r, o, "file");
	disk->boot_disk = jread_bool(r, o, "boot_disk");
	member_lines(r, o, "users", FACTS_MAX_LINES, FACTS_MAX_LINE, &disk->users);
	member_lines(r, o, "contents", FACTS_MAX_LINES, FACTS_MAX_LINE, &disk->contents);
}

static void facts_disks_read(struct jread *r, const struct jdoc *o, struct facts *f)
{
	const struct jdoc *array = jread_array(r, o, "disks", FACTS_MAX_DISKS);
	size_t n = jdoc_length(array);

	if (!n)
		return;
	f->disks = calloc(n, sizeof(*f->disks));
	if (!f->disks) {
		jread_fail(r, "no memory for %zu disks", n);
		return;
	}
	while (jread_ok(r) && f->disk_count < n) {
		uint32_t i = f->disk_count++;

		facts_disk_read(r, jdoc_item(array, i), &f->disks[i]);
	}
}

static void facts_nics_read(struct jread *r, const struct jdoc *o, struct facts *f)
{
	const struct jdoc *array = jread_array(r, o, "nics", FACTS_MAX_NICS);

	for (size_t i = 0; jread_ok(r) && i < jdoc_length(array); i++) {
		const struct jdoc *item = jdoc_item(array, i);
		struct facts_nic *nic = &f->nics[f->nic_count++];

		member_text(r, item, "name", nic->name, sizeof(nic->name));
		member_text(r, item, "mac", nic->mac, sizeof(nic->mac));
		member_text(r, item, "driver", nic->driver, sizeof(nic->driver));
		nic->up = jread_bool(r, item, "up");
	}
}

int facts_from_json(const struct jdoc *d, struct facts *f, struct err_text *err)
{
	struct jread r = {.what = "facts"};

	*f = (struct facts){0};
	member_text(&r, d, "hostname", f->hostname, sizeof(f->hostname));
	member_text(&r, d, "program", f->program, sizeof(f->program));
	member_text(&r, d, "kernel", f->kernel, sizeof(f->kernel));
	member_text(&r, d, "arch", f->arch, sizeof(f->arch));
	member_text(&r, d, "firmware", f->firmware, sizeof(f->firmware));
	member_text(&r, d, "session", f->session, sizeof(f->session));
	f->root_in_ram = jread_bool(&r, d, "root_in_ram");
	f->is_root = jread_bool(&r, d, "is_root");
	f->ram_total = jread_u64(&r, d, "ram_total", 0, FACTS_MAX_BYTES);
	f->ram_available = jread_u64(&r, d, "ram_available", 0, FACTS_MAX_BYTES);
	f->session_free = jread_u64(&r, d, "session_free", 0, FACTS_MAX_BYTES);
	f->kexec = jread_bool(&r, d, "kexec");
	member_text(&r, d, "kexec_why_not", f->kexec_why_not, sizeof(f->kexec_why_not));
	member_lines(&r, d, "fixups", FACTS_MAX_LINES, FACTS_MAX_LINE, &f->fixups);
	facts_disks_read(&r, d, f);
	facts_nics_read(&r, d, f);
	if (!jread_ok(&r))
		facts_release(f);
	return member_result(&r, -EPROTO, err);
}

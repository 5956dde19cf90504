/* facts_disk.c - see facts_disk.h */
#include "receive/facts_disk.h"
#include "block/users.h"
#include "disk/target.h"
#include "table/table.h"
#include "table/table_read.h"
#include "util/cleanup.h"
#include "util/probe.h"
#include "util/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One thing that an erase destroys, in words. */
static int facts_content(struct facts_disk *d, const struct disk_target *t, const char *name,
			 uint64_t offset, uint64_t length)
{
	struct probe_result p = {0};
	char size[16], label[sizeof(p.label)];

	if (probe_range(t->fd, offset, length, &p))
		p.type[0] = p.label[0] = '\0';
	text_size(length, size, sizeof(size));
	if (!p.label[0])
		return strv_addf(&d->contents, "%s: %s, %s", name,
				 p.type[0] ? p.type : "unknown content", size);
	return strv_addf(&d->contents, "%s: %s \"%s\", %s", name, p.type,
			 text_printable(p.label, label, sizeof(label)), size);
}

static int facts_contents(struct facts_disk *d, struct disk_target *t, const char *name)
{
	struct table table = {0};
	struct err_text why = {0};
	int r = table_decode(disk_read, t, t->size, t->sector, &table, &why);

	if (r)
		return strv_addf(&d->contents, "%s: a damaged partition table", name);
	if (table.kind == TABLE_NONE) {
		struct probe_result p = {0};

		if (probe_range(t->fd, 0, t->size, &p) == 0 && (p.type[0] || p.table[0]))
			r = p.type[0] ? facts_content(d, t, name, 0, t->size)
				      : strv_addf(&d->contents, "%s: a %s partition table", name,
						  p.table);
	}
	for (uint32_t i = 0; !r && i < table.partition_count; i++) {
		const struct table_partition *p = &table.partitions[i];
		char part[NAME_MAX];

		if (p->extended)
			continue;
		snprintf(part, sizeof(part), "%s partition %u", name, p->number);
		r = facts_content(d, t, part, p->start, p->length);
	}
	table_release(&table);
	return r;
}

int facts_block(const struct block_model *m, dev_t number, struct facts_disk *d,
		struct err_text *err)
{
	struct block_device *b = block_by_number(m, number);
	int r;

	if (!b)
		return err_set(err, -ENOENT, "%s has no entry in /sys", d->path);
	if (b->part_number)
		return err_set(err, -EINVAL, "%s is not a whole disk", d->path);
	d->read_only = b->read_only;
	text_copy(d->serial, sizeof(d->serial), b->serial);
	text_copy(d->model, sizeof(d->model), b->model);
	r = users_of_disk(m, b, &d->users, &d->boot_disk);
	if (r)
		return err_set(err, r, "%s: cannot find out who uses it: %s", d->path,
			       strerror(-r));
	return 0;
}

/* What the tables of the kernel do not say, an exclusive open does. */
static int facts_try_claim(struct facts_disk *d)
{
	if (d->file || d->users.n || d->read_only || !users_claimed(d->path))
		return 0;
	return strv_add(&d->users, "it is claimed by the kernel or a program");
}

static const char *facts_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int facts_disk(const struct block_model *m, const char *path, struct facts_disk *out,
	       struct err_text *err)
{
	struct facts_disk d = {0};
	struct disk_target t;
	int r = disk_open(path, DISK_LOOK, &t, err);

	if (r)
		return r;
	text_copy(d.path, sizeof(d.path), path);
	d.file = t.file;
	d.size = t.size;
	d.sector = t.sector;
	if (t.file) {
		d.read_only = access(path, W_OK) < 0;
		r = users_of_file(m, path, &d.users);
		if (!r)
			r = facts_contents(&d, &t, facts_base(path));
	} else {
		r = facts_block(m, (dev_t)t.device, &d, err);
		if (!r)
			r = facts_contents(&d, &t, block_by_number(m, (dev_t)t.device)->name);
	}
	disk_close(&t);
	if (!r)
		r = facts_try_claim(&d);
	if (r) {
		facts_disk_release(&d);
		return err_set(err, r, "%s: %s", path, strerror(-r));
	}
	*out = d;
	return 0;
}

void facts_disk_release(struct facts_disk *d)
{
	strv_release(&d->users);
	strv_release(&d->contents);
}

static int facts_by_path(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Real disks only: something that has hardware (or a hypervisor) behind it. */
int facts_disk_paths(const struct block_model *m, struct strv *out)
{
	size_t first = out->n;
	int r = 0;

	for (size_t i = 0; i < m->devices.n && !r; i++) {
		const struct block_device *d = m->devices.v[i];

		if (d->kind == DEVICE_DISK && d->hardware && d->size)
			r = strv_addf(out, "/dev/%s", d->name);
	}
	if (out->n > first)
		qsort(out->v + first, out->n - first, sizeof(*out->v), facts_by_path);
	return r;
}

/* label.c - see label.h */
#include "disk/label.h"
#include "block/nodes.h"
#include "table/table_convert.h"
#include "table/table_read.h"
#include "util/log.h"

#include <errno.h>
#include <parted/parted.h>
#include <string.h>

/* Bytes of the first sector that belong to the boot loader: its code and the
 * disk signature behind it. */
#define LABEL_BOOT_CODE 446u
#define LABEL_NODE_WAIT 10u /* seconds for a partition's device node to appear */

static int label_write_extents(struct disk_target *t, const struct table_extent *e, uint32_t n,
			       struct err_text *err)
{
	for (uint32_t i = 0; i < n; i++) {
		int r = disk_write(t, e[i].bytes, e[i].length, e[i].offset);

		if (r)
			return err_set(err, r, "%s: writing the partition table: %s", t->path,
				       strerror(-r));
	}
	return 0;
}

int label_write_raw(struct disk_target *t, const struct table *want, struct err_text *err)
{
	struct table_extent backup[TABLE_BACKUP_EXTENTS];
	int n = table_backup(want, backup), r;

	if (n < 0)
		return err_set(err, n, "%s: no memory for the partition table", t->path);
	r = label_write_extents(t, backup, (uint32_t)n, err);
	if (!r)
		r = label_write_extents(t, want->extents, want->extent_count, err);
	table_backup_release(backup);
	return r;
}

/* libparted asks questions through a global handler. The only one that may come is
 * about unused space, since it does not round the size of the entries up to whole
 * sectors; for every other one the answer is "unhandled", which makes the call
 * fail. */
static struct err_text *label_complaint;

static PedExceptionOption label_answer(PedException *ex)
{
	if (strstr(ex->message, "Not all of the space available to") &&
	    ex->options & PED_EXCEPTION_IGNORE)
		return PED_EXCEPTION_IGNORE;
	err_set(label_complaint, 0, "libparted: %s", ex->message);
	return PED_EXCEPTION_UNHANDLED;
}

static int label_fail(struct err_text *err, const char *path, const char *what)
{
	struct err_text why = *err;

	err->text[0] = '\0';
	return err_set(err, -EIO, "%s: %s (%s)", path, what,
		       why.text[0] ? why.text : "libparted gave no reason");
}

/* An independent decoder's opinion of where the partitions are. */
static int label_compare_parted(PedDisk *disk, const struct table *want, struct err_text *err)
{
	uint32_t seen = 0;

	for (PedPartition *p = NULL; (p = ped_disk_next_partition(disk, p));) {
		const struct table_partition *w;
		uint64_t sector = (uint64_t)disk->dev->sector_size;

		if (p->num < 1)
			continue;
		seen++;
		w = table_find(want, (uint32_t)p->num);
		/* The length of an extended partition is its container's. */
		if (!w || w->start != (uint64_t)p->geom.start * sector ||
		    w->length != (uint64_t)p->geom.length * sector)
			return err_set(err, -EILSEQ,
				       "%s: libparted reads partition %d differently from us",
				       disk->dev->path, p->num);
	}
	if (seen != want->partition_count)
		return err_set(err, -EILSEQ, "%s: libparted sees %u partitions, we see %u",
			       disk->dev->path, seen, want->partition_count);
	return 0;
}

static int label_with_disk(PedDisk *disk, const struct disk_target *t, const struct table *want,
			   struct err_text *err)
{
	int r = label_compare_parted(disk, want, err);

	if (r)
		return r;
	/* The sectors are complete as they were written; writing them by libparted
	 * could only change boot code, ids or types. */
	if (!t->file && !ped_disk_commit_to_os(disk))
		return label_fail(err, t->path, "the kernel does not accept the partition table");
	return 0;
}

static int label_by_parted(const struct disk_target *t, const struct table *want,
			   struct err_text *err)
{
	struct err_text complaint = {0};
	PedDevice *dev;
	PedDisk *disk;
	int r;

	label_complaint = &complaint;
	ped_exception_set_handler(label_answer);
	dev = ped_device_get(t->path);
	if (!dev || !ped_device_open(dev)) {
		*err = complaint;
		r = label_fail(err, t->path, "libparted cannot open it");
		goto out;
	}
	disk = ped_disk_new(dev);
	if (disk) {
		r = label_with_disk(disk, t, want, &complaint);
		ped_disk_destroy(disk);
		if (r)
			*err = complaint;
	} else {
		*err = complaint;
		r = label_fail(err, t->path, "libparted cannot read the table back");
	}
	ped_device_sync(dev);
	ped_device_close(dev);
out:
	if (dev)
		ped_device_destroy(dev);
	ped_exception_set_handler(NULL);
	label_complaint = NULL;
	return r;
}

static bool label_wants_node(const struct table *want, const struct table_partition *p)
{
	return want->kind == TABLE_GPT || !p->extended;
}

/* The steps that follow need the partitions' nodes, and udev makes them late. */
static int label_wait_nodes(const struct disk_target *t, const struct table *want,
			    struct err_text *err)
{
	char node[300];

	for (uint32_t i = 0; i < want->partition_count; i++) {
		const struct table_partition *p = &want->partitions[i];
		int r;

		if (!label_wants_node(want, p))
			continue;
		r = nodes_wait((dev_t)t->device, p->number, LABEL_NODE_WAIT, node, sizeof(node));
		if (r == -ENODEV)
			return err_set(err, r, "%s: it has no entry in /sys", t->path);
		if (r)
			return err_set(err, r, "%s: no device node for partition %u appeared",
				       t->path, p->number);
	}
	return 0;
}

static int label_differs(struct err_text *err, const struct disk_target *t, const char *what)
{
	return err_set(err, -EILSEQ, "%s: the partition table reads back with another %s", t->path,
		       what);
}

static int label_compare_partition(const struct disk_target *t, const struct table *want,
				   const struct table *got, uint32_t i, struct err_text *err)
{
	const struct table_partition *w = &want->partitions[i], *g = &got->partitions[i];
	const char *what = NULL;

	if (w->number != g->number)
		what = "number";
	else if (w->start != g->start || w->length != g->length)
		what = "place";
	else if (w->mbr_type != g->mbr_type || strcmp(w->type_guid, g->type_guid))
		what = "type";
	else if (w->bootable != g->bootable || w->extended != g->extended)
		what = "flag";
	else if (strcmp(w->guid, g->guid))
		what = "unique id";
	else if (w->attributes != g->attributes)
		what = "attribute";
	else if (strcmp(w->name, g->name))
		what = "name";
	if (!what)
		return 0;
	return err_set(err, -EILSEQ, "%s: partition %u reads back with another %s", t->path,
		       w->number, what);
}

static int label_compare_boot_code(struct disk_target *t, const struct table *want,
				   struct err_text *err)
{
	uint8_t sector[LABEL_BOOT_CODE];
	int r = disk_read(t, sector, sizeof(sector), 0);

	if (r)
		return err_set(err, r, "%s: reading back: %s", t->path, strerror(-r));
	for (uint32_t i = 0; i < want->extent_count; i++)
		if (want->extents[i].offset == 0 && want->extents[i].length >= sizeof(sector) &&
		    memcmp(want->extents[i].bytes, sector, sizeof(sector)))
			return label_differs(err, t, "boot code");
	return 0;
}

int label_verify(struct disk_target *t, const struct table *want, struct err_text *err)
{
	struct table got = {0};
	struct err_text why = {0};
	int r = table_decode(disk_read, t, t->size, t->sector, &got, &why);

	if (r) {
		r = err_set(err, r, "%s: the partition table does not read back: %s", t->path,
			    why.text);
	} else if (got.kind != want->kind) {
		r = label_differs(err, t, "kind");
	} else if (strcmp(got.id, want->id)) {
		r = label_differs(err, t, "disk id");
	} else if (got.partition_count != want->partition_count) {
		r = label_differs(err, t, "number of partitions");
	} else if (got.first_usable != want->first_usable || got.usable_end != want->usable_end ||
		   got.backup != want->backup) {
		r = label_differs(err, t, "usable range");
	} else {
		for (uint32_t i = 0; !r && i < want->partition_count; i++)
			r = label_compare_partition(t, want, &got, i, err);
		if (!r)
			r = label_compare_boot_code(t, want, err);
	}
	table_release(&got);
	return r;
}

int label_finish(struct disk_target *t, const struct table *want, struct err_text *err)
{
	int r;

	if (want->kind != TABLE_NONE) {
		r = label_by_parted(t, want, err);
		if (r)
			return r;
	}
	r = disk_flush(t);
	if (r)
		return err_set(err, r, "%s: %s", t->path, strerror(-r));
	r = label_verify(t, want, err);
	if (r || t->file || want->kind == TABLE_NONE)
		return r;
	return label_wait_nodes(t, want, err);
}

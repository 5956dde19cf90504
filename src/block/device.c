/* device.c - see device.h */
#include "block/device.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DEVICE_SYSFS_SECTOR 512u /* bytes; what sysfs counts in, whatever the disk has */

void device_free(struct block_device *d)
{
	if (!d)
		return;
	free(d->backing);
	free(d->slaves.v);
	free(d->holders.v);
	free(d->same_btrfs.v);
	free(d);
}

bool device_is_mapped(const struct block_device *d)
{
	return d->kind >= DEVICE_LVM && d->kind <= DEVICE_MAPPED;
}

int device_list_add(struct block_devices *list, struct block_device *d)
{
	struct block_device **grown;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == d)
			return 0;
	grown = realloc(list->v, (list->n + 1) * sizeof(struct block_device *));
	if (!grown)
		return -ENOMEM;
	list->v = grown;
	list->v[list->n++] = d;
	return 0;
}

void device_list_release(struct block_devices *list)
{
	free(list->v);
	*list = (struct block_devices){0};
}

dev_t device_read_number(int dir, const char *path)
{
	unsigned maj, min;
	char line[32];

	if (io_read_line(dir, path, line, sizeof(line)) < 0 ||
	    sscanf(line, "%u:%u", &maj, &min) != 2)
		return 0;
	return makedev(maj, min);
}

bool device_name(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!text_copy(out, size, slash ? slash + 1 : path))
		return false;
	for (char *c = out; *c; c++)
		if (*c == '!')
			*c = '/';
	return true;
}

static uint64_t device_number(int dir, const char *file, uint64_t max)
{
	char line[32];
	uint64_t v;

	return io_read_line(dir, file, line, sizeof(line)) == 0 && text_to_u64(line, 0, max, &v)
		       ? v
		       : 0;
}

/* Attributes that drivers put at different places; the first one wins. */
static void device_text(int dir, const char *const names[], char *out, size_t size)
{
	char line[256];

	for (; *names; names++) {
		const char *text = line;

		if (io_read_line(dir, *names, line, sizeof(line)) < 0)
			continue;
		text += strspn(text, " ");
		if (*text) {
			text_printable(text, out, size);
			return;
		}
	}
}

static void device_identity(int dir, struct block_device *d)
{
	static const char *const serial[] = {"device/serial", "serial", "device/wwid", "wwid",
					     NULL};
	static const char *const model[] = {"device/model", "device/name", NULL};
	CLEANUP_FREE char *vpd = NULL;
	size_t len = 0, n = 0;

	device_text(dir, model, d->model, sizeof(d->model));
	/* SCSI's unit serial number page: 4 bytes of header, then the text. */
	if (!io_read_file(dir, "device/vpd_pg80", 4096, &vpd, &len))
		for (size_t i = 4; i < len && n + 1 < sizeof(d->serial); i++)
			if (vpd[i] > ' ' && vpd[i] < 0x7f)
				d->serial[n++] = vpd[i];
	if (!n)
		device_text(dir, serial, d->serial, sizeof(d->serial));
}

static bool device_has(int dir, const char *file)
{
	struct stat st;

	return fstatat(dir, file, &st, 0) == 0;
}

/* "sr0" is one of "sr", "srx" is none. */
static bool device_is_numbered(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(name, prefix, len) && isdigit((unsigned char)name[len]);
}

static enum device_kind device_mapping(const char *uuid)
{
	static const struct {
		const char *prefix;
		enum device_kind kind;
	} kinds[] = {{"LVM-", DEVICE_LVM},
		     {"CRYPT-", DEVICE_CRYPT},
		     {"mpath-", DEVICE_MULTIPATH},
		     {"DMRAID-", DEVICE_FAKE_RAID}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(uuid, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].kind;
	return DEVICE_MAPPED;
}

static enum device_kind device_kind(int dir, const struct block_device *d)
{
	static const struct {
		const char *prefix;
		enum device_kind kind;
	} kinds[] = {{"loop", DEVICE_LOOP},         {"md", DEVICE_MD},
		     {"ram", DEVICE_RAM},           {"zram", DEVICE_RAM},
		     {"sr", DEVICE_REMOVABLE},      {"fd", DEVICE_REMOVABLE},
		     {"mtdblock", DEVICE_REMOVABLE}};

	if (d->part_number)
		return DEVICE_PARTITION;
	if (d->dm_name[0] || device_is_numbered(d->name, "dm-"))
		return device_mapping(d->dm_uuid);
	/* Named arrays are md_home; md/ is there only while one is assembled. */
	if (device_has(dir, "md"))
		return DEVICE_MD;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (device_is_numbered(d->name, kinds[i].prefix))
			return kinds[i].kind;
	return DEVICE_DISK;
}

/* The path of a loop device's file; it may be as long as paths can be. */
static char *device_backing(int dir)
{
	char line[PATH_MAX + 16];

	if (io_read_line(dir, "loop/backing_file", line, sizeof(line)) < 0 || !line[0])
		return NULL;
	return strdup(line);
}

struct block_device *device_read(int dir, const char *name, dev_t number)
{
	const uint64_t max = UINT64_MAX / DEVICE_SYSFS_SECTOR;
	struct block_device *d = device_unknown(name);

	if (!d)
		return NULL;
	d->number = number;
	d->part_number = (uint32_t)device_number(dir, "partition", UINT32_MAX);
	d->part_start = d->part_number ? device_number(dir, "start", max) * DEVICE_SYSFS_SECTOR : 0;
	d->size = device_number(dir, "size", max) * DEVICE_SYSFS_SECTOR;
	/* A partition's queue is its disk's. */
	d->sector = (uint32_t)device_number(
		dir, d->part_number ? "../queue/logical_block_size" : "queue/logical_block_size",
		65536);
	d->read_only = device_number(dir, "ro", 1);
	d->removable = device_number(dir, "removable", 1);
	d->hardware = device_has(dir, "device");
	io_read_line(dir, "dm/name", d->dm_name, sizeof(d->dm_name));
	io_read_line(dir, "dm/uuid", d->dm_uuid, sizeof(d->dm_uuid));
	d->kind = device_kind(dir, d);
	if (d->kind == DEVICE_LOOP)
		d->backing = device_backing(dir);
	if (!d->part_number)
		device_identity(dir, d);
	return d;
}

struct block_device *device_unknown(const char *name)
{
	struct block_device *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->kind = DEVICE_UNKNOWN;
	d->order = UINT_MAX;
	text_copy(d->name, sizeof(d->name), name);
	return d;
}

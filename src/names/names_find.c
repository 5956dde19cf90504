/* names_find.c - see names_find.h */
#include "names/names_find.h"
#include "names/devname.h"
#include "names/spec.h"
#include "names/udev.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAMES_NOT_ITS_PARTITION UINT32_MAX

const char *names_answer_name(enum names_answer a)
{
	static const char *const names[] = {"unknown", "volume", "disk", "absent", "ambiguous"};

	return names[a];
}

/* Several disks hold parts of it under one UUID, and any of them will do. */
static bool names_is_shared(const struct names_volume *a, const struct names_volume *b)
{
	static const char *const types[] = {"btrfs", "bcachefs", "zfs_member", "linux_raid_member"};

	if (!a->uuid[0] || strcmp(a->uuid, b->uuid) != 0 || strcmp(a->type, b->type) != 0)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(a->type, types[i]))
			return true;
	return false;
}

static void names_hit(const struct names *n, uint32_t volume, struct names_found *f)
{
	if (f->answer != NAMES_VOLUME && f->answer != NAMES_AMBIGUOUS) {
		f->answer = NAMES_VOLUME;
		f->volume = volume;
		f->disk = n->volumes[volume].disk;
	} else if (f->answer == NAMES_VOLUME && volume != f->volume &&
		   !names_is_shared(&n->volumes[f->volume], &n->volumes[volume])) {
		f->answer = NAMES_AMBIGUOUS;
		f->other = volume;
	}
}

/* In these there are file systems that the list does not name. */
static bool names_is_container(const struct names_volume *v)
{
	size_t len = strlen(v->type);

	return !len || !strcmp(v->type, "crypto_LUKS") ||
	       (len > 7 && !strcmp(v->type + len - 7, "_member"));
}

/* Is an identity that nobody has surely that of another disk? */
static bool names_is_complete(const struct names *n, enum spec_kind kind)
{
	bool partitions = kind == SPEC_PARTUUID || kind == SPEC_PARTLABEL, tables = false;

	for (uint32_t i = 0; i < n->volume_count; i++) {
		if (names_is_container(&n->volumes[i]))
			return false;
		tables = tables || n->volumes[i].partuuid[0];
	}
	return n->volume_count && (!partitions || tables);
}

static const char *names_identity(const struct names_volume *v, enum spec_kind kind)
{
	switch (kind) {
	case SPEC_UUID:
		return v->uuid;
	case SPEC_LABEL:
		return v->label;
	case SPEC_PARTUUID:
		return v->partuuid;
	case SPEC_PARTLABEL:
		return v->partlabel;
	case SPEC_DEVICE:
	case SPEC_OTHER:
		break;
	}
	return "";
}

/* The partition that lies @offset numbers behind a volume's own. */
static void names_hit_offset(const struct names *n, uint32_t volume, int offset,
			     struct names_found *f)
{
	const struct names_volume *from = &n->volumes[volume];
	int64_t number = (int64_t)from->partition + offset;

	if (!offset) {
		names_hit(n, volume, f);
		return;
	}
	for (uint32_t i = 0; i < n->volume_count; i++)
		if (n->volumes[i].disk == from->disk && n->volumes[i].partition &&
		    n->volumes[i].partition == number)
			names_hit(n, i, f);
}

static void names_find_identity(const struct names *n, const struct spec *s, struct names_found *f)
{
	bool is_label = s->kind == SPEC_LABEL || s->kind == SPEC_PARTLABEL;
	char plain[SPEC_MAX];

	f->stays = true;
	for (uint32_t i = 0; i < n->volume_count; i++)
		if (!strcmp(names_identity(&n->volumes[i], s->kind), s->value))
			names_hit_offset(n, i, s->offset, f);
	if (f->answer != NAMES_UNKNOWN)
		return;
	if (!is_label)
		text_copy(plain, sizeof(plain), s->value);
	else if (!udev_decode(s->value, plain, sizeof(plain)))
		return;
	for (uint32_t i = 0; i < n->volume_count; i++) {
		const char *own = names_identity(&n->volumes[i], s->kind);

		if (*own && !(is_label ? strcmp(own, plain) : strcasecmp(own, plain)))
			names_hit_offset(n, i, s->offset, f);
	}
	if (f->answer == NAMES_UNKNOWN && names_is_complete(n, s->kind))
		f->answer = NAMES_ABSENT;
}

/* kpartx, multipath's and dmraid's rules, and distributions' own ones. */
static uint32_t names_mapper_partition(const char *disk, size_t len, const char *suffix)
{
	uint32_t number;

	if (!strncmp(suffix, "-part", 5) || !strncmp(suffix, "_part", 5))
		return devname_partition("", 0, suffix + 5);
	number = devname_partition(disk, len, suffix);
	/* Where the name ends with a letter, some put a p there nevertheless. */
	return number || *suffix != 'p' ? number : devname_partition("", 0, suffix + 1);
}

uint32_t names_partition(const char *disk, const char *name)
{
	size_t len = strlen(disk);
	const char *suffix = name + len;
	uint32_t number;

	if (!len || strncmp(name, disk, len) != 0)
		return NAMES_NOT_ITS_PARTITION;
	if (!*suffix)
		return 0;
	if (!strncmp(disk, "disk/by-", 8))
		number = strncmp(suffix, "-part", 5) ? 0 : devname_partition("", 0, suffix + 5);
	else if (!strncmp(disk, "mapper/", 7))
		number = names_mapper_partition(disk, len, suffix);
	else
		number = devname_partition(disk, len, suffix);
	return number ? number : NAMES_NOT_ITS_PARTITION;
}

/* A disk was found, and which part of it. */
static void names_hit_disk(const struct names *n, uint32_t disk, uint32_t partition,
			   struct names_found *f)
{
	for (uint32_t i = 0; i < n->volume_count; i++)
		if (n->volumes[i].disk == disk && n->volumes[i].partition == partition) {
			names_hit(n, i, f);
			return;
		}
	if (f->answer == NAMES_UNKNOWN) {
		f->answer = partition ? NAMES_ABSENT : NAMES_DISK;
		f->disk = disk;
	}
}

static void names_find_listed(const struct names *n, const char *name, struct names_found *f)
{
	for (uint32_t i = 0; i < n->volume_count; i++)
		if (strv_has(&n->volumes[i].names, name))
			names_hit(n, i, f);
	for (uint32_t d = 0; d < n->disk_count; d++)
		for (size_t k = 0; k < n->disks[d].names.n; k++) {
			uint32_t number = names_partition(n->disks[d].names.v[k], name);

			if (number != NAMES_NOT_ITS_PARTITION)
				names_hit_disk(n, d, number, f);
		}
}

/* A link of udev's to a disk or partition, not to what is made of them. */
static bool names_is_disk_link(const char *name)
{
	const char *last = strrchr(name, '/');

	if (strncmp(name, "disk/by-id/", 11) != 0 && strncmp(name, "disk/by-path/", 13) != 0)
		return false;
	return strncmp(last, "/md-", 4) != 0 && strncmp(last, "/dm-", 4) != 0 &&
	       strncmp(last, "/lvm-", 5) != 0;
}

static void names_find_link(const struct names *n, const char *name, struct names_found *f)
{
	char stem[SPEC_MAX];
	char *part;
	uint32_t number = 0;

	text_copy(stem, sizeof(stem), name);
	for (part = strstr(stem, "-part"); part && strstr(part + 1, "-part");)
		part = strstr(part + 1, "-part");
	if (part)
		number = devname_partition("", 0, part + 5);
	if (number)
		*part = '\0';
	for (uint32_t d = 0; d < n->disk_count && !strncmp(name, "disk/by-id/", 11); d++)
		if (udev_id_is(stem + 11, n->disks[d].serial))
			names_hit_disk(n, d, number, f);
}

/* The disk that a kernel's name ("sda") means; @disk is its index. */
static bool names_find_disk(const struct names *n, const char *name, uint32_t *disk)
{
	int order = devname_order(name);

	for (*disk = 0; *disk < n->disk_count; (*disk)++)
		if (strv_has(&n->disks[*disk].names, name))
			return true;
	*disk = (uint32_t)order;
	return order >= 0 && *disk < n->disk_count && n->disks[*disk].by_order;
}

/* A name of this machine: an earlier run of a fixup wrote it. */
static bool names_is_target(const struct names *n, const char *name)
{
	for (uint32_t i = 0; i < n->volume_count; i++)
		if (!strncmp(n->volumes[i].target, "/dev/", 5) &&
		    !strcmp(n->volumes[i].target + 5, name))
			return true;
	return false;
}

static void names_find_device(const struct names *n, const char *name, struct names_found *f)
{
	char disk[SPEC_MAX];
	uint32_t partition, index;
	bool real = devname_split(name, disk, sizeof(disk), &partition);

	names_find_listed(n, name, f);
	if (f->answer == NAMES_UNKNOWN && names_is_disk_link(name))
		names_find_link(n, name, f);
	if (f->answer == NAMES_UNKNOWN && real && names_find_disk(n, disk, &index))
		names_hit_disk(n, index, partition, f);
	if (f->answer == NAMES_UNKNOWN && (real || names_is_disk_link(name)) && n->volume_count)
		f->answer = NAMES_ABSENT;
	if (f->answer == NAMES_ABSENT && names_is_target(n, name))
		f->answer = NAMES_UNKNOWN;
	/* LVM's and RAID's names come along with what they are made of. */
	f->stays = f->answer == NAMES_VOLUME && f->disk == NAMES_NO_DISK;
}

struct names_found names_find(const struct names *n, const char *text)
{
	struct names_found f = {.answer = NAMES_UNKNOWN, .disk = NAMES_NO_DISK};
	struct spec s;

	spec_parse(text, &s);
	if (s.kind == SPEC_DEVICE)
		names_find_device(n, s.value, &f);
	else if (s.kind != SPEC_OTHER)
		names_find_identity(n, &s, &f);
	return f;
}

/* What goes into a configuration must be nothing but an identifier. */
static bool names_is_plain(const char *uuid)
{
	static const char allowed[] =
		"0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return *uuid && !uuid[strspn(uuid, allowed)];
}

const char *names_stable(const struct names *n, uint32_t volume, char *out, size_t size)
{
	const struct names_volume *v = &n->volumes[volume];
	char disk[SPEC_MAX];
	uint32_t partition, found;

	out[0] = '\0';
	if (names_is_plain(v->uuid))
		snprintf(out, size, "UUID=%s", v->uuid);
	else if (strncmp(v->target, "/dev/", 5) != 0 ||
		 !devname_split(v->target + 5, disk, sizeof(disk), &partition) ||
		 !names_find_disk(n, disk, &found))
		text_copy(out, size, v->target);
	return out;
}

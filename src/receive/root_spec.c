/* root_spec.c - see root.h: which volume does an fstab line mean? */
#include "receive/root.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum root_tag {
	ROOT_UUID,
	ROOT_LABEL,
	ROOT_PARTUUID,
	ROOT_PARTLABEL,
};

static const struct {
	const char *prefix;
	enum root_tag tag;
} root_tags[] = {
	{"UUID=", ROOT_UUID},
	{"LABEL=", ROOT_LABEL},
	{"PARTUUID=", ROOT_PARTUUID},
	{"PARTLABEL=", ROOT_PARTLABEL},
	{"/dev/disk/by-uuid/", ROOT_UUID},
	{"/dev/disk/by-label/", ROOT_LABEL},
	{"/dev/disk/by-partuuid/", ROOT_PARTUUID},
	{"/dev/disk/by-partlabel/", ROOT_PARTLABEL},
};

static bool root_has_tag(const struct plan *plan, const struct plan_volume *v, enum root_tag tag,
			 const char *value)
{
	const struct table_partition *p = table_find(&plan->disks[v->disk].table, v->partition);

	switch (tag) {
	case ROOT_UUID:
		return v->uuid[0] && !strcasecmp(v->uuid, value);
	case ROOT_LABEL:
		return v->label[0] && !strcmp(v->label, value);
	case ROOT_PARTUUID:
		return p && p->guid[0] && !strcasecmp(p->guid, value);
	case ROOT_PARTLABEL:
		return p && p->name[0] && !strcmp(p->name, value);
	}
	return false;
}

static int root_find_tag(const struct plan *plan, enum root_tag tag, const char *value)
{
	for (uint32_t i = 0; i < plan->volume_count; i++)
		if (root_has_tag(plan, &plan->volumes[i], tag, value))
			return (int)i;
	return -1;
}

/* "3" or "p3" behind a disk's name; 0: neither. */
static uint32_t root_partition_suffix(const char *rest)
{
	uint64_t number;

	if (*rest == 'p')
		rest++;
	return text_to_u64(rest, 1, TABLE_MAX_PARTITIONS, &number) ? (uint32_t)number : 0;
}

/* The partition that @name ("sda3") means on a plan's disk, or 0. An image does
 * not know under which name its machine saw it: the first such disk is then
 * taken for sda, vda, hda, xvda, nvme0n1, mmcblk0, the next one for sdb... */
static uint32_t root_device_on_disk(const struct plan *plan, uint32_t disk, const char *name)
{
	static const char *const letters[] = {"sd", "vd", "hd", "xvd"};
	const char *own = plan->disks[disk].name;

	if (!strncmp(own, "/dev/", 5)) {
		size_t len = strlen(own + 5);

		return strncmp(name, own + 5, len) ? 0 : root_partition_suffix(name + len);
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		size_t len = strlen(letters[i]);

		if (!strncmp(name, letters[i], len) && name[len] == (char)('a' + disk))
			return root_partition_suffix(name + len + 1);
	}
	for (int i = 0; i < 2; i++) {
		char prefix[32];
		int len = snprintf(prefix, sizeof(prefix), i ? "mmcblk%up" : "nvme%un1p", disk);

		if (!strncmp(name, prefix, (size_t)len))
			return root_partition_suffix(name + len);
	}
	return 0;
}

static int root_find_device(const struct plan *plan, const char *name)
{
	for (uint32_t d = 0; d < plan->disk_count; d++) {
		uint32_t number = root_device_on_disk(plan, d, name);

		for (uint32_t i = 0; number && i < plan->volume_count; i++)
			if (plan->volumes[i].disk == d && plan->volumes[i].partition == number)
				return (int)i;
	}
	return -1;
}

int root_find_spec(const struct plan *plan, const char *spec)
{
	char value[256];

	for (size_t i = 0; i < sizeof(root_tags) / sizeof(root_tags[0]); i++) {
		size_t len = strlen(root_tags[i].prefix), n;

		if (strncmp(spec, root_tags[i].prefix, len))
			continue;
		spec += len;
		/* Tags may be quoted. */
		if (*spec == '"' || *spec == '\'')
			spec++;
		text_copy(value, sizeof(value), spec);
		n = strlen(value);
		if (n && (value[n - 1] == '"' || value[n - 1] == '\''))
			value[n - 1] = '\0';
		return value[0] ? root_find_tag(plan, root_tags[i].tag, value) : -1;
	}
	return strncmp(spec, "/dev/", 5) ? -1 : root_find_device(plan, spec + 5);
}

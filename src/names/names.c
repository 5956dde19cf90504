/* names.c - see names.h */
#include "names/names.h"
#include "names/devname.h"
#include "names/names_find.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names_disk *names_add_disk(struct names *n)
{
	struct names_disk *grown;

	if (n->disk_count >= NAMES_MAX_DISKS)
		return NULL;
	grown = reallocarray(n->disks, n->disk_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	n->disks = grown;
	grown[n->disk_count] = (struct names_disk){.by_order = false};
	return &grown[n->disk_count++];
}

struct names_volume *names_add_volume(struct names *n)
{
	struct names_volume *grown;

	if (n->volume_count >= NAMES_MAX_VOLUMES)
		return NULL;
	grown = reallocarray(n->volumes, n->volume_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	n->volumes = grown;
	grown[n->volume_count] = (struct names_volume){.disk = NAMES_NO_DISK};
	return &grown[n->volume_count++];
}

int names_call_disk(struct names_disk *d, const char *name)
{
	bool below = !strncmp(name, "/dev/", 5);
	const char *rest = below ? name + 5 : name;
	bool real = devname_is_disk(rest);

	text_copy(d->name, sizeof(d->name), name);
	/* An array is what its own system knows, not a disk in disguise. */
	d->by_order = !real && !(below && !strncmp(rest, "md", 2));
	return real || below ? strv_add(&d->names, rest) : 0;
}

void names_release(struct names *n)
{
	for (uint32_t i = 0; i < n->disk_count; i++)
		strv_release(&n->disks[i].names);
	for (uint32_t i = 0; i < n->volume_count; i++)
		strv_release(&n->volumes[i].names);
	free(n->disks);
	free(n->volumes);
	*n = (struct names){.disk_count = 0};
}

const char *names_answer_name(enum names_answer a)
{
	static const char *const names[] = {"unknown", "volume", "disk", "absent", "ambiguous"};

	return names[a];
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

/* Where the partition's number begins in a link's or a device mapper's name;
 * NULL: there is none. */
static const char *names_suffix(const char *name)
{
	const char *end = name + strlen(name), *p = end;

	while (p > name && p[-1] >= '0' && p[-1] <= '9')
		p--;
	if (p == end)
		return NULL;
	if (p - name > 5 && (!strncmp(p - 5, "-part", 5) || !strncmp(p - 5, "_part", 5)))
		return p - 5;
	if (p - name > 2 && p[-1] == 'p' && p[-2] >= '0' && p[-2] <= '9')
		return p - 1;
	return strncmp(name, "disk/by-", 8) ? p : NULL;
}

static bool names_is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

bool names_learn(struct names *n, const char *text, uint32_t volume)
{
	struct names_volume *v = &n->volumes[volume];
	char stem[SPEC_MAX], disk[SPEC_MAX];
	struct spec s;
	const char *suffix;
	uint32_t number;

	spec_parse(text, &s);
	/* A kernel's name says nothing that lasts from one start to the next. */
	if (s.kind != SPEC_DEVICE || !names_is_printable(s.value) ||
	    devname_split(s.value, disk, sizeof(disk), &number))
		return false;
	switch (names_find(n, text).answer) {
	case NAMES_UNKNOWN:
	case NAMES_ABSENT:
		break;
	default:
		return false;
	}
	suffix = names_suffix(s.value);
	if (v->disk == NAMES_NO_DISK || !v->partition || !suffix)
		return !strv_add(&v->names, s.value);
	snprintf(stem, sizeof(stem), "%.*s", (int)(suffix - s.value), s.value);
	if (names_partition(stem, s.value) != v->partition)
		return !strv_add(&v->names, s.value);
	return !strv_add(&n->disks[v->disk].names, stem);
}

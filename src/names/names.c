/* names.c - see names.h */
#include "names/names.h"
#include "names/devname.h"
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

/* stack.c - see stack.h */
#include "block/stack.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>

static int stack_add_all(struct block_devices *to, const struct block_devices *from)
{
	int r = 0;

	for (size_t i = 0; i < from->n && !r; i++)
		r = device_list_add(to, from->v[i]);
	return r;
}

int stack_above(const struct block_model *m, struct block_device *d, struct block_devices *out)
{
	size_t at = out->n;
	int r = device_list_add(out, d);

	for (; at < out->n && !r; at++) {
		const struct block_device *lower = out->v[at];

		for (size_t i = 0; i < m->devices.n && !r; i++) {
			struct block_device *upper = m->devices.v[i];

			if (upper->disk == lower || upper->file_on == lower)
				r = device_list_add(out, upper);
		}
		if (!r)
			r = stack_add_all(out, &lower->holders);
		if (!r)
			r = stack_add_all(out, &lower->same_btrfs);
	}
	return r;
}

int stack_below(struct block_device *d, struct block_devices *out)
{
	size_t at = out->n;
	int r = device_list_add(out, d);

	for (; at < out->n && !r; at++) {
		struct block_device *upper = out->v[at];

		r = upper->disk ? device_list_add(out, upper->disk) : 0;
		if (!r)
			r = stack_add_all(out, &upper->slaves);
	}
	return r;
}

bool stack_is_on(struct block_device *d, const struct block_device *below)
{
	CLEANUP(device_list_release) struct block_devices all = {0};
	bool found = false;

	/* Out of memory, the list is short, and the answer no. */
	(void)stack_below(d, &all);
	for (size_t i = 0; i < all.n; i++)
		found = found || all.v[i] == below;
	return found;
}

int stack_disks_of(struct block_device *d, struct strv *paths)
{
	CLEANUP(device_list_release) struct block_devices below = {0};
	bool found = false;
	int r = d ? stack_below(d, &below) : -ENODEV;

	for (size_t i = 0; i < below.n && !r; i++) {
		const struct block_device *b = below.v[i];
		char path[80];

		if (b->kind == DEVICE_UNKNOWN || (b->part_number && !b->disk))
			return -ENODEV;
		if (b->part_number || b->slaves.n)
			continue;
		found = true;
		snprintf(path, sizeof(path), "/dev/%s", b->name);
		if (!strv_has(paths, path))
			r = strv_add(paths, path);
	}
	/* Devices that are made of each other have nothing below them. */
	return r ? r : found ? 0 : -ELOOP;
}

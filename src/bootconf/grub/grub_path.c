/* grub_path.c - see grub_path.h */
#include "bootconf/grub/grub_path.h"
#include "bootconf/grub/grub_state.h"

#include <string.h>

/* "hd0,gpt2" and "hd0,2" are the same, "hd0,gpt2" and "hd0,msdos2" are not. */
static bool grub_path_same(const char *a, const char *b)
{
	size_t disk = strcspn(a, ",");
	const char *part_a, *part_b;
	size_t kind_a, kind_b;

	if (!strcmp(a, b))
		return true;
	if (disk != strcspn(b, ",") || strncmp(a, b, disk) != 0 || !a[disk] || !b[disk])
		return false;
	part_a = a + disk + 1;
	part_b = b + disk + 1;
	kind_a = strcspn(part_a, "0123456789");
	kind_b = strcspn(part_b, "0123456789");
	return (!kind_a || !kind_b) && !strcmp(part_a + kind_a, part_b + kind_b);
}

long grub_path_device(const struct grub_eval *ev, const char *name)
{
	const struct reader_facts *f = ev->state->facts;
	size_t len = strlen(name);
	char plain[128];

	if (len > 1 && name[0] == '(' && name[len - 1] == ')') {
		name++;
		len -= 2;
	}
	if (!len || len >= sizeof(plain))
		return -1;
	memcpy(plain, name, len);
	plain[len] = '\0';
	for (size_t i = 0; i < f->n; i++)
		if (*f->devices[i].grub && grub_path_same(plain, f->devices[i].grub))
			return (long)i;
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(plain, f->devices[i].name))
			return (long)i;
	return -1;
}

const char *grub_path_name(const struct grub_eval *ev, size_t device)
{
	const struct reader_device *d = &ev->state->facts->devices[device];

	return *d->grub ? d->grub : d->name;
}

/* The path without doubled slashes. */
static const char *grub_path_clean(struct grub_eval *ev, const char *path)
{
	char *out = grub_arena_strdup(&ev->arena, path);
	size_t n = 0;

	for (size_t i = 0; out && out[i]; i++)
		if (out[i] != '/' || !n || out[n - 1] != '/')
			out[n++] = out[i];
	if (out)
		out[n] = '\0';
	return out;
}

/* Looks at @path of @device; where /boot was a file system of its own when the
 * configuration was written and is now a directory, behind /boot. */
static bool grub_path_look(struct grub_eval *ev, size_t device, struct grub_where *w)
{
	const struct reader_facts *f = ev->state->facts;
	size_t len = strlen(w->path);
	char *in_boot;

	w->kind = f->stat(f->ctx, device, w->path, &w->size);
	if (w->kind != READER_NONE)
		return true;
	in_boot = grub_arena_alloc(&ev->arena, len + sizeof("/boot"));
	if (!in_boot)
		return false;
	memcpy(in_boot, "/boot", 5);
	memcpy(in_boot + 5, w->path, len);
	w->kind = f->stat(f->ctx, device, in_boot, &w->size);
	if (w->kind == READER_NONE)
		return false;
	w->path = in_boot;
	return true;
}

/* A btrfs may be seen twice, as a whole and as its default subvolume. */
static void grub_path_look_at_twins(struct grub_eval *ev, struct grub_where *w)
{
	const struct reader_device *d = ev->state->facts->devices;
	const char *uuid = d[w->device].uuid;

	for (size_t i = 0; *uuid && i < ev->state->facts->n; i++) {
		if ((long)i == w->device || strcmp(d[i].uuid, uuid) != 0 ||
		    strcmp(d[i].grub, d[w->device].grub) != 0 || !grub_path_look(ev, i, w))
			continue;
		w->device = (long)i;
		return;
	}
}

/* Devices whose files can be on none of the trees. */
static bool grub_path_elsewhere(const char *device)
{
	static const char *const kinds[] = {"loop", "memdisk", "cd", "fd", "tftp", "http", "proc"};

	device += *device == '(';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(device, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

struct grub_where grub_path_find(struct grub_eval *ev, const char *word)
{
	struct grub_where w = {.device = -1};
	const char *path = word, *device = grub_env_get(&ev->env, "root");

	/* A look at a disk is dearer than a step in memory. */
	if (!grub_eval_charge(ev, 10))
		return w;
	if (*word == '(') {
		size_t len = strcspn(word, ")");

		if (!word[len])
			return w;
		path = word + len + 1;
		device = grub_arena_strndup(&ev->arena, word + 1, len - 1);
	}
	if (*path != '/' || !device)
		return w;
	w.path = grub_path_clean(ev, path);
	if (!w.path)
		return w;
	w.device = grub_path_device(ev, device);
	if (w.device >= 0) {
		if (!grub_path_look(ev, (size_t)w.device, &w))
			grub_path_look_at_twins(ev, &w);
		return w;
	}
	for (size_t i = 0; i < ev->state->facts->n && !grub_path_elsewhere(device); i++) {
		if (*ev->state->facts->devices[i].grub || !grub_path_look(ev, i, &w))
			continue;
		w.device = (long)i;
		break;
	}
	return w;
}

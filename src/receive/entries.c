/* entries.c - see entries.h */
#include "receive/entries.h"
#include "find/entry_lines.h"
#include "find/find.h"
#include "find/kernel.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* GRUB's name for a volume: "hd0,gpt2". */
static void entries_grub_name(const struct plan *plan, const struct plan_volume *v, char *out,
			      size_t size)
{
	const char *kind =
		plan->target.disks[v->target.disk].table.kind == TABLE_GPT ? "gpt" : "msdos";

	if (v->target.partition)
		snprintf(out, size, "hd%u,%s%u", v->target.disk, kind, v->target.partition);
	else
		snprintf(out, size, "hd%u", v->target.disk);
}

static int entries_trees(const struct root *root, struct find_trees *trees)
{
	for (uint32_t i = 0; i < root->count; i++) {
		const struct plan_volume *v = &root->plan->volumes[root->mounts[i].volume];
		char grub[64], node[300], name[64];
		int r;

		entries_grub_name(root->plan, v, grub, sizeof(grub));
		if (root_volume_node(root->plan, v, node, sizeof(node)))
			snprintf(name, sizeof(name), "%.60s", i ? basename(node) : "root");
		else
			snprintf(name, sizeof(name), i ? "volume%u" : "root",
				 root->mounts[i].volume);
		r = find_trees_add(trees, root->mounts[i].target, name, v->uuid, v->label, grub);
		if (r)
			return r;
	}
	return 0;
}

int entries_find(const struct root *root, struct entries *out)
{
	int r;

	*out = (struct entries){.list = {0}};
	r = entries_trees(root, &out->trees);
	return r ? r : find_entries(&out->trees, NULL, &out->list);
}

void entries_release(struct entries *e)
{
	boot_list_release(&e->list);
	find_trees_release(&e->trees);
}

/* The tree that is called so, or the number of trees. */
static size_t entries_tree(const struct find_trees *trees, const char *name, size_t len)
{
	size_t i = 0;

	while (i < trees->n &&
	       (strncmp(trees->v[i].name, name, len) != 0 || trees->v[i].name[len] != '\0'))
		i++;
	return i;
}

static int entries_translate_file(const struct find_trees *trees, const char *const mounts[],
				  struct boot_file *f)
{
	char *device, *path;
	size_t i;

	if (!f->path || !f->device)
		return 0;
	i = entries_tree(trees, f->device, strlen(f->device));
	if (i == trees->n)
		return 0;
	device = strdup("root");
	if (asprintf(&path, "%s%s", mounts[i], f->path) < 0)
		path = NULL;
	if (!device || !path) {
		free(device);
		free(path);
		return -ENOMEM;
	}
	free(f->device);
	free(f->path);
	f->device = device;
	f->path = path;
	return 0;
}

/* "NAME:/path". */
static int entries_translate_source(const struct find_trees *trees, const char *const mounts[],
				    char **source)
{
	const char *colon = *source ? strchr(*source, ':') : NULL;
	size_t i = colon ? entries_tree(trees, *source, (size_t)(colon - *source)) : trees->n;
	char *text;

	if (i == trees->n)
		return 0;
	if (asprintf(&text, "root:%s%s", mounts[i], colon + 1) < 0)
		return -ENOMEM;
	free(*source);
	*source = text;
	return 0;
}

int entries_translate(const struct find_trees *trees, const char *const mounts[],
		      struct boot_entry *e)
{
	int r = entries_translate_file(trees, mounts, &e->kernel);

	for (size_t i = 0; i < e->initrd_count && !r; i++)
		r = entries_translate_file(trees, mounts, &e->initrds[i]);
	return r ? r : entries_translate_source(trees, mounts, &e->source);
}

int entries_write(struct entries *e, const struct root *root, const char *dir)
{
	CLEANUP(strv_release) struct strv versions = {0};
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *path = NULL;
	const char *mounts[ROOT_MAX_MOUNTS];
	int r = kernel_versions(&e->trees, &e->list, &versions);

	for (uint32_t i = 0; i < root->count; i++)
		mounts[i] = root->mounts[i].target + strlen(root->dir);
	for (size_t i = 0; i < e->list.n && !r; i++)
		r = entries_translate(&e->trees, mounts, &e->list.v[i]);
	if (r)
		return r;
	text = entry_lines(&e->list, &versions);
	if (!text || asprintf(&path, "%s/boot-entries", dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return io_write_file(AT_FDCWD, path, text, 0600);
}

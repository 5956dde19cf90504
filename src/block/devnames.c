/* devnames.c - see devnames.h */
#include "block/devnames.h"
#include "util/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct block_device *devnames_mapped(const struct block_model *m, const char *name)
{
	for (size_t i = 0; i < m->devices.n; i++)
		if (m->devices.v[i]->dm_name[0] && !strcmp(m->devices.v[i]->dm_name, name))
			return m->devices.v[i];
	return NULL;
}

/* What the name alone tells. */
static struct block_device *devnames_by_text(const struct block_model *m, const char *path)
{
	if (!strncmp(path, "/dev/mapper/", 12))
		return devnames_mapped(m, path + 12);
	if (!strncmp(path, "/dev/", 5))
		return block_by_name(m, path + 5);
	return NULL;
}

/* Below another root, where links end: nodes there are not this machine's. A
 * link that leads out of it ends nowhere. */
static struct block_device *devnames_below(const struct block_model *m, const char *path)
{
	CLEANUP_FREE char *root = realpath(m->root, NULL), *real = NULL;
	char full[PATH_MAX];
	size_t len = root ? strlen(root) : 0;

	snprintf(full, sizeof(full), "%s%s", m->root, path);
	real = realpath(full, NULL);
	if (!root || !real || strncmp(real, root, len) || real[len] != '/')
		return NULL;
	return devnames_by_text(m, real + len);
}

struct block_device *devnames_find(const struct block_model *m, const char *path)
{
	struct block_device *d = NULL;
	struct stat st;

	if (!path[0])
		return NULL;
	if (path[0] != '/') {
		d = block_by_name(m, path);
		return d ? d : devnames_mapped(m, path);
	}
	if (m->root[0])
		d = devnames_below(m, path);
	else if (!stat(path, &st))
		return S_ISBLK(st.st_mode) ? block_by_number(m, st.st_rdev) : NULL;
	return d ? d : devnames_by_text(m, path);
}

void devnames_release(struct devnames *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i].path);
	free(names->v);
	*names = (struct devnames){0};
}

static int devnames_add(struct devnames *names, const char *path, const struct block_device *d)
{
	struct devnames_entry *grown;

	if (!d || names->n == DEVNAMES_MAX)
		return 0;
	grown = realloc(names->v, (names->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	names->v = grown;
	grown[names->n] = (struct devnames_entry){.path = strdup(path), .device = d};
	if (!grown[names->n].path)
		return -ENOMEM;
	names->n++;
	return 0;
}

/* The links, or nodes, in one folder of /dev. */
static int devnames_folder(const struct block_model *m, const char *dir, struct devnames *out)
{
	char path[PATH_MAX];
	struct dirent **list = NULL;
	int n, r = 0;

	snprintf(path, sizeof(path), "%s%s", m->root, dir);
	n = scandir(path, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (!r && list[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
			r = devnames_add(out, path, devnames_find(m, path));
		}
		free(list[i]);
	}
	free(list);
	return r;
}

static int devnames_disk(const struct block_model *m, struct devnames *out)
{
	char path[PATH_MAX];
	struct dirent **list = NULL;
	int n, r = 0;

	snprintf(path, sizeof(path), "%s/dev/disk", m->root);
	n = scandir(path, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (!r && !strncmp(list[i]->d_name, "by-", 3)) {
			snprintf(path, sizeof(path), "/dev/disk/%s", list[i]->d_name);
			r = devnames_folder(m, path, out);
		}
		free(list[i]);
	}
	free(list);
	return r;
}

/* LVM joins group and volume with a '-' and doubles each one in them:
 * "vg0--x-root" is /dev/vg0-x/root. False when it is no such name. */
static bool devnames_lvm(const char *dm_name, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "/dev/");
	bool parted = false;

	for (; *dm_name && n + 1 < size; dm_name++) {
		out[n++] = *dm_name;
		if (*dm_name != '-')
			continue;
		if (dm_name[1] == '-') {
			dm_name++;
		} else {
			parted = true;
			out[n - 1] = '/';
		}
	}
	out[n] = '\0';
	return parted && !*dm_name;
}

int devnames_read(const struct block_model *m, struct devnames *out)
{
	char path[300];
	int r = 0;

	for (size_t i = 0; i < m->devices.n && !r; i++) {
		const struct block_device *d = m->devices.v[i];

		if (d->kind == DEVICE_UNKNOWN)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", d->name);
		r = devnames_add(out, path, d);
		/* Only where somebody has made it: parts of volumes have none. */
		if (!r && d->kind == DEVICE_LVM && devnames_lvm(d->dm_name, path, sizeof(path)) &&
		    devnames_find(m, path) == d)
			r = devnames_add(out, path, d);
	}
	if (!r)
		r = devnames_disk(m, out);
	if (!r)
		r = devnames_folder(m, "/dev/mapper", out);
	if (r)
		devnames_release(out);
	return r;
}

int devnames_of(const struct devnames *names, const struct block_device *d, struct strv *out)
{
	int r = 0;

	for (size_t i = 0; i < names->n && !r; i++)
		if (names->v[i].device == d)
			r = strv_add(out, names->v[i].path);
	return r;
}

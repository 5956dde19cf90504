/* save.c - see save.h */
#include "find/save.h"
#include "bootconf/grub/grub_envblk.h"
#include "find/scan_mount.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static struct find_tree *save_tree(struct find_trees *t, const char *name)
{
	for (size_t i = 0; name && i < t->n; i++)
		if (!strcmp(t->v[i].name, name))
			return &t->v[i];
	return NULL;
}

/* A second link to the file, or a hole in it, is GRUB's business: it writes
 * to the same sectors. */
static int save_into(int fd, const struct strv *set, struct err_text *why)
{
	char in[GRUB_ENVBLK_SIZE], out[GRUB_ENVBLK_SIZE] = "";
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size != GRUB_ENVBLK_SIZE)
		return err_set(why, -EINVAL, "it is not a file of %u bytes", GRUB_ENVBLK_SIZE);
	r = io_pread_full(fd, in, sizeof(in), 0);
	if (!r)
		r = grub_envblk_edit(in, sizeof(in), set, out, why);
	if (r || !memcmp(in, out, sizeof(in)))
		return r;
	r = io_pwrite_full(fd, out, sizeof(out), 0);
	return r ? r : fsync(fd) < 0 ? -errno : 0;
}

/* O_NONBLOCK: not to hang in a FIFO that took the file's place. */
static int save_open(const struct find_tree *t, const char *path)
{
	return find_tree_openat(t, path, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

/* The descriptor is closed before the tree is mounted as it was. */
static int save_open_and_write(const struct find_tree *t, const char *path, const struct strv *set,
			       struct err_text *why)
{
	CLEANUP_FD int fd = save_open(t, path);

	return fd < 0 ? fd : save_into(fd, set, why);
}

static int save_write(struct find_tree *t, const char *path, const struct strv *set,
		      struct err_text *why)
{
	int r = save_open_and_write(t, path, set, why);
	int back;

	if (r != -EROFS || !*t->mount)
		return r;
	r = scan_mount_again(t, true);
	if (!r)
		r = save_open_and_write(t, path, set, why);
	back = scan_mount_again(t, false);
	return r ? r : back;
}

int save_commit(struct find_trees *t, const struct boot_entry *e, bool make_default,
		struct err_text *why)
{
	const struct boot_file *block = &e->save.block;
	CLEANUP(strv_release) struct strv set = {0};
	struct find_tree *tree;
	int r = 0;

	if (make_default && (!block->path || !e->save.name))
		return err_set(
			why, -ENOTSUP,
			"the boot loader of this entry keeps no default that can be changed");
	if (!block->path || (!e->save.set.n && !make_default))
		return 0;
	tree = save_tree(t, block->device);
	if (!tree)
		return err_set(why, -ENODEV, "%s is not among the file systems looked at",
			       block->device ? block->device : "?");
	for (size_t i = 0; i < e->save.set.n && !r; i++)
		r = strv_add(&set, e->save.set.v[i]);
	if (!r && make_default)
		r = strv_addf(&set, "saved_entry=%s", e->save.name);
	if (!r)
		r = save_write(tree, block->path, &set, why);
	return r ? err_set(why, r, "%s", strerror(-r)) : 0;
}

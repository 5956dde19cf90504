/* tree.c - see tree.h */
#include "find/tree.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define FIND_MAX_TREES 512u

int find_trees_add(struct find_trees *t, const char *dir, const char *name, const char *uuid,
		   const char *label, const char *grub)
{
	struct find_tree tree = {.dirfd = -1}, *grown;

	if (!*name || strchr(name, ':') || !text_copy(tree.name, sizeof(tree.name), name) ||
	    !text_copy(tree.uuid, sizeof(tree.uuid), uuid) ||
	    !text_copy(tree.label, sizeof(tree.label), label) ||
	    !text_copy(tree.grub, sizeof(tree.grub), grub)) {
		log_error("%s: its name, UUID, label or GRUB name cannot be used", dir);
		return -EINVAL;
	}
	if (t->n == FIND_MAX_TREES || find_trees_by_name(t, name)) {
		log_error("%s: there is already a tree called %s, or too many of them", dir, name);
		return -EEXIST;
	}
	grown = realloc(t->v, (t->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->v = grown;
	tree.dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree.dirfd < 0) {
		int r = -errno;

		log_error("%s: cannot be opened as a directory: %m", dir);
		return r;
	}
	t->v[t->n++] = tree;
	return 0;
}

void find_trees_release(struct find_trees *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].dirfd >= 0)
			close(t->v[i].dirfd);
	free(t->v);
	*t = (struct find_trees){0};
}

const struct find_tree *find_trees_by_name(const struct find_trees *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i].name, name))
			return &t->v[i];
	return NULL;
}

int find_tree_openat(const struct find_tree *t, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* EAGAIN: a rename elsewhere raced with a ".." of the path. */
	for (int turn = 0; turn < 16; turn++) {
		fd = syscall(SYS_openat2, t->dirfd, path, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	return -errno;
}

/* O_NONBLOCK: a FIFO in the place of a file must not hang us; it has no effect
 * on the regular files that are accepted. */
int find_tree_open(const struct find_tree *t, const char *path)
{
	CLEANUP_FD int fd = find_tree_openat(t, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return steal_fd(&fd);
}

int find_tree_stat(const struct find_tree *t, const char *path, struct stat *st)
{
	CLEANUP_FD int fd = find_tree_openat(t, path, O_PATH);

	if (fd < 0)
		return fd;
	return fstat(fd, st) < 0 ? -errno : 0;
}

int find_tree_read(const struct find_tree *t, const char *path, size_t max, char **out, size_t *len)
{
	CLEANUP_FD int fd = find_tree_open(t, path);
	CLEANUP_FREE char *buf = NULL;
	struct stat st;
	size_t size;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	size = (size_t)st.st_size;
	buf = malloc(size + 1);
	if (!buf)
		return -ENOMEM;
	/* A file that shrinks meanwhile is an error, as one that cannot be read. */
	r = size ? io_read_full(fd, buf, size) : 0;
	if (r)
		return r < 0 ? r : -EIO;
	buf[size] = '\0';
	if (len)
		*len = size;
	*out = STEAL(buf);
	return 0;
}

int find_trees_open(const void *trees, const struct boot_file *file, struct err_text *why)
{
	const char *device = file->device ? file->device : "?";
	const struct find_tree *tree = find_trees_by_name(trees, device);
	int fd;

	if (!tree)
		return err_set(
			why, -ENODEV,
			"%s: the file system that it is on (%s) is not among those looked at",
			file->path, device);
	fd = find_tree_open(tree, file->path);
	return fd < 0 ? err_set(why, fd, "%s:%s: %s", device, file->path, strerror(-fd)) : fd;
}

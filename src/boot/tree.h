/* tree.h - the file systems that a boot configuration is looked for in
 *
 * A tree is a directory that stands for a file system: a mounted one, or a
 * fixture. Paths are resolved inside it (openat2 RESOLVE_IN_ROOT), so a
 * hostile symlink or ".." cannot leave it.
 */
#ifndef P2V_BOOT_TREE_H
#define P2V_BOOT_TREE_H

#include "boot/rank.h"
#include "bootconf/entry.h"
#include "util/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct boot_tree {
	char name[64]; /* what entries call it: "root", "vda1" */
	int dirfd;     /* owned by the set */
	char uuid[64]; /* of the file system, "" unknown */
	char label[256];
	char grub[64];     /* GRUB's device name, "hd0,gpt2" or "hd0,msdos1"; "" unknown */
	char partuuid[64]; /* of the partition; "" unknown */
	/* What its disk's or its own boot sector starts; only a scan can tell. */
	enum rank_kind boot_code;
	/* Mounted by a scan, read-only; "" otherwise. */
	char node[80];   /* the block device, "/dev/vda1" */
	char type[32];   /* of the file system */
	char mount[160]; /* where */
};

struct boot_trees {
	struct boot_tree *v; /* owned; the first is where the search begins */
	size_t n;
};

/* Opens @dir; -errno with a logged message. uuid, label, grub may be "". What
 * else is known goes into the last tree afterwards. */
int boot_trees_add(struct boot_trees *t, const char *dir, const char *name, const char *uuid,
		   const char *label, const char *grub);
void boot_trees_release(struct boot_trees *t);
/* NULL for none. */
const struct boot_tree *boot_trees_by_name(const struct boot_trees *t, const char *name);

/* openat2(2) inside a tree, O_CLOEXEC added; -errno. */
int boot_tree_openat(const struct boot_tree *t, const char *path, int flags);
int boot_tree_stat(const struct boot_tree *t, const char *path, struct stat *st);
/* Opens a regular file inside a tree for reading; -errno. */
int boot_tree_open(const struct boot_tree *t, const char *path);
/* Reads a regular file of at most @max bytes; NUL-terminated, owned by the caller. */
int boot_tree_read(const struct boot_tree *t, const char *path, size_t max, char **out,
		   size_t *len);

#endif

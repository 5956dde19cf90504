/* tree.h - the file systems that a boot configuration is looked for in
 *
 * A tree is a directory that stands for a file system: a mounted one, or a
 * fixture. Paths are resolved inside it (openat2 RESOLVE_IN_ROOT), so a
 * hostile symlink or ".." cannot leave it.
 */
#ifndef P2V_FIND_TREE_H
#define P2V_FIND_TREE_H

#include "bootconf/entry.h"
#include "find/rank.h"
#include "util/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct find_tree {
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

struct find_trees {
	struct find_tree *v; /* owned; the first is where the search begins */
	size_t n;
};

/* Opens @dir; -errno with a logged message. uuid, label, grub may be "". What
 * else is known goes into the last tree afterwards. */
int find_trees_add(struct find_trees *t, const char *dir, const char *name, const char *uuid,
		   const char *label, const char *grub);
void find_trees_release(struct find_trees *t);
/* NULL for none. */
const struct find_tree *find_trees_by_name(const struct find_trees *t, const char *name);

/* openat2(2) inside a tree, O_CLOEXEC added; -errno. */
int find_tree_openat(const struct find_tree *t, const char *path, int flags);
int find_tree_stat(const struct find_tree *t, const char *path, struct stat *st);
/* Opens a regular file inside a tree for reading; -errno. */
int find_tree_open(const struct find_tree *t, const char *path);
/* Reads a regular file of at most @max bytes; NUL-terminated, owned by the caller. */
int find_tree_read(const struct find_tree *t, const char *path, size_t max, char **out,
		   size_t *len);

/* Opens the file that an entry names, in the tree that it names; @trees is a struct
 * find_trees: fit as kexec's way to files. A descriptor, or -errno with @why. */
int find_trees_open(const void *trees, const struct boot_file *file, struct err_text *why);

#endif

/* entries.h - what the migrated system starts, by its own boot configuration
 *
 * Found twice: before the fixups, which are told in the fact "boot-entries", and
 * after them, since they may have changed it.
 */
#ifndef P2V_RECEIVE_ENTRIES_H
#define P2V_RECEIVE_ENTRIES_H

#include "bootconf/entry.h"
#include "find/tree.h"
#include "receive/root.h"

struct entries {
	struct find_trees trees; /* owned; as root->mounts, and held open */
	struct boot_list list;   /* owned */
};

/* 0 (the list may be empty) or -errno; entries_release() in every case, and before
 * the root is unmounted. */
int entries_find(const struct root *root, struct entries *out);
void entries_release(struct entries *e);

/* Writes @dir/boot-entries: the lines of find/entry_lines.h, with every file as the
 * migrated system sees it: "root:/boot/vmlinuz" also where /boot is a file system
 * of its own. @e is changed by that, and good for nothing else afterwards. 0 or
 * -errno. */
int entries_write(struct entries *e, const struct root *root, const char *dir);

/* Turns a file of a tree into one of the root: @mounts[i] is where the tree i is
 * mounted in it ("" for the root). 0 or -ENOMEM. Pure. */
int entries_translate(const struct find_trees *trees, const char *const mounts[],
		      struct boot_entry *e);

#endif

/* save.h - what a boot loader would have written when it starts an entry
 *
 * GRUB's scripts keep a few variables in a file of exactly 1024 bytes, its
 * environment block: next_entry is used up by one start, saved_entry may
 * follow what was chosen, a counter counts down. The reader has evaluated what
 * an entry would have saved (struct boot_save); it is written here, in place,
 * when the entry is really booted and never before.
 */
#ifndef P2V_FIND_SAVE_H
#define P2V_FIND_SAVE_H

#include "bootconf/entry.h"
#include "find/tree.h"
#include "util/err.h"

#include <stdbool.h>

/* Writes what @e saves; with @make_default also saved_entry, so that a
 * configuration that looks there takes @e the next time. A tree that a scan has
 * mounted read-only is mounted for writing meanwhile: files of it must not be
 * open. Nothing is written into what is not an intact environment block. 0
 * (also when there is nothing to save), or -errno with @why: never a reason
 * not to boot. */
int save_commit(struct find_trees *t, const struct boot_entry *e, bool make_default,
		struct err_text *why);

#endif

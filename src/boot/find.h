/* find.h - all boot entries of a set of trees
 *
 * Looks for the configurations of the boot loaders that we read, in the order
 * in which a machine's firmware and loader would come to them, evaluates the
 * first that has a bootable entry, and lists what it says.
 */
#ifndef P2V_BOOT_FIND_H
#define P2V_BOOT_FIND_H

#include "boot/tree.h"
#include "bootconf/entry.h"

struct boot_find_options {
	const char *platform; /* "pc" or "efi": GRUB's grub_platform; NULL: this machine's */
	const char *config;   /* only this file, path in the first tree; NULL: search */
};

/* 0 (the list may be empty: list->warnings then says what was looked for and
 * where) or -errno. Entries whose kernel does not exist are left out with a
 * warning. @options may be NULL. */
int boot_find(const struct boot_trees *trees, const struct boot_find_options *options,
	      struct boot_list *list);

#endif

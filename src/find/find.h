/* find.h - all boot entries of a set of trees
 *
 * Looks for the configurations of all boot loaders that we read, and lists
 * what the one says that the machine would have started with (rank.h has the
 * rule; one that gives no entry gives way to the next). Behind its entries
 * come those of the others, which are never the default and have is_other set;
 * what starts the same files with the same command line is listed once. Where
 * there is no configuration at all, kernels are offered (pair.h).
 */
#ifndef P2V_FIND_FIND_H
#define P2V_FIND_FIND_H

#include "bootconf/entry.h"
#include "find/tree.h"

struct find_options {
	const char *platform; /* "pc" or "efi": GRUB's grub_platform; NULL: this machine's */
	const char
		*config; /* only this file; a path in the first tree, or NAME:/PATH; NULL: search */
	const struct strv *env; /* NAME=VALUE for the scripts; NULL: none */
};

/* 0 (the list may be empty: list->warnings then says what was looked for and
 * where) or -errno. Entries whose kernel does not exist are left out with a
 * warning. @options may be NULL. */
int find_entries(const struct find_trees *trees, const struct find_options *options,
		 struct boot_list *list);

#endif

/* direct.h - an entry from files of the running system, without any boot
 * configuration: `p2v-boot load --kernel FILE --initrd FILE --cmdline TEXT`
 */
#ifndef P2V_BOOT_DIRECT_H
#define P2V_BOOT_DIRECT_H

#include "bootconf/entry.h"
#include "find/tree.h"
#include "util/strv.h"

struct direct_files {
	const char *kernel;
	const struct strv *initrds; /* in load order; may be empty */
	const char *dtb;            /* NULL: none */
	const char *cmdline;
};

/* Fills the empty set @trees with the running system's root, which @out then
 * names its files in; both are the caller's to release, also after an error.
 * 0, or -errno with a logged message. */
int direct_entry(const struct direct_files *files, struct find_trees *trees,
		 struct boot_entry *out);

#endif

/* pair.h - the last resort: kernels without any boot configuration
 *
 * Kernels in /boot, in / and on file systems of their own are offered, the
 * newest first, each with the initramfs of the same version. The command line
 * is the one that the system itself keeps, in this order:
 *
 *   /etc/kernel/cmdline     whole, as kernel-install would use it
 *   /etc/fstab              root= and rootflags= (the subvolume of a btrfs)
 *   /etc/default/grub       GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT
 *   the root tree's UUID    root=UUID=..., a guess, with a warning
 *
 * of the file system that has /etc: for kernels on a /boot of its own the one
 * whose fstab names that, else the first. A kernel is not offered when nothing
 * says what its root is: a guess could start a stranger.
 */
#ifndef P2V_FIND_PAIR_H
#define P2V_FIND_PAIR_H

#include "find/tree_facts.h"
#include "util/strv.h"

#include <stdbool.h>

/* Appends the entries, the first of them the default when the list was empty.
 * 0, or -ENOMEM. */
int pair_find(const struct tree_facts *f, struct boot_list *list);

/* The parts, pure functions. */

/* The version in a kernel's file name ("vmlinuz-6.1.0-9-amd64"), "" when it
 * has none ("vmlinuz"); NULL: it is not a kernel's name. */
const char *pair_version(const char *name);
/* "root=UUID=... rootflags=subvol=@" as @fstab has it, without rootflags= where
 * there is no subvolume; device names are only taken with @names. NULL: it
 * does not say, or out of memory. Owned. */
char *pair_fstab_root(const char *fstab, bool names);
/* Does @fstab mount @uuid at /boot? */
bool pair_fstab_boot(const char *fstab, const char *uuid);
/* The value of the assignment NAME=... in a file of shell assignments, with its
 * quotes removed; NULL for none, or one that only a shell can tell. Owned. */
char *pair_shell_value(const char *text, const char *name);

#endif

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

/* Appends the entries, the first of them the default when the list was empty.
 * 0, or -ENOMEM. */
int pair_find(const struct tree_facts *f, struct boot_list *list);

#endif

/* scan.h - the file systems of this machine's disks, as trees
 *
 * Every partition, whole disk, LVM volume and md array that holds a file system
 * is mounted read-only (nosuid, nodev, noexec, journals not replayed) below a
 * temporary directory, in a mount namespace of this process: nothing outside
 * sees it, and it is gone when the process ends. What the system has mounted
 * for writing itself is looked at where it is. Volumes and arrays are seen
 * when the environment has assembled them; nothing is assembled here.
 *
 * Names are the kernel's ("vda1", "md127") and LVM's ("vg0-root"); GRUB's names
 * are computed from the order of the disks and the kind of their partition
 * table ("hd0,gpt1"), a guess that GRUB scripts correct by searching for UUIDs.
 * A btrfs is seen as a whole; where it has a default subvolume, also as that,
 * with "-default" behind its name.
 */
#ifndef P2V_FIND_SCAN_H
#define P2V_FIND_SCAN_H

#include "find/tree.h"
#include "util/strv.h"

/* Appends what it finds to @t; the file systems that could not be mounted are
 * named in @warnings. @devices: only these ("/dev/vda", "/dev/vda1", "/dev/vg0/root"), and what
 * is on them; empty: all. 0, or -errno with a logged message (not root, no
 * mount namespaces). */
int scan_disks(struct find_trees *t, const struct strv *devices, struct strv *warnings);

#endif

/* scan.h - the file systems of this machine's disks, as trees
 *
 * Every partition and whole disk that holds a file system is mounted read-only
 * (nosuid, nodev, noexec, journals not replayed) below a temporary directory,
 * in a mount namespace of this process: nothing outside sees it, and it is
 * gone when the process ends.
 *
 * Names are the kernel's ("vda1"); GRUB's names are computed from the order of
 * the disks and the kind of their partition table ("hd0,gpt1"), a guess that
 * GRUB scripts correct by searching for UUIDs.
 */
#ifndef P2V_BOOT_SCAN_H
#define P2V_BOOT_SCAN_H

#include "boot/tree.h"
#include "util/strv.h"

/* Appends what it finds to @t; the file systems that could not be mounted are
 * named in @warnings. @devices: only these ("/dev/vda", "/dev/vda1"), and what
 * is on them; empty: all. 0, or -errno with a logged message (not root, no
 * mount namespaces). */
int boot_scan(struct boot_trees *t, const struct strv *devices, struct strv *warnings);

#endif

/* pair_text.h - what names and files of a system say about its kernels and its root
 *
 * For pair.h. Pure functions. Formats: fstab(5), and files of shell assignments
 * like /etc/default/grub.
 */
#ifndef P2V_FIND_PAIR_TEXT_H
#define P2V_FIND_PAIR_TEXT_H

#include <stdbool.h>

/* The version in a kernel's file name ("vmlinuz-6.1.0-9-amd64"), "" when it
 * has none ("vmlinuz"); NULL: it is not a kernel's name. */
const char *pair_text_version(const char *name);
/* "root=UUID=... rootflags=subvol=@" as @fstab has it, without rootflags= where
 * there is no subvolume; device names are only taken with @names. NULL: it
 * does not say, or out of memory. Owned. */
char *pair_text_fstab_root(const char *fstab, bool names);
/* Does @fstab mount @uuid at /boot? */
bool pair_text_fstab_boot(const char *fstab, const char *uuid);
/* The value of the assignment NAME=... in a file of shell assignments, with its
 * quotes removed; NULL for none, or one that only a shell can tell. Owned. */
char *pair_text_shell_value(const char *text, const char *name);

#endif

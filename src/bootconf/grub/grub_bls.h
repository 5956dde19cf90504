/* grub_bls.h - GRUB's commands blscfg and uki: other configurations as menu entries
 *
 * Two dialects of blscfg exist. Fedora's and RHEL's takes "default",
 * "non-default", an entry's name or a directory, knows $blsdir, $early_initrd
 * and $default_kernelopts, falls back to /boot/loader/entries, and sorts by
 * NAME-VERSION-RELEASE as RPM does. GRUB 2.14's has options, and sorts file
 * names as versions. Both make a menu entry of each file by writing a little
 * script for it, and so do we: its words are split, unquoted and expanded as
 * GRUB would have done it, and its lines have the numbers of the file's.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_BLS_H
#define P2V_BOOTCONF_GRUB_GRUB_BLS_H

#include "bootconf/grub/grub_eval.h"

/* blscfg and bls_import: text entries; uki: unified kernel images. */
int grub_bls(struct grub_eval *ev, const struct grub_args *a);
int grub_bls_uki(struct grub_eval *ev, const struct grub_args *a);

#endif

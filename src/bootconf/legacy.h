/* legacy.h - GRUB legacy's configuration (GRUB 0.9x: menu.lst, grub.conf)
 *
 * Lines before the first title are settings, those behind a title are what it
 * runs. As the program does:
 *
 *   - a command ends at a blank or at '='; a backslash at the end of a line
 *     joins the next one; '#' begins a comment only as a line's first
 *     character, so the AUTOMAGIC lines of Debian's update-grub are comments;
 *   - a title without a known command behind it is no entry; every other one
 *     counts, whatever it starts;
 *   - `default N`, `default saved` (the file "default" beside the
 *     configuration), where that is no entry the first `fallback`;
 *   - disks and partitions count from zero: (hd0,0) is GRUB 2's hd0,msdos1. A
 *     device that no tree claims, also by device.map, is first the one that the
 *     configuration is on (an image without partitions says (hd0)), then any
 *     whose GRUB name is unknown and that has the file;
 *   - `kernel` drops --type=... and --no-mem-option; a multiboot kernel with
 *     modules (Xen) is left out with a warning, chainloader without one;
 *   - `configfile` makes titles "Title>Title of the other file";
 *   - `initrd` loads one file, the last line counts.
 *
 * Passwords, locks, hidden partitions and drive maps change nothing here, and
 * savedefault writes nothing.
 *
 * Format: the manual of GRUB 0.97, its NEWS for `savedefault`, and the `uuid`
 * command that Ubuntu 8.04 and Debian added.
 */
#ifndef P2V_BOOTCONF_LEGACY_H
#define P2V_BOOTCONF_LEGACY_H

#include "bootconf/reader.h"

/* A reader_fn. */
int legacy_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		    struct boot_list *list);

#endif

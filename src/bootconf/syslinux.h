/* syslinux.h - the configurations of SYSLINUX, ISOLINUX, EXTLINUX and U-Boot
 *
 * One format with several interpreters. Where they agree, so do we; where they
 * differ, we take what both of them would start:
 *
 *   - keywords in any case; values to the end of the line, trailing blanks cut;
 *   - relative names are below the directory of the configuration that was
 *     read first, also in files that it includes;
 *   - a label's APPEND replaces the one before the first label; "-" is none;
 *   - the initrds are those of INITRD (repeated, or separated by commas), else
 *     of the last initrd= in APPEND, which stays in the command line;
 *   - KERNEL decides by the name's ending on a PC what it starts (.c32, .bin,
 *     .0 ... are no Linux); everything else than Linux is left out, with a
 *     warning;
 *   - submenus (MENU BEGIN, INCLUDE with a title) make titles "Submenu>Title";
 *     MENU HIDE leaves an entry out unless it is the default;
 *   - what starts by itself: ONTIMEOUT, else DEFAULT (a label, or a kernel with
 *     its arguments), else MENU DEFAULT, else the first; TIMEOUT is in tenths
 *     of a second, 0 waits for ever;
 *   - FDT is the entry's device tree; with FDTDIR the file depends on the board,
 *     and overlays are for U-Boot to apply: both are a warning. So is "KERNEL
 *     image#configuration", which names a part of a FIT image.
 *
 * Format: doc/syslinux.txt, doc/menu.txt and syslinux.cfg(5) of SYSLINUX 6;
 * doc/README.pxe and doc/develop/distro.rst of U-Boot.
 */
#ifndef P2V_BOOTCONF_SYSLINUX_H
#define P2V_BOOTCONF_SYSLINUX_H

#include "bootconf/reader.h"

/* A reader_fn. */
int syslinux_evaluate(const struct reader_facts *facts, size_t device, const char *path,
		      struct boot_list *list);

#endif

/* grub_load.h - the commands that load something to boot, and those that start it
 *
 * They fill ev->state->draft; whether that can be booted is judged in
 * grub_walk.c. grub_chain.h has the one that loads EFI programs.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_LOAD_H
#define P2V_BOOTCONF_GRUB_GRUB_LOAD_H

#include "bootconf/grub/grub_eval.h"

/* linux FILE [WORD...], initrd FILE..., devicetree FILE. As in GRUB, a second
 * one of a kind replaces the first. */
int grub_load_linux(struct grub_eval *ev, const struct grub_args *a);
int grub_load_initrd(struct grub_eval *ev, const struct grub_args *a);
int grub_load_devicetree(struct grub_eval *ev, const struct grub_args *a);
/* Loads something that is not a Linux kernel. */
int grub_load_foreign(struct grub_eval *ev, const struct grub_args *a);

/* boot; exit, halt, poweroff and reboot; fwsetup */
int grub_load_boot(struct grub_eval *ev, const struct grub_args *a);
int grub_load_exit(struct grub_eval *ev, const struct grub_args *a);
int grub_load_fwsetup(struct grub_eval *ev, const struct grub_args *a);

/* The words from @from on as GRUB makes a command line of them; owned, NULL: no memory. */
char *grub_load_line(const struct grub_args *a, size_t from);

#endif

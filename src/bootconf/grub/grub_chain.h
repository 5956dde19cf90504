/* grub_chain.h - the command chainloader of a GRUB script
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_CHAIN_H
#define P2V_BOOTCONF_GRUB_GRUB_CHAIN_H

#include "bootconf/grub/grub_eval.h"

/* chainloader FILE [@PROFILE] [WORD...]: loads a unified kernel image; anything
 * else is not Linux. */
int grub_chain(struct grub_eval *ev, const struct grub_args *a);

#endif

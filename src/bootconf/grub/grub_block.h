/* grub_block.h - the environment block of a GRUB script: load_env and save_env
 *
 * Listing must not change the disk: what save_env would have written is
 * remembered for a later load_env of the same evaluation, and goes into the
 * entry, to be written when that is really started (find/save.h). What an
 * entry's body saves concerns that entry only. grub_envblk.h has the format.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_BLOCK_H
#define P2V_BOOTCONF_GRUB_GRUB_BLOCK_H

#include "bootconf/entry.h"
#include "bootconf/grub/grub_eval.h"

/* load_env [-f FILE] [NAME...], save_env [-f FILE] NAME... */
int grub_block_load(struct grub_eval *ev, const struct grub_args *a);
int grub_block_save(struct grub_eval *ev, const struct grub_args *a);
/* What GRUB would have written when it starts what has been loaded. */
void grub_block_take(struct grub_eval *ev, struct boot_save *out);

#endif

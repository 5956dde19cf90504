/* grub_wild.h - wildcards in the words of a GRUB script
 *
 * GRUB expands an unquoted * (any text) and ? (one character) in the names of
 * devices, "(hd*,gpt2)", and of files, "(hd0,1)/boot/vmlinuz-*"; a word that
 * matches nothing stays as it is. Other words are never expanded.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_WILD_H
#define P2V_BOOTCONF_GRUB_GRUB_WILD_H

#include "bootconf/grub/grub_eval.h"

/* A grub_eval_wild_fn. */
bool grub_wild(struct grub_eval *ev, const char *word, void (*add)(void *ctx, const char *word),
	       void *ctx);

#endif

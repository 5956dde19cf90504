/* grub_expand.h - words of a GRUB script become the arguments of a command
 *
 * As GRUB does it: an unquoted value is split at blanks and vanishes when it is
 * empty; a word with unquoted wildcards and no quoted ones becomes what
 * ev->wild finds, if that is anything.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_EXPAND_H
#define P2V_BOOTCONF_GRUB_GRUB_EXPAND_H

#include "bootconf/grub/grub_eval.h"

/* At most GRUB_EVAL_MAX_WORDS of GRUB_EVAL_MAX_BYTES together; what is more
 * stops the evaluation. They are in the arena; v is NULL when n is 0. */
struct grub_args grub_expand(struct grub_eval *ev, const struct grub_word *w);

#endif

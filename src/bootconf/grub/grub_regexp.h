/* grub_regexp.h - the command regexp of a GRUB script */
#ifndef P2V_BOOTCONF_GRUB_GRUB_REGEXP_H
#define P2V_BOOTCONF_GRUB_GRUB_REGEXP_H

#include "bootconf/grub/grub_eval.h"

/* regexp [--set [N:]NAME]... PATTERN TEXT: 0 when it matches. Patterns that
 * could cost more than they cost GRUB never do. */
int grub_regexp(struct grub_eval *ev, const struct grub_args *a);

#endif

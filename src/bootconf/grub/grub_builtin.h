/* grub_builtin.h - the commands of a GRUB script that need nothing but the evaluator
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_BUILTIN_H
#define P2V_BOOTCONF_GRUB_GRUB_BUILTIN_H

#include "bootconf/grub/grub_eval.h"

/* set NAME=VALUE, unset NAME..., export NAME... */
int grub_builtin_set(struct grub_eval *ev, const struct grub_args *a);
int grub_builtin_unset(struct grub_eval *ev, const struct grub_args *a);
int grub_builtin_export(struct grub_eval *ev, const struct grub_args *a);
/* Fedora's increment NAME and decrement NAME; what is no number stays. */
int grub_builtin_count(struct grub_eval *ev, const struct grub_args *a);

/* Also those that succeed or fail always, whatever they are called. */
int grub_builtin_true(struct grub_eval *ev, const struct grub_args *a);
int grub_builtin_false(struct grub_eval *ev, const struct grub_args *a);
/* hwmatch: Ubuntu asks whether the graphics chip is on a list of bad ones; no. */
int grub_builtin_hwmatch(struct grub_eval *ev, const struct grub_args *a);

/* break [N], continue [N], return [STATUS] */
int grub_builtin_break(struct grub_eval *ev, const struct grub_args *a);
int grub_builtin_return(struct grub_eval *ev, const struct grub_args *a);
/* shift [N], setparams WORD... */
int grub_builtin_shift(struct grub_eval *ev, const struct grub_args *a);
int grub_builtin_setparams(struct grub_eval *ev, const struct grub_args *a);
/* eval WORD... */
int grub_builtin_eval(struct grub_eval *ev, const struct grub_args *a);

#endif

/* grub_source.h - commands that go on in another file: source, configfile, normal
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_SOURCE_H
#define P2V_BOOTCONF_GRUB_GRUB_SOURCE_H

#include "bootconf/grub/grub_eval.h"

/* source FILE, . FILE: runs it in the current context. */
int grub_source(struct grub_eval *ev, const struct grub_args *a);
/* configfile FILE, normal [FILE]: another configuration, with a context and a
 * menu of its own. When that has entries, it takes the place of this one:
 * ev->state->next_menu. normal alone is $prefix/grub.cfg. */
int grub_source_configfile(struct grub_eval *ev, const struct grub_args *a);
int grub_source_normal(struct grub_eval *ev, const struct grub_args *a);

#endif

/* grub_default.h - the entry that a GRUB menu starts by itself
 *
 * $default names it, by id, by title or by number, else $fallback; a default
 * that we cannot boot gives way to the first entry that we can, with a warning.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_DEFAULT_H
#define P2V_BOOTCONF_GRUB_GRUB_DEFAULT_H

#include "bootconf/grub/grub_menu.h"

/* Marks the default in ev->state->list, and sets the list's timeout. The menu has
 * been walked (grub_walk.h). */
void grub_default(struct grub_eval *ev, const struct grub_menu *menu);

#endif

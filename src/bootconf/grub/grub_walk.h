/* grub_walk.h - every entry of a GRUB menu is tried
 *
 * Each body is run as if somebody had chosen it, on a copy of the variables at
 * the end of its configuration; what it would have booted becomes an entry of
 * the list. Submenus, and the menus of configurations that a body opens, follow
 * in their place.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_WALK_H
#define P2V_BOOTCONF_GRUB_GRUB_WALK_H

#include "bootconf/grub/grub_menu.h"

/* Fills ev->state->list, and item->entry and item->sub of every item. An entry
 * that exceeds a bound, or lacks a file, is left out with a warning. */
void grub_walk(struct grub_eval *ev, struct grub_menu *menu);

#endif

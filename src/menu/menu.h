/* menu.h - boot entries on a terminal, and what somebody wants of them
 *
 * A terminal that understands control sequences gets a screen of its own. One
 * that does not (TERM unset, "dumb" or "unknown"), and a script that has no
 * terminal at all, get a numbered list and are asked for a line.
 */
#ifndef P2V_MENU_MENU_H
#define P2V_MENU_MENU_H

#include "bootconf/entry.h"
#include "menu/menu_choice.h"

/* Shows the menu until somebody has chosen; the terminal is then as it was
 * before. With MENU_BOOT the right to start (lock_start()) is held. 0, or -errno
 * with nothing chosen. */
int menu_run(const struct boot_list *list, const struct menu_options *o,
	     struct menu_choice *choice);

#endif

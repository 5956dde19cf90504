/* grub_menu.h - the menus of a GRUB script: menuentry, submenu, hiddenentry
 *
 * A body is not run where it stands: its variables are those at the end of the
 * configuration, as when somebody chooses it in the menu (grub_walk.h).
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_MENU_H
#define P2V_BOOTCONF_GRUB_GRUB_MENU_H

#include "bootconf/grub/grub_eval.h"

#define GRUB_MENU_MAX_ITEMS 4096u

struct grub_item {
	const char *title, *id;
	bool has_id; /* given by --id; else it is the title, as in GRUB */
	bool is_submenu;
	const struct grub_node *body;
	struct grub_args args; /* $1 is the title */
	long entry;            /* its place in the list; -1: nothing that we can boot */
	struct grub_menu *sub; /* what it opens */
	struct grub_item *next;
};

struct grub_menu {
	struct grub_item *first, **tail;
	unsigned count;
	struct grub_env env;   /* the variables at the end of its configuration */
	struct grub_env saved; /* and what it has saved until then */
};

/* In the arena; NULL when that is full. */
struct grub_menu *grub_menu_new(struct grub_eval *ev);

/* Commands: menuentry and submenu add to the current menu; SUSE's hiddenentry
 * is not in the menu and does not count. */
int grub_menu_define(struct grub_eval *ev, const struct grub_args *a);
int grub_menu_hide(struct grub_eval *ev, const struct grub_args *a);
/* Adds an entry whose body is the script @text; @source names it in warnings. */
void grub_menu_add(struct grub_eval *ev, const char *title, const char *id, const char *source,
		   const char *text, size_t len);

/* What running another configuration or a body must not change for others. */
struct grub_menu_scope {
	struct grub_env env, saved;
	struct grub_menu *menu;
	struct grub_args args;
	const struct grub_node *at;
	const char *chosen;
};

/* @menu becomes the current one; all variables go on, or only the exported ones. */
struct grub_menu_scope grub_menu_enter(struct grub_eval *ev, struct grub_menu *menu,
				       bool only_exported);
/* Leaves the variables behind in the menu, and brings back those of before. */
void grub_menu_leave(struct grub_eval *ev, const struct grub_menu_scope *s);

#endif

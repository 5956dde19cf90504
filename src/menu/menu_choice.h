/* menu_choice.h - what a menu is asked, and what somebody chose: the same for the menu
 * on a screen and for the plain one
 */
#ifndef P2V_MENU_MENU_CHOICE_H
#define P2V_MENU_MENU_CHOICE_H

#include "menu/lock.h"

#include <stdbool.h>
#include <stddef.h>

#define MENU_NO_COUNTDOWN (-1)

enum menu_action {
	MENU_LEAVE,
	MENU_BOOT,
	MENU_SHELL,
	MENU_REBOOT,
	MENU_POWEROFF,
};

struct menu_options {
	int in, out;
	const char *term; /* $TERM; may be NULL */
	/* Seconds until the selected entry is started, unless somebody presses a
	 * key; 0: at once; MENU_NO_COUNTDOWN: never. */
	long timeout;
	bool allow_shell;
	size_t selected;
	const bool *failed;  /* entries that could not be started; NULL: none */
	const char *message; /* why the menu is here again; NULL: it is not */
	const struct lock *lock;
	const char *who; /* what other menus call this one: "pts/1" */
};

struct menu_choice {
	enum menu_action action;
	size_t entry;    /* MENU_BOOT */
	char *cmdline;   /* owned: edited for this start; NULL: the entry's own */
	bool unattended; /* nobody chose it, the countdown was over */
	int signal;      /* MENU_LEAVE: which one asked for it; or 0 */
};

/* The countdown of a menu that is shown: one second is the least. */
unsigned menu_choice_seconds(const struct menu_options *o);
void menu_choice_release(struct menu_choice *choice);

#endif

/* plain.h - the menu for a dumb terminal, and for scripts
 *
 * A numbered list, a prompt, and a line for an answer. The end of the input
 * leaves the menu, nothing is started.
 */
#ifndef P2V_MENU_PLAIN_H
#define P2V_MENU_PLAIN_H

#include "bootconf/entry.h"
#include "menu/menu_choice.h"

#include <stddef.h>

#define PLAIN_MAX_LINE (65535u + 64u) /* an edited command line, and its command */

enum plain_verb {
	PLAIN_NOTHING, /* an empty line */
	PLAIN_START,
	PLAIN_EDIT,   /* @text: the command line, NULL: it is asked for */
	PLAIN_APPEND, /* @text to the command line */
	PLAIN_DETAILS,
	PLAIN_WARNINGS,
	PLAIN_LIST,
	PLAIN_SHELL,
	PLAIN_REBOOT,
	PLAIN_POWEROFF,
	PLAIN_LEAVE,
	PLAIN_WRONG,
};

struct plain_command {
	enum plain_verb verb;
	size_t entry;
	const char *text; /* borrowed from the line */
};

/* What @line, which is changed, asks for. Pure. */
struct plain_command plain_parse(char *line, const struct boot_list *list);
/* As menu_run(). */
int plain_run(const struct boot_list *list, const struct menu_options *o,
	      struct menu_choice *choice);

#endif

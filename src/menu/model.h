/* model.h - the state of the menu; events go in, what is to be done comes out
 *
 * Pure: no terminal, no clock, no files. menu.c feeds it keys, seconds and the
 * terminal's size, and draw.h shows it.
 */
#ifndef P2V_MENU_MODEL_H
#define P2V_MENU_MODEL_H

#include "bootconf/entry.h"
#include "menu/edit.h"
#include "menu/keys.h"
#include "util/strv.h"

#include <stdbool.h>
#include <stddef.h>

#define MODEL_MAX_ROWS     200u /* used of a taller terminal */
#define MODEL_MIN_COLS     3u   /* a wide character, and the column that stays empty */
#define MODEL_MESSAGE_ROWS 3u   /* of the screen, at most */

enum model_view {
	MODEL_LIST,
	MODEL_EDIT,    /* the selected entry's command line */
	MODEL_TEXT,    /* details, or the warnings; @text */
	MODEL_CONFIRM, /* reboot or power off? */
};

enum model_action {
	MODEL_NONE,
	MODEL_BOOT, /* the selected entry; with edit.text, if it is not NULL */
	MODEL_SHELL,
	MODEL_REBOOT,
	MODEL_POWEROFF,
	MODEL_LEAVE,
	MODEL_REDRAW, /* the whole screen, it has been spoilt */
};

struct model {
	const struct boot_list *list; /* borrowed */
	const bool *failed;           /* borrowed: entries that could not be started; or NULL */
	bool allow_shell;
	bool by_line;        /* keys come only with the end of a line */
	unsigned rows, cols; /* of the terminal, at least 1 each */

	enum model_view view;
	size_t selected;
	size_t top; /* first entry or line on the screen, of list or text */
	struct edit edit;
	struct strv text;
	bool details; /* that is what @text has */
	enum model_action confirm;
	bool typing; /* digits of an entry's number so far: it is selected */

	bool counting;
	unsigned timeout, left; /* seconds */
	char held[128];         /* who uses the menu elsewhere, which stops the countdown; or "" */
	char message[512];      /* why the menu is here again, or "" */
};

/* Begins with entry @selected; a countdown of @timeout seconds when @counting. */
void model_begin(struct model *m, const struct boot_list *list, size_t selected);
void model_count_from(struct model *m, unsigned timeout);
void model_release(struct model *m);

enum model_action model_key(struct model *m, const struct key *key);
/* A second has passed. MODEL_BOOT: the countdown is over. */
enum model_action model_second(struct model *m);
/* Somebody (@who) uses the menu elsewhere: the countdown waits, and begins anew
 * when they are done (""). */
void model_hold(struct model *m, const char *who);
void model_resize(struct model *m, unsigned rows, unsigned cols);
/* Columns that are drawn: the last one stays empty, terminals differ in what
 * they do there. */
unsigned model_cols(const struct model *m);
/* Rows above and below the list or the text, and the message's; what is left. */
struct model_layout {
	unsigned head, message, help, page;
};
struct model_layout model_layout(const struct model *m);
/* Appends the lines of the message, and of the countdown or the question, each at
 * most @cols columns wide. */
void model_status(const struct model *m, unsigned cols, struct strv *lines);

#endif

/* draw.h - what the menu looks like
 *
 * draw_screen() is pure: a model in, rows of text out, nothing of which a
 * terminal would act upon. draw_update() says what to send so that a terminal
 * that shows one screen shows another: only the rows that differ, because a
 * serial line is slow.
 */
#ifndef P2V_MENU_DRAW_H
#define P2V_MENU_DRAW_H

#include "menu/lines.h"
#include "menu/model.h"

#include <stdbool.h>
#include <stddef.h>

struct draw_row {
	char text[LINES_BYTES + 1];
	bool reverse; /* inverse video */
};

struct draw_screen {
	unsigned n; /* rows */
	struct draw_row rows[MODEL_MAX_ROWS];
	bool cursor; /* is shown at this place, both from 0 */
	unsigned cursor_row, cursor_col;
};

void draw_screen(const struct model *m, struct draw_screen *out);
/* The bytes to send, by control sequences that every terminal since the VT100
 * knows. @shown NULL: nobody knows what the terminal shows. Owned; NULL when out
 * of memory. */
char *draw_update(const struct draw_screen *shown, const struct draw_screen *next, size_t *len);

#endif
